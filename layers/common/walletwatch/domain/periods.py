"""Periods that people name: whole days in their own time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

EARLIEST: Final = date(2020, 1, 1)
"""No SVM chain is older, and no button can name an earlier day."""
MAX_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in Unix seconds, its end not included; None where it is open."""

    start: int | None = None
    end: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is all time."""
        return self.start is None and self.end is None


@dataclass(frozen=True, slots=True)
class Period:
    """So many days up to now, or the days from `first` to `last`; all time where nothing is set.

    Attributes:
        days: Counted back from now, 24 hours each.
        first: None for any time before `last`.
        last: This day too; None for up to now.
    """

    days: int | None = None
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        between = [day for day in (self.first, self.last) if day is not None]
        if self.days is not None and (between or not 1 <= self.days <= MAX_DAYS):
            raise ValueError("days from 1 to 3650, and nothing else")
        if any(not EARLIEST <= day < date(2100, 1, 1) for day in between) or between != sorted(between):
            raise ValueError("days of this century, in their order")

    @property
    def is_all(self) -> bool:
        """Whether it is all time."""
        return self == ALL_TIME

    def span(self, now: datetime, zone: tzinfo) -> Span:
        """When it begins and ends for somebody in this zone."""
        if self.days is not None:
            return Span(int((now - timedelta(days=self.days)).timestamp()))
        after = None if self.last is None else self.last + timedelta(days=1)
        return Span(
            None if self.first is None else _midnight(self.first, zone),
            None if after is None else _midnight(after, zone),
        )


ALL_TIME: Final = Period()


def day_of(at: int, zone: tzinfo) -> date:
    """The day of a moment in Unix seconds."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date()


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
