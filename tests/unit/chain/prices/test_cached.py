"""What the cache's own contract test cannot show: outages, and time beyond a test's patience."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.pool_accounts import address
from walletwatch.chain.prices.cached import FRESH_FOR, MAX_AGE, CachedPrices
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.services import caching

TOKEN = address("token")
FRESH, OLD = FRESH_FOR.total_seconds(), MAX_AGE.total_seconds()


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    cache: FakeCache = field(init=False)
    source: FakePrices = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)
        self.source = FakePrices(self.clock, {NATIVE: Decimal("0.35"), TOKEN: Decimal(2)})

    @property
    def prices(self) -> CachedPrices:
        return CachedPrices(self.source, self.cache, self.clock, FakeMetrics(), chain="x1-mainnet")

    async def usd(self, *assets: str) -> dict[str, Decimal]:
        return {asset: price.usd for asset, price in (await self.prices.prices(assets)).items()}


@pytest.fixture
def world() -> World:
    return World()


async def test_a_price_that_grew_old_is_asked_for_again(world: World) -> None:
    await world.usd(NATIVE)
    world.source.usd[NATIVE] = Decimal("0.4")
    world.clock.advance(FRESH - 0.001)
    assert await world.usd(NATIVE) == {NATIVE: Decimal("0.35")}
    world.clock.advance(0.001)
    assert await world.usd(NATIVE) == {NATIVE: Decimal("0.4")}


async def test_only_what_is_not_fresh_is_asked_for(world: World) -> None:
    await world.usd(NATIVE)
    await world.usd(NATIVE, TOKEN)
    assert world.source.asked == [{NATIVE}, {TOKEN}]


async def test_an_outage_of_the_source_is_bridged_for_ten_minutes(world: World) -> None:
    await world.usd(NATIVE)
    at = world.clock.now()
    world.source.down = True
    world.clock.advance(OLD - 1)
    (price,) = (await world.prices.prices([NATIVE, TOKEN])).values()
    assert (price.asset, price.usd, price.at) == (NATIVE, Decimal("0.35"), at)
    world.clock.advance(1)
    with pytest.raises(PriceUnavailable):
        await world.usd(NATIVE)


async def test_a_cache_that_keeps_too_long_makes_no_price_fresh(world: World) -> None:
    await world.usd(NATIVE)
    world.source.down = True
    world.clock.advance(OLD + 1)
    for key, (value, _) in world.cache.values.items():
        world.cache.values[key] = value, world.clock.now() + timedelta(days=1)
    with pytest.raises(PriceUnavailable):
        await world.usd(NATIVE)


async def test_what_the_source_took_back_does_not_return_when_it_is_down(world: World) -> None:
    await world.usd(TOKEN)
    world.clock.advance(FRESH + 1)
    del world.source.usd[TOKEN]
    assert await world.usd(TOKEN) == {}
    world.source.down = True
    with pytest.raises(PriceUnavailable):
        await world.usd(TOKEN)


async def test_an_old_price_of_the_source_itself_is_not_shown(world: World) -> None:
    world.source.clock = FakeClock(world.clock.now() - MAX_AGE - timedelta(seconds=1))
    assert await world.usd(NATIVE) == {}


async def test_without_the_cache_the_source_is_asked_each_time(world: World) -> None:
    world.cache.outage.down = True
    for _ in range(2):
        assert await world.usd(NATIVE, TOKEN) == world.source.usd
    assert len(world.source.asked) == 2


async def test_a_cache_that_hangs_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(caching, "CACHE_SECONDS", 0.01)
    for method in ("look", "fill"):
        monkeypatch.setattr(world.cache, method, hang)
    assert await world.usd(NATIVE) == {NATIVE: Decimal("0.35")}


async def test_what_an_older_release_cached_is_not_read(world: World) -> None:
    await world.usd(NATIVE)
    for key, (_, end) in world.cache.values.items():
        world.cache.values[key] = b'{"usd": 1}', end
    assert await world.usd(NATIVE) == {NATIVE: Decimal("0.35")}


async def test_what_is_no_asset_is_not_asked_for(world: World) -> None:
    assert await world.usd("price:1:x\r\nDEL", "", "x" * 10_000) == {}
    assert world.source.asked == []
