"""`ports.Leases` in memory."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from walletwatch.ports.common import Clock

POLL_SECONDS = 0.05
WANTED_PERIOD = timedelta(seconds=2)


@dataclass
class _Slot:
    holder: int = 0
    end: datetime | None = None
    wanted_until: datetime | None = None
    token: int = 0

    def free(self, now: datetime) -> bool:
        return self.end is None or self.end <= now


@dataclass
class FakeLease:
    """A lease that is held."""

    token: int
    slot: _Slot
    ttl: timedelta
    clock: Clock
    outage: Outage

    async def renew(self) -> bool:
        self.outage.check()
        if not self._held():
            return False
        self.slot.end = self.clock.now() + self.ttl
        return True

    async def wanted(self) -> bool:
        self.outage.check()
        return self.slot.wanted_until is not None and self.slot.wanted_until > self.clock.now()

    async def release(self) -> None:
        self.outage.check()
        if self._held():
            self.slot.end = None

    def _held(self) -> bool:
        end = self.slot.end
        return self.slot.holder == self.token and end is not None and end > self.clock.now()


@dataclass
class FakeLeases:
    """Waiting lets other tasks run, and moves the clock."""

    clock: Clock
    outage: Outage = field(default_factory=Outage)
    slots: dict[str, _Slot] = field(default_factory=dict)

    async def adopt(self, name: str, ttl: timedelta) -> FakeLease | None:
        self.outage.check()
        slot = self.slots.setdefault(name, _Slot())
        now = self.clock.now()
        awaited = slot.wanted_until is not None and slot.wanted_until > now
        return None if awaited or not slot.free(now) else self._take(slot, ttl)

    async def acquire(self, name: str, ttl: timedelta, *, patience: timedelta) -> FakeLease | None:
        slot = self.slots.setdefault(name, _Slot())
        deadline = self.clock.now() + patience
        while True:
            self.outage.check()
            now = self.clock.now()
            if slot.free(now):
                return self._take(slot, ttl)
            slot.wanted_until = now + WANTED_PERIOD
            if now >= deadline:
                return None
            await asyncio.sleep(0)
            await self.clock.sleep(POLL_SECONDS)

    def _take(self, slot: _Slot, ttl: timedelta) -> FakeLease:
        now = self.clock.now()
        slot.token = max(slot.token + 1, round(now.timestamp() * 1000))
        slot.holder, slot.end, slot.wanted_until = slot.token, now + ttl, None
        return FakeLease(slot.token, slot, ttl, self.clock, self.outage)
