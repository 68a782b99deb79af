"""What assets are worth, and reckoning one in another."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.domain.assets import Asset
from walletwatch.domain.conversion import ONE, convert
from walletwatch.domain.currencies import Exchange
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.holdings import priced_as
from walletwatch.domain.markets import Hop, Market, deepest, impact
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import ARITHMETIC, Price
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.quotes import AssetQuote, Conversion, Side
from walletwatch.services.assets import KnownAssets
from walletwatch.services.money_reads import MoneyReads

POOLS_SECONDS: Final = 3.0
"""An estimate is not waited for longer than this."""

_log = logging.getLogger("walletwatch.quoting")


class Quoting:
    """The use cases behind /price and /convert."""

    def __init__(self, reads: MoneyReads, profile: ChainProfile) -> None:
        self._reads = reads
        self._stable = sorted(profile.exchange.stable_mints) if profile.exchange else []

    async def quote(self, asset: Asset, known: KnownAssets) -> AssetQuote:
        """What an asset is worth.

        Raises:
            PriceUnavailable: Nobody could be asked.
        """
        prices = await known.prices([asset.id])
        priced = priced_as(asset.id)
        return AssetQuote(asset, prices.get(priced), prices.get(NATIVE), known.before.get(priced))

    async def convert(
        self, amount: Decimal, source: Side, target: Side, known: KnownAssets
    ) -> Conversion | None:
        """An amount of one in the other; None where one has no price, or no rate.

        Raises:
            PriceUnavailable: Nobody could be asked.
        """
        assets = [each for each in (source, target) if isinstance(each, Asset)]
        prices, lost = await asyncio.gather(
            known.prices([each.id for each in assets]), self._impact(amount, source, target, known)
        )
        found = [_worth_of(each, prices) for each in (source, target)]
        if found[0] is None or found[1] is None:
            return None
        (source_usd, source_units), (target_usd, target_units) = found[0], found[1]
        used = [prices[priced_as(each.id)] for each in assets]

        def reckoned(units: Decimal) -> Decimal:
            return convert(
                units, source_usd, target_usd, source_units=source_units, target_units=target_units
            )

        return Conversion(
            amount,
            source,
            target,
            reckoned(amount),
            reckoned(ONE),
            min(used, key=lambda price: price.at, default=None),
            lost,
            is_trade=self._mint(source) != self._mint(target),
        )

    @property
    def dollar(self) -> str | None:
        """What dollars are in pools; None where the chain has no such token."""
        return self._stable[0] if self._stable else None

    async def pools(self, mint: str) -> Sequence[Market]:
        """The pools that an estimate is made of; none where they cannot be had in time."""
        if mint in {NATIVE, WRAPPED_NATIVE_MINT}:
            # Its own are many, and an estimate looks at the other side's.
            return ()
        try:
            async with asyncio.timeout(POOLS_SECONDS):
                found = await self._reads.markets(mint)
        except (ChainUnavailable, TimeoutError) as error:
            _log.info("no estimate of an impact", extra={"reason": str(error)})
            return ()
        return found.pools if found is not None else ()

    async def _impact(
        self, amount: Decimal, source: Side, target: Side, known: KnownAssets
    ) -> Decimal | None:
        if isinstance(source, Exchange):
            rate = source.rate()
            if rate is None:
                return None
            amount = ARITHMETIC.divide(amount, rate)
        first, last = self._mint(source), self._mint(target)
        if first is None or last is None or first == last:
            return None
        path = await self._path(first, last, known)
        return impact(path, amount) if path else None

    async def _path(self, first: str, last: str, known: KnownAssets) -> Sequence[Hop]:
        """The deepest pool of the two, else two of them by way of the native token."""
        wanted = [mint for mint in (first, last) if mint != WRAPPED_NATIVE_MINT]
        pools = await asyncio.gather(*(known.about(mint, self.pools) for mint in wanted))
        found: Mapping[str, Sequence[Market]] = dict(zip(wanted, pools, strict=True))
        direct = deepest(found[wanted[0]], first, last)
        if direct is not None:
            return (Hop(direct, first),)
        if len(wanted) == 1:
            return ()
        into = deepest(found[first], first, WRAPPED_NATIVE_MINT)
        out_of = deepest(found[last], WRAPPED_NATIVE_MINT, last)
        return (Hop(into, first), Hop(out_of, WRAPPED_NATIVE_MINT)) if into and out_of else ()

    def _mint(self, side: Side) -> str | None:
        """What is traded in pools; money is a stable token there."""
        if isinstance(side, Exchange):
            return self.dollar
        return WRAPPED_NATIVE_MINT if side.id == NATIVE else side.id


def _worth_of(side: Side, prices: Mapping[str, Price]) -> tuple[Decimal, Decimal] | None:
    """So many dollars for so many units; None where that is not known."""
    if isinstance(side, Exchange):
        rate = side.rate()
        return None if rate is None else (ONE, rate)
    price = prices.get(priced_as(side.id))
    return None if price is None else (price.usd, ONE)
