"""`ports.Prices` from the reserves of the exchange's pools, read from the chain."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Final

from walletwatch.chain.prices.consensus import Agreed, Quote, agree
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.pool_account import Pool, is_pool, read_reserves
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, PriceUnavailable
from walletwatch.domain.money import NATIVE, to_decimal
from walletwatch.domain.prices import ARITHMETIC, Price, PriceSource
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock

POOLS_PER_CALL: Final = 33
"""A pool and its two vaults are read by one call, so that they are of one slot; a call takes 100 accounts."""
DOLLAR: Final = Decimal(1)

type _Holdings = Mapping[str, Decimal]
"""Whole tokens in a pool, by mint."""


class PoolPrices:
    """Prices by pools of a token with a stable one, and of a token with the native one.

    The anchor is the profile's stable tokens, taken as one dollar each: the native token is priced by its
    pools with them, every other token by its pools with them and with the native one.

    Args:
        min_liquidity_usd: What a pool has to hold of both sides to be listened to.
    """

    def __init__(
        self,
        chain: Chain,
        exchange: Exchange,
        directory: PoolDirectory,
        clock: Clock,
        *,
        min_liquidity_usd: Decimal,
    ) -> None:
        self._chain = chain
        self._exchange = exchange
        self._directory = directory
        self._clock = clock
        self._minimum = min_liquidity_usd

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """The prices of those that trade in deep enough pools.

        Raises:
            PriceUnavailable: The chain could not be asked.
        """
        now = self._clock.now()
        mints = {asset: WRAPPED_NATIVE_MINT if asset == NATIVE else asset for asset in assets}
        stable = self._exchange.stable_mints
        agreed: dict[str, Agreed] = {}
        if not stable.issuperset(mints.values()):
            agreed = await self._agreed(set(mints.values()) - stable, now)
        found = {}
        for asset, mint in mints.items():
            if mint in stable:
                found[asset] = Price(asset, DOLLAR, now, PriceSource.PEG, None)
            elif mint in agreed:
                price = agreed[mint]
                found[asset] = Price(asset, price.usd, now, PriceSource.POOLS, price.liquidity_usd)
        return found

    async def _agreed(self, mints: set[str], now: datetime) -> dict[str, Agreed]:
        try:
            pools = _relevant(await self._directory.pools(), mints, self._exchange.stable_mints)
            holdings = await self._holdings(pools, now)
        except (ChainUnavailable, ChainRefused) as error:
            raise PriceUnavailable(f"pools: {error}") from error
        anchors = dict.fromkeys(self._exchange.stable_mints, DOLLAR)
        native = agree(_quotes(holdings, WRAPPED_NATIVE_MINT, anchors), self._minimum)
        if native is not None:
            anchors[WRAPPED_NATIVE_MINT] = native.usd
        agreed = {}
        for mint in mints:
            is_native = mint == WRAPPED_NATIVE_MINT
            price = native if is_native else agree(_quotes(holdings, mint, anchors), self._minimum)
            if price is not None:
                agreed[mint] = price
        return agreed

    async def _holdings(self, pools: Sequence[Pool], now: datetime) -> Sequence[_Holdings]:
        answers = await asyncio.gather(
            *(self._read(batch, now) for batch in batched(pools, POOLS_PER_CALL, strict=False))
        )
        return [holding for answer in answers for holding in answer]

    async def _read(self, pools: Iterable[Pool], now: datetime) -> Sequence[_Holdings]:
        accounts = await self._chain.accounts(
            list(dict.fromkeys(address for pool in pools for address in (pool.address, *pool.vaults)))
        )
        holdings = []
        for pool in pools:
            account, first, second = (accounts.get(name) for name in (pool.address, *pool.vaults))
            if account is None or first is None or second is None:
                continue
            if not is_pool(account, self._exchange.program):
                continue
            reserves = read_reserves(pool, account, (first, second), now)
            if reserves is not None:
                amounts = map(to_decimal, reserves.amounts, reserves.decimals)
                holdings.append(dict(zip(pool.mints, amounts, strict=True)))
        return holdings


def _relevant(pools: Sequence[Pool], mints: set[str], stable: frozenset[str]) -> Sequence[Pool]:
    """The pools of these mints, and those that price the native token where it is asked for or in between."""
    tokens = mints - {WRAPPED_NATIVE_MINT}
    chosen = [pool for pool in pools if tokens.intersection(pool.mints)]
    if WRAPPED_NATIVE_MINT in mints or any(WRAPPED_NATIVE_MINT in pool.mints for pool in chosen):
        chosen += [
            pool for pool in pools if WRAPPED_NATIVE_MINT in pool.mints and stable.intersection(pool.mints)
        ]
    return chosen


def _quotes(holdings: Sequence[_Holdings], mint: str, anchors: Mapping[str, Decimal]) -> list[Quote]:
    """What the pools of this mint with an anchor say."""
    return [
        Quote.of_reserves(holding[mint], ARITHMETIC.multiply(amount, anchors[other]))
        for holding in holdings
        if mint in holding
        for other, amount in holding.items()
        if other != mint and other in anchors
    ]
