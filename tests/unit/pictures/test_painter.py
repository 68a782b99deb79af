"""Pictures: of every kind, in both themes, of anything that strangers may be called."""

import struct
import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from walletwatch.bot.views import pictures as views
from walletwatch.domain.analytics import Series
from walletwatch.domain.currencies import FIAT, Currency, Denomination
from walletwatch.domain.pictures import (
    Allocation,
    BalanceHistory,
    Chart,
    Edge,
    Flow,
    Flows,
    NetworkChart,
    Node,
    PictureWords,
    Point,
    Profit,
    Profits,
    Slice,
    Theme,
    UseChart,
)
from walletwatch.pictures.canvas import MAX_PNG_BYTES, Sheet, compact
from walletwatch.pictures.fonts import MAX_NAME, plain
from walletwatch.pictures.painter import MatplotlibPainter
from walletwatch.pictures.palette import PALETTES

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
LABELS = (*views.LABELS, *views.USE_LABELS)
MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
FIVE = Decimal(5)
WORDS = PictureWords("Баланс 余额 शेष", "30 days · now 1", MONTHS, {label: label for label in LABELS})
HOSTILE = "$x^{2}$ \\frac \N{RIGHT-TO-LEFT OVERRIDE}\N{PILE OF POO}\n\t\x00<b>Z" + "\u0335" * 40
MIDNIGHT = date(2026, 11, 1)


def balance(*values: str, days: int = 30, name: str = "Savings") -> BalanceHistory:
    step = timedelta(days=days) / max(1, len(values) - 1)
    first = NOW - timedelta(days=days)
    points = tuple(Point(first + step * index, Decimal(value)) for index, value in enumerate(values))
    return BalanceHistory(name, "XNT", points, partial=False)


def network(contacts: int, beyond: int, name: str = "Ab…yz") -> NetworkChart:
    nodes = [Node("c", name), *(Node(f"n{index}", name, listed=index == 1) for index in range(contacts))]
    nodes += [Node(f"f{index}", name, grouped=True) for index in range(beyond)]
    edges = [Edge("c", f"n{index}", Decimal(index)) for index in range(contacts)]
    edges += [Edge(f"n{index % contacts}", f"f{index}", Decimal(0)) for index in range(beyond)]
    return NetworkChart("XNT", tuple(nodes), tuple(edges), hidden=3, complete=False)


def use(days: int) -> UseChart:
    rising, steady = Series(MIDNIGHT, tuple(range(1, days + 1))), Series(MIDNIGHT, (12_000,) * days)
    return UseChart(100_000, rising, steady, steady, steady, rising)


CHARTS: dict[str, Chart] = {
    "balance": balance("10", "1200.5", "0", "7"),
    "a balance that stays": balance("5", "5"),
    "a tiny balance": balance("0.000000001", "0.000000002"),
    "a huge balance": balance("1e18", "9e18", days=365),
    "a balance of today": balance("1", "2", days=0),
    "a balance at one moment": BalanceHistory("x", "y", (Point(NOW, Decimal(3)),) * 2, partial=True),
    "allocation": Allocation(None, (Slice("XNT", Decimal(50)), Slice(None, Decimal("0.01"))), 3),
    "one slice": Allocation("x", (Slice("XNT", Decimal("1e-9")),), 0),
    "seven slices": Allocation("x", tuple(Slice(str(index), Decimal(7 - index)) for index in range(7)), 0),
    "flows": Flows(
        "x",
        "XNT",
        tuple(Flow(MIDNIGHT + timedelta(days=day), Decimal(day), Decimal(2 * day)) for day in range(53)),
        7,
        partial=True,
    ),
    "only received": Flows("x", "XNT", (Flow(MIDNIGHT, Decimal(1), Decimal()),), 1, partial=False),
    "nothing came or went": Flows("x", "XNT", (Flow(MIDNIGHT, Decimal(), Decimal()),), 1, partial=False),
    "profits": Profits("x", (Profit("A", Decimal(-5), None), Profit("B", None, Decimal(7))), 1),
    "only losses": Profits("x", (Profit("A", Decimal(-5), Decimal("-1e9")),), 0),
    **{
        f"profits in {each.code}": Profits("x", (Profit("A", -FIVE, Decimal("12345.6")),), 0, currency=each)
        for each in (*FIAT.values(), Denomination(Currency.NATIVE, "XNT"))
    },
    "allocation in rubles": Allocation(None, (Slice("XNT", Decimal(50)),), 0, FIAT[Currency.RUB]),
    "no profit at all": Profits("x", (Profit("A", Decimal(), Decimal()),), 0),
    "network": network(6, 7),
    "a lonely pair": network(1, 0),
    "use": use(30),
    "use of a day": use(1),
    "no use": UseChart(0, *(Series(MIDNIGHT, (0,) * 30),) * 5),
}  # fmt: skip


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG that can be decoded."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, data, size = 8, b"", (0, 0)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            data += body
        place += 12 + length
    assert len(zlib.decompress(data)) > size[0] * size[1] * 3
    return size


@pytest.fixture(autouse=True, scope="module")
def free_registers() -> None:
    """The SVM of earlier tests in this process leaves the registers of the x87 full.

    The next division with remainder, which glibc does there, then has no number for its result.
    Where pictures are drawn in earnest there is no SVM.
    """
    with np.errstate(invalid="ignore"):
        _ = np.float64(0) // np.float64(1)


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_a_picture_for_a_phone(name: str, theme: Theme) -> None:
    png = MatplotlibPainter().paint(CHARTS[name], WORDS, theme, "Asia/Kolkata")
    width, height = size_of(png)
    assert width == 1200
    assert 900 <= height <= 1300
    assert len(png) < MAX_PNG_BYTES // 4


def test_the_same_values_are_the_same_bytes() -> None:
    painter = MatplotlibPainter()
    one, two = (painter.paint(CHARTS["balance"], WORDS, Theme.LIGHT, "UTC") for _ in range(2))
    assert one == two
    assert painter.paint(CHARTS["balance"], WORDS, Theme.DARK, "UTC") != one


@pytest.mark.parametrize("theme", list(Theme))
def test_nobody_can_break_a_picture_by_a_name(theme: Theme) -> None:
    words = PictureWords(HOSTILE * 9, HOSTILE * 9, MONTHS, {label: label for label in LABELS})
    charts: list[Chart] = [
        balance("1", "2", name=HOSTILE),
        Allocation(HOSTILE, (Slice(HOSTILE, Decimal(3)), Slice("$", Decimal(1))), 0),
        Profits(HOSTILE, (Profit(HOSTILE, Decimal(1), Decimal(-1)),), 0),
        network(5, 5, HOSTILE),
    ]
    for chart in charts:
        size_of(MatplotlibPainter().paint(chart, words, theme, "UTC"))


WIDE = "W" * 64
LEADING = 10
"""Pixels, of lines that are 33 high."""
WORDY = PictureWords(
    "Что в кошельке: Сбережения на чёрный день", f"30 days · now 5 {WIDE}", MONTHS, WORDS.labels
)
CROWDED: dict[str, tuple[Chart, PictureWords]] = {
    **{name: (chart, WORDS) for name, chart in CHARTS.items() if not isinstance(chart, NetworkChart)},
    "a long title": (balance("1", "2"), WORDY),
    "a balance that hardly changes": (balance("1000000.000001", "1000000.000002"), WORDS),
    "a flow of one lamport": (
        Flows("x", "XNT", (Flow(MIDNIGHT, Decimal(), Decimal("1e-9")),), 1, partial=False),
        WORDS,
    ),
    "wide names of slices": (
        Allocation(WIDE, tuple(Slice(WIDE, Decimal(70 - index)) for index in range(7)), 0),
        WORDY,
    ),
    "a tiny sum": (Allocation("x", (Slice("XNT", Decimal("1e-9")), Slice("A", Decimal("1e-20"))), 0), WORDS),
    "wide names of profits": (
        Profits(WIDE, tuple(Profit(WIDE, Decimal(-300 + 90 * row), Decimal("1e-8")) for row in range(8)), 0),
        WORDY,
    ),
}


def drawn(chart: Chart, words: PictureWords, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """The sheet as it is when the picture is finished."""
    sheets: list[Sheet] = []
    png = Sheet.png

    def kept(sheet: Sheet) -> bytes:
        sheets.append(sheet)
        return png(sheet)

    monkeypatch.setattr(Sheet, "png", kept)
    MatplotlibPainter().paint(chart, words, Theme.LIGHT, "UTC")
    return sheets[0]


@pytest.mark.parametrize("name", CROWDED)
def test_what_is_written_is_on_the_sheet_and_not_upon_another(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = drawn(*CROWDED[name], monkeypatch)
    renderer = sheet.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    written = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in sheet.figure.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    width, height = sheet.figure.bbox.width, sheet.figure.bbox.height
    for text, box in written:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, first), (two, second) in combinations(written, 2):
        # Letters are lower than their line by what hangs below it.
        beside = first.x1 <= second.x0 or second.x1 <= first.x0
        below = first.y1 - second.y0 < LEADING or second.y1 - first.y0 < LEADING
        assert beside or below, (one, two)


@pytest.mark.parametrize(
    ("chart", "numbers"),
    [
        (CHARTS["a balance that stays"], 3),
        (CROWDED["a balance that hardly changes"][0], 3),
        (balance("0", "0"), 1),
        (CHARTS["nothing came or went"], 1),
    ],
)
def test_numbers_at_an_axis_differ(chart: Chart, numbers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (axes,) = drawn(chart, WORDS, monkeypatch).figure.axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(labels)) == len(labels) == numbers


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(max_size=300))
def test_what_is_written_is_short_and_of_letters_that_there_are(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= MAX_NAME
    assert shown == plain(shown)
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Savings", "Savings"),
        ("Привет", "Привет"),
        ("余额", "余额"),
        ("नमस्ते", "नमस्ते"),
        ("$PEPE_{x}$", "$PEPE_{x}$"),
        ("a\n\tb\x00c", "a b c"),
        ("\N{PILE OF POO}\N{PILE OF POO}coin", "□coin"),
        ("Z" + "\u0335" * 40, "Z\u0335\u0335"),
        ("x" * 30, "x" * (MAX_NAME - 1) + "…"),
    ],
)
def test_names_as_they_stand_in_pictures(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("1.5", "1.5"),
        ("999", "999"),
        ("1000", "1k"),
        ("-1234", "−1.23k"),
        ("999999", "1M"),
        ("12345678", "12.3M"),
        ("0.00012345", "0.000123"),
        ("1e21", "1e21"),
        ("3.456e15", "3.46e15"),
        ("0.00000001", "1e-8"),
        ("0E-7", "0"),
    ],
)
def test_numbers_in_few_characters(value: str, shown: str) -> None:
    assert compact(Decimal(value), WORDS) == shown


def _luminance(color: str) -> float:
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", list(Theme))
def test_letters_stand_out_from_their_ground(theme: Theme) -> None:
    """WCAG 2.2, 1.4.3 for text; 1.4.11 for what has a meaning by its colour."""
    palette = PALETTES[theme]

    def contrast(color: str) -> float:
        light, dark = sorted((_luminance(color), _luminance(palette.surface)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    assert contrast(palette.text) > 7
    assert contrast(palette.quiet) > 4.5
    assert all(contrast(color) > 2 for color in (*palette.series, palette.rest, palette.warned))
