"""`ports.SendLimits` and `ports.RateLimits` in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from walletwatch.ports.common import Clock


@dataclass
class FakeSendLimits:
    clock: Clock
    overall_per_second: int = 30
    chat_burst: int = 3
    group_per_minute: int = 20
    outage: Outage = field(default_factory=Outage)
    taken: dict[str, list[datetime]] = field(default_factory=dict)
    held_until: dict[int, datetime] = field(default_factory=dict)

    async def reserve(self, chat_id: int) -> float:
        self.outage.check()
        now = self.clock.now()
        rules = [
            ("overall", self.overall_per_second, 1),
            (f"chat {chat_id}", self.chat_burst, self.chat_burst),
        ]
        if chat_id < 0:
            rules.append((f"group {chat_id}", self.group_per_minute, 60))
        ends = [self.held_until.get(chat_id, now)]
        for name, places, seconds in rules:
            last = self.taken.get(name, [])[-places:]
            if len(last) == places:
                ends.append(last[0] + timedelta(seconds=seconds))
        wait = (max(ends) - now).total_seconds()
        if wait > 0:
            return wait
        for name, _, _ in rules:
            self.taken.setdefault(name, []).append(now)
        return 0.0

    async def hold(self, chat_id: int, seconds: float) -> None:
        self.outage.check()
        end = self.clock.now() + timedelta(seconds=seconds)
        self.held_until[chat_id] = max(end, self.held_until.get(chat_id, end))


@dataclass
class FakeRateLimits:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    windows: dict[tuple[int, str], tuple[int, datetime]] = field(default_factory=dict)
    counted: dict[tuple[int, str, str], tuple[int, datetime]] = field(default_factory=dict)

    async def allow(
        self, user: int, action: str, *, limit: int, window: timedelta, request: str | None = None
    ) -> bool:
        self.outage.check()
        now = self.clock.now()
        if request is not None and (user, action, request) in self.counted:
            before, until = self.counted[user, action, request]
            if until > now:
                return before <= limit
        count, end = self.windows.get((user, action), (0, now + window))
        if end <= now:
            count, end = 0, now + window
        self.windows[user, action] = count + 1, end
        if request is not None:
            self.counted[user, action, request] = count + 1, now + window
        return count + 1 <= limit

    async def give_back(self, user: int, action: str, *, request: str) -> None:
        self.outage.check()
        now = self.clock.now()
        _, until = self.counted.pop((user, action, request), (0, now))
        count, end = self.windows.get((user, action), (0, now))
        if until > now and end > now:
            self.windows[user, action] = count - 1, end

    async def counts(self, user: int, actions: Sequence[str]) -> Sequence[int]:
        self.outage.check()
        now = self.clock.now()
        found = [self.windows.get((user, action), (0, now)) for action in actions]
        return [count if end > now else 0 for count, end in found]
