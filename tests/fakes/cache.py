"""`ports.Cache` in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from walletwatch.ports import Clock


@dataclass
class FakeCache:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    values: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)

    async def get(self, key: str) -> bytes | None:
        self.outage.check()
        value, end = self.values.get(key, (None, self.clock.now()))
        return value if end > self.clock.now() else None

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        self.outage.check()
        self.values[key] = value, self.clock.now() + max(ttl, timedelta(milliseconds=1))

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        found = {key: await self.get(key) for key in keys}
        return {key: value for key, value in found.items() if value is not None}

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        self.outage.check()
        for key, value in values.items():
            await self.set(key, value, ttl)

    async def delete(self, *keys: str) -> None:
        self.outage.check()
        for key in keys:
            self.values.pop(key, None)
