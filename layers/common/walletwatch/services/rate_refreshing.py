"""Taking the rates of currencies from where they are published."""

import logging
from datetime import timedelta
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.currencies import Quotes
from walletwatch.domain.errors import SourceRefused, SourceUnavailable
from walletwatch.domain.prices import ARITHMETIC
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.currencies import FxRates, RateSheet, RateSource
from walletwatch.ports.listing import PoolCreators

NATIVE_DAYS: Final = timedelta(days=2)
"""Days whose price is reckoned again: today's, and yesterday's, which is over by now."""
MAX_JUMP: Final = Decimal("1.5")
"""A rate that became so many times what it was, or what it was so many times as much as, is a mistake."""

_log = logging.getLogger("walletwatch.rate_refreshing")


class RateRefreshing:
    """Takes the rates of the day from where they are published.

    Args:
        source: None where this deployment offers no money of countries.
        sources: How the source is doing.
    """

    def __init__(
        self,
        source: RateSource | None,
        store: FxRates,
        sources: PoolCreators,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._source = source
        self._store = store
        self._sources = sources
        self._clock = clock
        self._metrics = metrics

    async def run(self, believe: str | None = None) -> int:
        """Store what is new; how many rates were taken.

        Args:
            believe: A source that has jumped for a reason, by an operator's word.

        Raises:
            TransientError: What was stored stays.
        """
        now = self._clock.now()
        await self._store.keep_native((now - NATIVE_DAYS).date())
        source = self._source
        if source is None:
            return 0
        try:
            sheet = await source.latest()
            if believe != source.source:
                _doubt(sheet, await self._store.quotes())
        except (SourceRefused, SourceUnavailable) as error:
            _log.warning("rates not taken", extra={"source": source.source, "reason": str(error)})
            refused = isinstance(error, SourceRefused)
            self._metrics.count("ListSourcesRefused" if refused else "ListSourcesUnavailable")
            await self._sources.refuse(source.source, str(error), now)
            return 0
        await self._store.keep(sheet)
        await self._sources.accept(source.source, len(sheet.per_usd), now)
        self._metrics.count("FxRatesTaken", len(sheet.per_usd))
        return len(sheet.per_usd)


def _doubt(sheet: RateSheet, known: Quotes) -> None:
    """Refuse what cannot be, by the last rates that were good."""
    for currency, rate in sheet.per_usd.items():
        if not known.get(currency):
            continue
        last = known[currency][-1][1]
        with localcontext(ARITHMETIC):
            if rate > last * MAX_JUMP or last > rate * MAX_JUMP:
                raise SourceRefused(f"{currency} jumped from {last} to {rate}")
