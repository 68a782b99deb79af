"""`ports.Prices` of several sources, of which the first that knows a price is believed."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.prices import Price
from walletwatch.ports.chain import Prices
from walletwatch.ports.common import Metrics

MAX_DISAGREEMENT: Final = Decimal("0.1")
"""Part of the price that was believed; a source that is off by more is counted."""

_log = logging.getLogger("walletwatch.prices")


class SourcedPrices:
    """Asks all sources at once.

    Args:
        sources: The one whose word counts most first. With none, nothing is known.
        patience: How long a source may take: a price is never worth a late message.
    """

    def __init__(self, sources: Sequence[Prices], metrics: Metrics, *, patience: timedelta) -> None:
        self._sources = sources
        self._metrics = metrics
        self._patience = patience.total_seconds()

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """What the sources know.

        Raises:
            PriceUnavailable: None of them could be asked.
        """
        answers = await asyncio.gather(*(self._ask(source, assets) for source in self._sources))
        given = [answer for answer in answers if answer is not None]
        if self._sources and not given:
            raise PriceUnavailable("no source of prices could be asked")
        believed: dict[str, Price] = {}
        for answer in given:
            for asset, price in answer.items():
                self._compare(believed.setdefault(asset, price), price)
        return believed

    async def _ask(self, source: Prices, assets: Collection[str]) -> Mapping[str, Price] | None:
        try:
            async with asyncio.timeout(self._patience):
                return await source.prices(assets)
        except (PriceUnavailable, TimeoutError) as error:
            self._metrics.count("PriceSourceFailures")
            reason = f"{type(source).__name__}: {str(error) or 'took too long'}"
            _log.info("a source of prices failed", extra={"reason": reason})
            return None

    def _compare(self, believed: Price, other: Price) -> None:
        if abs(other.usd - believed.usd) > believed.usd * MAX_DISAGREEMENT:
            self._metrics.count("PriceDisagreements")
            _log.info(
                "sources of prices disagree",
                extra={"asset": believed.asset, "believed": str(believed.usd), "other": str(other.usd)},
            )
