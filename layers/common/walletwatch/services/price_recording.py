"""Remembering what assets were worth, whenever somebody asks."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.prices import Price
from walletwatch.ports.alerting import Samples
from walletwatch.ports.chain import Prices
from walletwatch.ports.common import Clock, Metrics

SAMPLE_EVERY: Final = timedelta(minutes=5)
KEEP_SECONDS: Final = 2.0

_log = logging.getLogger("walletwatch.prices")


class RecordedPrices:
    """Prices whose source is asked seldom; each answer leaves a sample for an asset and five minutes.

    Nobody waits for the samples, and one that is lost is counted.

    Args:
        source: Stands behind the cache, so that what comes from it is fresh.
    """

    def __init__(self, source: Prices, history: Samples, clock: Clock, metrics: Metrics) -> None:
        self._source = source
        self._history = history
        self._clock = clock
        self._metrics = metrics
        self._moment: datetime | None = None
        self._kept: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """What the source knows.

        Raises:
            PriceUnavailable: It could not be asked.
        """
        found = await self._source.prices(assets)
        now = self._clock.now()
        moment = now - timedelta(seconds=now.timestamp() % SAMPLE_EVERY.total_seconds())
        if moment != self._moment:
            self._moment, self._kept = moment, set()
        new = {asset: price.usd for asset, price in found.items() if asset not in self._kept}
        if new:
            self._kept |= new.keys()
            task = asyncio.create_task(self._keep(new, moment))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return found

    async def settle(self) -> None:
        """Wait for the samples that are on their way."""
        await asyncio.gather(*self._tasks)

    async def _keep(self, prices: Mapping[str, Decimal], moment: datetime) -> None:
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await self._history.keep(prices, moment)
        except (StoreUnavailable, TimeoutError) as error:
            self._metrics.count("PriceSamplesLost", len(prices))
            _log.warning("prices not remembered", extra={"reason": str(error) or "took too long"})
