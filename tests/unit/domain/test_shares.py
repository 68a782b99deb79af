"""Shares of a whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.domain.shares import WHOLE, tenths_of


@pytest.mark.parametrize(
    ("values", "tenths"),
    [
        (["1", "1", "1"], [334, 333, 333]),
        (["2", "1"], [667, 333]),
        (["635.54", "300.08", "12.35", "8.79"], [664, 314, 13, 9]),
        (["1", "1e-12"], [1000, 0]),
        (["0", "5"], [0, 1000]),
    ],
)
def test_they_are_rounded_to_tenths_of_a_percent(values: list[str], tenths: list[int]) -> None:
    assert tenths_of([Decimal(value) for value in values]) == tenths


@given(st.lists(st.decimals(0, 10**15, places=9), min_size=1, max_size=20).filter(any))
def test_they_add_up_and_are_off_by_less_than_a_tenth(values: list[Decimal]) -> None:
    tenths = tenths_of(values)
    assert sum(tenths) == WHOLE
    total = sum(values)
    for value, each in zip(values, tenths, strict=True):
        assert abs(value * WHOLE / total - each) < Decimal("1.000001")
