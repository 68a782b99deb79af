"""`ports.Prices` by XDEX's public API, read defensively: its numbers come in several shapes, and from others.

One request brings the list of all pools, and with it all prices. The API's endpoint for a single token is not
used: it says nothing of liquidity, so that a dollar in an empty pool can make a token "worth" millions.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from walletwatch.chain.prices.consensus import Agreed, Quote, agree
from walletwatch.domain.addresses import is_address
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, PriceSource
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Cache
from walletwatch.services.caching import Cached

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport, AsyncClient, Response

POLL_EVERY: Final = timedelta(seconds=30)
MAX_TRIES: Final = 2
BACKOFF_SECONDS: Final = 0.5
MAX_ANSWER_BYTES: Final = 8 * 2**20
PLAUSIBLE: Final = (Decimal("1e-24"), Decimal("1e15"))
"""Dollars outside of which a number is no price and no pool's worth."""
_MAX_NUMBER_LENGTH: Final = 64
_LISTS: Final = ("data", "pools", "list", "result")
_LIST_DEPTH: Final = 2
_TRY_AGAIN: Final = 429
_OK: Final = 200
_SERVER_ERRORS: Final = 500

_log = logging.getLogger("walletwatch.prices")
_json = msgspec.json.Decoder(float_hook=Decimal)


class _Snapshot(msgspec.Struct, frozen=True):
    """All prices of one answer, by mint."""

    at: datetime
    prices: Mapping[str, Agreed]


class _Retryable(Exception):
    """Another try may succeed."""


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
        # A plus in place of the space is refused as another network.
        self._url = f"{url.rstrip('/')}/api/xendex/pool/list?network={quote(network, safe='')}"
        self._stable_mints = stable_mints
        self._clock = clock
        self._minimum = min_liquidity_usd
        self._timeout = timeout
        self._transport = transport
        self._client: AsyncClient | None = None
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
        if self._client is not None:
            await self._client.aclose()
            self._client = None

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
        pools = _pools(await self._answer())
        return _Snapshot(now, _agreed(pools, self._stable_mints, self._minimum))

    async def _answer(self) -> bytes:
        failure = ""
        for attempt in range(MAX_TRIES):
            if attempt:
                await self._clock.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311 - jitter
            try:
                return await self._exchange()
            except _Retryable as error:
                failure = str(error)
        raise PriceUnavailable(f"XDEX's API: {failure}")

    async def _exchange(self) -> bytes:
        import httpx2  # noqa: PLC0415 - only where the network is asked; the RPC client has it loaded by then

        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=self._timeout,
                transport=self._transport,
                # Without compression the size that is counted is the size that is read.
                headers={"accept": "application/json", "accept-encoding": "identity"},
            )
        try:
            async with self._client.stream("GET", self._url) as response:
                return await _body(response)
        except httpx2.HTTPError as error:
            raise _Retryable(type(error).__name__) from error


async def _body(response: "Response") -> bytes:
    if response.status_code == _TRY_AGAIN or response.status_code >= _SERVER_ERRORS:
        raise _Retryable(f"HTTP {response.status_code}")
    if response.status_code != _OK:
        raise PriceUnavailable(f"XDEX's API: HTTP {response.status_code}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PriceUnavailable("XDEX's API compressed its answer unasked")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise PriceUnavailable("XDEX's API answered too much")
    return bytes(body)


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
    try:
        decoded = _json.decode(answer)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise PriceUnavailable("XDEX's API answered no JSON") from error
    rows = _rows(decoded)
    if not rows:
        return []
    pools = [pool for row in rows if (pool := _pool(row)) is not None]
    if not pools:
        raise PriceUnavailable("XDEX's API answered a list of another shape")
    return pools


def _rows(decoded: Any) -> list[Any]:
    """The list: bare, or a member of an object, or of an object in that."""
    if isinstance(decoded, dict) and decoded.get("success") is False:
        raise PriceUnavailable("XDEX's API answered that it failed")
    for _ in range(_LIST_DEPTH):
        if isinstance(decoded, dict):
            decoded = next((decoded[name] for name in _LISTS if name in decoded), None)
    if not isinstance(decoded, list):
        raise PriceUnavailable("XDEX's API answered no list")
    return decoded


def _pool(row: Any) -> _Pool | None:
    if not isinstance(row, dict):
        return None
    first, second, tvl = row.get("token1_address"), row.get("token2_address"), _dollars(row.get("tvl"))
    if not isinstance(first, str) or not isinstance(second, str) or first == second or tvl is None:
        return None
    if not is_address(first) or not is_address(second):
        return None
    return _Pool((first, second), (_dollars(row.get("token1_price")), _dollars(row.get("token2_price"))), tvl)


def _dollars(value: Any) -> Decimal | None:
    """A number, or the text of one; None if it is neither, or beyond belief."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    if isinstance(value, str) and (len(value) > _MAX_NUMBER_LENGTH or "_" in value):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    lowest, highest = PLAUSIBLE
    return number if number.is_finite() and lowest <= number <= highest else None


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
