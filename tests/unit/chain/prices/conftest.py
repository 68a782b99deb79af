"""A chain with an exchange on it, and a reader of its prices."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.pool_accounts import PROGRAM, MadePool, address
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.pools import PoolPrices
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange

DOLLAR = address("dollar")
TOKEN = address("token")
WHOLE = 10**9


def native_pool(native: int, dollars: int, **options: object) -> MadePool:
    """A pool of the native token with the stable one, in whole tokens."""
    return MadePool((WRAPPED_NATIVE_MINT, DOLLAR), (native * WHOLE, dollars * 10**6), **options)  # type: ignore[arg-type] # of MadePool


def token_pool(mint: str, tokens: int, anchor: str, amount: int, **options: object) -> MadePool:
    """A pool of a token with 2 decimals, on the second side, with an anchor; in whole tokens."""
    decimals = 9 if anchor == WRAPPED_NATIVE_MINT else 6
    return MadePool((anchor, mint), (amount * 10**decimals, tokens * 100), (decimals, 2), **options)  # type: ignore[arg-type] # of MadePool


@dataclass
class World:
    chain: FakeChain = field(default_factory=FakeChain)
    clock: FakeClock = field(default_factory=FakeClock)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    cache: FakeCache = field(init=False)
    exchange: Exchange = field(default_factory=lambda: Exchange(PROGRAM, frozenset({DOLLAR})))

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)

    def put(self, *pools: MadePool) -> None:
        for pool in pools:
            self.chain.data.update(pool.accounts())

    def instance(self) -> PoolPrices:
        """A reader that knows nothing yet."""
        directory = PoolDirectory(
            self.chain, self.exchange, cache=self.cache, clock=self.clock, metrics=self.metrics
        )
        return PoolPrices(self.chain, self.exchange, directory, self.clock, min_liquidity_usd=Decimal(1000))


@pytest.fixture
def world() -> World:
    return World()
