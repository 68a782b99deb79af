import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.things import (
    OTHER_WALLET,
    WALLET,
    accounts_of,
    activity,
    address,
    candidates_of,
    contact,
    record,
    tell_all,
)
from walletwatch.domain.alert_rules.rule import AlertKind, NewRule, Terms
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Owner, Subscription
from walletwatch.domain.currencies import Currency
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, activity_key
from walletwatch.domain.errors import QuotaExceeded, UnknownChat
from walletwatch.domain.greeting import Wanted
from walletwatch.domain.wallets import AccountKind, AccountState, Cursor, NewAccount, WatchedAccount

LIMIT = 25
ANNA, BORIS, GROUP, SUPERGROUP = 11, 22, -33, -100_44


async def watch(
    stores: Stores, chat_id: int, wallet: str = WALLET, *, slot: int | None = 100, label: str | None = None
) -> Subscription:
    await stores.subscriptions.remember(contact(chat_id))
    done = await stores.subscriptions.subscribe(chat_id, wallet, label, slot=slot, limit=LIMIT)
    return done.subscription


async def own_account(stores: Stores, wallet: str = WALLET) -> WatchedAccount:
    known = await stores.watch.wallet(wallet)
    assert known is not None
    accounts = await stores.watch.wallet_accounts(known.id)
    return next(account for account in accounts if account.address == wallet)


class TestChats:
    async def test_a_new_chat_is_active_with_the_default_settings(self, stores: Stores) -> None:
        chat = await stores.subscriptions.remember(contact(ANNA, "ru"))
        assert chat == Chat(
            ANNA, ChatKind.PRIVATE, "ru", active=True, settings=ChatSettings(), owner=Owner(ANNA)
        )
        assert await stores.subscriptions.chat(ANNA) == chat

    async def test_an_unknown_chat_is_none(self, stores: Stores) -> None:
        assert await stores.subscriptions.chat(ANNA) is None

    async def test_remembering_keeps_the_settings(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        settings = ChatSettings(
            language="es",
            timezone="Asia/Kolkata",
            currency=Currency.NATIVE,
            muted=True,
            failed=False,
            dust=False,
        )
        changed = await stores.subscriptions.change_settings(ANNA, settings)
        assert changed.settings == settings
        assert (await stores.subscriptions.remember(contact(ANNA))).settings == settings

    async def test_settings_can_go_back_to_the_defaults(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        await stores.subscriptions.change_settings(ANNA, ChatSettings(dust=False))
        await stores.subscriptions.change_settings(ANNA, ChatSettings())
        chat = await stores.subscriptions.chat(ANNA)
        assert chat is not None
        assert chat.settings == ChatSettings()

    async def test_settings_of_an_unknown_chat(self, stores: Stores) -> None:
        with pytest.raises(UnknownChat):
            await stores.subscriptions.change_settings(ANNA, ChatSettings())

    async def test_a_private_chat_speaks_its_users_language_and_a_group_keeps_its_first(
        self, stores: Stores
    ) -> None:
        for chat_id in (ANNA, GROUP):
            await stores.subscriptions.remember(contact(chat_id, "en"))
        assert (await stores.subscriptions.remember(contact(ANNA, "es"))).language == "es"
        assert (await stores.subscriptions.remember(contact(GROUP, "es"))).language == "en"

    async def test_a_channel_post_has_no_user(self, stores: Stores) -> None:
        post = replace(contact(SUPERGROUP, kind=ChatKind.CHANNEL), user_id=None, username=None)
        assert (await stores.subscriptions.remember(post)).kind is ChatKind.CHANNEL

    async def test_hostile_names_are_kept_out_of_the_way(self, stores: Stores) -> None:
        strange = replace(contact(ANNA, "x" * 99), username="\x00\ud800" + "n" * 500)
        chat = await stores.subscriptions.remember(strange)
        assert chat.chat_id == ANNA

    async def test_a_chat_is_inactive_until_it_is_heard_of_again(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        await stores.subscriptions.deactivate(ANNA, "Forbidden: bot was blocked by the user" * 20)
        chat = await stores.subscriptions.chat(ANNA)
        assert chat is not None
        assert not chat.active
        assert (await stores.subscriptions.remember(contact(ANNA))).active

    async def test_deactivating_an_unknown_chat_does_nothing(self, stores: Stores) -> None:
        await stores.subscriptions.deactivate(ANNA, "gone")
        assert await stores.subscriptions.chat(ANNA) is None


class TestSubscribing:
    async def test_the_first_watcher_starts_the_wallet(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        done = await stores.subscriptions.subscribe(ANNA, WALLET, "savings", slot=100, limit=LIMIT)
        subscription = done.subscription
        assert done.created
        assert (subscription.address, subscription.label) == (WALLET, "savings")
        assert (subscription.from_slot, subscription.checked_slot) == (100, None)
        assert subscription.chat.chat_id == ANNA
        wallet = await stores.watch.wallet(WALLET)
        assert wallet is not None
        assert (wallet.id, wallet.watch_slot) == (subscription.wallet_id, 100)
        (account,) = await accounts_of(stores.watch)
        assert (account.address, account.wallet, account.kind) == (WALLET, WALLET, AccountKind.SYSTEM)
        assert (account.cursor, account.state, account.mint) == (Cursor(100), None, None)

    async def test_a_known_subscription_keeps_its_start_and_takes_the_new_label(self, stores: Stores) -> None:
        first = await watch(stores, ANNA, label="old")
        account = await own_account(stores)
        again = await stores.subscriptions.subscribe(ANNA, WALLET, "new", slot=900, limit=LIMIT)
        assert not again.created
        assert again.subscription == replace(first, label="new")
        assert await own_account(stores) == account

    async def test_a_known_subscription_without_a_new_label_keeps_its_label(self, stores: Stores) -> None:
        first = await watch(stores, ANNA, label="old")
        again = await stores.subscriptions.subscribe(ANNA, WALLET, None, slot=900, limit=LIMIT)
        assert again.subscription == first

    async def test_a_chat_that_was_never_greeted_cannot_watch(self, stores: Stores) -> None:
        with pytest.raises(UnknownChat):
            await stores.subscriptions.subscribe(ANNA, WALLET, None, slot=1, limit=LIMIT)
        assert await stores.watch.wallet(WALLET) is None

    async def test_the_quota(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        for name in range(3):
            await stores.subscriptions.subscribe(ANNA, address(name), None, slot=1, limit=3)
        with pytest.raises(QuotaExceeded) as refused:
            await stores.subscriptions.subscribe(ANNA, WALLET, None, slot=1, limit=3)
        assert refused.value.limit == 3
        assert await stores.watch.wallet(WALLET) is None
        again = await stores.subscriptions.subscribe(ANNA, address(1), "still", slot=1, limit=3)
        assert (again.created, again.subscription.label) == (False, "still")

    async def test_the_quota_holds_when_many_are_added_at_once(self, stores: Stores) -> None:
        for chat_id in range(1, 11):
            await stores.subscriptions.remember(contact(chat_id))
            answers = await asyncio.gather(
                *(
                    stores.subscriptions.subscribe(chat_id, address(name), None, slot=1, limit=3)
                    for name in range(8)
                ),
                return_exceptions=True,
            )
            refused = [answer for answer in answers if isinstance(answer, BaseException)]
            assert [type(answer) for answer in refused] == [QuotaExceeded] * 5
            assert len(await stores.subscriptions.subscriptions(chat_id)) == 3

    async def test_the_same_request_at_once_creates_one_subscription(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        answers = await asyncio.gather(
            *(stores.subscriptions.subscribe(ANNA, WALLET, None, slot=7, limit=LIMIT) for _ in range(6))
        )
        assert sorted(answer.created for answer in answers) == [False] * 5 + [True]
        assert len(await stores.subscriptions.subscriptions(ANNA)) == 1

    async def test_many_chats_at_once_share_one_wallet(self, stores: Stores) -> None:
        await asyncio.gather(*(watch(stores, chat_id, slot=chat_id) for chat_id in range(1, 9)))
        (account,) = await accounts_of(stores.watch)
        watchers = await stores.subscriptions.watchers(account.wallet_id)
        assert sorted(watcher.chat.chat_id for watcher in watchers) == list(range(1, 9))
        assert {watcher.from_slot == watcher.chat.chat_id for watcher in watchers} == {True}
        assert account.cursor == Cursor(1)

    async def test_a_second_watcher_has_a_row_and_a_start_of_its_own(self, stores: Stores) -> None:
        first = await watch(stores, ANNA, slot=100)
        second = await watch(stores, BORIS, slot=200)
        assert second.wallet_id == first.wallet_id
        assert second.id != first.id
        assert (first.from_slot, second.from_slot) == (100, 200)
        assert (await own_account(stores)).cursor == Cursor(100)

    async def test_a_second_watcher_leaves_a_cursor_that_is_behind_it(self, stores: Stores) -> None:
        await watch(stores, ANNA, slot=100)
        before = await own_account(stores)
        await stores.watch.move_cursors({before.id: Cursor(150, "s150")})
        await stores.watch.record_states({before.id: AccountState(b"state", 155)})
        await watch(stores, BORIS, slot=200)
        after = await own_account(stores)
        assert (after.cursor, after.state) == (Cursor(150, "s150"), AccountState(b"state", 155))

    async def test_a_second_watcher_pulls_back_a_cursor_that_is_ahead_of_it(self, stores: Stores) -> None:
        await watch(stores, ANNA, slot=100)
        before = await own_account(stores)
        await stores.watch.move_cursors({before.id: Cursor(250, "s250")})
        await watch(stores, BORIS, slot=200)
        assert (await own_account(stores)).cursor == Cursor(200)

    async def test_a_check_that_began_before_a_watcher_came_cannot_move_its_cursor(
        self, stores: Stores
    ) -> None:
        await watch(stores, ANNA, slot=100)
        seen_before = await own_account(stores)
        await watch(stores, BORIS, slot=200)
        await stores.watch.move_cursors({seen_before.id: Cursor(300, "s300")})
        await stores.watch.record_states({seen_before.id: AccountState(b"state", 300)})
        account = await own_account(stores)
        assert account.id != seen_before.id
        assert (account.cursor, account.state) == (Cursor(100), None)

    async def test_a_wallet_that_nobody_watches_any_more_starts_anew(self, stores: Stores) -> None:
        first = await watch(stores, ANNA, slot=100)
        token = NewAccount(address("token account"), AccountKind.TOKEN, address("mint"))
        await stores.watch.add_accounts(first.wallet_id, [token])
        for account in await accounts_of(stores.watch):
            await stores.watch.move_cursors({account.id: Cursor(150, "s150")})
            await stores.watch.record_states({account.id: AccountState(b"state", 150)})
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        again = await watch(stores, BORIS, slot=500)
        assert again.wallet_id == first.wallet_id
        assert (again.from_slot, again.checked_slot) == (500, None)
        accounts = await accounts_of(stores.watch)
        assert {account.address for account in accounts} == {WALLET, token.address}
        assert [(account.cursor, account.state) for account in accounts] == [(Cursor(500), None)] * 2
        wallet = await stores.watch.wallet(WALLET)
        assert wallet is not None
        assert wallet.watch_slot == 500

    async def test_an_inactive_chat_does_not_watch(self, stores: Stores) -> None:
        await watch(stores, ANNA, slot=100)
        await stores.subscriptions.deactivate(ANNA, "blocked")
        await watch(stores, BORIS, slot=500)
        assert (await own_account(stores)).cursor == Cursor(500)
        (kept,) = await stores.subscriptions.subscriptions(ANNA)
        assert kept.from_slot == 100

    async def test_without_a_slot_the_watch_waits_for_its_start(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, slot=None)
        assert subscription.from_slot is None
        wallet = await stores.watch.wallet(WALLET)
        assert wallet is not None
        assert wallet.watch_slot is None
        assert await accounts_of(stores.watch) == []
        assert await stores.watch.wallet_accounts(wallet.id) == []

    async def test_without_a_slot_a_watched_wallet_is_watched_from_the_last_look(
        self, stores: Stores
    ) -> None:
        await watch(stores, ANNA, slot=100)
        account = await own_account(stores)
        await stores.watch.record_states({account.id: AccountState(b"state", 180)})
        assert (await watch(stores, BORIS, slot=None)).from_slot == 180

    async def test_without_a_slot_a_wallet_that_was_not_looked_at_is_watched_from_its_start(
        self, stores: Stores
    ) -> None:
        await watch(stores, ANNA, slot=100)
        assert (await watch(stores, BORIS, slot=None)).from_slot == 100

    async def test_a_watcher_with_a_slot_starts_those_who_wait(self, stores: Stores) -> None:
        waiting = await watch(stores, ANNA, slot=None)
        await watch(stores, BORIS, slot=200)
        started = await stores.subscriptions.subscription(ANNA, waiting.id)
        assert started is not None
        assert started.from_slot == 200
        assert (await own_account(stores)).cursor == Cursor(200)

    async def test_the_list_is_in_the_order_of_adding(self, stores: Stores) -> None:
        names = [address(name) for name in ("c", "a", "b")]
        for name in names:
            await watch(stores, ANNA, name)
        await watch(stores, BORIS, address("d"))
        assert [each.address for each in await stores.subscriptions.subscriptions(ANNA)] == names

    async def test_a_subscription_is_shown_to_its_chat_only(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        assert await stores.subscriptions.subscription(ANNA, mine.id) == mine
        assert await stores.subscriptions.subscription(BORIS, mine.id) is None
        assert await stores.subscriptions.subscription(ANNA, mine.id + 1) is None

    async def test_watchers_include_those_who_are_told_nothing_now(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await watch(stores, BORIS)
        await stores.subscriptions.deactivate(ANNA, "blocked")
        watchers = await stores.subscriptions.watchers(subscription.wallet_id)
        assert {(each.chat.chat_id, each.chat.active) for each in watchers} == {(ANNA, False), (BORIS, True)}

    async def test_the_checked_slot_is_that_of_the_wallets_own_account(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        token = NewAccount(address("token account"), AccountKind.TOKEN, address("mint"))
        (known,) = await stores.watch.add_accounts(subscription.wallet_id, [token])
        await stores.watch.record_states({known.id: AccountState(b"state", 900)})
        (before,) = await stores.subscriptions.subscriptions(ANNA)
        assert before.checked_slot is None
        await stores.watch.record_states({(await own_account(stores)).id: AccountState(b"state", 300)})
        (after,) = await stores.subscriptions.subscriptions(ANNA)
        assert after.checked_slot == 300


class TestSubscribingMany:
    async def test_each_is_watched_as_if_alone(self, stores: Stores) -> None:
        await watch(stores, BORIS, OTHER_WALLET, slot=50)
        known = await watch(stores, ANNA, slot=100, label="old")
        new = address("new")
        done = await stores.subscriptions.subscribe_many(
            ANNA, {OTHER_WALLET: None, WALLET: "renamed", new: "third"}, slot=200, limit=LIMIT
        )
        assert {each: done[each].created for each in done} == {OTHER_WALLET: True, WALLET: False, new: True}
        assert done[WALLET].subscription == replace(known, label="renamed")
        assert [
            (each.address, each.label, each.from_slot)
            for each in await stores.subscriptions.subscriptions(ANNA)
        ] == [(WALLET, "renamed", 100), (OTHER_WALLET, None, 200), (new, "third", 200)]
        assert (await own_account(stores, OTHER_WALLET)).cursor == Cursor(50)
        assert (await own_account(stores, new)).cursor == Cursor(200)
        assert {each.address for each in await accounts_of(stores.watch)} == {WALLET, OTHER_WALLET, new}

    async def test_the_last_new_ones_are_above_the_limit(self, stores: Stores) -> None:
        await watch(stores, ANNA, slot=1)
        names = {address(name): None for name in range(5)}
        done = await stores.subscriptions.subscribe_many(ANNA, {**names, WALLET: "still"}, slot=1, limit=3)
        assert set(done) == {address(0), address(1), WALLET}
        assert not done[WALLET].created
        assert await stores.watch.wallet(address(2)) is None

    async def test_without_a_slot_they_wait_or_follow_the_last_look(self, stores: Stores) -> None:
        await watch(stores, BORIS, slot=100)
        account = await own_account(stores)
        await stores.watch.record_states({account.id: AccountState(b"state", 180)})
        done = await stores.subscriptions.subscribe_many(
            (await stores.subscriptions.remember(contact(ANNA))).chat_id,
            {WALLET: None, OTHER_WALLET: None},
            slot=None,
            limit=LIMIT,
        )
        assert [done[each].subscription.from_slot for each in (WALLET, OTHER_WALLET)] == [180, None]

    async def test_none_and_an_unknown_chat(self, stores: Stores) -> None:
        with pytest.raises(UnknownChat):
            await stores.subscriptions.subscribe_many(ANNA, {WALLET: None}, slot=1, limit=LIMIT)
        await stores.subscriptions.remember(contact(ANNA))
        assert await stores.subscriptions.subscribe_many(ANNA, {}, slot=1, limit=LIMIT) == {}

    async def test_the_same_lists_at_once_end_with_one_of_each(self, stores: Stores) -> None:
        names = [address(name) for name in range(40)]
        for chat_id in (ANNA, BORIS):
            await stores.subscriptions.remember(contact(chat_id))
        answers = await asyncio.gather(
            *(
                stores.subscriptions.subscribe_many(
                    chat_id, dict.fromkeys(names[::direction]), slot=7, limit=30
                )
                for chat_id in (ANNA, BORIS)
                for direction in (1, -1, 1)
            )
        )
        assert all(len(answer) >= 30 for answer in answers)
        for chat_id in (ANNA, BORIS):
            assert len(await stores.subscriptions.subscriptions(chat_id)) == 30


class TestUnsubscribing:
    async def test_it_returns_what_was_watched(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, label="mine")
        assert await stores.subscriptions.unsubscribe(ANNA, WALLET) == subscription
        assert await stores.subscriptions.subscriptions(ANNA) == []
        assert await stores.subscriptions.unsubscribe(ANNA, WALLET) is None

    async def test_the_others_go_on(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        other = await watch(stores, BORIS)
        account = await own_account(stores)
        await stores.watch.move_cursors({account.id: Cursor(150, "s150")})
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        assert await stores.subscriptions.watchers(other.wallet_id) == [other]
        assert await accounts_of(stores.watch) == [replace(account, cursor=Cursor(150, "s150"))]

    async def test_an_unknown_wallet(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        assert await stores.subscriptions.unsubscribe(ANNA, WALLET) is None

    async def test_what_is_pending_is_suppressed(self, stores: Stores) -> None:
        mine, other = await watch(stores, ANNA), await watch(stores, BORIS)
        done = [activity("one", 101), activity("two", 102)]
        await record(stores.ledger, mine.wallet_id, done, candidates_of(done, mine, other), tell_all)
        await stores.ledger.settle(activity_key(ANNA, WALLET, "one"), DeliveryStatus.SENT)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        keys = [activity_key(chat, WALLET, name) for chat in (ANNA, BORIS) for name in ("one", "two")]
        assert list((await stores.ledger.statuses(keys)).values()).count(DeliveryStatus.PENDING) == 2
        statuses = await stores.ledger.statuses(keys[:2])
        assert statuses == {keys[0]: DeliveryStatus.SENT, keys[1]: DeliveryStatus.SUPPRESSED}


class TestMigration:
    async def test_everything_goes_with_the_group(self, stores: Stores) -> None:
        subscription = await watch(stores, GROUP, label="treasury")
        settings = ChatSettings(dust=False)
        await stores.subscriptions.change_settings(GROUP, settings)
        done = [activity("one", 101)]
        await record(stores.ledger, subscription.wallet_id, done, candidates_of(done, subscription), tell_all)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        new = await stores.subscriptions.chat(SUPERGROUP)
        assert new == Chat(SUPERGROUP, ChatKind.SUPERGROUP, "en", active=True, settings=settings)
        assert await stores.subscriptions.subscriptions(GROUP) == []
        assert await stores.subscriptions.subscriptions(SUPERGROUP) == [replace(subscription, chat=new)]
        since = stores.clock.now() - timedelta(hours=1)
        group = await stores.subscriptions.service(GROUP, since)
        assert group.deliveries[DeliveryStatus.PENDING] == 0
        assert ((await stores.subscriptions.service(SUPERGROUP, since)).deliveries)[
            DeliveryStatus.PENDING
        ] == 1

    async def test_what_was_told_under_the_old_id_is_not_told_again(self, stores: Stores) -> None:
        before = await watch(stores, GROUP)
        done = [activity("one", 101)]
        await record(stores.ledger, before.wallet_id, done, candidates_of(done, before), tell_all)
        key = activity_key(GROUP, WALLET, "one")
        await stores.ledger.settle(key, DeliveryStatus.SENT)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        (after,) = await stores.subscriptions.subscriptions(SUPERGROUP)
        for stale_or_not in (before, after):
            assert (
                await record(
                    stores.ledger, before.wallet_id, done, candidates_of(done, stale_or_not), tell_all
                )
                == []
            )
        assert await stores.ledger.statuses([activity_key(SUPERGROUP, WALLET, "one")]) == {}

    async def test_repeating_it_keeps_what_was_changed_since(self, stores: Stores) -> None:
        await watch(stores, GROUP)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        await stores.subscriptions.change_settings(SUPERGROUP, ChatSettings(muted=True))
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        chat = await stores.subscriptions.chat(SUPERGROUP)
        assert chat is not None
        assert chat.settings == ChatSettings(muted=True)
        assert len(await stores.subscriptions.subscriptions(SUPERGROUP)) == 1

    async def test_the_new_chat_may_have_been_greeted_already(self, stores: Stores) -> None:
        old = await watch(stores, GROUP, slot=100, label="old")
        new = await watch(stores, SUPERGROUP, slot=200)
        await watch(stores, GROUP, OTHER_WALLET)
        await stores.subscriptions.change_settings(GROUP, ChatSettings(failed=False))
        done = [activity("one", 201)]
        await record(stores.ledger, old.wallet_id, done, candidates_of(done, old, new), tell_all)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        found = {each.address: each for each in await stores.subscriptions.subscriptions(SUPERGROUP)}
        assert set(found) == {WALLET, OTHER_WALLET}
        assert (found[WALLET].from_slot, found[WALLET].label) == (100, "old")
        assert found[WALLET].chat.settings == ChatSettings(failed=False)
        counts = (await stores.subscriptions.service(SUPERGROUP, stores.clock.now())).deliveries
        assert counts[DeliveryStatus.PENDING] == 1

    async def test_the_old_id_stays_silent(self, stores: Stores) -> None:
        await watch(stores, GROUP)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        assert not (await stores.subscriptions.remember(contact(GROUP))).active

    async def test_an_unknown_group(self, stores: Stores) -> None:
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        assert await stores.subscriptions.chat(SUPERGROUP) is None


class TestCounts:
    async def test_every_status_is_there(self, stores: Stores) -> None:
        await stores.subscriptions.remember(contact(ANNA))
        counts = (await stores.subscriptions.service(ANNA, stores.clock.now())).deliveries
        assert counts == dict.fromkeys(DeliveryStatus, 0)

    async def test_entries_since_the_moment(self, stores: Stores) -> None:
        for key in ("a" * 32, "b" * 32):
            await stores.ledger.add(NewDelivery(key, DeliveryKind.SCAN, ANNA, None, None))
        stores.clock.advance(10)
        since = stores.clock.now()
        await stores.ledger.add(NewDelivery("c" * 32, DeliveryKind.SCAN, ANNA, None, None))
        await stores.ledger.add(NewDelivery("d" * 32, DeliveryKind.SCAN, BORIS, None, None))
        await stores.ledger.settle("b" * 32, DeliveryStatus.FAILED)
        counts = (await stores.subscriptions.service(ANNA, since)).deliveries
        assert counts[DeliveryStatus.PENDING] == 1
        everything = (await stores.subscriptions.service(ANNA, since - timedelta(seconds=10))).deliveries
        assert (everything[DeliveryStatus.PENDING], everything[DeliveryStatus.FAILED]) == (2, 1)


async def test_a_greeting_brings_what_the_chat_watches_where_it_is_asked_for(stores: Stores) -> None:
    people, other = stores.subscriptions, address("other")
    assert (await stores.greet(contact(1), Wanted(watched=True))).watched == []
    await stores.greet(contact(2))
    for chat_id, wallet in ((1, WALLET), (2, other), (1, other)):
        await people.subscribe(chat_id, wallet, None, slot=1, limit=9)
    greeting = await stores.greet(contact(1), Wanted(watched=True))
    assert greeting.watched == await people.subscriptions(1)
    assert greeting.watched is not None
    assert [each.address for each in greeting.watched] == [WALLET, other]
    assert (await stores.greet(contact(1))) == replace(greeting, watched=None)


async def test_a_greeting_brings_the_alerts_of_the_chat_where_they_are_asked_for(stores: Stores) -> None:
    people = stores.subscriptions
    assert (await stores.greet(contact(1), Wanted(rules=True))).rules == []
    await stores.greet(contact(2))
    await people.subscribe(1, WALLET, "mine", slot=1, limit=9)
    for chat_id, points in ((1, 5), (2, 6), (1, 7)):
        rule = NewRule(kind=AlertKind.RISK_WORSE, terms=Terms(points=points))
        assert await stores.rules.add(chat_id, rule, limit=9) is not None
    greeting = await stores.greet(contact(1), Wanted(watched=True, rules=True))
    assert greeting.rules == await stores.rules.of_chat(1)
    assert greeting.rules is not None
    assert [each.terms.points for each in greeting.rules] == [5, 7]
    assert greeting.watched == await people.subscriptions(1)
    assert (await stores.greet(contact(1), Wanted(watched=True))) == replace(greeting, rules=None)
