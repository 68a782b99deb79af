"""Prices and the list of pools, remembered in the fake cache and in the real one."""

from decimal import Decimal

from tests.contract.conftest import Volatile
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.pool_accounts import PROGRAM, MadePool, address
from walletwatch.chain.prices.cached import CachedPrices
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import PriceSource
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange

DOLLAR, TOKEN = address("dollar"), address("token")
TINY = Decimal("0.000000000051000000000000000000000000000000000000001")


async def test_a_price_comes_back_as_it_was_and_only_to_its_chain(volatile: Volatile) -> None:
    clock = FakeClock()
    usd = {NATIVE: Decimal("0.35"), TOKEN: TINY}
    source = FakePrices(clock, usd, liquidity_usd=Decimal("7000.10"), source=PriceSource.POOLS)
    told = await CachedPrices(source, volatile.cache, clock, volatile.metrics, chain="x1").prices(
        [NATIVE, TOKEN]
    )

    silent = FakePrices(clock, down=True)
    remembered = CachedPrices(silent, volatile.cache, clock, volatile.metrics, chain="x1")
    assert await remembered.prices([NATIVE, TOKEN]) == told
    assert told[TOKEN].usd == TINY
    assert silent.asked == []

    elsewhere = FakePrices(clock)
    assert (
        await CachedPrices(elsewhere, volatile.cache, clock, volatile.metrics, chain="other").prices([NATIVE])
        == {}
    )


async def test_more_prices_than_connections(volatile: Volatile) -> None:
    clock = FakeClock()
    assets = {address(str(number)): Decimal(number + 1) for number in range(300)}
    source = FakePrices(clock, assets)
    prices = CachedPrices(source, volatile.cache, clock, volatile.metrics, chain="x1")
    first = await prices.prices(assets)
    assert {asset: price.usd for asset, price in first.items()} == assets
    assert await prices.prices(assets) == first
    assert len(source.asked) == 1


async def test_a_list_of_pools_is_shared(volatile: Volatile) -> None:
    chain, clock, metrics = FakeChain(), FakeClock(), FakeMetrics()
    exchange = Exchange(PROGRAM, frozenset({DOLLAR}))
    for number in range(300):
        pool = MadePool((WRAPPED_NATIVE_MINT, address(f"token {number}")), (1, 1))
        chain.data.update(pool.accounts())
    found = await PoolDirectory(chain, exchange, cache=volatile.cache, clock=clock, metrics=metrics).pools()
    assert len(found) == 300
    chain.down = True
    shared = PoolDirectory(chain, exchange, cache=volatile.cache, clock=clock, metrics=metrics)
    assert list(await shared.pools()) == list(found)
