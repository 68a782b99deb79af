"""XDEX's public API: its list of all pools, asked for with limits, and taken apart with suspicion."""

import random
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from walletwatch.domain.errors import PriceUnavailable
from walletwatch.ports.common import Clock

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport, AsyncClient, Response

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

_json = msgspec.json.Decoder(float_hook=Decimal)


class _Retryable(Exception):
    """Another try may succeed."""


class XdexClient:
    """Asks for the list of all pools.

    Args:
        url: Without the path.
        network: The chain's name in the API.
        timeout: Seconds for one step of an exchange.
        transport: Instead of the network, for tests.
    """

    def __init__(
        self,
        url: str,
        network: str,
        clock: Clock,
        *,
        timeout: float = 3.0,
        transport: "AsyncBaseTransport | None" = None,
    ) -> None:
        # A plus in place of the space is refused as another network.
        self._url = f"{url.rstrip('/')}/api/xendex/pool/list?network={quote(network, safe='')}"
        self._clock = clock
        self._timeout = timeout
        self._transport = transport
        self._client: AsyncClient | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def answer(self) -> bytes:
        """The list, as it came.

        Raises:
            PriceUnavailable: The API did not answer, or not as it should.
        """
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


def rows(answer: bytes) -> list[Any]:
    """The list in an answer: bare, or a member of an object, or of an object in that.

    Raises:
        PriceUnavailable: There is none.
    """
    try:
        decoded = _json.decode(answer)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise PriceUnavailable("XDEX's API answered no JSON") from error
    if isinstance(decoded, dict) and decoded.get("success") is False:
        raise PriceUnavailable("XDEX's API answered that it failed")
    for _ in range(_LIST_DEPTH):
        if isinstance(decoded, dict):
            decoded = next((decoded[name] for name in _LISTS if name in decoded), None)
    if not isinstance(decoded, list):
        raise PriceUnavailable("XDEX's API answered no list")
    return decoded


def dollars(value: Any) -> Decimal | None:
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
