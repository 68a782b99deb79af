"""How the bot is used, kept by day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from walletwatch.domain.analytics import Cohort


class Usage(Protocol):
    """Figures by day, in UTC (PostgreSQL)."""

    async def carry_over(self, counters: Mapping[str, int], day: date) -> None:
        """Add to a day what counters have grown by since they were last carried over.

        Safe to repeat. A counter that is lower than it was has begun anew.
        """

    async def measure(self, day: date) -> None:
        """Count, in place of what was counted of this day before, its people, wallets and deliveries."""

    async def daily(self, names: Sequence[str], since: date) -> Mapping[str, Mapping[date, int]]:
        """These figures from a day on; what was not kept is absent."""

    async def sums(self, prefix: str, since: date) -> Mapping[str, int]:
        """All figures with this prefix, from a day on, each over all days."""

    async def people(self) -> int:
        """How many people there are."""

    async def newcomers(self, since: date) -> Mapping[date, int]:
        """Who came on each day."""

    async def cohorts(self, since: date, until: date) -> Sequence[Cohort]:
        """The people of each week from this Monday on, oldest first."""

    async def forget(self, before: date) -> int:
        """Forget who was here on the days before this; how many entries went."""
