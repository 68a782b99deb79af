import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.test_subscription_store import ANNA, BORIS, own_account, watch
from tests.contract.things import OTHER_WALLET, WALLET, accounts_of, activity, address
from tests.progress import progress_of
from walletwatch.domain.sweep import BUCKETS, Belongings, Shard, SweptAccount, SweptWallet, bucket_of
from walletwatch.domain.wallets import AccountKind, AccountState, Cursor, NewAccount, Progress, Wallet

ALL = Shard(0, 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TOKEN = NewAccount(address("token account"), AccountKind.TOKEN_2022, address("mint"))
STAKE = NewAccount(address("stake account"), AccountKind.STAKE)


class TestWallets:
    async def test_an_unknown_wallet_is_none(self, stores: Stores) -> None:
        assert await stores.watch.wallet(WALLET) is None

    async def test_it_stays_known_when_nobody_watches_it(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        assert await stores.watch.wallet(WALLET) == Wallet(subscription.wallet_id, WALLET, 100)

    async def test_start_reaches_wallet_subscriptions_and_accounts(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, slot=None)
        await stores.watch.start(subscription.wallet_id, 300)
        assert await stores.watch.wallet(WALLET) == Wallet(subscription.wallet_id, WALLET, 300)
        (started,) = await stores.subscriptions.subscriptions(ANNA)
        assert started == replace(subscription, from_slot=300)
        (account,) = await accounts_of(stores.watch)
        assert account.cursor == Cursor(300)

    async def test_what_has_a_start_keeps_it(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, slot=100)
        account = await own_account(stores)
        await stores.watch.start(subscription.wallet_id, 300)
        assert await stores.watch.wallet(WALLET) == Wallet(subscription.wallet_id, WALLET, 100)
        assert await stores.subscriptions.subscriptions(ANNA) == [subscription]
        assert await own_account(stores) == account

    async def test_starting_twice_keeps_the_first(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, slot=None)
        await asyncio.gather(*(stores.watch.start(subscription.wallet_id, 300) for _ in range(3)))
        await stores.watch.start(subscription.wallet_id, 400)
        assert (await own_account(stores)).cursor == Cursor(300)


class TestAccounts:
    async def test_of_wallets_that_an_active_chat_watches(self, stores: Stores) -> None:
        await watch(stores, ANNA, WALLET)
        await watch(stores, BORIS, OTHER_WALLET)
        assert {account.wallet for account in await accounts_of(stores.watch)} == {WALLET, OTHER_WALLET}
        await stores.subscriptions.deactivate(BORIS, "blocked")
        assert {account.wallet for account in await accounts_of(stores.watch)} == {WALLET}
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        assert await accounts_of(stores.watch) == []

    async def test_an_account_is_listed_once_however_many_watch(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        await watch(stores, BORIS)
        assert len(await accounts_of(stores.watch)) == 1

    async def test_new_ones_begin_with_the_wallet(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, slot=100)
        own = await own_account(stores)
        await stores.watch.move_cursors({own.id: Cursor(900, "s900")})
        token, stake = await stores.watch.add_accounts(subscription.wallet_id, [TOKEN, STAKE])
        assert (token.address, token.kind, token.mint) == (TOKEN.address, TOKEN.kind, TOKEN.mint)
        assert (stake.kind, stake.mint) == (AccountKind.STAKE, None)
        assert [(each.wallet_id, each.wallet) for each in (token, stake)] == [
            (subscription.wallet_id, WALLET)
        ] * 2
        assert [(each.cursor, each.state) for each in (token, stake)] == [(Cursor(100), None)] * 2
        assert len(await stores.watch.wallet_accounts(subscription.wallet_id)) == 3

    async def test_known_ones_are_returned_unchanged(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        (token,) = await stores.watch.add_accounts(subscription.wallet_id, [TOKEN])
        await stores.watch.move_cursors({token.id: Cursor(150, "s150")})
        await stores.watch.record_states({token.id: AccountState(b"state", 160)})
        again = replace(TOKEN, kind=AccountKind.TOKEN)
        both = await stores.watch.add_accounts(subscription.wallet_id, [again, STAKE, again])
        assert both[0] == replace(token, cursor=Cursor(150, "s150"), state=AccountState(b"state", 160))
        assert [each.address for each in both] == [TOKEN.address, STAKE.address]

    async def test_adding_none(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        assert await stores.watch.add_accounts(subscription.wallet_id, []) == []

    async def test_added_at_once_they_are_one(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        answers = await asyncio.gather(
            *(stores.watch.add_accounts(subscription.wallet_id, [TOKEN, STAKE]) for _ in range(5))
        )
        assert len({account.id for answer in answers for account in answer}) == 2

    async def test_two_wallets_may_share_an_account(self, stores: Stores) -> None:
        first, second = await watch(stores, ANNA, slot=100), await watch(stores, ANNA, OTHER_WALLET, slot=200)
        (one,) = await stores.watch.add_accounts(first.wallet_id, [STAKE])
        (two,) = await stores.watch.add_accounts(second.wallet_id, [STAKE])
        assert one.id != two.id
        assert (one.cursor, two.cursor) == (Cursor(100), Cursor(200))

    async def test_accounts_of_a_wallet_without_a_start_begin_where_it_begins(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, slot=None)
        assert await stores.watch.add_accounts(subscription.wallet_id, [TOKEN]) == []
        await stores.watch.start(subscription.wallet_id, 300)
        accounts = await stores.watch.wallet_accounts(subscription.wallet_id)
        assert {account.address: account.cursor for account in accounts} == {
            WALLET: Cursor(300),
            TOKEN.address: Cursor(300),
        }


async def swept(stores: Stores, shard: Shard = ALL, limit: int = 100) -> list[SweptWallet]:
    """All pages of a shard, behind each other."""
    found: list[SweptWallet] = []
    last = None
    while page := await stores.watch.swept_wallets(shard, after=last, limit=limit):
        assert len(page) <= limit
        found.extend(page)
        last = page[-1]
    return found


class TestSwept:
    async def test_a_wallet_comes_with_all_its_accounts_and_what_was_seen(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        own = await own_account(stores)
        (token,) = await stores.watch.add_accounts(subscription.wallet_id, [TOKEN])
        await stores.watch.record_states({token.id: AccountState(b"state", 160)})
        (wallet,) = await swept(stores)
        assert (wallet.id, wallet.address) == (subscription.wallet_id, WALLET)
        assert (wallet.searched_tokens, wallet.searched_stakes) == (EPOCH, EPOCH)
        assert wallet.accounts == [
            SweptAccount(own.id, WALLET, AccountKind.SYSTEM, None),
            SweptAccount(token.id, TOKEN.address, TOKEN.kind, AccountState(b"state", 160)),
        ]

    async def test_only_what_is_watched_and_started(self, stores: Stores) -> None:
        await watch(stores, ANNA, address("waiting"), slot=None)
        await watch(stores, ANNA, address("left"))
        await stores.subscriptions.unsubscribe(ANNA, address("left"))
        await watch(stores, BORIS, address("blocked"))
        await stores.subscriptions.deactivate(BORIS, "blocked")
        await watch(stores, ANNA)
        assert [wallet.address for wallet in await swept(stores)] == [WALLET]

    @pytest.mark.parametrize("limit", [1, 3, 100])
    @pytest.mark.parametrize("count", [1, 4, BUCKETS])
    async def test_every_wallet_is_on_one_page_of_one_shard(
        self, stores: Stores, count: int, limit: int
    ) -> None:
        names = [address(name) for name in range(12)]
        for name in names:
            await watch(stores, ANNA, name)
        seen: list[str] = []
        for index in range(count):
            shard = Shard(index, count)
            wallets = await swept(stores, shard, limit)
            assert all(bucket_of(wallet.address) in shard.buckets for wallet in wallets)
            seen.extend(wallet.address for wallet in wallets)
        assert sorted(seen) == sorted(names)

    async def test_a_search_is_remembered_for_what_was_searched(self, stores: Stores) -> None:
        first, second = await watch(stores, ANNA), await watch(stores, ANNA, OTHER_WALLET)
        now = stores.clock.now()
        await stores.watch.record_search([], Belongings.TOKENS, now)
        await stores.watch.record_search([first.wallet_id], Belongings.TOKENS, now)
        await stores.watch.record_search([second.wallet_id, first.wallet_id], Belongings.STAKES, now)
        wallets = {wallet.id: wallet for wallet in await swept(stores)}
        searched = {
            id_: [wallet.searched(each) for each in (Belongings.TOKENS, Belongings.STAKES)]
            for id_, wallet in wallets.items()
        }
        assert searched == {first.wallet_id: [now, now], second.wallet_id: [EPOCH, now]}


class TestStatesAndCursors:
    async def test_an_older_slot_never_replaces_a_newer_one(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        own = await own_account(stores)
        for state in (AccountState(b"new", 200), AccountState(b"old", 150)):
            await stores.watch.record_states({own.id: state})
        assert (await own_account(stores)).state == AccountState(b"new", 200)

    async def test_a_cursor_never_moves_to_an_older_slot(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        own = await own_account(stores)
        for cursor in (Cursor(200, "s200"), Cursor(150, "s150")):
            await stores.watch.move_cursors({own.id: cursor})
        assert (await own_account(stores)).cursor == Cursor(200, "s200")

    async def test_within_a_slot_the_last_call_wins(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        own = await own_account(stores)
        for signature in ("first", "second"):
            await stores.watch.move_cursors({own.id: Cursor(200, signature)})
        assert (await own_account(stores)).cursor == Cursor(200, "second")

    async def test_in_any_order_at_once_the_newest_stays(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        own = await own_account(stores)
        await asyncio.gather(
            *(stores.watch.move_cursors({own.id: Cursor(slot, f"s{slot}")}) for slot in range(120, 100, -1)),
            *(
                stores.watch.record_states({own.id: AccountState(b"%d" % slot, slot)})
                for slot in range(101, 121)
            ),
        )
        account = await own_account(stores)
        assert (account.cursor, account.state) == (Cursor(120, "s120"), AccountState(b"120", 120))

    async def test_a_batch_moves_each_account_by_itself(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        own = await own_account(stores)
        token, stake = await stores.watch.add_accounts(subscription.wallet_id, [TOKEN, STAKE])
        await stores.watch.move_cursors(
            {own.id: Cursor(110, "a"), token.id: Cursor(90, "b"), 10**9: Cursor(1)}
        )
        await stores.watch.record_states({stake.id: AccountState(bytes(range(32)), 2**40)})
        found = {each.id: each for each in await accounts_of(stores.watch)}
        assert [found[each.id].cursor for each in (own, token, stake)] == [
            Cursor(110, "a"),
            Cursor(100),
            Cursor(100),
        ]
        assert found[stake.id].state == AccountState(bytes(range(32)), 2**40)

    async def test_nothing_to_store(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        before = await accounts_of(stores.watch)
        await stores.watch.move_cursors({})
        await stores.watch.record_states({})
        assert await accounts_of(stores.watch) == before

    async def test_a_wallet_that_waits_for_its_start_has_no_cursor_to_move(self, stores: Stores) -> None:
        await watch(stores, ANNA, slot=100)
        own = await own_account(stores)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        subscription = await watch(stores, ANNA, slot=None)
        await stores.watch.move_cursors({own.id: Cursor(900)})
        await stores.watch.start(subscription.wallet_id, 500)
        assert (await own_account(stores)).cursor == Cursor(500)


class TestUnstarted:
    async def test_only_what_is_watched_and_has_no_start(self, stores: Stores) -> None:
        await watch(stores, ANNA, slot=None)
        await watch(stores, BORIS, OTHER_WALLET, slot=100)
        assert await stores.watch.unstarted(10) == [WALLET]
        assert await stores.watch.unstarted(0) == []
        await stores.subscriptions.deactivate(ANNA, "blocked")
        assert await stores.watch.unstarted(10) == []


class TestProgress:
    async def test_there_is_none_before_the_first_round(self, stores: Stores) -> None:
        assert await progress_of(stores.subscriptions) is None
        assert await stores.watch.shards() == [None]

    async def test_it_moves_on_and_never_back(self, stores: Stores) -> None:
        first = Progress(100, stores.clock.now())
        later = Progress(101, stores.clock.now() + timedelta(seconds=15))
        await stores.watch.record_progress(ALL, first)
        await stores.watch.record_progress(ALL, later)
        await stores.watch.record_progress(ALL, first)
        assert await progress_of(stores.subscriptions) == later

    async def test_all_are_as_far_as_the_last_of_the_shards(self, stores: Stores) -> None:
        now = stores.clock.now()
        await stores.watch.reshard(1, 2)
        assert await stores.watch.shards() == [None, None]
        await stores.watch.record_progress(Shard(0, 2), Progress(200, now))
        assert await progress_of(stores.subscriptions) is None
        await stores.watch.record_progress(Shard(1, 2), Progress(190, now + timedelta(seconds=1)))
        assert await progress_of(stores.subscriptions) == Progress(190, now)

    async def test_a_split_shard_and_its_parts_are_equally_far(self, stores: Stores) -> None:
        progress = Progress(100, stores.clock.now())
        await stores.watch.record_progress(ALL, progress)
        await stores.watch.reshard(1, 4)
        assert await stores.watch.shards() == [progress] * 4

    async def test_merged_shards_are_as_far_as_the_last_of_them(self, stores: Stores) -> None:
        now = stores.clock.now()
        await stores.watch.reshard(1, 4)
        for index in range(3):
            await stores.watch.record_progress(Shard(index, 4), Progress(100 + index, now))
        await stores.watch.reshard(4, 2)
        assert await stores.watch.shards() == [Progress(100, now), None]

    async def test_another_plan_than_the_present_one_changes_nothing(self, stores: Stores) -> None:
        await stores.watch.reshard(1, 2)
        await stores.watch.reshard(1, 8)
        await stores.watch.record_progress(ALL, Progress(100, stores.clock.now()))
        assert await stores.watch.shards() == [None, None]

    async def test_at_once_one_plan_comes_of_it(self, stores: Stores) -> None:
        await asyncio.gather(*(stores.watch.reshard(1, wanted) for wanted in (2, 4, 2, 4)))
        assert len(await stores.watch.shards()) in {2, 4}


class TestForgetting:
    FUTURE = datetime.now(UTC) + timedelta(days=1)

    async def test_accounts_of_a_wallet_that_nobody_watches_go(self, stores: Stores) -> None:
        kept = await watch(stores, ANNA, wallet=OTHER_WALLET)
        await watch(stores, ANNA)
        assert await stores.watch.forget_unwatched(self.FUTURE, 10) == 0
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        assert await stores.watch.forget_unwatched(datetime.now(UTC) - timedelta(days=1), 10) == 0
        assert await stores.watch.forget_unwatched(self.FUTURE, 10) == 1
        assert await stores.watch.wallet(WALLET) is None
        assert len(await stores.watch.wallet_accounts(kept.wallet_id)) == 1
        assert await stores.watch.forget_unwatched(self.FUTURE, 10) == 0

    async def test_a_wallet_that_is_forgotten_is_watched_anew(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        assert await stores.watch.forget_unwatched(self.FUTURE, 10) == 1
        again = await watch(stores, ANNA, slot=900)
        (account,) = await stores.watch.wallet_accounts(again.wallet_id)
        assert account.cursor == Cursor(900)

    async def test_a_wallet_that_has_a_past_keeps_its_name(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await stores.ledger.keep(subscription.wallet_id, [activity("a", 200)])
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        assert await stores.watch.forget_unwatched(self.FUTURE, 10) == 1
        assert await stores.watch.wallet(WALLET) is not None
        assert await stores.watch.wallet_accounts(subscription.wallet_id) == []
        assert await stores.watch.forget_unwatched(self.FUTURE, 10) == 0

    async def test_twice_at_once_does_each_once(self, stores: Stores) -> None:
        for each in (WALLET, OTHER_WALLET):
            await watch(stores, ANNA, wallet=each)
            await stores.subscriptions.unsubscribe(ANNA, each)
        both = await asyncio.gather(*(stores.watch.forget_unwatched(self.FUTURE, 10) for _ in range(2)))
        assert sum(both) + await stores.watch.forget_unwatched(self.FUTURE, 10) == 2
