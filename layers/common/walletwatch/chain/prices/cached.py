"""`ports.Prices` that are remembered for a while, for all instances."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from walletwatch.domain.addresses import is_address
from walletwatch.domain.errors import PriceUnavailable, StoreUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, fresh
from walletwatch.ports.chain import Prices
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

FRESH_FOR: Final = timedelta(seconds=60)
MAX_AGE: Final = timedelta(minutes=10)
"""An older price is never shown, whatever became of its source."""


class CachedPrices:
    """Asks its source for a price at most once in `FRESH_FOR`; an older one counts where it cannot be asked.

    While one asks, the others go on with the older one. Works without the cache, only slower.

    Args:
        chain: Name of the chain profile: prices of two chains never mix.
    """

    def __init__(self, source: Prices, cache: Cache, clock: Clock, metrics: Metrics, *, chain: str) -> None:
        self._source = source
        self._cache = cache
        self._clock = clock
        self._prefix = f"price:1:{chain}:"
        self._decoder = msgspec.json.Decoder(Price)
        self._prices = Cached(
            cache, metrics, decode=self._decode, ttl=FRESH_FOR, stale_for=MAX_AGE - FRESH_FOR
        )

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """What is known and fresh.

        Raises:
            PriceUnavailable: The source could not be asked, and nothing is remembered.
        """
        keys = [self._prefix + asset for asset in assets if asset == NATIVE or is_address(asset)]
        try:
            found = await self._prices.get_or_load_many(keys, self._ask)
        except PriceUnavailable:
            found = await self._remembered(keys)
            if not found:
                raise
        return {price.asset: price for price in found.values()}

    async def _ask(self, keys: Sequence[str]) -> Mapping[str, Price]:
        answer = await self._source.prices({key.removeprefix(self._prefix) for key in keys})
        now = self._clock.now()
        # What is left out is forgotten, so that what the source took back does not return when it is down.
        return {self._prefix + asset: price for asset, price in answer.items() if fresh(price, now, MAX_AGE)}

    async def _remembered(self, keys: Sequence[str]) -> Mapping[str, Price]:
        try:
            values = await self._cache.get_many(keys)
        except StoreUnavailable:
            return {}
        found = {}
        for key, value in values.items():
            try:
                found[key] = self._decode(value)
            except (msgspec.MsgspecError, ValueError):
                continue
        return found

    def _decode(self, value: bytes) -> Price:
        price = self._decoder.decode(value)
        if not fresh(price, self._clock.now(), MAX_AGE):
            raise ValueError("the price is too old, whatever the cache's clock says")
        return price
