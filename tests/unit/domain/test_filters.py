from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote, Lookalike
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Subscription
from walletwatch.domain.filters import GROUPS, Direction, Filter, KindGroup, Unwanted, group_of, unwanted
from walletwatch.domain.rules import Suppression, effective, suppression
from walletwatch.storage.postgres.rows import filter_json, settings_json

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
MINT = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
SENDER = "CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR"
OLDEST = datetime(2025, 11, 1, tzinfo=UTC)
NOW = OLDEST + timedelta(days=365)
ANNA = Subscription(7, Chat(42, ChatKind.PRIVATE), 3, WALLET, "main", from_slot=100)
NATIVE_IN = Leg("native", 5 * 10**9, 9, SENDER)
NATIVE_OUT = Leg("native", -5 * 10**9, 9, SENDER)
TOKEN_IN = Leg(MINT, 2_000_000, 6, SENDER)
TOKEN_OUT = Leg(MINT, -2_000_000, 6, SENDER)


def _activity(*legs: Leg, kind: ActivityKind = ActivityKind.TRANSFER_IN, **fields: Any) -> Activity:
    return replace(Activity("s", 101, None, WALLET, True, None, kind, legs, 0, 0, None, ()), **fields)


def _priced(activity: Activity, **usd: str | None) -> Activity:
    notes = {
        {"token": MINT}.get(asset, asset): AssetNote(
            None, None, 9, listed=False, usd=None if price is None else Decimal(price)
        )
        for asset, price in usd.items()
    }
    return replace(activity, annotation=Annotation(MappingProxyType(notes)))


def _with(chat: Filter | None = None, own: Filter | None = None, **settings: Any) -> Subscription:
    changed = replace(ANNA.chat, settings=ChatSettings(filter=chat or Filter(), **settings))
    return replace(ANNA, chat=changed, filter=own or Filter())


def test_every_kind_but_a_failure_has_one_group() -> None:
    kinds = [kind for members in GROUPS.values() for kind in members]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(ActivityKind) - {ActivityKind.FAILED}
    assert group_of(ActivityKind.FAILED) is None


SWAP = _activity(NATIVE_OUT, TOKEN_IN, kind=ActivityKind.SWAP)
APPROVAL = _activity(kind=ActivityKind.APPROVE, details={"mint": MINT})


@pytest.mark.parametrize(
    ("wanted", "activity", "expected"),
    [
        (Filter(), SWAP, None),
        (Filter(unwanted=(KindGroup.SWAPS,)), SWAP, Unwanted.KIND),
        (Filter(unwanted=(KindGroup.TRANSFERS,)), SWAP, None),
        (Filter(blocked=(MINT,)), _activity(TOKEN_IN), Unwanted.TOKEN_BLOCKED),
        (Filter(blocked=(MINT,)), SWAP, None),
        (Filter(blocked=(MINT,)), APPROVAL, Unwanted.TOKEN_BLOCKED),
        (Filter(allowed=(MINT,)), SWAP, None),
        (Filter(allowed=(MINT,)), _activity(NATIVE_IN), Unwanted.TOKEN_NOT_ALLOWED),
        (Filter(allowed=()), _activity(NATIVE_IN), Unwanted.TOKEN_NOT_ALLOWED),
        (Filter(allowed=(MINT,)), _activity(kind=ActivityKind.PROGRAM_CALL), None),
        (Filter(direction=Direction.IN), _activity(NATIVE_OUT), Unwanted.DIRECTION),
        (Filter(direction=Direction.OUT), _activity(NATIVE_IN), Unwanted.DIRECTION),
        (Filter(direction=Direction.IN), SWAP, None),
        (Filter(direction=Direction.IN), APPROVAL, None),
        (Filter(min_amounts={"native": 5 * 10**9 + 1}), _activity(NATIVE_IN), Unwanted.BELOW_MINIMUM),
        (Filter(min_amounts={"native": 5 * 10**9}), _activity(NATIVE_IN), None),
        (Filter(min_amounts={"native": 10**18}), SWAP, None),
        (Filter(min_amounts={"native": 10**18}), APPROVAL, None),
        (Filter(min_usd=Decimal(50)), _priced(_activity(NATIVE_IN), native="9.99"), Unwanted.BELOW_MINIMUM),
        (Filter(min_usd=Decimal(50)), _priced(_activity(NATIVE_IN), native="10"), None),
        (Filter(min_usd=Decimal(50)), _priced(_activity(NATIVE_IN), native=None), None),
        (Filter(min_usd=Decimal(50)), _activity(NATIVE_IN), None),
        # What one asset is worth is not known.
        (Filter(min_usd=Decimal(50)), _priced(SWAP, native="1", token=None), None),
        (Filter(min_usd=Decimal(50)), _priced(SWAP, native="1", token="1"), Unwanted.BELOW_MINIMUM),
    ],
)  # fmt: skip
def test_what_a_filter_lets_through(wanted: Filter, activity: Activity, expected: Unwanted | None) -> None:
    assert unwanted(activity, wanted) is expected
    reason = suppression(activity, _with(wanted), oldest=OLDEST, now=NOW)
    assert (reason and reason.value) == (expected and expected.value)


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ((NATIVE_IN,), Suppression.SENDER_BLOCKED),
        ((NATIVE_IN, TOKEN_IN), Suppression.SENDER_BLOCKED),
        ((NATIVE_OUT,), None),
        ((NATIVE_OUT, TOKEN_IN), None),
        ((NATIVE_IN, replace(TOKEN_IN, counterparty=None)), None),
        ((), None),
    ],
)
def test_what_a_blocked_sender_sends_is_not_told_and_what_one_pays_it_is(
    legs: tuple[Leg, ...], expected: Suppression | None
) -> None:
    subscription = _with(Filter(senders=(SENDER,)))
    assert suppression(_activity(*legs), subscription, oldest=OLDEST, now=NOW) is expected


def test_a_warning_passes_every_filter() -> None:
    everything = Filter(unwanted=tuple(KindGroup), blocked=("native",), min_usd=Decimal(10**9))
    warned = _activity(NATIVE_IN, annotation=Annotation(lookalike=Lookalike(SENDER, WALLET)))
    assert suppression(_activity(NATIVE_IN), _with(everything), oldest=OLDEST, now=NOW) is not None
    assert suppression(warned, _with(everything), oldest=OLDEST, now=NOW) is None


def test_the_filter_of_a_wallet_stands_before_the_chats() -> None:
    wide = Filter(
        unwanted=(KindGroup.SWAPS,), direction=Direction.IN, min_usd=Decimal(5), blocked=("a",),
        senders=("x",), min_amounts={"native": 1, "a": 2}, muted_until=NOW,
    )  # fmt: skip
    own = Filter(unwanted=(), min_usd=Decimal(0), blocked=("b",), min_amounts={"native": 9}, dust=True)
    wanted = effective(_with(wide, own, dust=False, spam=False))
    assert wanted == Filter(
        unwanted=(), direction=Direction.IN, min_usd=Decimal(0), blocked=("a", "b"), senders=("x",),
        min_amounts={"native": 9, "a": 2}, failed=True, dust=True, spam=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chat", "own", "expected"),
    [
        (NOW, None, None),
        (NOW + timedelta(seconds=1), None, Suppression.MUTED),
        (None, NOW, None),
        (None, NOW + timedelta(seconds=1), Suppression.WALLET_MUTED),
    ],
)
def test_a_mute_ends_by_itself(
    chat: datetime | None, own: datetime | None, expected: Suppression | None
) -> None:
    subscription = _with(Filter(muted_until=chat), Filter(muted_until=own))
    assert suppression(_activity(NATIVE_IN), subscription, oldest=OLDEST, now=NOW) is expected


_filters = st.builds(
    Filter,
    unwanted=st.none() | st.lists(st.sampled_from(KindGroup), unique=True).map(tuple),
    direction=st.none() | st.sampled_from(Direction),
    min_usd=st.none() | st.decimals(0, 10**9, places=2),
    min_amounts=st.dictionaries(st.sampled_from(["native", MINT]), st.integers(0, 2**64 - 1)),
    allowed=st.none() | st.lists(st.sampled_from(["native", MINT])).map(tuple),
    blocked=st.lists(st.sampled_from(["native", MINT])).map(tuple),
    senders=st.lists(st.sampled_from([SENDER, MINT])).map(tuple),
    failed=st.none() | st.booleans(),
    muted_until=st.none() | st.datetimes(timezones=st.just(UTC)),
)
_legs = st.lists(st.sampled_from([NATIVE_IN, NATIVE_OUT, TOKEN_IN, TOKEN_OUT]), max_size=3).map(tuple)


@given(_filters)
def test_a_filter_comes_back_as_it_was_stored(wanted: Filter) -> None:
    assert msgspec.json.decode(filter_json(wanted), type=Filter) == wanted
    settings = ChatSettings(filter=wanted)
    assert msgspec.json.decode(settings_json(settings), type=ChatSettings) == settings


def test_settings_of_before_there_were_filters_are_read() -> None:
    old = b'{"muted": true, "timezone": "Asia/Kolkata"}'
    assert msgspec.json.decode(old, type=ChatSettings) == ChatSettings(muted=True, timezone="Asia/Kolkata")
    assert settings_json(ChatSettings()) == "{}"


@given(wanted=_filters, legs=_legs, kind=st.sampled_from(ActivityKind))
def test_what_an_empty_filter_of_a_wallet_says_is_what_the_chats_says(
    wanted: Filter, legs: tuple[Leg, ...], kind: ActivityKind
) -> None:
    activity = _activity(*legs, kind=kind)
    wanted = replace(wanted, muted_until=None)
    assert unwanted(activity, Filter().over(wanted)) is unwanted(activity, wanted)
    # Where nobody knows what it is worth, no least worth keeps it away.
    assert unwanted(activity, replace(wanted, min_usd=Decimal(10**9))) is unwanted(
        activity, replace(wanted, min_usd=None)
    )
