"""What everybody needs."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, so that tests can set it."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class Metrics(Protocol):
    """Counts and durations; the names are in `walletwatch.domain.measures`."""

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter."""

    def milliseconds(self, name: str, value: float) -> None:
        """Record a duration."""


class UseMetrics(Metrics, Protocol):
    """`Metrics` that also tell what is used."""

    def used(self, what: str) -> None:
        """Count that somebody used something, such as `command.watch`; nothing says who."""
