"""What charts are drawn of."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import WALLET, address
from tests.lives import DAY, MINT, T0, XNT, received, sent
from walletwatch.domain.flows import flows_of
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pnl import Realised
from walletwatch.domain.prices import Price, PriceSource
from walletwatch.domain.series import (
    Holding,
    Point,
    allocation_of,
    balance_by_day,
    days_between,
    flows_by_day,
    gains_by_day,
)

FIRST = date(2026, 11, 1)
WEEK = days_between(FIRST, date(2026, 11, 7))


def _price(asset: str, usd: str) -> Price:
    return Price(asset, Decimal(usd), datetime(2026, 11, 7, tzinfo=UTC), PriceSource.FIXED, None)


def test_days() -> None:
    assert len(WEEK) == 7
    assert days_between(FIRST, FIRST) == [FIRST]


def test_balances_are_reckoned_back_from_now() -> None:
    lived = [
        received(5 * XNT, at=T0 + DAY, rent=XNT),
        sent(XNT, at=T0 + 3 * DAY, fee=5000),
        received(7, MINT, at=T0 + 3 * DAY),
    ]
    points = balance_by_day(lived, NATIVE, 10 * XNT, 9, WEEK[:5], UTC)
    assert [str(point.value) for point in points] == [
        "7.000005000", "11.000005000", "11.000005000", "10.000000000", "10.000000000",
    ]  # fmt: skip
    assert [point.value for point in balance_by_day(lived, MINT, 7, 0, WEEK[1:5], UTC)] == [0, 0, 7, 7]


@given(st.lists(st.tuples(st.integers(-(10**18), 10**18), st.integers(0, 7 * DAY - 1)), max_size=20))
def test_a_balance_changes_by_what_moved(moves: list[tuple[int, int]]) -> None:
    lived = [received(amount, at=T0 + at) for amount, at in moves]
    points = balance_by_day(lived, NATIVE, 10**20, 9, WEEK, UTC)
    assert points[-1].value == 10**11
    for before, after in pairwise(points):
        moved = sum(amount for amount, at in moves if (T0 + at - T0) // DAY == (after.day - FIRST).days)
        assert (after.value - before.value) * 10**9 == moved


def test_flows_and_gains_have_a_point_for_each_day() -> None:
    price = {NATIVE: "2"}
    lived = [received(XNT, usd=price, at=T0 + DAY), sent(2 * XNT, usd=price, at=T0 + 2 * DAY), sent(1, at=T0)]
    told = flows_by_day(flows_of(lived, {WALLET}, UTC), WEEK[:3])
    assert told.received[1] == Point(WEEK[1], Decimal(2))
    assert [point.value for point in told.received] == [0, 2, 0]
    assert [point.value for point in told.sent] == [0, 0, 4]
    assert told.unpriced == 1
    gains = gains_by_day(
        [
            Realised(T0, WALLET, Decimal(3)),
            Realised(T0 + 2 * DAY, WALLET, Decimal(-1)),
            Realised(None, WALLET, Decimal(9)),
        ],
        WEEK[:3],
        UTC,
    )
    assert [point.value for point in gains.daily] == [3, 0, -1]
    assert [point.value for point in gains.total] == [3, 3, 2]


def test_an_allocation_names_what_has_no_price() -> None:
    other = address("other")
    told = allocation_of(
        [
            Holding(NATIVE, 3 * XNT, 9),
            Holding(MINT, 2_000_000, 6),
            Holding(NATIVE, XNT, 9),
            Holding(other, 5, 0),
            Holding(address("empty"), 0, 0),
        ],
        {NATIVE: _price(NATIVE, "0.5"), MINT: _price(MINT, "3")},
    )
    assert [(share.asset, share.usd, share.share) for share in told.shares] == [
        (MINT, Decimal(6), Decimal("0.75")),
        (NATIVE, Decimal(2), Decimal("0.25")),
    ]
    assert (told.total, told.unpriced) == (Decimal(8), [other])
    assert allocation_of([], {}).shares == []
