from dataclasses import replace

import pytest

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Subscription
from walletwatch.domain.delivery import Candidate, DeliveryKind, DeliveryStatus
from walletwatch.domain.rules import DUST_LAMPORTS, Suppression, concerns, suppression
from walletwatch.services.checking import DIGEST_ABOVE, plan_deliveries

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
SUBSCRIPTION = Subscription(7, Chat(42, ChatKind.PRIVATE), 3, WALLET, "main", from_slot=100)


def _received(signature: str = "s", *, amount: int = 10**9, slot: int = 101) -> Activity:
    return Activity(
        signature, slot, None, WALLET, True, None, ActivityKind.TRANSFER_IN,
        (Leg("native", amount, 9, None),), 0, 0, None, (),
    )  # fmt: skip


def _with(**settings: bool) -> Subscription:
    return replace(SUBSCRIPTION, chat=replace(SUBSCRIPTION.chat, settings=ChatSettings(**settings)))


def test_only_what_came_after_the_watch_began_concerns_a_chat() -> None:
    assert concerns(_received(slot=101), SUBSCRIPTION)
    assert not concerns(_received(slot=100), SUBSCRIPTION)
    assert not concerns(_received(slot=101), replace(SUBSCRIPTION, from_slot=None))


@pytest.mark.parametrize(
    ("subscription", "activity", "expected"),
    [
        (SUBSCRIPTION, _received(), None),
        (_with(muted=True), _received(), Suppression.MUTED),
        (replace(SUBSCRIPTION, paused=True), _received(), Suppression.PAUSED),
        (
            replace(SUBSCRIPTION, chat=replace(SUBSCRIPTION.chat, active=False)),
            _received(),
            Suppression.CHAT_INACTIVE,
        ),
        (_with(failed=False), replace(_received(), success=False), Suppression.FAILED_OFF),
        (_with(failed=False), _received(), None),
        (_with(dust=False), _received(amount=DUST_LAMPORTS - 1), Suppression.DUST_OFF),
        (_with(dust=False), _received(amount=DUST_LAMPORTS), None),
        (_with(dust=False), replace(_received(amount=1), kind=ActivityKind.SWAP), None),
    ],
)
def test_the_first_reason_against_telling(
    subscription: Subscription, activity: Activity, expected: Suppression | None
) -> None:
    assert suppression(activity, subscription) is expected


def test_a_few_activities_are_told_one_by_one() -> None:
    candidates = [Candidate(_received(f"s{n}"), SUBSCRIPTION) for n in range(DIGEST_ABOVE)]
    deliveries = plan_deliveries(candidates)
    assert {delivery.key for delivery in deliveries} == {candidate.key for candidate in candidates}
    assert {delivery.status for delivery in deliveries} == {DeliveryStatus.PENDING}


def test_a_flood_becomes_one_digest_and_no_entry_is_lost() -> None:
    other = replace(SUBSCRIPTION, id=8, chat=replace(SUBSCRIPTION.chat, chat_id=43))
    flood = [Candidate(_received(f"s{n}"), SUBSCRIPTION) for n in range(DIGEST_ABOVE + 1)]
    single = Candidate(_received("s0"), other)
    deliveries = plan_deliveries([*flood, single])

    (digest,) = [delivery for delivery in deliveries if delivery.kind is DeliveryKind.DIGEST]
    merged = [delivery for delivery in deliveries if delivery.status is DeliveryStatus.MERGED]
    assert digest.status is DeliveryStatus.PENDING
    assert {delivery.key for delivery in merged} == {candidate.key for candidate in flood}
    assert {delivery.digest_key for delivery in merged} == {digest.key}
    (told,) = [delivery for delivery in deliveries if delivery.chat_id == 43]
    assert told.status is DeliveryStatus.PENDING


def test_what_is_suppressed_stays_in_the_ledger_with_its_reason() -> None:
    (delivery,) = plan_deliveries([Candidate(_received(), _with(muted=True))])
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SUPPRESSED, "muted")
