"""XDEX's public API: its list of all pools, asked for with limits, and taken apart with suspicion."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from walletwatch.chain.prices.public_source import BadAnswer, NoAnswer, PublicSource
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.ports.common import Clock

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport

MAX_TRIES: Final = 2
MAX_ANSWER_BYTES: Final = 8 * 2**20
PLAUSIBLE: Final = (Decimal("1e-24"), Decimal("1e15"))
"""Dollars outside of which a number is no price and no pool's worth."""
_MAX_NUMBER_LENGTH: Final = 64
_LISTS: Final = ("data", "pools", "list", "result")
_LIST_DEPTH: Final = 2

_json = msgspec.json.Decoder(float_hook=Decimal)


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
        path = f"/api/xendex/pool/list?network={quote(network, safe='')}"
        self._list = PublicSource(
            url.rstrip("/") + path,
            clock,
            most=MAX_ANSWER_BYTES,
            tries=MAX_TRIES,
            timeout=timeout,
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._list.close()

    async def answer(self) -> bytes:
        """The list, as it came.

        Raises:
            PriceUnavailable: The API did not answer, or not as it should.
        """
        try:
            return await self._list.answer()
        except (NoAnswer, BadAnswer) as error:
            raise PriceUnavailable(f"XDEX's API: {error}") from error


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
