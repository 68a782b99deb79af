"""No text becomes a formula, and no number becomes another."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.exports.cells import FORMULA_STARTS, MAX_TEXT, harmless, is_exact, written

ATTACKS = (
    "=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1+1", "\u00a0=1", "\x00=cmd",
    "\u200b=1",
)  # fmt: skip
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**20), max_value=10**20)


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_are_texts(text: str) -> None:
    assert harmless(text).startswith("'")


@given(st.text(max_size=700) | st.sampled_from(ATTACKS))
def test_no_text_is_a_formula_wherever_it_is_opened(text: str) -> None:
    shown = harmless(text)
    assert shown[:1] not in FORMULA_STARTS
    assert shown.lstrip()[:1] not in FORMULA_STARTS
    assert shown.isprintable()
    assert len(shown) <= MAX_TEXT + 1
    line = io.StringIO()
    csv.writer(line).writerow([shown, "next"])
    assert next(csv.reader(io.StringIO(line.getvalue()))) == [shown, "next"]


@given(st.text(st.characters(categories=["L", "N"]), max_size=50))
def test_an_innocent_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(numbers | st.integers(-(10**30), 10**30))
def test_numbers_stay_numbers_exactly(number: Decimal | int) -> None:
    text = written(number)
    assert Decimal(text) == number
    assert "E" not in text.upper()
    assert "'" not in text


@given(numbers)
def test_a_number_that_a_float_would_change_is_told_from_one_that_it_keeps(number: Decimal) -> None:
    if is_exact(number):
        assert Decimal(repr(float(number))) == number


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (7, "7"),
        (Decimal("-0.500"), "-0.5"),
        (Decimal("1E+5"), "100000"),
        (Decimal("0E-9"), "0"),
        ("plain", "plain"),
    ],
)
def test_cells_as_they_are_written(cell: str | int | Decimal | None, text: str) -> None:
    assert written(cell) == text
