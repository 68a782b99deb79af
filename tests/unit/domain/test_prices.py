from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.prices import Price, PriceSource, fresh, value_usd

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PRICE = Price("native", Decimal("0.35"), NOW, PriceSource.POOLS, Decimal(5000))
dollars = st.decimals("1e-24", "1e15", allow_nan=False, allow_infinity=False)


def test_a_value_is_amount_times_price() -> None:
    assert value_usd(2_500_000_000, 9, PRICE) == Decimal("0.875")
    assert value_usd(0, 9, PRICE) == 0
    assert value_usd(-10, 0, PRICE) == Decimal("-3.5")


@given(amount=st.integers(-(2**64), 2**64), decimals=st.integers(0, 255), usd=dollars)
def test_a_value_is_exact_whatever_the_precision_of_the_thread(
    amount: int, decimals: int, usd: Decimal
) -> None:
    with localcontext() as context:
        context.prec = 3
        value = value_usd(amount, decimals, replace(PRICE, usd=usd))
    assert Fraction(value) == Fraction(amount, 10**decimals) * Fraction(usd)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), True),
        (MINUTE, True),
        (MINUTE + timedelta(microseconds=1), False),
        (-MINUTE, True),
        (-MINUTE - timedelta(microseconds=1), False),
    ],
)
def test_a_price_is_fresh_for_a_while(age: timedelta, expected: bool) -> None:
    assert fresh(PRICE, NOW + age, MINUTE) is expected
