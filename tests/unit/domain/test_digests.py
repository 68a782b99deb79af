from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Subscription
from walletwatch.domain.delivery import Candidate, DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.digests import Burst, DigestPolicy, digest_key, group_key, plan_deliveries

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
ANNA = Subscription(7, Chat(42, ChatKind.PRIVATE), 3, WALLET, "main", from_slot=100)
BORIS = replace(ANNA, id=8, chat=replace(ANNA.chat, chat_id=43))
MUTED = replace(ANNA, chat=replace(ANNA.chat, settings=ChatSettings(muted=True)))
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
POLICY = DigestPolicy(burst=3, interval=timedelta(seconds=60))
OPEN = "a" * 32


def _candidates(count: int, subscription: Subscription = ANNA) -> list[Candidate]:
    return [
        Candidate(
            Activity(
                f"s{number}", 101, None, WALLET, True, None, ActivityKind.TRANSFER_IN, (), 0, 0, None, ()
            ),
            subscription,
        )
        for number in range(count)
    ]


def _plan(candidates: Sequence[Candidate], bursts: Mapping[int, Burst] | None = None) -> list[NewDelivery]:
    return list(
        plan_deliveries(candidates, bursts or {}, policy=POLICY, now=NOW, oldest=NOW - timedelta(days=365))
    )


@pytest.mark.parametrize("told", range(3))
def test_what_comes_alone_is_told_as_long_as_the_burst_lasts(told: int) -> None:
    (candidate,) = _candidates(1)
    (delivery,) = _plan([candidate], {ANNA.id: Burst(told)})
    assert (delivery.kind, delivery.key) == (DeliveryKind.ACTIVITY, candidate.key)
    assert delivery.status is DeliveryStatus.PENDING


@pytest.mark.parametrize("count", [2, 3, 50])
@pytest.mark.parametrize("told", range(3))
def test_what_comes_together_is_one_message_at_once(told: int, count: int) -> None:
    candidates = _candidates(count)
    group, *merged = _plan(candidates, {ANNA.id: Burst(told)})
    assert (group.kind, group.key) == (DeliveryKind.GROUP, group_key(candidates[0]))
    assert (group.status, group.due_at) == (DeliveryStatus.PENDING, None)
    assert [delivery.key for delivery in merged] == [candidate.key for candidate in candidates]
    assert {(delivery.status, delivery.digest_key) for delivery in merged} == {
        (DeliveryStatus.MERGED, group.key)
    }


def test_what_is_more_is_merged_into_one_digest_that_is_due_after_the_interval() -> None:
    candidates = _candidates(5)
    digest, *merged = _plan(candidates, {ANNA.id: Burst(3)})
    assert (digest.kind, digest.key) == (DeliveryKind.DIGEST, digest_key(candidates[0]))
    assert (digest.status, digest.due_at) == (DeliveryStatus.PENDING, NOW + POLICY.interval)
    assert [delivery.key for delivery in merged] == [candidate.key for candidate in candidates]
    assert {delivery.status for delivery in merged} == {DeliveryStatus.MERGED}
    assert {delivery.digest_key for delivery in merged} == {digest.key}


def test_an_open_digest_takes_in_everything() -> None:
    deliveries = _plan(_candidates(2), {ANNA.id: Burst(digest_key=OPEN)})
    assert [(delivery.status, delivery.digest_key) for delivery in deliveries] == [
        (DeliveryStatus.MERGED, OPEN)
    ] * 2


def test_one_chats_flood_is_not_anothers() -> None:
    both = [
        candidate for pair in zip(_candidates(4), _candidates(4, BORIS), strict=True) for candidate in pair
    ]
    deliveries = _plan(both, {BORIS.id: Burst(3)})
    together = {each.chat_id: each.key for each in deliveries if each.kind is not DeliveryKind.ACTIVITY}
    assert together == {42: group_key(_candidates(1)[0]), 43: digest_key(_candidates(1, BORIS)[0])}
    for delivery in deliveries:
        if delivery.status is DeliveryStatus.MERGED:
            assert delivery.digest_key == together[delivery.chat_id]


def test_what_is_suppressed_keeps_its_reason_and_is_not_grouped() -> None:
    deliveries = _plan([*_candidates(9, MUTED), *_candidates(1)])
    assert [(each.status, each.reason) for each in deliveries[:9]] == [
        (DeliveryStatus.SUPPRESSED, "muted")
    ] * 9
    assert [each.status for each in deliveries[9:]] == [DeliveryStatus.PENDING]
