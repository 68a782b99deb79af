"""Reading what is to be converted, and reckoning it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pool_accounts import address
from walletwatch.domain.conversion import Wish, convert, money_of, read_amount, read_wish
from walletwatch.domain.currencies import Currency
from walletwatch.domain.markets import Hop, Market, deepest, impact

numbers = st.decimals("0.000000001", "1e18", places=9)
prices = st.decimals("1e-18", "1e9", places=18).filter(bool)
A, B, C = address("a"), address("b"), address("c")


@given(numbers, prices)
def test_dollars_are_exact(amount: Decimal, usd: Decimal) -> None:
    assert Fraction(convert(amount, usd, Decimal(1))) == Fraction(amount) * Fraction(usd)


@pytest.mark.parametrize(
    ("word", "money"),
    [
        ("usd", Currency.USD),
        ("$", Currency.USD),
        ("Dollars", Currency.USD),
        ("eur", Currency.EUR),
        ("€", Currency.EUR),
        ("Euro", Currency.EUR),
        ("cn¥", Currency.CNY),
        ("xnt", None),
        ("native", None),
        ("usdc.x", None),
        ("", None),
    ],
)
def test_words_for_money(word: str, money: Currency | None) -> None:
    assert money_of(word) is money


def test_money_has_units_for_a_dollar() -> None:
    """10 at $0.50 are $5, and these 4.50 at 0.9 for a dollar; and back."""
    half, euro = Decimal("0.5"), Decimal("0.9")
    assert convert(Decimal(10), half, Decimal(1), target_units=euro) == Decimal("4.5")
    assert convert(Decimal("4.5"), Decimal(1), half, source_units=euro) == 10
    assert convert(Decimal(9), Decimal(1), Decimal(1), source_units=euro, target_units=Decimal(90)) == 900


@given(numbers, prices, prices)
def test_there_and_back_is_where_it_was(amount: Decimal, first: Decimal, second: Decimal) -> None:
    back = convert(convert(amount, first, second), second, first)
    assert abs(Fraction(back) - Fraction(amount)) <= Fraction(amount) / 10**45


@given(numbers, prices, prices)
def test_more_is_never_less(amount: Decimal, first: Decimal, second: Decimal) -> None:
    assert convert(amount * 2, first, second) >= convert(amount, first, second) > 0


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("10 XNT USDC.x", Wish(Decimal(10), "XNT", "USDC.x")),
        ("10 xnt in usd", Wish(Decimal(10), "xnt", "usd")),
        ("$5 in XNT", Wish(Decimal(5), "usd", "XNT")),
        ("$ 5", Wish(Decimal(5), "usd", None)),
        ("€5 in XNT", Wish(Decimal(5), "eur", "XNT")),
        ("R$5", Wish(Decimal(5), "brl", None)),
        ("5€ in XNT", Wish(Decimal(5), "€", "XNT")),
        ("10xnt", Wish(Decimal(10), "xnt", None)),
        ("1,000.5 Staked XNT to USD Coin", Wish(Decimal("1000.5"), "Staked XNT", "USD Coin")),
        ("0.000000001 xnt -> usd", Wish(Decimal("1e-9"), "xnt", "usd")),
        ("  10\u00a0000  xnt ", Wish(Decimal(10000), "xnt", None)),
        ("1 000 000,5 xnt", Wish(Decimal("1000000.5"), "xnt", None)),
        ("10 1000 usd", Wish(Decimal(10), "1000", "usd")),
        ("5 in xnt", Wish(Decimal(5), "in", "xnt")),
    ],
)
def test_what_people_write(text: str, wish: Wish) -> None:
    assert read_wish(text) == wish


@pytest.mark.parametrize(
    "text", ["", "xnt", "10", "-5 xnt", "0 xnt", "10 xnt in", "1" * 31 + " xnt", "1.2.3 xnt", "٣ xnt"]
)
def test_what_is_no_wish(text: str) -> None:
    assert read_wish(text) is None


@pytest.mark.parametrize(
    ("text", "point", "amount"),
    [
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1.234.567", ".", "1234567"),
        ("1.234,5", ".", "1234.5"),
        ("1,234.5", ",", "1234.5"),
        ("0,5", ".", "0.5"),
        (".5", ".", "0.5"),
        ("1'000", ".", "1000"),
    ],
)
def test_points_and_groups(text: str, point: str, amount: str) -> None:
    assert read_amount(text, point) == Decimal(amount)


@given(st.text(max_size=60))
def test_whatever_is_written_is_a_wish_or_none(text: str) -> None:
    wish = read_wish(text)
    assert wish is None or (wish.amount > 0 and wish.source)


def market(first: str, second: str, reserves: tuple[int, int]) -> Market:
    return Market(address(f"{first}{second}{reserves}"), (first, second), reserves, (0, 0), 0)


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 10**12))
def test_the_impact_is_what_a_constant_product_takes(into: int, out_of: int, amount: int) -> None:
    lost = impact([Hop(market(A, B, (into, out_of)), A)], Decimal(amount))
    given_out = Fraction(out_of * amount, into + amount)
    assert abs(Fraction(lost) - (1 - given_out / Fraction(out_of * amount, into))) < Fraction(1, 10**40)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**9))
def test_two_pools_take_more_than_one(a: int, b: int, c: int, amount: int) -> None:
    first, second = Hop(market(A, B, (a, b)), A), Hop(market(B, C, (b, c)), B)
    lost = impact([first, second], Decimal(amount))
    assert impact([first], Decimal(amount)) <= lost <= 1


def test_the_deepest_pool_of_a_pair() -> None:
    small, large = market(A, B, (10, 10)), market(B, A, (100, 100))
    assert deepest([small, large, market(A, C, (10**6, 10**6))], A, B) is large
    assert deepest([small], A, C) is None
