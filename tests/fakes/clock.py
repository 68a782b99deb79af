"""A clock that tests set."""

import asyncio
import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count


@dataclass
class FakeClock:
    """`ports.Clock` on which sleeping is instant and moves the time."""

    moment: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def ticking(self) -> "FakeClock":
        """The same, except that no two looks at it see the same time."""
        return _TickingClock(self.moment)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


SETTLE_TURNS = 50


@dataclass
class SharedClock:
    """`ports.Clock` of several tasks: once nobody has anything else to do it goes on to who wakes next."""

    moment: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    _sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _driver: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        end = self.moment + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (end, next(self._numbers), woken))
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())
        await woken

    async def _drive(self) -> None:
        while self._sleepers:
            for _ in range(SETTLE_TURNS):
                await asyncio.sleep(0)
            end, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                self.moment = max(self.moment, end)
                woken.set_result(None)


class _TickingClock(FakeClock):
    def now(self) -> datetime:
        self.advance(1e-6)
        return self.moment
