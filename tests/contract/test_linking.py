"""Who answers for a group or channel, and what it hears of."""

from dataclasses import replace

from tests.contract.conftest import Stores
from tests.contract.things import (
    OTHER_WALLET,
    WALLET,
    activity,
    candidates_of,
    contact,
    record,
    tell_all,
)
from walletwatch.domain.chats import ChatKind
from walletwatch.domain.delivery import DeliveryStatus

ANNA, BORIS = 11, 22
GROUP, CHANNEL = -500, -600


async def known(stores: Stores) -> None:
    for user in (ANNA, BORIS):
        await stores.subscriptions.remember(contact(user))
    await stores.subscriptions.remember(replace(contact(GROUP), title="Friends"))
    await stores.subscriptions.remember(
        replace(contact(CHANNEL, kind=ChatKind.CHANNEL), title="Art", user_id=None)
    )


async def owner(stores: Stores, chat_id: int) -> int | None:
    chat = await stores.subscriptions.chat(chat_id)
    assert chat is not None
    return chat.owner.user_id


async def test_a_chat_has_one_owner_until_they_leave_it(stores: Stores) -> None:
    await known(stores)
    claim = stores.linked.claim
    assert await claim(GROUP, ANNA, instead_of=None)
    assert await claim(GROUP, ANNA, instead_of=None)
    assert not await claim(GROUP, BORIS, instead_of=None)
    assert await owner(stores, GROUP) == ANNA
    assert await claim(GROUP, BORIS, instead_of=ANNA)
    assert not await stores.linked.release(GROUP, ANNA)
    assert await stores.linked.release(GROUP, BORIS)
    assert await owner(stores, GROUP) is None


async def test_nobody_claims_a_private_chat_or_what_is_not_known(stores: Stores) -> None:
    await known(stores)
    assert not await stores.linked.claim(ANNA, BORIS, instead_of=ANNA)
    assert not await stores.linked.claim(-999, BORIS, instead_of=None)
    assert not await stores.linked.release(ANNA, ANNA)
    assert await owner(stores, ANNA) == ANNA


async def test_ones_chats_with_what_they_hear_of(stores: Stores) -> None:
    await known(stores)
    for chat_id in (GROUP, CHANNEL):
        await stores.linked.claim(chat_id, ANNA, instead_of=None)
    await stores.subscriptions.subscribe(ANNA, WALLET, "mine", slot=1, limit=9)
    await stores.subscriptions.subscribe(ANNA, OTHER_WALLET, None, slot=1, limit=9)
    await stores.subscriptions.subscribe(GROUP, OTHER_WALLET, "ours", slot=1, limit=9)
    chats = await stores.linked.owned(ANNA)
    assert [(each.chat.title, each.wallets) for each in chats] == [("Art", 0), ("Friends", 1)]
    link = await stores.linked.link(ANNA, GROUP)
    assert link is not None
    assert [(each.address, each.label, each.told) for each in link.wallets] == [
        (WALLET, "mine", False),
        (OTHER_WALLET, "ours", True),
    ]
    assert await stores.linked.owned(BORIS) == []
    assert await stores.linked.link(BORIS, GROUP) is None
    assert await stores.linked.link(ANNA, ANNA) is None


async def test_a_chat_that_is_silenced_hears_of_nothing_more(stores: Stores) -> None:
    await known(stores)
    await stores.linked.claim(GROUP, ANNA, instead_of=None)
    mine = (await stores.subscriptions.subscribe(ANNA, WALLET, None, slot=1, limit=9)).subscription
    theirs = (await stores.subscriptions.subscribe(GROUP, WALLET, None, slot=1, limit=9)).subscription
    done = [activity("a", 2)]
    pending = await record(stores.ledger, mine.wallet_id, done, candidates_of(done, mine, theirs), tell_all)
    keys = {each.subscription.chat.chat_id: each.key for each in pending}
    assert await stores.linked.silence(GROUP) == 1
    assert await stores.linked.silence(GROUP) == 0
    assert await owner(stores, GROUP) is None
    assert await stores.subscriptions.subscriptions(GROUP) == []
    statuses = await stores.ledger.statuses(list(keys.values()))
    assert statuses == {keys[ANNA]: DeliveryStatus.PENDING, keys[GROUP]: DeliveryStatus.SUPPRESSED}


async def test_a_chat_can_hear_of_single_wallets_no_longer(stores: Stores) -> None:
    await known(stores)
    await stores.linked.claim(GROUP, ANNA, instead_of=None)
    subscribe = stores.subscriptions.subscribe
    one = (await subscribe(GROUP, WALLET, None, slot=1, limit=9)).subscription
    other = (await subscribe(GROUP, OTHER_WALLET, None, slot=1, limit=9)).subscription
    keys = {}
    for subscription in (one, other):
        done = [activity("a", 2, wallet=subscription.address)]
        candidates = candidates_of(done, subscription)
        (pending,) = await record(stores.ledger, subscription.wallet_id, done, candidates, tell_all)
        keys[subscription.address] = pending.key
    await stores.linked.hush(GROUP, [one.wallet_id])
    await stores.linked.hush(GROUP, [])
    assert [each.address for each in await stores.subscriptions.subscriptions(GROUP)] == [OTHER_WALLET]
    assert await stores.ledger.statuses(list(keys.values())) == {
        keys[WALLET]: DeliveryStatus.SUPPRESSED,
        keys[OTHER_WALLET]: DeliveryStatus.PENDING,
    }
    assert await owner(stores, GROUP) == ANNA


async def test_a_title_is_kept_and_follows(stores: Stores) -> None:
    await known(stores)
    group = await stores.subscriptions.remember(replace(contact(GROUP), title="Enemies"))
    assert group.title == "Enemies"
    assert (await stores.subscriptions.remember(contact(GROUP))).title == "Enemies"


async def test_owner_topic_and_title_go_with_a_group_that_migrates(stores: Stores) -> None:
    await known(stores)
    await stores.linked.claim(GROUP, ANNA, instead_of=None)
    await stores.subscriptions.migrate(GROUP, -1005)
    moved = await stores.subscriptions.chat(-1005)
    assert moved is not None
    assert (moved.owner.user_id, moved.title) == (ANNA, "Friends")
    assert [each.chat.chat_id for each in await stores.linked.owned(ANNA)] == [-1005]
    assert not await stores.linked.claim(GROUP, BORIS, instead_of=None)


async def test_a_topic_is_left_once(stores: Stores) -> None:
    await known(stores)
    chat = await stores.subscriptions.chat(GROUP)
    assert chat is not None
    await stores.subscriptions.change_settings(GROUP, replace(chat.settings, topic=7))
    assert await stores.subscriptions.leave_topic(GROUP, 8) is None
    left = await stores.subscriptions.leave_topic(GROUP, 7)
    assert left is not None
    assert left.settings.topic is None
    assert await stores.subscriptions.leave_topic(GROUP, 7) is None


async def test_a_chat_goes_silent_once(stores: Stores) -> None:
    await known(stores)
    gone = await stores.subscriptions.deactivate(GROUP, "kicked")
    assert gone is not None
    assert (gone.title, gone.active) == ("Friends", False)
    assert await stores.subscriptions.deactivate(GROUP, "kicked") is None
    assert await stores.subscriptions.deactivate(-999, "kicked") is None
