"""Who is looked at again when what the lists say of an address changes."""

from datetime import timedelta

import pytest

from tests.contract.things import address, contact
from tests.fakes.clock import FakeClock
from tests.fakes.dealings import FakeDealings
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from walletwatch.services import looking_again
from walletwatch.services.looking_again import DEALT_WITHIN, MOST, LookingAgain

THIEF = address("thief")


class World:
    def __init__(self) -> None:
        self.clock, self.queues, self.metrics = FakeClock(), FakeQueues(), FakeMetrics()
        self.stores = FakeStores(self.clock)
        dealings = FakeDealings(self.stores.tables)
        self.again = LookingAgain(dealings, self.queues, self.clock, self.metrics)

    async def dealt(self, wallet: str, days_ago: int = 1) -> None:
        await self.stores.subscriptions.remember(contact(1))
        subscribed = await self.stores.subscriptions.subscribe(1, wallet, None, slot=1, limit=10**6)
        day = (self.clock.now() - timedelta(days=days_ago)).date()
        self.stores.tables.dealings[THIEF, subscribed.subscription.wallet_id] = day

    @property
    def looked_at(self) -> list[str]:
        return [each.wallet for each in self.queues.risks]


@pytest.fixture
def world() -> World:
    return World()


async def test_the_address_itself_and_those_that_dealt_with_it(world: World) -> None:
    await world.dealt(address("old"), days_ago=DEALT_WITHIN.days + 1)
    await world.dealt(address("last month"), days_ago=30)
    await world.dealt(address("yesterday"))
    await world.dealt(THIEF)
    assert await world.again.at(THIEF) == 3
    assert world.looked_at == [THIEF, address("yesterday"), address("last month")]
    assert len({each.cause for each in world.queues.risks}) == 1
    assert world.metrics.counts["RiskChecksOfLists"] == 3
    assert world.metrics.counts["RiskChecksCut"] == 0


@pytest.mark.parametrize(("dealers", "cut"), [(5, 0), (6, 0), (7, 1)])
async def test_no_more_than_a_limit_the_newest_first(
    world: World, monkeypatch: pytest.MonkeyPatch, dealers: int, cut: int
) -> None:
    monkeypatch.setattr(looking_again, "PAGE", 2)
    monkeypatch.setattr(looking_again, "MOST", 6)
    for number in range(dealers):
        await world.dealt(address(number), days_ago=number)
    assert await world.again.at(THIEF) == min(dealers, 6)
    assert world.looked_at == [THIEF, *(address(number) for number in range(min(dealers, 6)))]
    assert world.metrics.counts["RiskChecksCut"] == cut


def test_a_decision_asks_for_a_thousand_looks_at_most() -> None:
    assert MOST == 1000
    assert MOST % looking_again.PAGE == 0
