"""How far the blocks were followed, and for whom."""

import pytest

from tests.contract.conftest import Stores
from tests.contract.things import address, contact
from tests.progress import progress_of
from walletwatch.domain.chain import Position
from walletwatch.domain.errors import FencedOff
from walletwatch.domain.sweep import Shard
from walletwatch.domain.wallets import Progress

WALLETS = [address(number) for number in range(3)]
HASH = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM"


async def _watch(stores: Stores, chat_id: int, address: str) -> None:
    await stores.subscriptions.remember(contact(chat_id))
    await stores.subscriptions.subscribe(chat_id, address, None, slot=10, limit=5)


async def test_nothing_was_followed_at_first(stores: Stores) -> None:
    assert await stores.follow.reached() is None
    assert await stores.follow.take(1) is None
    assert await stores.follow.reached() is None


async def test_the_next_holder_begins_at_the_position(stores: Stores) -> None:
    await stores.follow.take(1)
    await stores.follow.begin(100, 1, None)
    await stores.follow.move(Position(100, HASH), 1)
    assert await stores.follow.take(2) == Position(100, HASH)


async def test_a_block_that_was_begun_is_reached_even_where_it_was_not_finished(stores: Stores) -> None:
    await stores.follow.take(1)
    await stores.follow.move(Position(100, HASH), 1)
    await stores.follow.begin(101, 1, None)
    assert await stores.follow.reached() == 101
    assert await stores.follow.take(2) == Position(100, HASH)
    await stores.follow.begin(99, 2, None)
    assert await stores.follow.reached() == 101


async def test_a_holder_with_a_lower_token_writes_nothing(stores: Stores) -> None:
    await stores.follow.take(1)
    await stores.follow.move(Position(100, HASH), 1)
    await stores.follow.take(2)
    with pytest.raises(FencedOff):
        await stores.follow.begin(101, 1, None)
    with pytest.raises(FencedOff):
        await stores.follow.move(Position(101, HASH), 1)
    with pytest.raises(FencedOff):
        await stores.follow.take(1)
    assert await stores.follow.take(2) == Position(100, HASH)


async def test_the_answer_has_the_wallets_that_active_chats_watch(stores: Stores) -> None:
    await stores.follow.take(1)
    for chat_id, wallet in enumerate(WALLETS, 1):
        await _watch(stores, chat_id, wallet)
    await stores.subscriptions.deactivate(2, "blocked")
    await stores.subscriptions.unsubscribe(3, WALLETS[2])
    assert list((await stores.follow.begin(100, 1, None)).addresses) == [WALLETS[0]]


async def test_whatever_adds_a_watcher_shows_in_the_next_answer(stores: Stores) -> None:
    await stores.follow.take(1)
    await _watch(stores, 1, WALLETS[0])
    await stores.subscriptions.deactivate(1, "blocked")
    watched = await stores.follow.begin(100, 1, None)
    await _watch(stores, 2, WALLETS[1])
    watched = await stores.follow.begin(101, 1, watched.as_of)
    assert WALLETS[1] in watched.addresses
    await stores.subscriptions.remember(contact(1))
    watched = await stores.follow.begin(102, 1, watched.as_of)
    assert WALLETS[0] in watched.addresses
    await _watch(stores, 3, WALLETS[2])
    await stores.subscriptions.migrate(3, -1003)
    watched = await stores.follow.begin(103, 1, watched.as_of)
    assert {WALLETS[1], WALLETS[2]} <= set(watched.addresses)


async def test_a_watch_without_the_chain_begins_where_the_blocks_were_followed_to(stores: Stores) -> None:
    await _watch(stores, 1, WALLETS[0])
    await stores.follow.take(1)
    await stores.follow.move(Position(100, HASH), 1)
    await stores.subscriptions.remember(contact(2))
    second = await stores.subscriptions.subscribe(2, WALLETS[0], None, slot=None, limit=5)
    assert second.subscription.from_slot == 100
    assert second.subscription.checked_slot == 100
    (first,) = await stores.subscriptions.subscriptions(1)
    assert (first.from_slot, first.checked_slot) == (10, 100)


async def test_a_chat_is_told_how_far_either_watcher_has_come(stores: Stores) -> None:
    await stores.follow.take(1)
    assert await progress_of(stores.subscriptions) is None
    await stores.follow.move(Position(100, HASH), 1)
    followed = await progress_of(stores.subscriptions)
    assert followed is not None
    assert followed.slot == 100
    await stores.watch.record_progress(Shard(0, 1), Progress(90, followed.at))
    assert await progress_of(stores.subscriptions) == followed
    await stores.watch.record_progress(Shard(0, 1), Progress(110, followed.at))
    assert await progress_of(stores.subscriptions) == Progress(110, followed.at)
