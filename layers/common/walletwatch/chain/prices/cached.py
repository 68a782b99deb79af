"""`ports.Prices` that are remembered for a while, for all instances."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from walletwatch.domain.addresses import is_address
from walletwatch.domain.errors import PriceUnavailable, StoreUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, fresh
from walletwatch.ports import Cache, Clock, Prices

FRESH_FOR: Final = timedelta(seconds=60)
MAX_AGE: Final = timedelta(minutes=10)
"""An older price is never shown, whatever became of its source."""
CONCURRENT_READS: Final = 16
CACHE_SECONDS: Final = 0.5
"""A cache that takes longer is as good as down."""

_decoder = msgspec.json.Decoder(Price)
_encoder = msgspec.json.Encoder()


class CachedPrices:
    """Asks its source for a price at most once in `FRESH_FOR`; an older one counts where it cannot be asked.

    Works without the cache, only slower.

    Args:
        chain: Name of the chain profile: prices of two chains never mix.
    """

    def __init__(self, source: Prices, cache: Cache, clock: Clock, *, chain: str) -> None:
        self._source = source
        self._cache = cache
        self._clock = clock
        self._chain = chain

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """What is known and fresh.

        Raises:
            PriceUnavailable: The source could not be asked, and nothing is remembered.
        """
        wanted = {asset for asset in assets if asset == NATIVE or is_address(asset)}
        remembered = await self._remembered(wanted)
        now = self._clock.now()
        known = {asset: price for asset, price in remembered.items() if fresh(price, now, FRESH_FOR)}
        missing = wanted - known.keys()
        if not missing:
            return known
        try:
            answer = await self._source.prices(missing)
        except PriceUnavailable:
            if remembered:
                return remembered
            raise
        now = self._clock.now()
        answer = {asset: price for asset, price in answer.items() if fresh(price, now, MAX_AGE)}
        # What the source does not stand for any more must not come back when it is down.
        await self._remember(answer.values(), gone=remembered.keys() & (missing - answer.keys()))
        return known | answer

    async def _remembered(self, assets: Collection[str]) -> Mapping[str, Price]:
        gate = asyncio.Semaphore(CONCURRENT_READS)

        async def one(asset: str) -> bytes | None:
            async with gate:
                return await self._cache.get(self._key(asset))

        values = await _all(one(asset) for asset in assets)
        now = self._clock.now()
        prices = (_decoded(value) for value in values if value is not None)
        return {price.asset: price for price in prices if price is not None and fresh(price, now, MAX_AGE)}

    async def _remember(self, prices: Iterable[Price], gone: Collection[str]) -> None:
        async def one(price: Price) -> None:
            await self._cache.set(self._key(price.asset), _encoder.encode(price), MAX_AGE)

        forgotten = self._cache.delete(*(self._key(asset) for asset in gone))
        await _all([*(one(price) for price in prices), forgotten])

    def _key(self, asset: str) -> str:
        return f"price:1:{self._chain}:{asset}"


async def _all[T](calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What all calls to the cache return; nothing if it is down, and then nobody waits for the others."""
    tasks: list[asyncio.Task[T]] = []
    try:
        async with asyncio.timeout(CACHE_SECONDS), asyncio.TaskGroup() as group:
            tasks += [group.create_task(call) for call in calls]
    except* (StoreUnavailable, TimeoutError):
        tasks.clear()
    return [task.result() for task in tasks]


def _decoded(value: bytes) -> Price | None:
    try:
        return _decoder.decode(value)
    except msgspec.DecodeError:
        return None
