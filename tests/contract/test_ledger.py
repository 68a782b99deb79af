import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.test_subscription_store import ANNA, BORIS, watch
from tests.contract.things import (
    OTHER_WALLET,
    WALLET,
    activity,
    candidates_of,
    digest_all,
    entry,
    record,
    tell_all,
)
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.delivery import (
    Candidate,
    DeliveryKind,
    DeliveryStatus,
    NewDelivery,
    activity_key,
)
from walletwatch.domain.digests import digest_key

ONE, TWO, THREE = (activity(name, slot) for name, slot in (("one", 101), ("two", 102), ("three", 103)))
SCAN = NewDelivery("5" * 32, DeliveryKind.SCAN, ANNA, None, None)


class Plan:
    """A plan that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[Candidate]] = []

    def __call__(self, candidates: Sequence[Candidate]) -> Sequence[NewDelivery]:
        self.asked.append(candidates)
        return tell_all(candidates)


class TestRecording:
    async def test_a_delivery_has_all_that_is_needed_to_render_it(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA, label="mine")
        (pending,) = await record(
            stores.ledger, subscription.wallet_id, [ONE], candidates_of([ONE], subscription), tell_all
        )
        assert pending.key == activity_key(ANNA, WALLET, "one")
        assert pending.kind is DeliveryKind.ACTIVITY
        assert pending.subscription == subscription
        assert pending.activities == (ONE,)
        assert pending.created_at == stores.clock.now()

    async def test_an_activity_comes_back_as_it_went_in(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        rich = activity(
            "rich",
            101,
            block_time=None,
            success=False,
            error="InstructionError[2]: Custom 6001",
            kind=ActivityKind.SWAP,
            legs=(Leg("native", -(2**64), 9), Leg(WALLET, 2**63, None, OTHER_WALLET)),
            fee=5000,
            rent=-2_039_280,
            program="XDEX",
            details={"delegate": None, "amount": 2**64 - 1, "nested": {"list": [1, "<b>"]}},
        )
        (pending,) = await record(
            stores.ledger, subscription.wallet_id, [rich], candidates_of([rich], subscription), tell_all
        )
        assert pending.activities == (rich,)

    async def test_hostile_text_does_no_harm(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        text = "\x00\ud800 '); DROP TABLE deliveries; --\u202e😀" + "A" * 10_000
        hostile = activity("bad", 101, program=text, details={text: [text]})
        (pending,) = await record(
            stores.ledger, subscription.wallet_id, [hostile], candidates_of([hostile], subscription), tell_all
        )
        clean = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
        assert pending.activities == (replace(hostile, program=clean, details={clean: [clean]}),)

    async def test_the_oldest_activity_comes_first(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        same_slot = [activity(name, 200) for name in ("z", "a", "m")]
        done = [THREE, *same_slot, ONE, TWO]
        pending = await record(
            stores.ledger, subscription.wallet_id, done, candidates_of(done, subscription), tell_all
        )
        told = [each.activities[0].signature for each in pending]
        assert told == ["one", "two", "three", "z", "a", "m"]

    async def test_every_watcher_is_told(self, stores: Stores) -> None:
        anna, boris = await watch(stores, ANNA), await watch(stores, BORIS)
        pending = await record(
            stores.ledger, anna.wallet_id, [ONE, TWO], candidates_of([ONE, TWO], anna, boris), tell_all
        )
        assert {(each.subscription.chat.chat_id, each.activities[0].signature) for each in pending} == {
            (chat, name) for chat in (ANNA, BORIS) for name in ("one", "two")
        }

    async def test_one_transaction_between_two_wallets_is_told_for_both(self, stores: Stores) -> None:
        sender, receiver = await watch(stores, ANNA), await watch(stores, ANNA, OTHER_WALLET)
        theirs = activity("one", 101, OTHER_WALLET)
        first = await record(stores.ledger, sender.wallet_id, [ONE], candidates_of([ONE], sender), tell_all)
        second = await record(
            stores.ledger, receiver.wallet_id, [theirs], candidates_of([theirs], receiver), tell_all
        )
        assert [each.activities for each in (*first, *second)] == [(ONE,), (theirs,)]

    async def test_activities_without_candidates_are_stored(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        assert await record(stores.ledger, subscription.wallet_id, [ONE], [], tell_all) == []
        changed = replace(ONE, fee=1)
        (pending,) = await record(
            stores.ledger, subscription.wallet_id, [changed], candidates_of([changed], subscription), tell_all
        )
        assert pending.activities == (ONE,)

    async def test_what_is_kept_is_told_nobody_and_stays_as_it_is(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await stores.ledger.keep(subscription.wallet_id, [ONE])
        await stores.ledger.keep(subscription.wallet_id, [replace(ONE, fee=1), TWO])
        candidates = candidates_of([ONE], subscription)
        assert await stores.ledger.statuses([each.key for each in candidates]) == {}
        pending = await record(stores.ledger, subscription.wallet_id, [], candidates, tell_all)
        assert [each.activities for each in pending] == [(ONE,)]

    async def test_nothing_to_record(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        assert await record(stores.ledger, subscription.wallet_id, [], [], tell_all) == []

    async def test_a_candidate_given_twice_is_told_once(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        twice = [*candidates_of([ONE], subscription)] * 2
        assert len(await record(stores.ledger, subscription.wallet_id, [ONE, ONE], twice, tell_all)) == 1


class TestRecordingAgain:
    async def test_the_plan_gets_only_what_is_new(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        plan = Plan()
        for done in ([ONE], [ONE, TWO], [ONE, TWO]):
            await record(stores.ledger, subscription.wallet_id, done, candidates_of(done, subscription), plan)
        assert [[each.activity for each in asked] for asked in plan.asked] == [[ONE], [TWO]]

    async def test_what_is_still_pending_is_returned_again(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        candidates = candidates_of([ONE, TWO], subscription)
        first = await record(stores.ledger, subscription.wallet_id, [ONE, TWO], candidates, tell_all)
        await stores.ledger.settle(first[0].key, DeliveryStatus.SENT, message_id=1)
        stores.clock.advance(60)
        again = await record(stores.ledger, subscription.wallet_id, [ONE, TWO], candidates, tell_all)
        assert again == first[1:]

    async def test_other_candidates_pending_deliveries_are_not_returned(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await record(
            stores.ledger, subscription.wallet_id, [ONE], candidates_of([ONE], subscription), tell_all
        )
        pending = await record(
            stores.ledger, subscription.wallet_id, [TWO], candidates_of([TWO], subscription), tell_all
        )
        assert [each.activities for each in pending] == [(TWO,)]

    async def test_it_is_rendered_with_the_present_subscription(self, stores: Stores) -> None:
        old = await watch(stores, ANNA, label="old")
        candidates = candidates_of([ONE], old)
        await record(stores.ledger, old.wallet_id, [ONE], candidates, tell_all)
        new = await watch(stores, ANNA, label="new")
        (pending,) = await record(stores.ledger, old.wallet_id, [ONE], candidates, tell_all)
        assert pending.subscription == new

    async def test_the_plan_sees_the_present_subscription(self, stores: Stores) -> None:
        stale = await watch(stores, ANNA)
        await stores.subscriptions.change_settings(ANNA, ChatSettings(muted=True))
        plan = Plan()
        await record(stores.ledger, stale.wallet_id, [ONE], candidates_of([ONE], stale), plan)
        ((candidate,),) = plan.asked
        assert candidate.subscription.chat.settings.muted

    async def test_a_candidate_whose_subscription_is_gone_is_left_out(self, stores: Stores) -> None:
        gone, other = await watch(stores, ANNA), await watch(stores, BORIS)
        await stores.subscriptions.unsubscribe(ANNA, WALLET)
        pending = await record(
            stores.ledger, gone.wallet_id, [ONE], candidates_of([ONE], gone, other), tell_all
        )
        assert [each.subscription for each in pending] == [other]
        assert await stores.ledger.statuses([activity_key(ANNA, WALLET, "one")]) == {}

    async def test_at_once_each_candidate_is_planned_once(self, stores: Stores) -> None:
        anna, boris = await watch(stores, ANNA), await watch(stores, BORIS)
        done = [activity(f"s{number}", 101 + number) for number in range(20)]
        await record(stores.ledger, anna.wallet_id, done, [], tell_all)
        plan = Plan()

        async def check(part: Sequence[Activity]) -> None:
            candidates = candidates_of(part, anna, boris)
            pending = await record(stores.ledger, anna.wallet_id, part, candidates, plan)
            assert {each.key for each in pending} == {each.key for each in candidates}

        await asyncio.gather(*(check(done[start : start + 10]) for start in range(0, 11, 2)))
        planned = [candidate.key for asked in plan.asked for candidate in asked]
        assert len(planned) == len(set(planned)) == 40

    async def test_against_unsubscribing_nothing_stays_pending_without_a_subscription(
        self, stores: Stores
    ) -> None:
        for turn in range(10):
            subscription = await watch(stores, ANNA)
            done = [activity(f"turn {turn}", 101 + turn)]
            await asyncio.gather(
                record(
                    stores.ledger, subscription.wallet_id, done, candidates_of(done, subscription), tell_all
                ),
                stores.subscriptions.unsubscribe(ANNA, WALLET),
            )
            counts = (await stores.subscriptions.service(ANNA, stores.clock.now())).deliveries
            assert counts[DeliveryStatus.PENDING] == 0

    async def test_a_plan_that_fails_stores_nothing(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)

        def fail(candidates: Sequence[Candidate]) -> Sequence[NewDelivery]:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await record(
                stores.ledger, subscription.wallet_id, [ONE], candidates_of([ONE], subscription), fail
            )
        changed = replace(ONE, fee=1)
        (pending,) = await record(
            stores.ledger, subscription.wallet_id, [changed], candidates_of([changed], subscription), tell_all
        )
        assert pending.activities == (changed,)


class TestDigests:
    async def test_all_that_is_merged_is_told_oldest_first(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        done = [THREE, ONE, TWO]
        candidates = candidates_of(done, subscription)
        (digest,) = await record(stores.ledger, subscription.wallet_id, done, candidates, digest_all)
        assert (digest.kind, digest.key) == (DeliveryKind.DIGEST, digest_key(candidates[0]))
        assert digest.activities == (ONE, TWO, THREE)
        assert digest.subscription == subscription
        statuses = await stores.ledger.statuses([each.key for each in candidates])
        assert list(statuses.values()) == [DeliveryStatus.MERGED] * 3

    async def test_the_candidate_that_opened_it_brings_it_back_and_the_others_do_not(
        self, stores: Stores
    ) -> None:
        subscription = await watch(stores, ANNA)
        candidates = candidates_of([ONE, TWO], subscription)
        (digest,) = await record(stores.ledger, subscription.wallet_id, [ONE, TWO], candidates, digest_all)
        again = candidates_of([ONE, THREE], subscription)
        first, _ = await record(stores.ledger, subscription.wallet_id, [ONE, THREE], again, tell_all)
        assert first == digest
        assert await record(stores.ledger, subscription.wallet_id, [TWO], candidates[1:], tell_all) == []

    async def test_a_digest_that_was_sent_does_not_come_back(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        candidates = candidates_of([ONE, TWO], subscription)
        (digest,) = await record(stores.ledger, subscription.wallet_id, [ONE, TWO], candidates, digest_all)
        await stores.ledger.settle(digest.key, DeliveryStatus.SENT)
        assert await record(stores.ledger, subscription.wallet_id, [], candidates, digest_all) == []


class TestEntries:
    async def test_a_new_key_is_written_once(self, stores: Stores) -> None:
        assert await stores.ledger.add(SCAN) is DeliveryStatus.PENDING
        await stores.ledger.settle(SCAN.key, DeliveryStatus.SENT, message_id=9)
        assert await stores.ledger.add(SCAN) is DeliveryStatus.SENT

    async def test_at_once_all_learn_the_same_status(self, stores: Stores) -> None:
        answers = await asyncio.gather(*(stores.ledger.add(SCAN) for _ in range(6)))
        assert set(answers) == {DeliveryStatus.PENDING}
        counts = (await stores.subscriptions.service(ANNA, stores.clock.now())).deliveries
        assert counts[DeliveryStatus.PENDING] == 1

    async def test_statuses_of_the_known_keys(self, stores: Stores) -> None:
        await stores.ledger.add(SCAN)
        assert await stores.ledger.statuses([SCAN.key, "6" * 32]) == {SCAN.key: DeliveryStatus.PENDING}
        assert await stores.ledger.statuses([]) == {}

    @pytest.mark.parametrize("first", [DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.SUPPRESSED])
    async def test_what_is_settled_stays_as_it_is(self, stores: Stores, first: DeliveryStatus) -> None:
        await stores.ledger.add(SCAN)
        await stores.ledger.settle(SCAN.key, first, reason="\x00" + "long " * 100)
        for later in (DeliveryStatus.SENT, DeliveryStatus.FAILED):
            await stores.ledger.settle(SCAN.key, later)
        assert await stores.ledger.statuses([SCAN.key]) == {SCAN.key: first}

    async def test_an_unknown_key_is_settled_without_effect(self, stores: Stores) -> None:
        await stores.ledger.settle(SCAN.key, DeliveryStatus.SENT)
        assert await stores.ledger.statuses([SCAN.key]) == {}


class TestStuck:
    async def test_what_has_been_pending_for_longer_oldest_first(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        for done in (TWO, ONE, THREE):
            await record(
                stores.ledger, subscription.wallet_id, [done], candidates_of([done], subscription), tell_all
            )
            stores.clock.advance(60)
        await stores.ledger.settle(activity_key(ANNA, WALLET, "one"), DeliveryStatus.SENT)
        stuck = await stores.ledger.stuck(timedelta(seconds=30), 10)
        assert [each.activities for each in stuck] == [(TWO,), (THREE,)]
        assert stuck[0].subscription == subscription
        assert [each.activities for each in await stores.ledger.stuck(timedelta(seconds=90), 10)] == [(TWO,)]
        assert len(await stores.ledger.stuck(timedelta(seconds=30), 1)) == 1
        assert await stores.ledger.stuck(timedelta(seconds=500), 10) == []

    async def test_digests_are_among_them_and_scans_are_not(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        candidates = candidates_of([ONE, TWO], subscription)
        await record(stores.ledger, subscription.wallet_id, [ONE, TWO], candidates, digest_all)
        await stores.ledger.add(SCAN)
        stores.clock.advance(60)
        (stuck,) = await stores.ledger.stuck(timedelta(seconds=30), 10)
        assert (stuck.kind, stuck.activities) == (DeliveryKind.DIGEST, (ONE, TWO))


class TestRetention:
    async def test_settled_entries_go_and_pending_ones_stay(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        done = [ONE, TWO]
        await record(stores.ledger, subscription.wallet_id, done, candidates_of(done, subscription), tell_all)
        keys = [activity_key(ANNA, WALLET, each.signature) for each in done]
        await stores.ledger.settle(keys[0], DeliveryStatus.SENT)
        stores.clock.advance(60)
        await stores.ledger.add(SCAN)
        await stores.ledger.settle(SCAN.key, DeliveryStatus.SENT)
        assert await stores.retention.delete_before(stores.clock.now()) == 1
        assert await stores.ledger.statuses([*keys, SCAN.key]) == {
            keys[1]: DeliveryStatus.PENDING,
            SCAN.key: DeliveryStatus.SENT,
        }
        (still,) = await stores.ledger.stuck(timedelta(seconds=1), 10)
        assert still.activities == (TWO,)
        assert await stores.retention.delete_before(stores.clock.now()) == 0

    async def test_an_activity_that_no_entry_refers_to_goes(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        await record(stores.ledger, subscription.wallet_id, [ONE], [], tell_all)
        stores.clock.advance(60)
        assert await stores.retention.delete_before(stores.clock.now()) == 0
        changed = replace(ONE, fee=1)
        (pending,) = await record(
            stores.ledger, subscription.wallet_id, [changed], candidates_of([changed], subscription), tell_all
        )
        assert pending.activities == (changed,)

    async def test_what_is_merged_into_a_pending_digest_stays(self, stores: Stores) -> None:
        subscription = await watch(stores, ANNA)
        candidates = candidates_of([ONE, TWO], subscription)
        (digest,) = await record(stores.ledger, subscription.wallet_id, [ONE, TWO], candidates, digest_all)
        stores.clock.advance(60)
        assert await stores.retention.delete_before(stores.clock.now()) == 0
        assert await stores.ledger.stuck(timedelta(seconds=1), 10) == [digest]
        await stores.ledger.settle(digest.key, DeliveryStatus.SENT)
        assert await stores.retention.delete_before(stores.clock.now()) == 3


async def test_an_entry_keeps_why_it_is_suppressed_within_the_same_key(stores: Stores) -> None:
    subscription = await watch(stores, ANNA)
    (candidate,) = candidates_of([ONE], subscription)
    suppressed = entry(candidate, DeliveryStatus.SUPPRESSED, reason="muted")
    assert await stores.ledger.add(suppressed) is DeliveryStatus.SUPPRESSED
    assert await record(stores.ledger, subscription.wallet_id, [ONE], [candidate], tell_all) == []


async def test_scans_go_by_themselves(stores: Stores) -> None:
    subscription = await watch(stores, ANNA)
    await record(stores.ledger, subscription.wallet_id, [ONE], candidates_of([ONE], subscription), tell_all)
    key = activity_key(ANNA, WALLET, ONE.signature)
    await stores.ledger.settle(key, DeliveryStatus.SENT)
    await stores.ledger.add(SCAN)
    stores.clock.advance(60)
    assert await stores.retention.delete_scans_before(stores.clock.now()) == 0, "it is pending"
    await stores.ledger.settle(SCAN.key, DeliveryStatus.SENT)
    assert await stores.retention.delete_scans_before(stores.clock.now() - timedelta(seconds=61)) == 0
    assert await stores.retention.delete_scans_before(stores.clock.now()) == 1
    assert set(await stores.ledger.statuses([key, SCAN.key])) == {key}
