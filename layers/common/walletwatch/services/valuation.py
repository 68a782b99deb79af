"""What tokens are called and worth, for views that can do without either."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.errors import TransientError
from walletwatch.domain.holdings import priced_as
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.chain import Prices, Tokens

PATIENCE_SECONDS: Final = 3.0
"""Nobody waits longer than this for names and prices."""
PRICED: Final = 1000
"""Mints whose prices are asked for at once."""
NAMED_FOR_PRICE: Final = 400
"""Mints whose names are asked for since they have a price: one whose name nobody knows has no value."""

_log = logging.getLogger("walletwatch.valuation")


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be found out.

    Attributes:
        prices: By asset, the native one's among them.
        named: Whether names could be asked for.
        priced: Whether prices could be asked for.
    """

    identities: Mapping[str, TokenIdentity]
    prices: Mapping[str, Price]
    named: bool
    priced: bool


class Valuation:
    """Asks for names and prices at the same time, over one look at each source."""

    def __init__(self, prices: Prices, tokens: Tokens) -> None:
        self._prices = prices
        self._tokens = tokens

    async def facts(self, mints: Collection[str], named: Sequence[str]) -> Facts:
        """The prices of these mints and of the native token, and the names of some.

        Those with a price are worth a name wherever they stand: the deepest markets first, so that nobody
        can crowd out what could be sold.

        Args:
            mints: The first `PRICED` of them are asked for.
            named: Whose names are wanted in any case.
        """
        assets = {NATIVE, *map(priced_as, list(mints)[:PRICED])}
        prices, identities = await asyncio.gather(
            self._or_none("prices", self._prices.prices(assets)), self.names(named)
        )
        more = _deepest(set(mints).difference(named), prices or {})
        further = await self.names(more) if identities is not None else {}
        return Facts(
            {**(identities or {}), **(further or {})},
            prices or {},
            named=identities is not None and further is not None,
            priced=prices is not None,
        )

    async def names(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity] | None:
        """What the mints are called; None where nobody could be asked."""
        if not mints:
            return {}
        return await self._or_none("names", self._tokens.identities(list(dict.fromkeys(mints))))

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """The prices of assets and of the native token.

        Raises:
            PriceUnavailable: Nobody could be asked.
        """
        return await self._prices.prices({NATIVE, *map(priced_as, assets)})

    async def _or_none[T](self, what: str, asked: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asked
        except (TransientError, TimeoutError) as error:
            _log.warning("not valued", extra={"lacks": what, "reason": str(error)})
            return None


def _deepest(mints: Collection[str], prices: Mapping[str, Price]) -> Sequence[str]:
    """Those with a price, the deepest markets first; what needs none comes before them."""
    priced = {mint: prices[priced_as(mint)] for mint in mints if priced_as(mint) in prices}
    depth = {mint: price.liquidity_usd for mint, price in priced.items()}
    ordered = sorted(priced, key=lambda mint: (depth[mint] is not None, -(depth[mint] or 0), mint))
    return ordered[:NAMED_FOR_PRICE]
