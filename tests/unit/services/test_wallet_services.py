"""Many wallets at once, and their cards, over fakes."""

import pytest

from tests.contract.things import contact
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.limits import FakeRateLimits
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.errors import UnknownChat
from walletwatch.services.importing import IMPORTS, Importing

ANNA = 11


def address(number: int) -> str:
    return encode_address(bytes([number + 1] * 32))


class World:
    def __init__(self) -> None:
        clock = FakeClock()
        self.stores, self.chain, self.queues = FakeStores(clock), FakeChain(), FakeQueues()
        self.rates = FakeRateLimits(clock)
        self.importing = Importing(
            self.stores.subscriptions, self.stores.book, self.chain, self.queues, self.rates
        )


@pytest.fixture
async def world() -> World:
    world = World()
    await world.stores.subscriptions.remember(contact(ANNA))
    return world


async def test_the_slot_is_asked_for_once_and_each_watch_begins_there(world: World) -> None:
    done = await world.importing.read(ANNA, "\n".join(address(n) for n in range(30)), limit=25)
    assert done is not None
    assert (len(done.added), done.known, done.refused, done.started) == (25, 0, 5, True)
    assert world.chain.calls == ["slot"]
    assert {each.from_slot for each in done.added} == {world.chain.current_slot}
    assert [each.wallet for each in world.queues.checks] == [each.address for each in done.added]


async def test_while_nobody_counts_people_are_answered(world: World) -> None:
    world.rates.outage.down = True
    for _ in range(IMPORTS + 1):
        assert await world.importing.read(ANNA, address(1), limit=5) is not None


async def test_what_a_list_says_of_known_wallets_changes_their_name_only(world: World) -> None:
    text = f"address,label,tags,note\n{address(1)},one,defi,first"
    await world.importing.read(ANNA, text, limit=5)
    again = f"address,label,tags,note\n{address(1)},two,other,second\n{address(2)},,tag,"
    done = await world.importing.read(ANNA, again, limit=5)
    assert done is not None
    assert (len(done.added), done.known) == (1, 1)
    first, second = await world.stores.book.entries(ANNA)
    assert (first.subscription.label, first.tags, first.note) == ("two", ("defi",), "first")
    assert (second.subscription.label, second.tags, second.note) == (None, ("tag",), None)


async def test_a_shared_list_renames_nothing_and_asks_nothing_where_all_is_known(world: World) -> None:
    await world.importing.read(ANNA, f"{address(1)} mine", limit=5)
    world.chain.calls.clear()
    done = await world.importing.add(ANNA, {address(1): "theirs"}, limit=5)
    assert (len(done.added), done.known, done.refused) == (0, 1, 0)
    assert world.chain.calls == []
    (subscription,) = await world.stores.subscriptions.subscriptions(ANNA)
    assert subscription.label == "mine"
    done = await world.importing.add(ANNA, {address(1): "theirs", address(2): "new"}, limit=1)
    assert (len(done.added), done.known, done.refused) == (0, 1, 1)


async def test_a_chat_that_was_never_greeted(world: World) -> None:
    with pytest.raises(UnknownChat):
        await world.importing.read(7, address(1), limit=5)
