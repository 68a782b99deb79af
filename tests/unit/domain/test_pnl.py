"""Average cost: what was gained, what is held, and what is not known."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import OTHER_WALLET, WALLET, address
from tests.lives import DAY, MINT, T0, XNT, did, received, sent, swapped
from walletwatch.domain.activities import REWARD_PREFIX, Activity, ActivityKind, Leg
from walletwatch.domain.carrying import CarriedFlow, Deleted, carried, counterparties_of
from walletwatch.domain.lots import Lot, Position
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pnl import Books, reckon, result_of
from walletwatch.domain.prices import Price, PriceSource

PEER, THIRD = address("peer"), address("third")
OWN = {WALLET, OTHER_WALLET}
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _xnt(usd: str | None) -> dict[str, str | None]:
    return {NATIVE: usd}


def _only(books: Books, wallets: set[str] = OWN, asset: str = NATIVE) -> Position:
    (position,) = [each for each in books.of(wallets) if each.asset == asset]
    return position


def _price(usd: str, asset: str = NATIVE) -> Price:
    return Price(asset, Decimal(usd), NOW, PriceSource.FIXED, None)


def test_what_is_sold_is_compared_with_what_it_cost_on_average() -> None:
    books = reckon(
        [
            received(2 * XNT, usd=_xnt("1")),
            received(2 * XNT, usd=_xnt("3")),
            sent(XNT, usd=_xnt("5")),
        ],
        OWN,
    )
    position = _only(books)
    assert position.held == Lot(3 * XNT, Decimal(6))
    assert position.realised == 3
    assert [(each.wallet, each.usd) for each in books.realised] == [(WALLET, Decimal(3))]
    told = result_of(position, _price("4"))
    assert [told.value, told.unrealised] == [12, 6]
    unpriced = result_of(position, None)
    assert (unpriced.value, unpriced.unrealised) == (None, None)


def test_what_has_no_known_cost_is_never_given_one() -> None:
    came = [received(3 * XNT), received(XNT, usd=_xnt("2"))]
    position = _only(reckon([*came, sent(2 * XNT, usd=_xnt("4"))], OWN))
    # A half of a XNT with a known cost was sold among the two.
    assert position.realised == Decimal("0.5") * 2
    assert position.unsettled == 15 * XNT // 10
    assert position.held == Lot(XNT // 2, Decimal(1), 15 * XNT // 10)
    assert result_of(position, _price("4")).unrealised == 1


def test_what_left_at_no_known_price_realises_nothing() -> None:
    position = _only(reckon([received(2 * XNT, usd=_xnt("1")), sent(XNT)], OWN))
    assert [position.realised, position.unsettled, position.unsettled_cost] == [0, XNT, 1]


def test_what_was_there_before_is_said() -> None:
    position = _only(reckon([sent(5 * XNT, usd=_xnt("2"))], OWN))
    assert (position.opening, position.held.units, position.unsettled) == (5 * XNT, 0, 5 * XNT)
    assert position.realised == 0


def test_a_swap_sells_one_and_buys_the_other_for_what_it_was_worth() -> None:
    bought = received(2 * XNT, usd=_xnt("1"))
    books = reckon([bought, swapped((NATIVE, XNT), (MINT, 7), usd={NATIVE: "3", MINT: None})], OWN)
    assert _only(books).realised == 2
    assert _only(books, asset=MINT).held == Lot(7, Decimal(3))


def test_own_transfers_take_their_cost_along() -> None:
    bought = received(2 * XNT, usd=_xnt("1"), whom=PEER)
    out = sent(XNT, usd=_xnt("9"), whom=OTHER_WALLET, signature="m", slot=10**6)
    there = received(XNT, usd=_xnt("9"), whom=WALLET, wallet=OTHER_WALLET, signature="m", slot=10**6)
    for activities in ([bought, out, there], [there, out, bought], [bought, out]):
        books = reckon(activities, OWN)
        assert not books.realised
        assert _only(books).held == Lot(2 * XNT, Decimal(2))
        assert _only(books, {OTHER_WALLET}).held == Lot(XNT, Decimal(1))
    # Whoever never watched the sender does not know the cost.
    assert _only(reckon([there], OWN), {OTHER_WALLET}).held == Lot(unknown=XNT)
    # To a stranger it is a sale.
    assert reckon([bought, out], {WALLET}).realised


def test_a_token_that_keeps_a_fee_of_an_own_transfer() -> None:
    out = sent(100, MINT, whom=OTHER_WALLET, signature="m", slot=10**6)
    there = received(98, MINT, whom=WALLET, wallet=OTHER_WALLET, signature="m", slot=10**6)
    position = _only(reckon([received(100, MINT, usd={MINT: "1000000"}), out, there], OWN), asset=MINT)
    assert (position.held, position.unsettled) == (Lot(98, Decimal(98)), 2)
    more = replace(there, legs=(Leg(MINT, 101, 6, WALLET),))
    assert _only(reckon([out, more], OWN), asset=MINT).held.units == 101


def test_stakes_stay_owned_and_their_rewards_are_new() -> None:
    earlier = received(4 * XNT, usd=_xnt("1"))
    stake = did(ActivityKind.STAKE, Leg(NATIVE, -4 * XNT, 9), usd=_xnt("5"))
    back = did(ActivityKind.STAKE_WITHDRAW, Leg(NATIVE, 5 * XNT, 9), usd=_xnt("2"))
    staked = _only(reckon([earlier, stake], OWN))
    assert (staked.held, staked.aside, staked.owned.units) == (Lot(), Lot(4 * XNT, Decimal(4)), 4 * XNT)
    assert _only(reckon([earlier, stake, back], OWN)).held == Lot(5 * XNT, Decimal(6))


def _lives_of_a_stake() -> list[Activity]:
    return [
        received(4 * XNT, usd=_xnt("1"), at=T0),
        did(ActivityKind.STAKE, Leg(NATIVE, -4 * XNT, 9), usd=_xnt("5"), at=T0 + DAY),
        did(
            ActivityKind.REWARD,
            Leg(NATIVE, XNT, 9),
            usd=_xnt("2"),
            at=T0 + 2 * DAY,
            signature=f"{REWARD_PREFIX}7-stake",
        ),
        did(ActivityKind.STAKE_WITHDRAW, Leg(NATIVE, 5 * XNT, 9), usd=_xnt("3"), at=T0 + 3 * DAY),
    ]


def test_a_reward_in_a_stake_counts_once() -> None:
    lived = _lives_of_a_stake()
    earned = _only(reckon(lived[:3], OWN))
    assert (earned.held, earned.aside) == (Lot(), Lot(5 * XNT, Decimal(6)))
    position = _only(reckon(lived, OWN))
    assert (position.held, position.aside, position.opening) == (Lot(5 * XNT, Decimal(6)), Lot(), 0)


@pytest.mark.parametrize("deleted", range(5))
def test_a_reward_in_a_stake_is_carried_once(deleted: int) -> None:
    lived = _lives_of_a_stake()
    gone = [Deleted(1, each, NOW) for each in lived[:deleted]]
    position = _only(reckon(lived[deleted:], OWN, carried(gone, OWN)))
    assert (position.held, position.aside, position.opening) == (Lot(5 * XNT, Decimal(6)), Lot(), 0)


def test_what_is_carried_of_a_day_brings_nothing_that_was_not_there() -> None:
    """Bought and staked, unstaked and sold, on one day each."""
    lived = [
        received(4 * XNT, usd=_xnt("1"), whom=PEER, at=T0),
        did(ActivityKind.STAKE, Leg(NATIVE, -4 * XNT, 9), usd=_xnt("1"), at=T0),
        did(ActivityKind.STAKE_WITHDRAW, Leg(NATIVE, 4 * XNT, 9), usd=_xnt("3"), at=T0 + DAY),
        sent(4 * XNT, usd=_xnt("3"), whom=PEER, at=T0 + DAY),
    ]
    position = _only(reckon([], OWN, carried([Deleted(1, each, NOW) for each in lived], OWN)))
    assert (position.owned, position.opening) == (Lot(), 0)
    assert position.realised == 8


def test_fees_are_paid_from_what_is_held() -> None:
    position = _only(reckon([received(XNT, usd=_xnt("1")), sent(0, usd=_xnt("1"), fee=XNT // 2)], OWN))
    assert [position.fees, position.fees_cost, position.realised] == [XNT // 2, Decimal("0.5"), 0]
    assert position.held == Lot(XNT // 2, Decimal("0.5"))


def test_a_token_with_absurd_decimals_has_no_value() -> None:
    position = Position(MINT, decimals=255, held=Lot(5, Decimal(1)))
    assert result_of(position, _price("1", MINT)).value is None


UNITS = st.integers(1, 10**19)
PRICES = st.sampled_from([None, "0.000001", "1", "3.7", "1000000"])
PARTIES = st.sampled_from([PEER, OTHER_WALLET, THIRD, None])


@st.composite
def lives(draw: st.DrawFn) -> list[Activity]:
    """Two own wallets and strangers; own transfers are seen by both sides."""
    done: list[Activity] = []
    for slot in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(["in", "out", "move", "swap", "stake", "unstake", "reward"]))
        units, usd = draw(UNITS), _xnt(draw(PRICES)) | {MINT: draw(PRICES)}
        rest: dict[str, Any] = {"usd": usd, "slot": slot // 2, "signature": f"{kind}{slot}"}
        rest["at"] = T0 + slot * DAY // 3
        asset = draw(st.sampled_from([NATIVE, MINT]))
        if kind == "in":
            done.append(received(units, asset, whom=draw(st.sampled_from([PEER, None])), **rest))
        elif kind == "out":
            done.append(sent(units, asset, whom=PEER, fee=draw(st.integers(0, 9999)), **rest))
        elif kind == "move":
            done.append(sent(units, asset, whom=OTHER_WALLET, **rest))
            done.append(received(units, asset, whom=WALLET, wallet=OTHER_WALLET, **rest))
        elif kind == "reward":
            rest["signature"] = f"{REWARD_PREFIX}{slot}-stake"
            done.append(did(ActivityKind.REWARD, Leg(NATIVE, units, 9), **rest))
        elif kind == "swap":
            done.append(swapped((NATIVE, units), (MINT, draw(UNITS)), **rest))
        else:
            amount, what = (
                (-units, ActivityKind.STAKE) if kind == "stake" else (units, ActivityKind.STAKE_WITHDRAW)
            )
            done.append(did(what, Leg(NATIVE, amount, 9), **rest))
    return done


def _net(activities: list[Activity], asset: str) -> int:
    own = [each for each in activities if not each.stays_in_stake]
    legs = sum(leg.amount for each in own for leg in each.legs if leg.asset == asset)
    return legs - (sum(each.fee for each in activities) if asset == NATIVE else 0)


@given(lives())
def test_the_lots_are_the_balance(activities: list[Activity]) -> None:
    for position in reckon(activities, OWN).of(OWN):
        assert position.held.units - position.opening == _net(activities, position.asset)
        assert (
            min(position.held.known, position.held.unknown, position.aside.known, position.aside.unknown) >= 0
        )
        assert position.held.cost >= 0


@given(lives())
def test_every_dollar_of_cost_is_somewhere(activities: list[Activity]) -> None:
    """What was paid is in what is held, in what was sold, in fees, or with what left at no known price."""
    books = reckon(activities, OWN)
    for position in books.of(OWN):
        told = result_of(position, _price("2", position.asset))
        owned = position.owned
        assert (told.unrealised is None) is (owned.units > 0 and owned.known == 0)
        assert told.value is not None
        if told.unrealised is None:
            assert not owned.cost
            continue
        known_value = told.unrealised + position.owned.cost
        assert 0 <= known_value <= told.value
    total = sum((each.usd for each in books.realised), Decimal(0))
    assert abs(total - sum((each.realised for each in books.of(OWN)), Decimal(0))) <= Decimal("1e-15")


def _told(activities: list[Activity]) -> dict[str, tuple[Lot, Lot, Decimal]]:
    return {each.asset: (each.held, each.aside, each.realised) for each in reckon(activities, OWN).of(OWN)}


@given(lives(), st.randoms(use_true_random=False))
def test_the_order_they_were_stored_in_does_not_matter(activities: list[Activity], random: Random) -> None:
    shuffled = activities.copy()
    random.shuffle(shuffled)
    assert _told(shuffled) == _told(activities)


@given(lives())
def test_own_transfers_change_nothing_for_the_person(activities: list[Activity]) -> None:
    """Without them, and with all in one wallet, the person owns and has gained the same units."""
    moves = [each for each in activities if each.signature.startswith("move")]
    with_moves = reckon(activities, OWN)
    assert not reckon(moves, OWN).realised
    without = reckon([each for each in activities if each not in moves], OWN)
    for asset in (NATIVE, MINT):
        mine = [each for each in with_moves.of(OWN) if each.asset == asset]
        bare = [each for each in without.of(OWN) if each.asset == asset]
        left = mine[0].owned.units - mine[0].opening if mine else 0
        assert left == (bare[0].owned.units - bare[0].opening if bare else 0)


@given(lives(), st.integers(0, 14))
def test_what_is_deleted_is_carried_forward(activities: list[Activity], cut: int) -> None:
    """Units are exact, whatever was deleted; where each day had one thing, the cost is too."""
    ids = {WALLET: 1, OTHER_WALLET: 2}
    old = [each for each in activities if each.slot < cut // 2]
    gone = [Deleted(ids[each.wallet], each, NOW) for each in old]
    flows = carried(gone, counterparties_of(gone) & OWN)
    books = reckon([each for each in activities if each not in old], OWN, flows)
    for position in books.of(OWN):
        assert position.held.units - position.opening == _net(activities, position.asset)
    whole = carried(gone, OWN)
    halves = [*carried(gone[::2], OWN), *carried(gone[1::2], OWN)]
    summed: dict[Any, CarriedFlow] = {}
    for flow in halves:
        summed[flow.key] = summed[flow.key].plus(flow) if flow.key in summed else flow
    assert {flow.key: (flow.received, flow.sent) for flow in whole} == {
        key: (flow.received, flow.sent) for key, flow in summed.items()
    }


def test_carried_days_give_the_same_books() -> None:
    lived = [
        received(2 * XNT, usd=_xnt("1"), whom=PEER, at=T0),
        sent(XNT, usd=_xnt("3"), whom=PEER, at=T0 + DAY, fee=5000),
        sent(XNT // 4, usd=_xnt("3"), whom=OTHER_WALLET, at=T0 + 2 * DAY, signature="m"),
        received(XNT // 4, whom=WALLET, wallet=OTHER_WALLET, at=T0 + 2 * DAY, signature="m"),
        received(9, MINT, at=T0 + 3 * DAY),
    ]
    ids = {WALLET: 1, OTHER_WALLET: 2}
    flows = carried([Deleted(ids[each.wallet], each, NOW) for each in lived], OWN)
    exact, rough = reckon(lived, OWN), reckon([], OWN, flows)
    for wallets in (OWN, {WALLET}, {OTHER_WALLET}):
        assert [(each.asset, each.held, each.realised, each.fees) for each in rough.of(wallets)] == [
            (each.asset, each.held, each.realised, each.fees) for each in exact.of(wallets)
        ]
    assert len(flows) == 6
