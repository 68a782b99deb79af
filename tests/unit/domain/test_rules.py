from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Owner, Subscription
from walletwatch.domain.rules import DUST_LAMPORTS, Suppression, concerns, suppression

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OLDEST = datetime(2025, 11, 1, tzinfo=UTC)
NOW = OLDEST + timedelta(days=365)
SUBSCRIPTION = Subscription(7, Chat(42, ChatKind.PRIVATE), 3, WALLET, "main", from_slot=100)


def _received(signature: str = "s", *, amount: int = 10**9, slot: int = 101) -> Activity:
    return Activity(
        signature, slot, None, WALLET, True, None, ActivityKind.TRANSFER_IN,
        (Leg("native", amount, 9, None),), 0, 0, None, (),
    )  # fmt: skip


def _with(**settings: Any) -> Subscription:
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
        (
            replace(SUBSCRIPTION, chat=replace(SUBSCRIPTION.chat, owner=Owner(42, banned=True))),
            _received(),
            Suppression.BANNED,
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
    assert suppression(activity, subscription, oldest=OLDEST, now=NOW) is expected


@pytest.mark.parametrize(("seconds", "expected"), [(-1, Suppression.TOO_OLD), (0, None), (1, None)])
def test_what_happened_before_the_ledger_can_remember_is_not_told(
    seconds: int, expected: Suppression | None
) -> None:
    activity = replace(_received(), block_time=int(OLDEST.timestamp()) + seconds)
    assert suppression(activity, SUBSCRIPTION, oldest=OLDEST, now=NOW) is expected


def test_what_has_no_known_time_is_told() -> None:
    assert suppression(replace(_received(), block_time=None), SUBSCRIPTION, oldest=OLDEST, now=NOW) is None
