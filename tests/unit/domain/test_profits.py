"""Profits by average cost."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import activity, address
from walletwatch.domain.activities import ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.profits import Position, Positions

MINT = address("mint")


def test_the_average_cost_is_what_a_sale_is_measured_by() -> None:
    position = Position()
    position.moved(Decimal(10), Decimal(1))
    position.moved(Decimal(10), Decimal(3))
    position.moved(Decimal(-5), Decimal(4))
    assert (position.held, position.cost, position.realised) == (Decimal(15), Decimal(30), Decimal(10))
    assert position.unrealised(Decimal(1)) == Decimal(-15)


@pytest.mark.parametrize(
    ("amount", "usd"), [(Decimal(1), None), (Decimal(-1), None), (Decimal(-11), Decimal(1))]
)
def test_what_is_not_known_is_not_reckoned(amount: Decimal, usd: Decimal | None) -> None:
    position = Position()
    position.moved(Decimal(10), Decimal(1))
    position.moved(amount, usd)
    assert not position.certain


moves = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6), st.booleans()), max_size=30)


@given(moves)
def test_no_dollar_appears_or_vanishes(steps: list[tuple[int, int, bool]]) -> None:
    """What was paid and what was got differ by what was realised and by the cost of what is left."""
    position, paid, got = Position(), Fraction(), Fraction()
    for amount, price, sells in steps:
        if sells and amount <= position.held:
            position.moved(Decimal(-amount), Decimal(price))
            got += amount * price
        elif not sells:
            position.moved(Decimal(amount), Decimal(price))
            paid += amount * price
    assert position.certain
    difference = got - paid - (Fraction(position.realised) - Fraction(position.cost))
    assert abs(difference) < Fraction(1, 10**20)


def test_activities_are_taken_in_by_the_prices_of_their_moments() -> None:
    def note(usd: str | None, **fields: str) -> Annotation:
        price = None if usd is None else Decimal(usd)
        return Annotation({MINT: AssetNote("X", None, 6, listed=False, usd=price, **fields)})

    positions = Positions()
    positions.take(activity("a", 1, legs=(Leg(MINT, 2_000_000, None),), annotation=note("3")))
    positions.take(activity("b", 2, legs=(Leg(MINT, -1_000_000, 6),), annotation=note("5")))
    positions.take(activity("c", 3, kind=ActivityKind.SELF_TRANSFER, legs=(Leg(MINT, -9, 6),)))
    assert positions.by_asset[MINT].realised == Decimal(2)
    positions.take(activity("d", 4, legs=(Leg("native", 5, 9), Leg(address("nameless"), 5, None))))
    assert [each.certain for each in positions.by_asset.values()] == [True, False, False]
    positions.take(activity("e", 5, legs=(Leg(MINT, 1, 6),), annotation=note("5", impostor_of="native")))
    assert not positions.by_asset[MINT].certain
