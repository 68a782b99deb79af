"""What is called spam or deceit, and what is not."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import activity, address
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote, Flag, Lookalike
from walletwatch.domain.rules import DUST_LAMPORTS
from walletwatch.domain.suspicion import MASS_RECIPIENTS, Counterparty, judge

FRIEND = address("friend")
STRANGER = address("stranger")
POISON = FRIEND[:4] + "x" * (len(FRIEND) - 8) + FRIEND[-4:]
MINT = address("mint")
UNLISTED = AssetNote("TOLL", None, 6, listed=False)
LISTED = AssetNote("USDC.x", None, 6, listed=True, usd=Decimal(1))
FALSE = AssetNote("USDC.x", None, 6, listed=False, impostor_of=address("usdc"))


def got(amount: int = 10**9, sender: str | None = STRANGER, asset: str = "native", **fields: Any) -> Activity:
    decimals = 9 if asset == "native" else 6
    return activity("s", 1, legs=(Leg(asset, amount, decimals, sender),), **fields)


def gave(receiver: str) -> Activity:
    return activity("s", 1, kind=ActivityKind.TRANSFER_OUT, legs=(Leg("native", -(10**9), 9, receiver),))


def known(*each: Counterparty) -> dict[str, Counterparty]:
    return {counterparty.address: counterparty for counterparty in each}


PAID = known(Counterparty(FRIEND, paid=True))


@pytest.mark.parametrize(
    ("what", "flags"),
    [
        (got(), {Flag.UNKNOWN_SENDER}),
        (got(DUST_LAMPORTS - 1), {Flag.UNKNOWN_SENDER, Flag.DUST}),
        (got(1, FRIEND), set()),
        (got(details={"recipients": MASS_RECIPIENTS}), {Flag.UNKNOWN_SENDER}),
        (got(1, details={"recipients": 99}), {Flag.UNKNOWN_SENDER, Flag.DUST, Flag.MASS_AIRDROP}),
        (got(asset=MINT, details={"recipients": 99}), {Flag.UNKNOWN_SENDER, Flag.MASS_AIRDROP}),
        (got(asset=MINT, details={"recipients": MASS_RECIPIENTS - 1}), {Flag.UNKNOWN_SENDER}),
        (got(asset=MINT, sender=FRIEND, details={"recipients": 99}), set()),
        (
            replace(got(), legs=(), details={"zero_amount_from": STRANGER}),
            {Flag.UNKNOWN_SENDER, Flag.ZERO_AMOUNT},
        ),
        (gave(STRANGER), set()),
        (replace(got(1), success=False), set()),
        (replace(got(1), kind=ActivityKind.SWAP), set()),
    ],
)
def test_what_comes_in_is_looked_at(what: Activity, flags: set[Flag]) -> None:
    found, lookalike = judge(what, PAID, {MINT: UNLISTED})
    assert set(found) == flags
    assert lookalike is None


def test_tokens_are_dust_only_where_their_price_is_known() -> None:
    crumbs = got(5_000, asset=MINT)
    assert Flag.DUST not in judge(crumbs, {}, {MINT: UNLISTED})[0]
    assert Flag.DUST in judge(crumbs, {}, {MINT: LISTED})[0]
    assert Flag.DUST not in judge(got(10_000, asset=MINT), {}, {MINT: LISTED})[0]


def test_money_for_many_is_a_payroll_and_no_airdrop() -> None:
    pay = got(10**9, asset=MINT, details={"recipients": 99})
    assert Flag.MASS_AIRDROP not in judge(pay, {}, {MINT: LISTED})[0]


def test_a_false_token_is_one_whoever_sent_it() -> None:
    assert Flag.IMPOSTOR_TOKEN in judge(got(asset=MINT, sender=FRIEND), PAID, {MINT: FALSE})[0]
    assert Flag.IMPOSTOR_TOKEN not in judge(gave(FRIEND), PAID, {"native": LISTED})[0]


@pytest.mark.parametrize("what", [got(1, POISON), got(10**12, POISON), gave(POISON)])
def test_an_address_that_looks_like_one_the_wallet_paid_is_told(what: Activity) -> None:
    flags, lookalike = judge(what, PAID, {})
    assert lookalike == Lookalike(POISON, FRIEND)
    assert Flag.LOOKALIKE_ADDRESS in flags


def test_a_zero_transfer_of_a_lookalike_is_told() -> None:
    what = replace(got(), legs=(), details={"zero_amount_from": POISON})
    assert judge(what, PAID, {})[1] == Lookalike(POISON, FRIEND)


@pytest.mark.parametrize(
    "counterparties",
    [
        {},
        known(Counterparty(FRIEND, paid=False, received_lamports=DUST_LAMPORTS - 1)),
        known(Counterparty(FRIEND, paid=True), Counterparty(POISON, paid=True)),
        known(Counterparty("z" + FRIEND[1:], paid=True)),
        known(Counterparty(FRIEND[:-1] + "z", paid=True)),
    ],
)
def test_where_nobody_is_imitated_nobody_is_warned(counterparties: dict[str, Counterparty]) -> None:
    assert judge(got(1, POISON), counterparties, {})[1] is None


def test_one_who_paid_before_is_imitated_too() -> None:
    paid_us = known(
        Counterparty(FRIEND, paid=False, received_lamports=10**9), Counterparty(POISON, paid=False)
    )
    assert judge(got(1, POISON), paid_us, {})[1] == Lookalike(POISON, FRIEND)


def test_spam_is_what_nobody_asked_for() -> None:
    assert Annotation(flags=(Flag.UNKNOWN_SENDER, Flag.DUST)).is_spam
    assert Annotation(flags=(Flag.IMPOSTOR_TOKEN,)).is_spam
    assert not Annotation(flags=(Flag.UNKNOWN_SENDER,)).is_spam
    assert not Annotation(flags=(Flag.DUST,)).is_spam


notes = st.builds(
    AssetNote,
    st.none() | st.text(max_size=16),
    st.none() | st.text(max_size=48),
    st.none() | st.integers(0, 255),
    st.booleans(),
    st.none() | st.text(max_size=44),
    st.none() | st.decimals(0, 10**12, allow_nan=False, allow_infinity=False),
)


@given(
    st.builds(
        Annotation,
        st.dictionaries(st.text(max_size=44), notes, max_size=3),
        st.lists(st.sampled_from(Flag), max_size=3).map(tuple),
        st.none() | st.builds(Lookalike, st.text(max_size=44), st.text(max_size=44)),
    )
)
def test_an_annotation_survives_its_storage(annotation: Annotation) -> None:
    assert Annotation.from_dict(annotation.to_dict()) == annotation
    activity_with = replace(got(), annotation=annotation)
    assert Activity.from_dict(activity_with.to_stored()) == activity_with
    assert "annotation" not in activity_with.to_dict()


def test_a_flag_of_a_later_version_is_left_out() -> None:
    data = Annotation(flags=(Flag.DUST,)).to_dict() | {"flags": ["dust", "from the future"]}
    assert Annotation.from_dict(data).flags == (Flag.DUST,)
