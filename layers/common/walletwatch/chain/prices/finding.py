"""The pools of a token with all their bytes, listed by the exchange's program, and what they trade with."""

import asyncio
from collections.abc import Mapping, Sequence

from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.pool_account import (
    DISCRIMINATOR_FILTER,
    IDENTITY,
    MINT_OFFSETS,
    SIZE,
    Pool,
    PoolDetails,
    Reserves,
    is_pool,
    read_details,
    read_pool,
    read_reserves,
)
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, PriceUnavailable
from walletwatch.domain.profile import Exchange
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock

type Found = tuple[Pool, PoolDetails, AccountData]


class PoolFinder:
    """Finds pools.

    Args:
        directory: For nodes that do not list the exchange's pools.
    """

    def __init__(self, chain: Chain, exchange: Exchange, directory: PoolDirectory, clock: Clock) -> None:
        self._chain = chain
        self._exchange = exchange
        self._directory = directory
        self._clock = clock

    async def find(self, mint: str) -> tuple[list[Found], bool]:
        """The pools of a mint, and whether the node listed all of them.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        try:
            answers = await asyncio.gather(
                *(
                    self._chain.program_accounts(
                        self._exchange.program,
                        size=SIZE,
                        memcmp={0: DISCRIMINATOR_FILTER, offset: mint},
                        slice_=(0, SIZE),
                    )
                    for offset in MINT_OFFSETS
                )
            )
        except ChainRefused:
            return await self.known(mint), False
        return self._pools([account for answer in answers for account in answer]), True

    async def known(self, mint: str, limit: int | None = None) -> list[Found]:
        """Those of the directory, the ones with the most LP tokens where they are limited.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        try:
            pools = [pool for pool in await self._directory.pools() if mint in pool.mints]
        except PriceUnavailable:
            return []
        pools.sort(key=lambda pool: pool.lp_supply, reverse=True)
        accounts = await self._chain.accounts([pool.address for pool in pools[:limit]])
        return self._pools([account for account in accounts.values() if account is not None])

    async def reserves(self, found: Sequence[Found]) -> Mapping[str, Reserves]:
        """What the pools trade with, by address; one that does not trade is absent.

        Raises:
            ChainUnavailable: The chain could not be asked.
        """
        balances = await self._chain.accounts([vault for pool, _, _ in found for vault in pool.vaults])
        now = self._clock.now()
        trading = {}
        for pool, _, account in found:
            first, second = (balances[vault] for vault in pool.vaults)
            if first is not None and second is not None:
                reserves = read_reserves(pool, account, (first, second), now)
                if reserves is not None:
                    trading[pool.address] = reserves
        return trading

    def _pools(self, accounts: Sequence[AccountData]) -> list[Found]:
        start, length = IDENTITY
        found = []
        for account in accounts:
            if is_pool(account, self._exchange.program):
                pool = read_pool(account.address, account.data[start : start + length])
                if pool is not None:
                    found.append((pool, read_details(account), account))
        return found
