"""What is said in pictures and beside them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_double.html_mode import parse_html
from walletwatch.bot.html_length import units
from walletwatch.bot.messenger import CAPTION_UNITS
from walletwatch.bot.texts import LANGUAGES
from walletwatch.bot.views.exports import ExportsView
from walletwatch.bot.views.pictures import PicturesView
from walletwatch.domain.currencies import FIAT, Currency
from walletwatch.domain.exports import ExportFormat, ExportRequest, Written
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.pictures import (
    Allocation,
    BalanceHistory,
    Chart,
    DrawRequest,
    Flow,
    Flows,
    NetworkChart,
    Node,
    PictureKind,
    Point,
    Profit,
    Profits,
    Slice,
    Theme,
)
from walletwatch.domain.profile import PROFILES
from walletwatch.pictures.canvas import MAX_NOTE, MAX_TITLE, short_day
from walletwatch.pictures.fonts import MAX_NAME

VIEW, EXPORTS = PicturesView(PROFILES["x1-mainnet"]), ExportsView()
NOW = datetime(2026, 11, 30, tzinfo=UTC)
REQUEST = DrawRequest("0" * 32, 1, PictureKind.BALANCE, 5, None, Lookback.MONTH, Theme.LIGHT, "en", "UTC", 7)
EXPORT = ExportRequest("0" * 32, 1, ExportFormat.CSV, None, Lookback.ALL, "en", "Asia/Kolkata", NOW, 7)


def balance(name: str = "Savings", first: str = "1000", last: str = "1124") -> BalanceHistory:
    points = (Point(NOW - timedelta(days=30), Decimal(first)), Point(NOW, Decimal(last)))
    return BalanceHistory(name, "XNT", points, partial=True)


CHARTS: list[tuple[Chart, str, str]] = [
    (balance(), "Balance of Savings", "30 days · now 1,124 XNT · +12.4 %"),
    (balance(last="500"), "Balance of Savings", "30 days · now 500 XNT · −50 %"),
    (balance(first="0"), "Balance of Savings", "30 days · now 1,124 XNT"),
    (balance(first="0.001", last="9000"), "Balance of Savings", "30 days · now 9,000 XNT"),
    (
        Flows("Savings", "XNT", (Flow(date(2026, 11, 1), Decimal(1), Decimal(0)),), 3, partial=False),
        "In and out of Savings",
        "30 days · XNT · 3 days a column",
    ),
    (
        Allocation(None, (Slice("XNT", Decimal(50)), Slice(None, Decimal(7))), 1),
        "All wallets",
        "$57.00 · 1 token has no known price",
    ),
    (Allocation("Savings", (Slice("XNT", Decimal(5)),), 0), "What Savings holds", "$5.00"),
    (
        Allocation("Savings", (Slice("XNT", Decimal(5)),), 0, FIAT[Currency.EUR]),
        "What Savings holds",
        "€5.00",
    ),
    (
        Profits("Savings", (Profit("A", Decimal(1), None),), 2),
        "Profit and loss of Savings",
        "in USD · 2 tokens left out",
    ),
    (
        NetworkChart("XNT", (Node("a", "Ab…yz"),), (), 4, complete=False),
        "Around Ab…yz",
        "amounts in XNT · 4 more are not shown",
    ),
]


@pytest.mark.parametrize(("chart", "title", "note"), CHARTS)
def test_titles_and_notes(chart: Chart, title: str, note: str) -> None:
    words = VIEW.words(chart, REQUEST)
    assert (words.title, words.note) == (title, note)
    assert len(words.months) == 12
    caption = VIEW.picture(chart, REQUEST).html
    assert caption.startswith(f"<b>{title}</b>\n{note}")


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "5 Nov", "Nov 2026"),
        ("es", "5 nov", "nov 2026"),
        ("ru", "5 ноя", "ноя 2026"),
        ("zh", "11月5日", "2026年11月"),
        ("hi", "5 नव॰", "नव॰ 2026"),
    ],
)
def test_an_axis_names_days_in_the_order_of_the_language(language: str, day: str, month: str) -> None:
    words = VIEW.words(balance(), replace(REQUEST, language=language))
    shown = date(2026, 11, 5)
    assert (short_day(shown, words), short_day(shown, words, year=True)) == (day, month)


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_fit_with_the_longest_name(language: str) -> None:
    charts: list[Chart] = [
        balance("W" * MAX_NAME),
        Flows("W" * MAX_NAME, "XNT", (), 7, partial=False),
        Profits("W" * MAX_NAME, (), 12),
        Allocation("W" * MAX_NAME, (), 12),
        Allocation(None, (), 12),
        NetworkChart("XNT", (Node("c", "W" * MAX_NAME),), (), hidden=12, complete=True),
    ]
    for chart in charts:
        words = VIEW.words(chart, replace(REQUEST, language=language))
        assert len(words.title) <= MAX_TITLE
        assert len(words.note) <= MAX_NOTE


def test_the_caption_says_what_is_not_in_the_picture() -> None:
    assert "/backfill" in VIEW.picture(balance(), REQUEST).html
    assert "/backfill" not in VIEW.picture(replace(balance(), partial=False), REQUEST).html
    network = NetworkChart("XNT", (Node("a", "b"),), (), 0, complete=False)
    assert "newest transactions only" in VIEW.picture(network, REQUEST).html


@given(st.text(min_size=1, max_size=48))
def test_no_name_is_markup_in_a_caption(name: str) -> None:
    for chart in (balance(name), NetworkChart("XNT", (Node("a", name),), (), 0, complete=True)):
        html = VIEW.picture(chart, REQUEST).html
        assert name.strip() in parse_html(html).text or not name.strip()
        assert units(html) <= CAPTION_UNITS


def test_the_buttons_lead_to_the_other_pictures() -> None:
    keyboard = VIEW.picture(balance(), REQUEST).keyboard
    texts_ = [[button.text for button in row] for row in keyboard]
    assert texts_ == [
        ["7d", "· 30d ·", "90d", "1y"],
        ["· 📈 Balance ·", "↕️ In and out"],
        ["🍩 Portfolio", "💹 Profit"],
        ["🌙 Dark"],
    ]
    network = replace(REQUEST, kind=PictureKind.NETWORK, subscription_id=None, address="1" * 32)
    assert [len(row) for row in VIEW.picture(balance(), network).keyboard] == [1]
    portfolio = replace(REQUEST, kind=PictureKind.ALLOCATION, subscription_id=None)
    assert [len(row) for row in VIEW.picture(balance(), portfolio).keyboard] == [1]


@pytest.mark.parametrize("reason", ["empty", "unpriced", "unknown", "gone", "chain"])
def test_why_there_is_no_picture(reason: str) -> None:
    message = VIEW.nothing(reason, REQUEST)
    assert message.html
    assert bool(message.keyboard) == (reason != "gone")
    if reason == "chain":
        assert message.keyboard[0][0].callback_data == "1:gc:bml5"


@pytest.mark.parametrize("wanted", list(ExportFormat))
def test_captions_of_exports(wanted: ExportFormat) -> None:
    written = Written(2, 1500, 2000, 1_764_547_200, 1_764_633_600)
    request = replace(EXPORT, format=wanted)
    html = EXPORTS.file(1, 1, written, request).html
    assert "1,500 activities of 2 wallets, 2,000 rows" in html
    assert "1 Dec 2025 to 2 Dec 2025" in html
    assert units(html) <= CAPTION_UNITS
    assert EXPORTS.file(1, 2, written, request).html == "File 1 of 2"
    assert EXPORTS.file(2, 2, written, request).html.startswith("File 2 of 2")
    timeless = EXPORTS.file(1, 1, replace(written, first=None, last=None), request).html
    assert " to " not in timeless.split("<i>")[0]


def test_progress_is_a_bar() -> None:
    assert "▰▰▰▱▱▱▱▱▱▱ 30 %" in EXPORTS.progress(3, EXPORT).html
