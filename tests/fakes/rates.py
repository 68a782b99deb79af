"""Rates of currencies, in memory."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal

from tests.fakes.rows import Tables
from walletwatch.domain.currencies import Currency, Quotes
from walletwatch.domain.errors import SourceRefused, SourceUnavailable, StoreUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.ports.currencies import RateSheet


@dataclass
class FakeFxRates:
    """`ports.currencies.FxRates`.

    Attributes:
        reads: How often all of it was read.
    """

    tables: Tables = field(default_factory=Tables)
    stored: dict[tuple[Currency, date], Decimal] = field(default_factory=dict)
    reads: int = 0
    down: bool = False

    async def keep(self, sheet: RateSheet) -> None:
        for currency, units in sheet.per_usd.items():
            self.stored[currency, sheet.day] = units

    async def keep_native(self, since: date) -> None:
        days: defaultdict[date, list[Decimal]] = defaultdict(list)
        for (asset, at), usd in self.tables.samples.items():
            if asset == NATIVE and at.astimezone(UTC).date() >= since:
                days[at.astimezone(UTC).date()].append(usd)
        for day, prices in days.items():
            self.stored[Currency.NATIVE, day] = round(len(prices) / sum(prices, Decimal(0)), 18)

    async def quotes(self) -> Quotes:
        if self.down:
            raise StoreUnavailable("it is away")
        self.reads += 1
        found: defaultdict[Currency, list[tuple[date, Decimal]]] = defaultdict(list)
        for (currency, day), units in sorted(self.stored.items()):
            found[currency].append((day, units))
        return {currency: tuple(series) for currency, series in found.items()}


@dataclass
class FakeRateSource:
    """`ports.currencies.RateSource`."""

    sheet: RateSheet | None = None
    failure: SourceRefused | SourceUnavailable | None = None
    source: str = "exchange rates"

    async def latest(self) -> RateSheet:
        if self.failure is not None:
            raise self.failure
        assert self.sheet is not None
        return self.sheet
