"""Figures of how the bot is used, by day and by week (UTC)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.telemetry import BUCKETS, USED, Histogram

DAYS: Final = 30
WEEKS: Final = 8
ACTIVE_KEPT: Final = timedelta(days=100)
"""How long it is remembered on which days somebody was here."""

COMMAND, BUTTON = USED
LATENCY: Final = "latency."
DELIVERIES: Final = "deliveries."
ACTIVE_PEOPLE: Final = "people.active"
ACTIVE_WALLETS: Final = "wallets.active"


@dataclass(frozen=True, slots=True)
class Series:
    """A figure for each of some days, without a gap, oldest first.

    Attributes:
        first: The first of the days.
    """

    first: date
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        """All days together."""
        return sum(self.values)

    @classmethod
    def of(cls, found: Mapping[date, int], first: date, last: date) -> "Series":
        """The days from first to last; one that is not among those found has nothing."""
        days = (last - first).days + 1
        return cls(first, tuple(found.get(first + timedelta(days=each), 0) for each in range(days)))


@dataclass(frozen=True, slots=True)
class Growth:
    """How many people there are.

    Attributes:
        total: By now.
        new: Who came on each day, and has not asked to be forgotten since.
        active: Who was here on each day.
    """

    total: int
    new: Series
    active: Series


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who came in the same week.

    Attributes:
        week: Its Monday.
        back: How many of them were here in that week and in each after it, the present one included.
    """

    week: date
    size: int
    back: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How well messages were delivered.

    Attributes:
        statuses: What became of the messages that were made on each day, by status.
        latency: From the block to Telegram, over the last week; without any there is nothing in it.
    """

    statuses: Mapping[DeliveryStatus, Series]
    latency: Histogram


def histogram(counts: Mapping[str, int]) -> Histogram:
    """Durations that were kept by bucket, by the names `latency.<bucket>`."""
    buckets = range(len(BUCKETS) + 1)
    return Histogram(tuple(counts.get(f"{LATENCY}{each}", 0) for each in buckets), 0)


def most(counts: Mapping[str, int], prefix: str, limit: int) -> Sequence[tuple[str, int]]:
    """What has this prefix, without it, the most frequent first."""
    found = ((name.removeprefix(prefix), count) for name, count in counts.items() if name.startswith(prefix))
    return sorted(found, key=lambda item: (-item[1], item[0]))[:limit]
