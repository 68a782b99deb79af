"""What a dollar is in other currencies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from walletwatch.domain.currencies import Currency, Quotes


@dataclass(frozen=True, slots=True)
class RateSheet:
    """The rates of a day.

    Attributes:
        day: In UTC, as their source dates them.
        per_usd: Units for a dollar, of every currency of a country but the dollar.
    """

    day: date
    per_usd: Mapping[Currency, Decimal]


class RateSource(Protocol):
    """Somebody who publishes rates every day."""

    source: str
    """Its name as people read it."""

    async def latest(self) -> RateSheet:
        """The newest rates.

        Raises:
            SourceRefused: It answered what are no rates, or not of all currencies.
            SourceUnavailable: It did not answer.
        """


class FxRates(Protocol):
    """The rates of each day (PostgreSQL)."""

    async def keep(self, sheet: RateSheet) -> None:
        """Store the rates of a day, in place of what was stored of it."""

    async def keep_native(self, since: date) -> None:
        """Store what the chain's token was worth on each day from this one on, by its price samples."""

    async def quotes(self) -> Quotes:
        """All that is known."""
