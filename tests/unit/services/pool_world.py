"""An exchange whose pools are made, drained and listed, with a refresh of them: every part in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.fakes.clock import FakeClock
from tests.fakes.dealings import FakeDealings
from tests.fakes.leases import FakeLeases
from tests.fakes.lists import FakeAddressLists
from tests.fakes.metrics import FakeMetrics
from tests.fakes.pools import FakePoolCreators, FakePoolList
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.pool_accounts import MadePool
from tests.unit.chain.scenes import address
from tests.unit.inspection.lives import VAULT, XDEX, Lives, added, made, mint_account, removed
from walletwatch.chain.inspection.pool_makers import PoolMakers
from walletwatch.domain.pools import API, ListedPool
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.listing import ExchangePools
from walletwatch.services.looking_again import LookingAgain
from walletwatch.services.pool_suspects import PoolSuspects
from walletwatch.services.refreshing import Refreshed, Refreshing

MAKER, BANK, HONEST = (address(name) for name in ("pool maker", "bank", "honest maker"))
PLENTY = (40 * 10**9, 10**15)
DAY = 86_400


def lp_of(mint: str) -> str:
    return address(f"LP of {mint}")


@dataclass
class PoolWorld:
    clock: FakeClock = field(default_factory=FakeClock)
    lives: Lives = field(default_factory=Lives)
    store: FakePoolCreators = field(default_factory=FakePoolCreators)
    lists: FakeAddressLists = field(default_factory=FakeAddressLists)
    queues: FakeQueues = field(default_factory=FakeQueues)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    api: FakePoolList = field(default_factory=lambda: FakePoolList(API))
    pools: dict[str, MadePool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stores = FakeStores(self.clock)
        self.dealings = FakeDealings(self.stores.tables)
        self.leases = FakeLeases(self.clock)
        self.again = LookingAgain(self.dealings, self.queues, self.clock, self.metrics)

    def token(self, name: str, maker: str = MAKER) -> str:
        """A token is made by somebody."""
        mint = address(name)
        self.lives.chain.data[mint] = mint_account(mint)
        self.lives.land(made(mint, maker), mint)
        return mint

    def pool(self, mint: str, maker: str = MAKER, *, lp_supply: int = 10**9, **options: Any) -> MadePool:
        """A pool of the token and the native one, of which its maker gives both."""
        pool = MadePool(
            (WRAPPED_NATIVE_MINT, mint),
            options.pop("balances", PLENTY),
            decimals=(9, 6),
            lp_supply=lp_supply,
            program=XDEX,
            creator=maker,
            known_lp_mint=lp_of(mint),
            address=address(f"pool of {mint} {maker}"),
            **options,
        )
        self.lives.chain.data |= pool.accounts()
        self.pools[pool.address] = pool
        self.lives.land(added(mint, maker), lp_of(mint))
        return pool

    def drain(self, mint: str, maker: str = MAKER, part: int = VAULT * 9 // 10) -> str:
        """Its maker takes out the liquidity, and nothing is left of it today."""
        pool = self.pools[address(f"pool of {mint} {maker}")]
        emptied = MadePool(
            pool.mints,
            (0, 0),
            decimals=pool.decimals,
            lp_supply=100,
            program=XDEX,
            creator=maker,
            known_lp_mint=pool.lp_mint,
            address=pool.address,
        )
        self.lives.chain.data |= emptied.accounts()
        return self.lives.land(removed(mint, maker, part), pool.lp_mint)

    def rug(self, name: str, maker: str = MAKER) -> str:
        """A token is made, given liquidity, and drained within a minute."""
        mint = self.token(name, maker)
        self.pool(mint, maker)
        self.drain(mint, maker)
        return mint

    def named(self, *others: str) -> Sequence[ListedPool]:
        """What the API lists: all pools that there are, and some more."""
        return [ListedPool(each, Decimal("12.5")) for each in (*self.pools, *others)]

    def refreshing(self, *, chain: ExchangePools | None = None) -> Refreshing:
        suspects = PoolSuspects(
            self.store,
            self.lists,
            self.again,
            self.clock,
            self.metrics,
            ordinary={WRAPPED_NATIVE_MINT},
            known={BANK},
        )
        return Refreshing(
            lists=(self.api,),
            chain=chain or PoolMakers(self.lives.chain, XDEX),
            store=self.store,
            suspects=suspects,
            leases=self.leases,
            clock=self.clock,
            metrics=self.metrics,
            money={WRAPPED_NATIVE_MINT},
        )

    async def refresh(
        self, *, remaining: Callable[[], float] = lambda: 300.0, believe: str | None = None
    ) -> Refreshed:
        """A run, six hours after the one before."""
        self.clock.moment += timedelta(hours=6)
        return await self.refreshing().run(remaining=remaining, believe=believe)
