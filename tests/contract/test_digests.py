"""Digests that are open for an interval: what is merged into them, and nothing once they are closed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.test_subscription_store import ANNA, BORIS, GROUP, SUPERGROUP, watch
from tests.contract.things import OTHER_WALLET, WALLET, activity, candidates_of, entry
from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import ChatSettings, Subscription
from walletwatch.domain.delivery import (
    Candidate,
    DeliveryKind,
    DeliveryStatus,
    NewDelivery,
    PendingDelivery,
    activity_key,
)
from walletwatch.domain.digests import Burst, DigestPolicy, Outgoing, digest_key, group_key, plan_deliveries
from walletwatch.domain.work import DigestDue

POLICY = DigestPolicy(burst=2, interval=timedelta(seconds=60))
ONE, TWO, THREE, FOUR, FIVE = (activity(f"s{number}", 100 + number) for number in range(1, 6))
DUE = datetime(2026, 11, 1, 12, 1, tzinfo=UTC)


class Teller:
    """Records as the service does, and remembers what it was told of the bursts."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.bursts: Mapping[int, Burst] = {}

    async def tell(self, done: Sequence[Activity], *subscriptions: Subscription) -> Outgoing:
        """One after the other, as a flood comes; what there is to queue for all of it."""
        pending: dict[str, PendingDelivery] = {}
        still_open: dict[str, DigestDue] = {}
        for each in done:
            outgoing = await self.tell_together([each], *subscriptions)
            pending |= {delivery.key: delivery for delivery in outgoing.pending}
            still_open |= {due.digest_key: due for due in outgoing.open}
        return Outgoing(list(pending.values()), list(still_open.values()))

    async def tell_together(self, done: Sequence[Activity], *subscriptions: Subscription) -> Outgoing:
        candidates = candidates_of(done, *subscriptions)
        since = self.stores.clock.now() - POLICY.interval
        return await self.stores.ledger.record(
            subscriptions[0].wallet_id, done, candidates, self._plan, since=since
        )

    def _plan(self, new: Sequence[Candidate], bursts: Mapping[int, Burst]) -> Sequence[NewDelivery]:
        self.bursts = bursts
        now = self.stores.clock.now()
        return plan_deliveries(new, bursts, policy=POLICY, now=now, oldest=now - timedelta(days=10_000))


def signatures(pending: Sequence[PendingDelivery]) -> list[str]:
    return [" ".join(each.signature for each in delivery.activities) for delivery in pending]


def key_of(first: Activity, subscription: Subscription) -> str:
    return digest_key(Candidate(first, subscription))


@pytest.fixture
def teller(stores: Stores) -> Teller:
    return Teller(stores)


class TestTogether:
    async def test_what_comes_together_is_one_message(self, stores: Stores, teller: Teller) -> None:
        anna, boris = await watch(stores, ANNA), await watch(stores, BORIS)
        outgoing = await teller.tell_together([ONE, TWO, THREE], anna, boris)
        assert [(each.kind, each.activities) for each in outgoing.pending] == [
            (DeliveryKind.GROUP, (ONE, TWO, THREE))
        ] * 2
        assert {each.subscription.id: each.key for each in outgoing.pending} == {
            each.id: group_key(Candidate(ONE, each)) for each in (anna, boris)
        }
        assert outgoing.open == []

    async def test_it_is_queued_again_until_it_is_sent(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        outgoing = await teller.tell_together([ONE, TWO], anna)
        assert await teller.tell_together([ONE, TWO], anna) == outgoing
        assert (await teller.tell_together([ONE], anna)) == outgoing
        assert await teller.tell_together([TWO], anna) == Outgoing([], [])
        stores.clock.advance(3600)
        assert signatures(await stores.ledger.stuck(timedelta(minutes=30), 9)) == ["s1 s2"]
        (group,) = outgoing.pending
        await stores.ledger.settle(group.key, DeliveryStatus.SENT)
        assert await teller.tell_together([ONE, TWO], anna) == Outgoing([], [])

    async def test_only_what_is_new_is_grouped(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE], anna)
        outgoing = await teller.tell_together([ONE, TWO, THREE], anna)
        assert signatures(outgoing.pending) == ["s1", "s2 s3"]

    async def test_it_counts_as_one_message(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell_together([ONE, TWO], anna)
        await teller.tell_together([THREE, FOUR], anna)
        assert teller.bursts == {anna.id: Burst(1)}
        (opened,) = (await teller.tell_together([FIVE], anna)).open
        assert opened.digest_key == key_of(FIVE, anna)

    async def test_its_entry_is_read_by_its_chat_only(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        (group,) = (await teller.tell_together([ONE, TWO], anna)).pending
        await stores.ledger.settle(group.key, DeliveryStatus.SENT)
        assert await stores.ledger.entry(ANNA, group.key) == group
        assert await stores.ledger.entry(BORIS, group.key) is None

    async def test_it_goes_with_the_group(self, stores: Stores, teller: Teller) -> None:
        group = await watch(stores, GROUP)
        await teller.tell_together([ONE, TWO], group)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        (moved,) = await stores.subscriptions.subscriptions(SUPERGROUP)
        stores.clock.advance(3600)
        (told,) = await stores.ledger.stuck(timedelta(minutes=30), 9)
        assert (told.subscription, told.activities) == (moved, (ONE, TWO))

    async def test_one_whose_activities_the_new_group_has_already_is_gone(
        self, stores: Stores, teller: Teller
    ) -> None:
        old, new = await watch(stores, GROUP), await watch(stores, SUPERGROUP)
        await teller.tell_together([ONE, TWO], old, new)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        keys = [group_key(Candidate(ONE, each)) for each in (old, new)]
        assert await stores.ledger.statuses(keys) == {keys[1]: DeliveryStatus.PENDING}


class TestOpen:
    async def test_what_is_more_than_a_burst_waits_in_a_digest(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        outgoing = await teller.tell([ONE, TWO, THREE, FOUR], anna)
        assert signatures(outgoing.pending) == ["s1", "s2"]
        due_at = stores.clock.now() + POLICY.interval
        assert outgoing.open == [DigestDue(key_of(THREE, anna), due_at)]
        since = stores.clock.now() - timedelta(hours=1)
        counts = (await stores.subscriptions.service(ANNA, since)).deliveries
        assert (counts[DeliveryStatus.PENDING], counts[DeliveryStatus.MERGED]) == (3, 2)

    async def test_what_comes_later_is_merged_without_asking_for_its_end_again(
        self, stores: Stores, teller: Teller
    ) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE, TWO, THREE], anna)
        stores.clock.advance(59)
        assert await teller.tell([FOUR, FIVE], anna) == Outgoing([], [])
        assert teller.bursts == {anna.id: Burst(digest_key=key_of(THREE, anna), due_at=DUE)}
        stores.clock.advance(1)
        (digest,) = (await stores.ledger.close_digest(key_of(THREE, anna))).pending
        assert digest.activities == (THREE, FOUR, FIVE)

    async def test_who_opened_it_asks_for_its_end_again_and_nobody_else(
        self, stores: Stores, teller: Teller
    ) -> None:
        anna = await watch(stores, ANNA)
        opened = await teller.tell([ONE, TWO, THREE, FOUR], anna)
        assert await teller.tell([ONE, TWO, THREE, FOUR], anna) == opened
        assert await teller.tell([FOUR], anna) == Outgoing([], [])

    async def test_what_was_told_lately_counts_whatever_became_of_it(
        self, stores: Stores, teller: Teller
    ) -> None:
        anna, boris = await watch(stores, ANNA), await watch(stores, BORIS)
        elsewhere = await watch(stores, ANNA, OTHER_WALLET)
        await teller.tell([activity("elsewhere", 101, OTHER_WALLET)], elsewhere)
        await teller.tell([ONE], anna, boris)
        await stores.ledger.settle(activity_key(ANNA, WALLET, "s1"), DeliveryStatus.SENT)
        stores.clock.advance(30)
        await teller.tell([TWO], anna)
        await stores.ledger.settle(activity_key(ANNA, WALLET, "s2"), DeliveryStatus.FAILED)
        await teller.tell([THREE], anna, boris)
        assert teller.bursts == {anna.id: Burst(2), boris.id: Burst(1)}
        stores.clock.advance(30)
        await teller.tell([FOUR], boris)
        assert teller.bursts == {boris.id: Burst(1)}

    async def test_what_is_suppressed_does_not_count(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await stores.subscriptions.change_settings(ANNA, ChatSettings(muted=True))
        await teller.tell([ONE, TWO, THREE], anna)
        await stores.subscriptions.change_settings(ANNA, ChatSettings())
        assert signatures((await teller.tell([FOUR], anna)).pending) == ["s4"]
        assert teller.bursts == {anna.id: Burst()}

    async def test_it_is_not_stuck(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE, TWO, THREE], anna)
        stores.clock.advance(3600)
        assert signatures(await stores.ledger.stuck(timedelta(minutes=30), 9)) == ["s1", "s2"]

    async def test_a_new_watch_has_its_own(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE, TWO, THREE], anna)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        again = await watch(stores, ANNA)
        outgoing = await teller.tell([FOUR, FIVE, activity("s6", 106)], again)
        assert signatures(outgoing.pending) == ["s4", "s5"]
        stores.clock.advance(60)
        assert await stores.ledger.close_digest(key_of(THREE, anna)) == Outgoing([], [])
        assert signatures((await stores.ledger.close_digest(outgoing.open[0].digest_key)).pending) == ["s6"]

    async def test_it_goes_with_the_group(self, stores: Stores, teller: Teller) -> None:
        group = await watch(stores, GROUP)
        (opened,) = (await teller.tell([ONE, TWO, THREE], group)).open
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        (moved,) = await stores.subscriptions.subscriptions(SUPERGROUP)
        await teller.tell([FOUR], moved)
        stores.clock.advance(60)
        (digest,) = (await stores.ledger.close_digest(opened.digest_key)).pending
        assert (digest.subscription.chat.chat_id, digest.activities) == (SUPERGROUP, (THREE, FOUR))

    async def test_one_whose_activities_the_new_group_has_already_is_gone(
        self, stores: Stores, teller: Teller
    ) -> None:
        old, new = await watch(stores, GROUP), await watch(stores, SUPERGROUP)
        await teller.tell([ONE, TWO, THREE], old, new)
        await stores.subscriptions.migrate(GROUP, SUPERGROUP)
        stores.clock.advance(60)
        overdue = await stores.ledger.overdue_digests(9)
        assert [due.digest_key for due in overdue] == [key_of(THREE, new)]
        keys = [key_of(THREE, each) for each in (old, new)]
        assert await stores.ledger.statuses(keys) == {keys[1]: DeliveryStatus.PENDING}


class TestClosing:
    async def test_before_it_is_due_it_stays_open(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        outgoing = await teller.tell([ONE, TWO, THREE], anna)
        stores.clock.advance(59.9)
        assert await stores.ledger.close_digest(key_of(THREE, anna)) == Outgoing([], outgoing.open)
        await teller.tell([FOUR], anna)
        assert teller.bursts == {anna.id: Burst(digest_key=key_of(THREE, anna), due_at=DUE)}

    async def test_once_closed_it_takes_in_nothing_more(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE, TWO, THREE], anna)
        stores.clock.advance(60)
        closed = await stores.ledger.close_digest(key_of(THREE, anna))
        (digest,) = closed.pending
        assert (digest.kind, digest.activities) == (DeliveryKind.DIGEST, (THREE,))
        assert signatures((await teller.tell([FOUR], anna)).pending) == ["s4"]
        assert teller.bursts == {anna.id: Burst()}
        assert await stores.ledger.close_digest(digest.key) == closed

    async def test_by_a_clock_that_is_behind_it_takes_in_nothing_more_either(
        self, stores: Stores, teller: Teller
    ) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE, TWO, THREE], anna)
        stores.clock.advance(60)
        closed = await stores.ledger.close_digest(key_of(THREE, anna))
        stores.clock.advance(-1)
        (opened,) = (await teller.tell([FOUR], anna)).open
        assert opened.digest_key == key_of(FOUR, anna)
        assert await stores.ledger.close_digest(key_of(THREE, anna)) == closed

    async def test_one_that_was_sent_or_never_was_is_nothing(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        await teller.tell([ONE, TWO, THREE], anna)
        stores.clock.advance(60)
        await stores.ledger.close_digest(key_of(THREE, anna))
        await stores.ledger.settle(key_of(THREE, anna), DeliveryStatus.SENT)
        assert await stores.ledger.close_digest(key_of(THREE, anna)) == Outgoing([], [])
        assert await stores.ledger.close_digest("0" * 32) == Outgoing([], [])

    async def test_whoever_comes_after_it_was_due_closes_it_first(
        self, stores: Stores, teller: Teller
    ) -> None:
        anna, boris = await watch(stores, ANNA), await watch(stores, BORIS)
        await teller.tell([ONE, TWO, THREE], anna, boris)
        stores.clock.advance(60)
        outgoing = await teller.tell([FOUR], anna)
        assert [(each.subscription.id, *signatures([each])) for each in outgoing.pending] in (
            [(anna.id, "s3"), (boris.id, "s3"), (anna.id, "s4")],
            [(boris.id, "s3"), (anna.id, "s3"), (anna.id, "s4")],
        )
        assert await stores.ledger.overdue_digests(9) == []

    async def test_another_wallets_is_left_alone(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        elsewhere = await watch(stores, ANNA, OTHER_WALLET)
        theirs = [replace(each, wallet=OTHER_WALLET) for each in (ONE, TWO, THREE)]
        await teller.tell(theirs, elsewhere)
        stores.clock.advance(60)
        assert signatures((await teller.tell([FOUR], anna)).pending) == ["s4"]
        (overdue,) = await stores.ledger.overdue_digests(9)
        assert overdue.digest_key == key_of(theirs[2], elsewhere)

    async def test_overdue_ones_the_oldest_first(self, stores: Stores, teller: Teller) -> None:
        anna = await watch(stores, ANNA)
        elsewhere = await watch(stores, ANNA, OTHER_WALLET)
        (first,) = (await teller.tell([ONE, TWO, THREE], anna)).open
        stores.clock.advance(10)
        theirs = [replace(each, wallet=OTHER_WALLET) for each in (ONE, TWO, THREE)]
        (second,) = (await teller.tell(theirs, elsewhere)).open
        stores.clock.advance(50)
        assert await stores.ledger.overdue_digests(9) == [first]
        stores.clock.advance(10)
        assert await stores.ledger.overdue_digests(9) == [first, second]
        assert await stores.ledger.overdue_digests(1) == [first]

    async def test_at_once_with_what_is_merged_nothing_falls_between(self, stores: Stores) -> None:
        anna = await watch(stores, ANNA)
        done = [activity(f"n{number}", 200 + number) for number in range(40)]
        outgoing = await Teller(stores).tell(done[:5], anna)
        told = {digest.digest_key: "" for digest in outgoing.open}
        stores.clock.advance(59.9)

        async def check(each: Activity) -> Outgoing:
            if each is done[20]:
                stores.clock.advance(0.1)
            return await Teller(stores).tell([each], anna)

        async def close() -> Outgoing:
            return await stores.ledger.close_digest(outgoing.open[0].digest_key)

        answers = await asyncio.gather(*(work for each in done[5:] for work in (check(each), close())))
        assert [len(answer.open) for answer in answers].count(0) >= len(done) - 6
        stores.clock.advance(60)
        for due in await stores.ledger.overdue_digests(9):
            answers.append(await stores.ledger.close_digest(due.digest_key))
        for delivery in (delivery for answer in answers for delivery in answer.pending):
            text = signatures([delivery])[0]
            assert told.setdefault(delivery.key, text) in ("", text)
            told[delivery.key] = text
        heard = [*signatures(outgoing.pending), *(name for text in told.values() for name in text.split())]
        assert sorted(heard) == sorted(each.signature for each in done)


async def test_an_entry_that_an_older_version_wrote_is_no_open_digest(stores: Stores, teller: Teller) -> None:
    anna = await watch(stores, ANNA)
    candidate = Candidate(ONE, anna)
    key = key_of(ONE, anna)
    await stores.ledger.add(NewDelivery(key, DeliveryKind.DIGEST, ANNA, anna.wallet_id, None))
    await stores.ledger.add(entry(candidate, DeliveryStatus.MERGED, digest_key=key))
    outgoing = await teller.tell([ONE, TWO], anna)
    assert teller.bursts == {anna.id: Burst()}
    assert signatures(outgoing.pending) == ["s1", "s2"]
    assert outgoing.pending[0].kind is DeliveryKind.DIGEST
