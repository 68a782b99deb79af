"""Rates of currencies: taken from who publishes them, and read into a process."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.pools import FakePoolCreators
from tests.fakes.rates import FakeFxRates, FakeRateSource
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings
from walletwatch.domain.currencies import Currency, Rates
from walletwatch.domain.errors import SourceRefused, SourceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.ports.currencies import RateSheet
from walletwatch.services.currencies import AGAIN, FRESH, FreshRates
from walletwatch.services.rate_refreshing import RateRefreshing


class World:
    def __init__(self) -> None:
        self.clock, self.metrics = FakeClock(), FakeMetrics()
        self.store, self.sources = FakeFxRates(), FakePoolCreators()
        self.source = FakeRateSource()
        self.known = Rates("XNT")
        self.fresh = FreshRates(self.known, self.store, self.clock, self.metrics)

    def publish(self, eur: str, jpy: str = "150") -> None:
        rates = {Currency.EUR: Decimal(eur), Currency.JPY: Decimal(jpy)}
        self.source.sheet = RateSheet(self.clock.now().date(), rates)

    async def refresh(self, believe: str | None = None) -> int:
        service = RateRefreshing(self.source, self.store, self.sources, self.clock, self.metrics)
        return await service.run(believe)

    async def eur(self) -> Decimal | None:
        await self.fresh.load()
        return self.known.exchange(Currency.EUR).rate()


@pytest.fixture
def world() -> World:
    return World()


def chat(currency: Currency) -> Chat:
    return Chat(1, ChatKind.PRIVATE, settings=ChatSettings(currency=currency))


class TestRefreshing:
    async def test_what_is_published_is_kept_and_said_to_be_well(self, world: World) -> None:
        world.publish("0.8")
        assert await world.refresh() == 2
        (state,) = await world.sources.sources()
        assert (state.source, state.count, state.at) == ("exchange rates", 2, world.clock.now())
        assert world.metrics.counts["FxRatesTaken"] == 2
        assert await world.eur() == Decimal("0.8")

    @pytest.mark.parametrize("eur", ["1.2001", "0.5333"])
    async def test_a_jump_is_refused_and_the_last_good_rates_stay(self, world: World, eur: str) -> None:
        world.publish("0.8")
        await world.refresh()
        world.clock.advance(86_400)
        world.publish(eur, jpy="151")
        assert await world.refresh() == 0
        (state,) = await world.sources.sources()
        assert state.count == 2
        assert state.refused_at == world.clock.now()
        assert "eur jumped" in (state.reason or "")
        assert world.metrics.counts["ListSourcesRefused"] == 1
        assert await world.eur() == Decimal("0.8")

    async def test_half_as_much_again_is_believed_and_more_by_an_operators_word(self, world: World) -> None:
        world.publish("0.8")
        await world.refresh()
        world.publish("1.2")
        assert await world.refresh() == 2
        world.publish("12")
        assert await world.refresh("another source") == 0
        assert await world.refresh("exchange rates") == 2
        assert await world.eur() == 12

    @pytest.mark.parametrize(
        ("failure", "metric"),
        [
            (SourceRefused("no JSON"), "ListSourcesRefused"),
            (SourceUnavailable("no answer"), "ListSourcesUnavailable"),
        ],
    )
    async def test_a_source_that_fails_leaves_what_is_known(
        self, world: World, failure: SourceRefused | SourceUnavailable, metric: str
    ) -> None:
        world.publish("0.8")
        await world.refresh()
        world.source.failure = failure
        assert await world.refresh() == 0
        assert world.metrics.counts[metric] == 1
        assert await world.eur() == Decimal("0.8")

    async def test_without_a_source_the_tokens_price_is_kept_all_the_same(self, world: World) -> None:
        world.store.tables.samples[NATIVE, world.clock.now()] = Decimal("0.5")
        service = RateRefreshing(None, world.store, world.sources, world.clock, world.metrics)
        assert await service.run() == 0
        await world.fresh.load()
        assert world.known.exchange(Currency.NATIVE).rate() == 2
        assert [each.code for each in world.known.offered] == ["USD", "XNT"]


class TestFresh:
    async def test_dollars_need_no_rates(self, world: World) -> None:
        await world.fresh.ready([chat(Currency.USD)])
        await world.fresh.ready([])
        assert world.store.reads == 0

    async def test_rates_are_read_once_an_hour(self, world: World) -> None:
        for _ in range(3):
            await world.fresh.ready([chat(Currency.USD), chat(Currency.EUR)])
        assert world.store.reads == 1
        world.clock.advance(FRESH.total_seconds())
        await world.fresh.ready([chat(Currency.EUR)])
        assert world.store.reads == 2

    async def test_what_was_known_stays_while_it_cannot_be_read(self, world: World) -> None:
        world.publish("0.8")
        await world.refresh()
        assert await world.eur() == Decimal("0.8")
        world.store.down = True
        world.clock.advance(FRESH.total_seconds())
        assert await world.eur() == Decimal("0.8")
        assert world.metrics.counts["FxRatesUnread"] == 1
        assert await world.eur() == Decimal("0.8")
        assert world.metrics.counts["FxRatesUnread"] == 1
        world.store.down = False
        world.clock.advance((AGAIN + timedelta(seconds=1)).total_seconds())
        world.publish("0.9")
        await world.refresh()
        assert await world.eur() == Decimal("0.9")
