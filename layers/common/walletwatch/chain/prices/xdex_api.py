"""`ports.Prices` by XDEX's public API, read defensively: its numbers come in several shapes, and from others.

One request brings the list of all pools, and with it all prices. The API's endpoint for a single token is not
used: it says nothing of liquidity, so that a dollar in an empty pool can make a token "worth" millions.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from walletwatch.chain.prices.consensus import Agreed, Quote, agree
from walletwatch.chain.prices.xdex_client import XdexClient, dollars, rows
from walletwatch.domain.addresses import is_address
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, PriceSource
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport

POLL_EVERY: Final = timedelta(seconds=30)


class _Snapshot(msgspec.Struct, frozen=True):
    """All prices of one answer, by mint."""

    at: datetime
    prices: Mapping[str, Agreed]


class XdexApiPrices:
    """Prices of tokens in pools with the native token or a stable one.

    An instance asks at most once in `POLL_EVERY`, and instances share the answer, so that together they ask
    hardly more often.

    Args:
        url: Without the path.
        network: The chain's name in the API.
        stable_mints: What counts as a dollar, beside the native token, on the other side of a pool.
        min_liquidity_usd: What a pool has to hold of both sides to be listened to.
        timeout: Seconds for one step of an exchange.
        transport: Instead of the network, for tests.
    """

    def __init__(
        self,
        url: str,
        network: str,
        stable_mints: frozenset[str],
        cache: Cache,
        clock: Clock,
        metrics: Metrics,
        *,
        min_liquidity_usd: Decimal,
        timeout: float = 3.0,
        transport: "AsyncBaseTransport | None" = None,
    ) -> None:
        self._client = XdexClient(url, network, clock, timeout=timeout, transport=transport)
        self._stable_mints = stable_mints
        self._clock = clock
        self._minimum = min_liquidity_usd
        self._key = f"xdex-api:1:{network}"
        self._snapshots = Cached(
            cache, metrics, decode=msgspec.json.Decoder(_Snapshot).decode, ttl=POLL_EVERY
        )
        self._snapshot: _Snapshot | None = None
        self._asked_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """The prices of those that trade in deep enough pools.

        Raises:
            PriceUnavailable: The API did not answer, or in a shape that is not known.
        """
        snapshot = await self._present()
        found = {}
        for asset in assets:
            agreed = snapshot.prices.get(WRAPPED_NATIVE_MINT if asset == NATIVE else asset)
            if agreed is not None:
                found[asset] = Price(
                    asset, agreed.usd, snapshot.at, PriceSource.XDEX_API, agreed.liquidity_usd
                )
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _present(self) -> _Snapshot:
        async with self._one_at_a_time:
            now = self._clock.now()
            if self._snapshot is None or now - self._snapshot.at >= POLL_EVERY:
                self._snapshot = await self._snapshots.get_or_load(self._key, self._ask)
            return self._snapshot

    async def _ask(self) -> _Snapshot:
        now = self._clock.now()
        if self._asked_at is not None and now - self._asked_at < POLL_EVERY:
            raise PriceUnavailable("XDEX's API was asked a moment ago, in vain")
        self._asked_at = now
        pools = _pools(await self._client.answer())
        return _Snapshot(now, _agreed(pools, self._stable_mints, self._minimum))


class _Pool(msgspec.Struct, frozen=True):
    """A row of the list: mints, dollars for one whole token of each where known, dollars in the pool."""

    mints: tuple[str, str]
    usd: tuple[Decimal | None, Decimal | None]
    tvl: Decimal


def _pools(answer: bytes) -> list[_Pool]:
    """The rows that have the shape of a pool.

    Raises:
        PriceUnavailable: It is no list of pools: not even one row has the shape.
    """
    listed = rows(answer)
    if not listed:
        return []
    pools = [pool for row in listed if (pool := _pool(row)) is not None]
    if not pools:
        raise PriceUnavailable("XDEX's API answered a list of another shape")
    return pools


def _pool(row: Any) -> _Pool | None:
    if not isinstance(row, dict):
        return None
    first, second, tvl = row.get("token1_address"), row.get("token2_address"), dollars(row.get("tvl"))
    if not isinstance(first, str) or not isinstance(second, str) or first == second or tvl is None:
        return None
    if not is_address(first) or not is_address(second):
        return None
    return _Pool((first, second), (dollars(row.get("token1_price")), dollars(row.get("token2_price"))), tvl)


def _agreed(pools: list[_Pool], stable_mints: frozenset[str], minimum: Decimal) -> Mapping[str, Agreed]:
    quotes: defaultdict[str, list[Quote]] = defaultdict(list)
    for mint, quoted in _quotes(pools, stable_mints):
        quotes[mint].append(quoted)
    agreed = ((mint, agree(said, minimum)) for mint, said in quotes.items())
    return {mint: price for mint, price in agreed if price is not None}


def _quotes(pools: list[_Pool], stable_mints: frozenset[str]) -> Iterator[tuple[str, Quote]]:
    """What each pool says of a side whose other side is an anchor."""
    for pool in pools:
        for side in (0, 1):
            mint, other, usd = pool.mints[side], pool.mints[1 - side], pool.usd[side]
            if usd is not None and (other == WRAPPED_NATIVE_MINT or other in stable_mints):
                yield mint, Quote.of_value(usd, pool.tvl)
