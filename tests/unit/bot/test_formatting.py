"""Numbers and times in the marks, the order and the zone of their reader."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.bot.folding import folded
from walletwatch.bot.formatting import (
    Amounts,
    clock,
    day,
    lasting,
    money,
    number,
    percent,
    series,
    when,
    whole,
)
from walletwatch.bot.texts import LANGUAGES, Html, texts
from walletwatch.domain.currencies import FIAT, USD, Currency
from walletwatch.domain.profile import PROFILES

EN = texts("en")
MOMENT = datetime(2026, 11, 30, 22, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "30 Nov 2026, 22:05:09 UTC"),
        ("Europe/Madrid", "30 Nov 2026, 23:05:09 CET"),
        ("Asia/Kolkata", "1 Dec 2026, 03:35:09 IST"),
        ("America/Sao_Paulo", "30 Nov 2026, 19:05:09 UTC-03"),
    ],
)
def test_a_moment_in_a_zone(zone: str, expected: str) -> None:
    assert when(MOMENT, EN, zone) == expected
    assert when(int(MOMENT.timestamp()), EN, zone) == expected


def test_what_is_not_known_is_said() -> None:
    assert when(None, EN, "UTC") == "unknown"


def test_a_day_and_a_clock_change_with_the_zone() -> None:
    assert (day(MOMENT, EN, "Asia/Kolkata"), clock(MOMENT, "Asia/Kolkata")) == ("1 Dec 2026", "03:35")


def test_the_night_without_two_o_clock() -> None:
    before = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    assert clock(before, "Europe/Madrid") == "01:59"
    assert clock(before + timedelta(seconds=1), "Europe/Madrid") == "03:00"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (90, "1 minute"),
        (7300, "2 hours"),
        (2e6, "23 days"),
    ],
)
def test_a_length_of_time(seconds: float, expected: str) -> None:
    assert lasting(timedelta(seconds=seconds), EN) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [("0", "0 %"), ("0.0004", "< 0.1 %"), ("0.125", "12.5 %"), ("1", "100 %"), ("-0.5", "-50 %")],
)
def test_a_share(share: str, expected: str) -> None:
    assert percent(Decimal(share), EN) == expected


def test_losses_are_dollars_too() -> None:
    assert money(Decimal("-1234.5"), USD, EN) == "−$1,234"
    assert money(Decimal(0), USD, EN) == "$0"


@pytest.mark.parametrize(
    ("language", "currency", "value", "said"),
    [
        ("en", Currency.EUR, "1234.5", "€1,234"),
        ("en", Currency.EUR, "-12.345", "−€12.34"),
        ("en", Currency.JPY, "12.6", "JP¥13"),
        ("en", Currency.JPY, "0.4", "< JP¥1"),
        ("en", Currency.IDR, "0", "Rp\u00a00"),
        ("en", Currency.BRL, "0.001", "< R$0.01"),
        ("es", Currency.EUR, "1234.5", "1\u00a0234\u00a0€"),
        ("es", Currency.EUR, "12.3", "12,30\u00a0€"),
        ("ru", Currency.RUB, "-12.3", "−12,30\u00a0₽"),
        ("ru", Currency.IDR, "5", "5\u00a0Rp"),
        ("zh", Currency.CNY, "12", "CN¥12.00"),
        ("hi", Currency.INR, "12", "₹12.00"),
        ("en", Currency.UAH, "1e15", None),
    ],
)
def test_money_is_written_as_the_language_writes_it(
    language: str, currency: Currency, value: str, said: str | None
) -> None:
    assert money(Decimal(value), FIAT[currency], texts(language)) == said


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.decimals(min_value=0, max_value=10**12, places=6))
def test_a_number_can_be_read_back_in_every_language(language: str, value: Decimal) -> None:
    say = texts(language)
    point, group = str(say("format.point")), str(say("format.group"))
    assert point != group
    shown = number(value, say)
    if not shown.startswith("<"):
        read = Decimal(shown.replace(group, "").replace(point, "."))
        assert 0 <= value - read <= Decimal("0.01")
    assert int(whole(int(value), say).replace(group, "")) == int(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_twelve_months(language: str) -> None:
    assert len(texts(language)("format.months").split()) == 12


@pytest.mark.parametrize(
    ("language", "shown", "little", "row"),
    [
        ("en", "1,234.5 %", "< 0.1 %", "a, b"),
        ("es", "1\u00a0234,5 %", "< 0,1 %", "a, b"),
        ("ru", "1\u00a0234,5 %", "< 0,1 %", "a, b"),
        ("zh", "1,234.5%", "< 0.1%", "a、b"),
        ("hi", "1,234.5%", "< 0.1%", "a, b"),
    ],
)
def test_percentages_and_rows_as_the_language_writes_them(
    language: str, shown: str, little: str, row: str
) -> None:
    say = texts(language)
    assert percent(Decimal("12.345"), say) == shown
    assert percent(Decimal("0.0001"), say) == little
    assert series([Html("a"), Html("b")], say) == row


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("DIRECCION", "dirección"), ("кошелек", "Кошелёк"), ("sao paulo", "São Paulo"), ("STRASSE", "straße")],
)
def test_what_people_type_is_found_without_its_marks(typed: str, meant: str) -> None:
    assert folded(typed) == folded(meant)


def test_the_vowels_of_devanagari_are_no_marks() -> None:
    assert folded("वॉलेट") != folded("वलट")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "5 of token <code>mint</code>"), ("ru", "5 · токен <code>mint</code>")],
)
def test_an_amount_of_a_token_without_a_name_needs_no_form_of_the_word(language: str, expected: str) -> None:
    amounts = Amounts(PROFILES["x1-mainnet"])
    assert amounts.asset("mint", 50, 1, texts(language)) == expected
    assert amounts.symbol("mint", texts(language)) == expected.split(" ", 2)[2].removeprefix("· ")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("999", "999"),
        ("-1000", "-1,000"),
        ("99999", "99,999"),
        ("100000", "1,00,000"),
        ("12345678.90", "1,23,45,678.9"),
        ("1.123456", "1.123456"),
        ("0.00012345", "0.0001234"),
    ],
)
def test_in_hindi_lakhs_are_grouped(value: str, written: str) -> None:
    assert number(Decimal(value), texts("hi")) == written
    if "." not in value:
        assert whole(int(value), texts("hi")) == written
