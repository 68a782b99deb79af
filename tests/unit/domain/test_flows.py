"""What came in and went out."""

from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import OTHER_WALLET, WALLET, address
from tests.lives import DAY, MINT, T0, XNT, note, received, sent, swapped
from walletwatch.domain.annotations import Annotation
from walletwatch.domain.flows import flows_of
from walletwatch.domain.money import NATIVE
from walletwatch.domain.valuing import movements

ANNA = address("anna")
TWO = {NATIVE: "2"}


def test_in_out_days_and_parties() -> None:
    told = flows_of(
        [
            received(3 * XNT, whom=ANNA, usd=TWO),
            sent(XNT, whom=ANNA, usd=TWO, at=T0 + DAY, fee=5000),
            received(7_000_000, MINT, at=T0 + DAY),
            received(XNT, whom=OTHER_WALLET, usd=TWO),
        ],
        {WALLET, OTHER_WALLET},
        UTC,
    )
    assert [told.total.received_worth, told.total.sent_worth, told.total.unpriced] == [6, 2, 1]
    assert (told.internal, told.fees, told.total.movements) == (1, 5000, 3)
    assert told.total.known_share == Decimal(2) / 3
    assert [(on, flow.movements) for on, flow in told.by_day.items()] == [
        (date(2026, 11, 1), 1),
        (date(2026, 11, 2), 2),
    ]
    assert [(flow.asset, flow.received, flow.sent) for flow in told.by_asset] == [
        (NATIVE, 3 * XNT, XNT),
        (MINT, 7_000_000, 0),
    ]
    assert {address: flow.movements for address, flow in told.by_party.items()} == {ANNA: 2, None: 1}


def test_days_are_those_of_the_reader() -> None:
    told = flows_of([received(XNT, at=T0 + DAY - 1)], {WALLET}, ZoneInfo("Asia/Kolkata"))
    assert list(told.by_day) == [date(2026, 11, 2)]
    assert not flows_of([received(XNT, at=None)], {WALLET}, UTC).by_day


def test_a_trade_is_worth_what_was_paid() -> None:
    known, learned = movements(swapped((NATIVE, 3 * XNT), (MINT, 5), usd={NATIVE: "2", MINT: None}))
    assert [known.usd, learned.usd] == [6, 6]
    first, second = movements(swapped((NATIVE, 3 * XNT), (MINT, 2_000_000), usd={NATIVE: "2", MINT: "2.5"}))
    assert [first.usd, second.usd] == [6, 5]
    assert [each.usd for each in movements(swapped((NATIVE, 1), (MINT, 1)))] == [None, None]


def test_a_false_token_is_worth_nothing_that_could_be_told() -> None:
    told = received(5, MINT)
    false = replace(told, annotation=Annotation({MINT: note(MINT, "1", impostor_of="native")}))
    assert [each.usd for each in movements(false)] == [None]


type Move = tuple[str, int, str | None, str | None, int]

LEGS = st.lists(
    st.tuples(
        st.sampled_from([NATIVE, MINT]),
        st.integers(-(10**20), 10**20).filter(bool),
        st.sampled_from([None, ANNA, OTHER_WALLET]),
        st.sampled_from([None, "2", "0.000001"]),
        st.integers(T0, T0 + 9 * DAY),
    ),
    max_size=12,
)


@given(LEGS)
def test_every_way_of_looking_at_it_comes_to_the_same(
    legs: list[tuple[str, int, str | None, str | None, int]],
) -> None:
    activities = [
        (received if amount > 0 else sent)(abs(amount), asset, whom=whom, usd={asset: price}, at=at)
        for asset, amount, whom, price, at in legs
    ]
    told = flows_of(activities, {WALLET, OTHER_WALLET}, UTC)
    ways = [list(told.by_day.values()), told.by_asset, list(told.by_party.values())]
    for flows in ways:
        assert sum(flow.arrivals for flow in flows) == told.total.arrivals
        assert sum(flow.departures for flow in flows) == told.total.departures
        assert sum(flow.unpriced for flow in flows) == told.total.unpriced
        # Python's own precision would round the test's sums.
        with localcontext(prec=100):
            assert sum(flow.received_worth for flow in flows) == told.total.received_worth
            assert sum(flow.sent_worth for flow in flows) == told.total.sent_worth
    assert told.total.movements + told.internal == len(legs)
    assert sum(flow.received - flow.sent for flow in told.by_asset) == sum(
        amount for _, amount, whom, _, _ in legs if whom != OTHER_WALLET
    )
