"""What chats write down about their wallets, the same in memory and in PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.test_subscription_store import ANNA, BORIS, GROUP, SUPERGROUP, own_account, watch
from tests.contract.things import (
    OTHER_WALLET,
    WALLET,
    activity,
    address,
    candidates_of,
    contact,
    record,
)
from tests.contract.things import entry as ledger_entry
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import TooManyTags, UnknownChat
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.rules import Suppression
from walletwatch.domain.sweep import Shard
from walletwatch.domain.wallet_book import MAX_SHARES, SHARED_FOR, Share, SharedWallet
from walletwatch.domain.wallets import AccountKind, AccountState, NewAccount, Progress

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TOKEN = "t" * 22


async def suppressed(stores: Stores, subscription_id: int, *signatures: str) -> None:
    """Activities that were not told since the wallet was paused."""
    found = await stores.subscriptions.subscription(ANNA, subscription_id)
    assert found is not None
    done = [activity(name, 200 + number) for number, name in enumerate(signatures)]
    await record(
        stores.ledger,
        found.wallet_id,
        done,
        candidates_of(done, found),
        lambda candidates: [
            ledger_entry(each, DeliveryStatus.SUPPRESSED, reason=Suppression.PAUSED) for each in candidates
        ],
    )


class TestEntries:
    async def test_a_new_one_has_nothing_but_its_wallet(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA, label="main")
        (entry,) = await stores.book.entries(ANNA)
        assert entry.subscription == mine
        assert (entry.tags, entry.note, entry.paused_at, entry.missed) == ((), None, None, 0)
        assert (entry.last_kind, entry.last_time, entry.stakes, entry.risk) == (None, None, 0, None)
        assert entry.checked_at is None
        assert abs(entry.added_at - datetime.now(UTC)) < timedelta(minutes=1)
        assert await stores.book.entry(ANNA, mine.id) == entry

    async def test_what_is_known_of_the_wallet(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        await stores.ledger.keep(
            mine.wallet_id, [activity("new", 300, kind=ActivityKind.SWAP), activity("old", 200)]
        )
        stakes = [NewAccount(address(name), AccountKind.STAKE) for name in "ab"]
        token = NewAccount(address("token"), AccountKind.TOKEN, address("mint"))
        await stores.watch.add_accounts(mine.wallet_id, [*stakes, token])
        risk = KnownRisk(55, 2, 3, NOW)
        await stores.risks.keep(mine.wallet_id, risk)
        await stores.watch.record_states({(await own_account(stores)).id: AccountState(b"state", 310)})
        await stores.watch.record_progress(Shard(0, 1), Progress(310, NOW))
        entry = await stores.book.entry(ANNA, mine.id)
        assert entry is not None
        assert (entry.last_kind, entry.last_time) == (ActivityKind.SWAP, 1_760_000_300)
        assert (entry.stakes, entry.risk, entry.checked_at) == (2, risk, NOW)

    async def test_they_are_in_the_order_of_adding_and_of_this_chat(self, stores: Stores) -> None:
        names = [address(name) for name in ("c", "a", "b")]
        for name in names:
            await watch(stores, ANNA, name)
        await watch(stores, BORIS, address("d"))
        assert [each.subscription.address for each in await stores.book.entries(ANNA)] == names
        assert await stores.book.entries(GROUP) == []

    async def test_the_last_used_come_first(self, stores: Stores) -> None:
        first, second, third = [await watch(stores, ANNA, address(name)) for name in "abc"]
        assert await stores.book.use(ANNA, second.id) == second
        assert await stores.book.entry(ANNA, third.id) is not None
        assert await stores.book.use(BORIS, first.id) is None
        assert await stores.book.recent(ANNA) == [third, second, first]


class TestWriting:
    async def test_a_name_comes_and_goes(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        assert await stores.book.rename(ANNA, mine.id, "new") == replace(mine, label="new")
        assert await stores.book.rename(ANNA, mine.id, None) == mine

    async def test_tags_are_sorted_and_there_once(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        entry = await stores.book.retag(ANNA, mine.id, add=["whale", "кит", "defi", "whale"])
        assert entry is not None
        assert entry.tags == ("defi", "whale", "кит")
        entry = await stores.book.retag(ANNA, mine.id, add=["defi", "a"], remove=["whale", "none"])
        assert entry is not None
        assert entry.tags == ("a", "defi", "кит")
        assert (await stores.book.entries(ANNA))[0] == entry

    async def test_there_are_ten_at_most(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        names = [f"t{number}" for number in range(10)]
        await stores.book.retag(ANNA, mine.id, add=names)
        with pytest.raises(TooManyTags):
            await stores.book.retag(ANNA, mine.id, add=["one-more"])
        entry = await stores.book.retag(ANNA, mine.id, add=["one-more"], remove=["t0"])
        assert entry is not None
        assert set(entry.tags) == {*names[1:], "one-more"}

    async def test_tags_that_are_added_at_once_are_all_there(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        await asyncio.gather(*(stores.book.retag(ANNA, mine.id, add=[f"t{n}"]) for n in range(8)))
        (entry,) = await stores.book.entries(ANNA)
        assert entry.tags == tuple(f"t{n}" for n in range(8))

    async def test_a_note(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        entry = await stores.book.annotate(ANNA, mine.id, "first\nsecond")
        assert entry is not None
        assert entry.note == "first\nsecond"
        entry = await stores.book.annotate(ANNA, mine.id, None)
        assert entry is not None
        assert entry.note is None

    async def test_many_at_once(self, stores: Stores) -> None:
        await watch(stores, ANNA)
        await watch(stores, ANNA, OTHER_WALLET)
        await watch(stores, BORIS)
        await stores.book.describe(
            ANNA, {WALLET: (["b", "a"], 'a "note"\\'), address("nobody's"): (["x"], None)}
        )
        found = {each.subscription.address: each for each in await stores.book.entries(ANNA)}
        assert (found[WALLET].tags, found[WALLET].note) == (("a", "b"), 'a "note"\\')
        assert (found[OTHER_WALLET].tags, found[OTHER_WALLET].note) == ((), None)
        assert (await stores.book.entries(BORIS))[0].tags == ()
        await stores.book.describe(ANNA, {WALLET: ([], None)})
        assert (await stores.book.entries(ANNA))[0].tags == ()

    async def test_nobody_writes_into_anothers(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA, label="mine")
        await watch(stores, BORIS)
        before = await stores.book.entries(ANNA)
        assert await stores.book.entry(BORIS, mine.id) is None
        assert await stores.book.rename(BORIS, mine.id, "yours") is None
        assert await stores.book.retag(BORIS, mine.id, add=["x"]) is None
        assert await stores.book.annotate(BORIS, mine.id, "x") is None
        assert await stores.book.pause(BORIS, [mine.id], NOW) == []
        assert await stores.book.entries(ANNA) == before

    async def test_it_goes_with_a_group_that_migrates(self, stores: Stores) -> None:
        old = await watch(stores, GROUP)
        await watch(stores, SUPERGROUP)
        moved = await watch(stores, GROUP, OTHER_WALLET)
        for each in (old, moved):
            await stores.book.retag(GROUP, each.id, add=["t"])
            await stores.book.annotate(GROUP, each.id, "n")
        share = await stores.book.share(
            GROUP, TOKEN, [SharedWallet(WALLET, None)], named=False, at=NOW, expires_at=NOW + SHARED_FOR
        )
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        assert [(each.tags, each.note) for each in await stores.book.entries(SUPERGROUP)] == [
            (("t",), "n")
        ] * 2
        assert await stores.book.revoke(SUPERGROUP, share.id)


class TestPausing:
    async def test_what_was_not_told_is_counted(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        since = stores.clock.now()
        (paused,) = await stores.book.pause(ANNA, [mine.id], since)
        assert paused == replace(mine, paused=True)
        assert await stores.book.pause(ANNA, [mine.id], since) == []
        stores.clock.advance(60)
        await suppressed(stores, mine.id, "one", "two")
        (entry,) = await stores.book.entries(ANNA)
        assert (entry.paused_at, entry.missed) == (since, 2)
        (resumed,) = await stores.book.resume(ANNA, [mine.id])
        assert (resumed.subscription, resumed.missed) == (mine, 2)
        assert await stores.book.resume(ANNA, [mine.id]) == []
        (entry,) = await stores.book.entries(ANNA)
        assert (entry.paused_at, entry.missed) == (None, 0)

    async def test_an_earlier_pause_does_not_count(self, stores: Stores) -> None:
        mine = await watch(stores, ANNA)
        await stores.book.pause(ANNA, None, stores.clock.now())
        await suppressed(stores, mine.id, "one")
        await stores.book.resume(ANNA, None)
        stores.clock.advance(60)
        await stores.book.pause(ANNA, None, stores.clock.now())
        (resumed,) = await stores.book.resume(ANNA, None)
        assert resumed.missed == 0

    async def test_all_and_some(self, stores: Stores) -> None:
        first, second, third = [await watch(stores, ANNA, address(name)) for name in "abc"]
        await watch(stores, BORIS, address("a"))
        assert [each.id for each in await stores.book.pause(ANNA, None, NOW)] == [
            first.id,
            second.id,
            third.id,
        ]
        assert [each.subscription.id for each in await stores.book.resume(ANNA, [second.id])] == [second.id]
        assert [each.subscription.id for each in await stores.book.resume(ANNA, None)] == [first.id, third.id]
        (other,) = await stores.subscriptions.subscriptions(BORIS)
        assert not other.paused


class TestSharing:
    async def _share(self, stores: Stores, chat_id: int, token: str = TOKEN, at: datetime = NOW) -> Share:
        await stores.subscriptions.remember(contact(chat_id))
        wallets = (SharedWallet(WALLET, "main"), SharedWallet(OTHER_WALLET, None))
        return await stores.book.share(chat_id, token, wallets, named=True, at=at, expires_at=at + SHARED_FOR)

    async def test_whoever_has_the_token_sees_the_list(self, stores: Stores) -> None:
        share = await self._share(stores, ANNA)
        assert share == Share(
            share.id,
            TOKEN,
            ANNA,
            (SharedWallet(WALLET, "main"), SharedWallet(OTHER_WALLET, None)),
            True,
            NOW,
            NOW + SHARED_FOR,
        )
        assert await stores.book.shared(TOKEN, NOW) == share
        assert (await stores.book.shares(ANNA, NOW))[1] == [share]
        assert await stores.book.shares(BORIS, NOW) == ([], [])
        await watch(stores, ANNA)
        assert (await stores.book.shares(ANNA, NOW))[0] == await stores.book.entries(ANNA)

    @pytest.mark.parametrize("token", ["", "x" * 22, TOKEN.upper(), TOKEN + "t", "\x00", "%"])
    async def test_another_token_shows_nothing(self, stores: Stores, token: str) -> None:
        await self._share(stores, ANNA)
        assert await stores.book.shared(token, NOW) is None

    async def test_it_ends(self, stores: Stores) -> None:
        await self._share(stores, ANNA)
        last = NOW + SHARED_FOR - timedelta(seconds=1)
        assert await stores.book.shared(TOKEN, last) is not None
        assert await stores.book.shared(TOKEN, NOW + SHARED_FOR) is None
        assert (await stores.book.shares(ANNA, NOW + SHARED_FOR))[1] == []
        assert await stores.book.forget_shares(last) == 0
        assert await stores.book.forget_shares(NOW + SHARED_FOR) == 1

    async def test_it_is_revoked_by_its_chat_only(self, stores: Stores) -> None:
        share = await self._share(stores, ANNA)
        assert not await stores.book.revoke(BORIS, share.id)
        assert await stores.book.revoke(ANNA, share.id)
        assert not await stores.book.revoke(ANNA, share.id)
        assert await stores.book.shared(TOKEN, NOW) is None

    async def test_the_oldest_end_where_there_are_too_many(self, stores: Stores) -> None:
        await self._share(stores, BORIS)
        await self._share(stores, ANNA, "e" * 22, NOW - SHARED_FOR)
        made = [await self._share(stores, ANNA, f"{number:022}") for number in range(MAX_SHARES + 2)]
        assert (await stores.book.shares(ANNA, NOW))[1] == made[:1:-1]
        assert len((await stores.book.shares(BORIS, NOW))[1]) == 1
        assert await stores.book.shared("0" * 22, NOW) is None
        assert await stores.book.forget_shares(NOW) == 0

    async def test_a_chat_that_was_never_greeted(self, stores: Stores) -> None:
        with pytest.raises(UnknownChat):
            await stores.book.share(
                ANNA, TOKEN, [SharedWallet(WALLET, None)], named=False, at=NOW, expires_at=NOW + SHARED_FOR
            )
