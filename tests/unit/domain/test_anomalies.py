"""What is unusual for a wallet."""

import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import WALLET, address
from tests.lives import DAY, T0, XNT, received, sent
from walletwatch.chain.decoding import decode_transaction
from walletwatch.domain.activities import Activity, Leg
from walletwatch.domain.annotations import Annotation, Flag
from walletwatch.domain.anomalies import Anomaly, Oddity, by_wallet, examine
from walletwatch.domain.money import NATIVE

FOLDER = Path(__file__).parents[2] / "fixtures/transactions"
RECORDED = [
    entry
    for entry in json.loads((FOLDER / "MANIFEST.json").read_text())
    # Of one that pays many at once, no size is unusual.
    if entry["activity"] and entry["file"] != "native_to_many.json"
]
ANNA, BORIS = address("anna"), address("boris")
SHOP, OTHER_SHOP = address("shop"), address("other shop")


def _habit(count: int, *, units: int = XNT, start: int = T0) -> list[Activity]:
    """A payment about noon of each day, of about the same size."""
    return [
        sent(units + units * (n % 5) // 10, whom=ANNA, at=start + n * DAY + 12 * 3600, programs=(SHOP,))
        for n in range(count)
    ]


def _found(activities: list[Activity], since: int) -> list[Oddity]:
    return [anomaly.oddity for anomaly in examine(activities, since, UTC).anomalies]


def _noon(day: int) -> int:
    return T0 + day * DAY + 12 * 3600


def test_what_is_as_always_is_not_unusual() -> None:
    assert _found(_habit(100), T0 + 30 * DAY) == []


def test_a_payment_far_larger_than_the_others() -> None:
    habit = _habit(60)
    large = sent(50 * XNT, whom=ANNA, at=_noon(60), programs=(SHOP,))
    (told,) = examine([*habit, large], _noon(60), UTC).anomalies
    assert (told.oddity, told.activity, told.times) == (Oddity.SIZE, large, 41)
    assert told.usual is not None
    assert abs(told.usual - 12 * XNT // 10) < XNT // 1000
    smaller = sent(2 * XNT, whom=ANNA, at=_noon(60), programs=(SHOP,))
    assert _found([*habit, smaller], _noon(60)) == []


def test_sizes_are_those_of_the_direction_and_the_asset() -> None:
    habit = _habit(60)
    assert _found([*habit, received(900 * XNT, whom=ANNA, at=_noon(60), programs=(SHOP,))], _noon(60)) == []


def test_an_hour_at_which_the_wallet_sleeps() -> None:
    night = sent(XNT, whom=ANNA, at=T0 + 60 * DAY + 3 * 3600, programs=(SHOP,))
    (told,) = examine([*_habit(60), night], T0 + 60 * DAY, UTC).anomalies
    assert (told.oddity, told.share, told.times) == (Oddity.HOUR, 0.0, 60)
    assert _found([*_habit(30), replace(night, block_time=T0 + 30 * DAY)], T0 + 30 * DAY) == []


def test_somebody_new_and_something_new() -> None:
    new = sent(XNT, whom=BORIS, at=_noon(60), programs=(SHOP, OTHER_SHOP))
    told = examine([*_habit(60), new], _noon(60), UTC).anomalies
    assert {each.oddity for each in told} == {Oddity.PARTY, Oddity.PROGRAM}
    assert {each.program for each in told} == {None, OTHER_SHOP}
    (party,) = [each for each in told if each.leg]
    assert party.leg == Leg(NATIVE, -XNT, 9, BORIS)


def test_who_always_deals_with_strangers_is_not_surprised() -> None:
    shopper = [sent(XNT, whom=address(n), at=_noon(n), programs=(address(n),)) for n in range(60)]
    assert _found(shopper, T0 + 40 * DAY) == []


def test_a_burst_is_told_once() -> None:
    burst = [sent(XNT, whom=ANNA, at=_noon(60) + n, programs=(SHOP,)) for n in range(30)]
    (told,) = examine([*_habit(60), *burst], _noon(60), UTC).anomalies
    assert (told.oddity, told.times) == (Oddity.BURST, 8)
    busy = [sent(XNT, whom=ANNA, at=T0 + n * 30, programs=(SHOP,)) for n in range(900)]
    assert _found(busy, T0 + 300 * 30) == []


@pytest.mark.parametrize("count", [0, 1, 19])
def test_too_little_history_is_said_and_nothing_told(count: int) -> None:
    examined = examine([*_habit(count), sent(99 * XNT, whom=BORIS, at=_noon(count))], _noon(count), UTC)
    assert (list(examined.anomalies), examined.looked_at, examined.before) == ([], 1, count)
    assert examined.has_history is (count >= 20)


def test_what_strangers_scatter_is_no_habit_and_no_news() -> None:
    spam = Annotation(flags=(Flag.UNKNOWN_SENDER, Flag.DUST))
    crumbs = [replace(received(1, whom=address(n), at=_noon(60)), annotation=spam) for n in range(40)]
    examined = examine([*_habit(60), *crumbs], _noon(60), UTC)
    assert (list(examined.anomalies), examined.looked_at) == ([], 0)


@pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: entry["file"])
def test_a_recorded_activity_done_again_is_usual_and_a_thousandfold_is_not(entry: dict[str, str]) -> None:
    """A recorded activity, every day; then once more with a thousand times as much."""
    result = json.loads((FOLDER / entry["file"]).read_text())["result"]
    activity = decode_transaction(result, entry["wallet"])
    assert activity is not None
    daily = [replace(activity, slot=n, block_time=T0 + n * DAY) for n in range(60)]
    assert _found(daily, T0) == []
    legs = tuple(replace(leg, amount=leg.amount * 1000) for leg in activity.legs)
    large = replace(activity, legs=legs, block_time=T0 + 60 * DAY)
    told = examine([*daily, large], T0 + 60 * DAY, UTC).anomalies
    assert [each.leg for each in told if each.oddity is Oddity.SIZE] == list(reversed(legs))
    assert all(each.oddity is Oddity.SIZE for each in told)


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**64), 2**64), st.integers(0, 400 * DAY), st.sampled_from([ANNA, BORIS, None])
        ),
        max_size=60,
    ),
    st.integers(0, 400 * DAY),
)
def test_whatever_a_wallet_did_only_what_is_new_is_told(
    moves: list[tuple[int, int, str | None]], since: int
) -> None:
    lived = sorted(
        (received(amount, whom=whom, at=T0 + at) for amount, at, whom in moves),
        key=lambda each: each.block_time or 0,
    )
    examined = examine(lived, T0 + since, UTC)
    assert examined.looked_at + examined.before == len(lived)
    assert all((each.activity.block_time or 0) >= T0 + since for each in examined.anomalies)
    assert all(_says_something(each) for each in examined.anomalies)


def _says_something(anomaly: Anomaly) -> bool:
    return anomaly.times > 0


def test_wallets_are_examined_one_by_one() -> None:
    mine, other = sent(1), sent(1, wallet=ANNA)
    assert by_wallet([mine, other]) == {WALLET: [mine], ANNA: [other]}
