"""When a chat is told at once, and until when what comes is held: quiet hours, digests, snoozing.

Hours are those of the chat's time zone. Moments are reckoned from the local day and hour, so that an hour
that a change of the clocks leaves out, or repeats, ends and begins nothing twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MAX_SNOOZE: Final = timedelta(days=7)
FOREVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_ROUNDS: Final = 16
"""More than any settings need: each round ends one quiet time that the next may follow."""


class Pace(StrEnum):
    """How often a chat hears."""

    NOW = "now"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of day in which nothing is sent; it may reach over midnight.

    Attributes:
        start: Minutes after midnight, 0 to 1439.
        end: Minutes after midnight, another than `start`.
        weekdays: On which it begins, Monday is 0; none for every day.
    """

    start: int
    end: int
    weekdays: tuple[int, ...] = ()

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """From when to when it is quiet that begins on this local day; None where it does not begin then."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return None
        last = day + timedelta(days=1) if self.end <= self.start else day
        return _moment(day, self.start, zone), _moment(last, self.end, zone)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a chat wants to hear.

    Attributes:
        zone: IANA name.
        digest_hour: Of the daily digest, 0 to 23.
        snoozed_until: Nothing is sent before.
    """

    zone: str
    quiet: QuietHours | None = None
    pace: Pace = Pace.NOW
    digest_hour: int = 9
    snoozed_until: datetime | None = None

    def held_until(self, now: datetime) -> datetime | None:
        """Until when what comes now is held; None where it is told at once."""
        if self.quiet is None and self.pace is Pace.NOW:
            return self.urgent_until(now)
        zone = ZoneInfo(self.zone)
        moment = max(now, self.snoozed_until or now)
        if self.pace is not Pace.NOW:
            # A digest that falls into the snoozing waits for its end, and for no further digest.
            moment = max(moment, self._next_digest(now, zone))
        for _ in range(_ROUNDS):
            end = self._quiet_end(moment, zone)
            if end is None:
                break
            moment = end
        return moment if moment > now else None

    def urgent_until(self, now: datetime) -> datetime | None:
        """Until when what is urgent is held: quiet hours and digests do not hold it, snoozing does."""
        return self.snoozed_until if self.snoozed_until is not None and self.snoozed_until > now else None

    def _quiet_end(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        if self.quiet is None:
            return None
        today = moment.astimezone(zone).date()
        spans = [self.quiet.on(today + timedelta(days=days), zone) for days in (-1, 0)]
        return max((span[1] for span in spans if span and span[0] <= moment < span[1]), default=None)

    def _next_digest(self, now: datetime, zone: ZoneInfo) -> datetime:
        if self.pace is Pace.HOURLY:
            # A local hour begins with each full hour of a zone whose offset has minutes too.
            local = now.astimezone(zone)
            past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            return now - past + timedelta(hours=1)
        return next(moment for moment in self._daily(now, zone) if moment > now)

    def _daily(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        today = now.astimezone(zone).date()
        return (_moment(today + timedelta(days=days), self.digest_hour * 60, zone) for days in (0, 1, 2))


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment of this local day that shows this time, or would if the clocks were not changed."""
    local = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return local.astimezone(UTC)
