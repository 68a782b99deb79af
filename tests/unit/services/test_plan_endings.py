"""Everybody is told once that a premium ends, and once that it has."""

from datetime import timedelta

import pytest

from tests.fakes.plans import FakePlanStore
from tests.unit.services.conftest import World, contact
from walletwatch.bot.views.plans import plan_ending
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.plans import NEVER
from walletwatch.services.plan_endings import PlanEndings

DAY = 86_400


@pytest.fixture
async def store(world: World) -> FakePlanStore:
    await world.stores.subscriptions.remember(contact(1))
    return FakePlanStore(world.stores.tables)


def endings(world: World, store: FakePlanStore) -> PlanEndings:
    return PlanEndings(store, world.stores.ledger, world.queues, plan_ending, world.clock)


async def run(world: World, store: FakePlanStore) -> list[str]:
    """What was said that was not said before."""
    before = len(world.queues.notifications)
    await endings(world, store).run()
    new = world.queues.notifications[before:]
    for each in new:
        await world.stores.ledger.settle(each.ledger_key, DeliveryStatus.SENT)
    return [each.message.html for each in new]


async def test_three_days_before_and_at_the_end(world: World, store: FakePlanStore) -> None:
    store.let(1, world.clock.now() + timedelta(days=5))
    assert await run(world, store) == []
    world.clock.advance(2 * DAY + 1)
    (text,) = await run(world, store)
    assert "ends on 6 Nov 2026, 12:00:00 UTC" in text
    world.clock.advance(DAY)
    assert await run(world, store) == []
    world.clock.advance(2 * DAY)
    (text,) = await run(world, store)
    assert "has ended" in text
    world.clock.advance(DAY)
    assert await run(world, store) == []


async def test_one_that_was_prolonged_ends_later(world: World, store: FakePlanStore) -> None:
    store.let(1, world.clock.now() + timedelta(days=2))
    assert len(await run(world, store)) == 1
    store.let(1, world.clock.now() + timedelta(days=30))
    world.clock.advance(3 * DAY)
    assert await run(world, store) == []
    world.clock.advance(25 * DAY)
    assert len(await run(world, store)) == 1


async def test_what_has_no_end_or_ended_long_ago_is_not_told(world: World, store: FakePlanStore) -> None:
    store.let(1, NEVER)
    assert await run(world, store) == []
    store.let(1, world.clock.now() - timedelta(days=3))
    assert await run(world, store) == []


async def test_what_was_not_queued_is_queued_again(world: World, store: FakePlanStore) -> None:
    store.let(1, world.clock.now() + timedelta(days=1))
    world.queues.down = True
    with pytest.raises(QueueUnavailable):
        await endings(world, store).run()
    world.queues.down = False
    assert len(await run(world, store)) == 1
