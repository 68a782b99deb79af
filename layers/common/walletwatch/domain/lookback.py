"""How far back people look in pictures and exports."""

from datetime import datetime, timedelta
from enum import StrEnum


class Lookback(StrEnum):
    """So many days up to now, or all time."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    YEAR = "1y"
    ALL = "all"

    @property
    def days(self) -> int | None:
        """How many; None for all."""
        return {"7d": 7, "30d": 30, "90d": 90, "1y": 365}.get(self.value)

    def begins(self, now: datetime) -> datetime | None:
        """Its first moment, seen from now; None where it has none."""
        return None if self.days is None else now - timedelta(days=self.days)
