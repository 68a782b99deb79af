"""`ports.money.MarketReader` from the chain: the pools of a token as whoever wants to trade sees them."""

from typing import Final

from walletwatch.chain.prices.finding import Found, PoolFinder
from walletwatch.domain.markets import Market, Markets
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.common import Clock

MAX_POOLS: Final = 50
"""Two vaults each, and a call takes a hundred accounts; those with the most LP tokens."""


class ChainMarkets:
    """Reads pools and their vaults: two requests over a `BatchingCaller`."""

    def __init__(self, finder: PoolFinder, clock: Clock) -> None:
        self._finder = finder
        self._clock = clock

    async def of(self, asset: str) -> Markets:
        """The pools of a token; those that are known of the native one, and where the node lists none.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        mint = WRAPPED_NATIVE_MINT if asset == NATIVE else asset
        if mint == WRAPPED_NATIVE_MINT:
            # Nearly every token has one with it: nobody needs all of them.
            found, complete = await self._finder.known(mint, MAX_POOLS), False
        else:
            found, complete = await self._finder.find(mint)
        found.sort(key=lambda each: each[0].lp_supply, reverse=True)
        looked = found[:MAX_POOLS]
        reserves = await self._finder.reserves(looked) if looked else {}
        pools = tuple(
            _market(each, reserves[each[0].address].amounts, reserves[each[0].address].decimals)
            for each in looked
            if each[0].address in reserves
        )
        return Markets(mint, pools, complete and len(looked) == len(found), self._clock.now())


def _market(found: Found, amounts: tuple[int, int], decimals: tuple[int, int]) -> Market:
    pool, details, _ = found
    return Market(pool.address, pool.mints, amounts, decimals, details.opens_at)
