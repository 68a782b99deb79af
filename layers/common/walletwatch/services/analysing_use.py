"""How the bot is used: carried over from what the instances counted, and shown to administrators."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from walletwatch.domain.analytics import (
    ACTIVE_KEPT,
    ACTIVE_PEOPLE,
    ACTIVE_WALLETS,
    BUTTON,
    COMMAND,
    DAYS,
    DELIVERIES,
    LATENCY,
    WEEKS,
    Cohort,
    Growth,
    Quality,
    Series,
    histogram,
    most,
)
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.telemetry import USED, Tally
from walletwatch.ports.common import Clock
from walletwatch.ports.operations import TelemetryBoard
from walletwatch.ports.usage import Usage

LATENCY_DAYS: Final = 7
SHOWN: Final = 15


class UsageKeeping:
    """What has to be done once an hour, so that figures by day outlive Redis."""

    def __init__(self, board: TelemetryBoard, usage: Usage, clock: Clock) -> None:
        self._board = board
        self._usage = usage
        self._clock = clock

    async def run(self) -> bool:
        """Keep today's figures, and yesterday's for the last time; False where Redis could not be asked.

        What is carried over between midnight and the first run after it counts as the new day's.
        """
        today = self._clock.now().date()
        for day in (today - timedelta(days=1), today):
            await self._usage.measure(day)
        await self._usage.forget(today - ACTIVE_KEPT)
        try:
            total = await self._board.total()
        except StoreUnavailable:
            return False
        await self._usage.carry_over(counters(total), today)
        return True


def counters(total: Tally) -> Mapping[str, int]:
    """What is kept by day of everything that was counted."""
    buckets = total.histogram("DeliveryLatency").counts
    latency = {f"{LATENCY}{index}": count for index, count in enumerate(buckets) if count}
    return {**total.beginning(USED), **latency}


class Analytics:
    """The use cases behind /analytics."""

    def __init__(self, usage: Usage, clock: Clock) -> None:
        self._usage = usage
        self._clock = clock

    async def growth(self) -> Growth:
        """How many people there are, came, and were here."""
        active = await self._usage.daily([ACTIVE_PEOPLE], self._since)
        return Growth(
            await self._usage.people(),
            self._series(await self._usage.newcomers(self._since)),
            self._series(active.get(ACTIVE_PEOPLE, {})),
        )

    async def retention(self) -> Sequence[Cohort]:
        """Who of those who came in a week came back."""
        today = self._clock.now().date()
        monday = today - timedelta(days=today.weekday())
        return await self._usage.cohorts(monday - timedelta(weeks=WEEKS - 1), today)

    async def wallets(self) -> Series:
        """In how many watched wallets something happened."""
        found = await self._usage.daily([ACTIVE_WALLETS], self._since)
        return self._series(found.get(ACTIVE_WALLETS, {}))

    async def commands(self) -> tuple[Sequence[tuple[str, int]], Sequence[tuple[str, int]]]:
        """The commands and the buttons that were used the most, and how often."""
        commands = await self._usage.sums(COMMAND, self._since)
        buttons = await self._usage.sums(BUTTON, self._since)
        return most(commands, COMMAND, SHOWN), most(buttons, BUTTON, SHOWN)

    async def quality(self) -> Quality:
        """How well messages were delivered."""
        names = {status: f"{DELIVERIES}{status.value}" for status in DeliveryStatus}
        found = await self._usage.daily(list(names.values()), self._since)
        week = self._clock.now().date() - timedelta(days=LATENCY_DAYS - 1)
        return Quality(
            {status: self._series(found.get(name, {})) for status, name in names.items()},
            histogram(await self._usage.sums(LATENCY, week)),
        )

    @property
    def _since(self) -> date:
        return self._clock.now().date() - timedelta(days=DAYS - 1)

    def _series(self, found: Mapping[date, int]) -> Series:
        return Series.of(found, self._since, self._clock.now().date())
