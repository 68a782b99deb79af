"""Reading a token's pools on the profile's exchange (Raydium's CP-Swap and its forks).

What can be asked at the same time is asked at the same time: over a `BatchingCaller` it is four requests.
"""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.chain.inspection.failures import unknown
from walletwatch.chain.inspection.holders import Ranker, with_owners
from walletwatch.chain.inspection.owners import OwnerReader
from walletwatch.chain.inspection.removals import read_removals
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.finding import Found, PoolFinder
from walletwatch.chain.prices.pool_account import Pool, PoolDetails, Reserves
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, PriceUnavailable
from walletwatch.domain.inspection.holders import OwnerKind
from walletwatch.domain.inspection.liquidity import Liquidity, LpShares, PoolState, Removal
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price, value_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange
from walletwatch.domain.programs import TOKEN
from walletwatch.domain.risk import Facts, Unknown, UnknownReason
from walletwatch.ports.chain import Chain, Prices
from walletwatch.ports.common import Clock

MAX_POOLS: Final = 30
"""Whose balances are read: three accounts each, and a call takes a hundred."""
LOOKED_INTO: Final = 2
"""Pools whose LP tokens and history are read."""
_MINT_SUPPLY: Final = slice(36, 44)

type _Inside = tuple[LpShares | Unknown | None, tuple[Removal, ...] | Unknown | None]

_NOT_LOOKED_INTO: Final[_Inside] = (None, None)


class LiquidityReader:
    """Reads `Liquidity` of a mint.

    Args:
        directory: For nodes that do not list the exchange's pools.
    """

    def __init__(
        self,
        chain: Chain,
        exchange: Exchange,
        directory: PoolDirectory,
        prices: Prices,
        clock: Clock,
        owners: OwnerReader,
    ) -> None:
        self._chain = chain
        self._exchange = exchange
        self._finder = PoolFinder(chain, exchange, directory, clock)
        self._prices = prices
        self._clock = clock
        self._owners = owners
        self._ranker = Ranker(chain)

    async def read(self, _subject: str, needed: Facts) -> Facts:
        """`Liquidity` by what is known of the mint (`MintState`); nothing where it is none."""
        mint = needed.get(MintState)
        if mint is None:
            return {}
        if isinstance(mint, Unknown):
            return {Liquidity: mint}
        try:
            return {Liquidity: await self._read(mint)}
        except (ChainRefused, ChainUnavailable) as error:
            return {Liquidity: unknown(error)}

    async def _read(self, mint: MintState) -> Liquidity | Unknown:
        found, complete = await self._finder.find(mint.address)
        if not found and not complete:
            return Unknown(UnknownReason.REFUSED)
        found = sorted(found, key=self._importance, reverse=True)
        complete = complete and len(found) <= MAX_POOLS
        pools = await self._states(mint, found[:MAX_POOLS])
        return Liquidity(
            mint=mint.address,
            pools=tuple(sorted(pools, key=_rank, reverse=True)),
            complete=complete,
            read_at=int(self._clock.now().timestamp()),
            slot=max((account.slot for _, _, account in found), default=mint.slot),
        )

    def _importance(self, found: Found) -> tuple[bool, int, str]:
        """Pools with a token that has a price go first; the LP supply follows from what was put in."""
        pool = found[0]
        anchors = {WRAPPED_NATIVE_MINT, *self._exchange.stable_mints}
        return bool(anchors.intersection(pool.mints)), pool.lp_supply, pool.address

    async def _states(self, mint: MintState, found: Sequence[Found]) -> Sequence[PoolState]:
        counters = {_counter(pool, mint.address) for pool, _, _ in found}
        (reserves, prices), looked = await asyncio.gather(
            asyncio.gather(self._finder.reserves(found), self._priced(counters)),
            asyncio.gather(*(self._look_into(each, mint) for each in found[:LOOKED_INTO])),
        )
        nothing = [_NOT_LOOKED_INTO] * (len(found) - len(looked))
        return [
            self._state(mint.address, each, reserves.get(each[0].address), prices, inside)
            for each, inside in zip(found, [*looked, *nothing], strict=True)
        ]

    def _state(
        self,
        mint: str,
        found: Found,
        reserves: Reserves | None,
        prices: Mapping[str, Price] | Unknown,
        inside: _Inside,
    ) -> PoolState:
        pool, details, _ = found
        side = pool.mints.index(mint)
        counter = 1 - side
        return PoolState(
            address=pool.address,
            creator=details.creator,
            opened_at=details.opens_at,
            counter_mint=pool.mints[counter],
            vault=pool.vaults[side],
            counter_vault=pool.vaults[counter],
            vault_is_first=side == 0,
            reserve=reserves.amounts[side] if reserves else 0,
            counter_reserve=reserves.amounts[counter] if reserves else 0,
            depth_usd=_depth(reserves, counter, prices, pool.mints[counter]),
            counter_usd=_worth(1, details.decimals[counter], prices, pool.mints[counter]),
            lp=inside[0],
            removals=inside[1],
        )

    async def _priced(self, mints: set[str]) -> Mapping[str, Price] | Unknown:
        assets = {mint: NATIVE if mint == WRAPPED_NATIVE_MINT else mint for mint in mints}
        try:
            prices = await self._prices.prices(set(assets.values()))
        except PriceUnavailable:
            return Unknown(UnknownReason.UNAVAILABLE)
        return {mint: prices[asset] for mint, asset in assets.items() if asset in prices}

    async def _look_into(self, found: Found, mint: MintState) -> _Inside:
        pool, details, _ = found
        return await asyncio.gather(
            self._lp(pool, details, mint), read_removals(self._chain, details.lp_mint, pool.vaults)
        )

    async def _lp(self, pool: Pool, details: PoolDetails, mint: MintState) -> LpShares | Unknown:
        # The exchange makes its LP tokens with the classic program, whatever the pool trades.
        try:
            accounts, ranking = await asyncio.gather(
                self._chain.accounts([details.lp_mint]), self._ranker.rank(details.lp_mint, TOKEN)
            )
        except (ChainRefused, ChainUnavailable) as error:
            return unknown(error)
        lp_mint = accounts[details.lp_mint]
        if isinstance(ranking, Unknown):
            return ranking
        if lp_mint is None or lp_mint.owner != TOKEN:
            return Unknown(UnknownReason.UNREADABLE)
        largest = await with_owners(ranking, self._owners)
        if isinstance(largest, Unknown):
            return largest
        makers = {details.creator, mint.mint_authority, mint.freeze_authority}
        existing = int.from_bytes(lp_mint.data[_MINT_SUPPLY], "little")
        burned = max(pool.lp_supply - existing, 0)
        return LpShares(
            supply=pool.lp_supply,
            burned=burned + sum(each.amount for each in largest if each.owner.kind is OwnerKind.BURNED),
            locked=sum(each.amount for each in largest if each.owner.kind is OwnerKind.LOCKED),
            makers=sum(each.amount for each in largest if each.owner.address in makers),
            largest=largest,
        )


def _counter(pool: Pool, mint: str) -> str:
    return pool.mints[1 - pool.mints.index(mint)]


def _depth(
    reserves: Reserves | None, side: int, prices: Mapping[str, Price] | Unknown, mint: str
) -> Decimal | Unknown:
    if reserves is None:
        return Decimal(0)
    worth = _worth(reserves.amounts[side], reserves.decimals[side], prices, mint)
    return worth if isinstance(worth, Unknown) else 2 * worth


def _worth(amount: int, decimals: int, prices: Mapping[str, Price] | Unknown, mint: str) -> Decimal | Unknown:
    if isinstance(prices, Unknown):
        return prices
    if mint not in prices:
        return Unknown(UnknownReason.UNAVAILABLE)
    return value_usd(amount, decimals, prices[mint])


def _rank(state: PoolState) -> tuple[bool, Decimal, str]:
    depth = Decimal(-1) if isinstance(state.depth_usd, Unknown) else state.depth_usd
    return state.lp is not None, depth, state.address
