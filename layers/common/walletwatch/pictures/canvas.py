"""The sheet that every picture is drawn on: its size, its letters, its title."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from walletwatch.domain.currencies import Currency, Denomination
from walletwatch.domain.pictures import PictureWords
from walletwatch.pictures.fonts import ELLIPSIS, FAMILIES, plain, register
from walletwatch.pictures.palette import Palette

WIDTH, HEIGHT = 6.0, 4.8
"""Inches: some 390 points of a phone's width."""
DPI: Final = 200
"""Twice what a phone of that width has."""
TITLE, NOTE, LABEL = 19.0, 13.5, 13.5
LEAST_TITLE, LEAST_NOTE = 15.0, 11.5
"""Points on that sheet; what is too wide at the first size is smaller, but never smaller than this."""
TITLE_AT, NOTE_AT, LEGEND_AT = 0.36, 0.65, 0.96
"""Inches from the upper edge."""
LEFT, RIGHT, TOP, BOTTOM = 0.045, 0.955, 0.775, 0.115
PAD = 7
"""Points between an axis and its labels."""
MAX_PNG_BYTES: Final = 2_000_000
MAX_TITLE: Final = 38
MAX_NOTE: Final = 56
MAX_DIGITS: Final = 6
"""Of a number at an axis, where fewer would make it look like its neighbour."""
LEAST_PLAIN, MAX_PLAIN = Decimal("1e-5"), Decimal("1e15")
"""What is smaller or larger is written with its power of ten."""
_UNITS: Final = (
    (Decimal(10) ** 12, "T"),
    (Decimal(10) ** 9, "B"),
    (Decimal(10) ** 6, "M"),
    (Decimal(10) ** 3, "k"),
)
_RC: Final[Any] = {
    "font.family": list(FAMILIES),
    "font.enable_last_resort": False,
    "font.size": LABEL,
    "axes.unicode_minus": True,
    # What strangers call their tokens may look like a formula, even a broken one.
    "text.parse_math": False,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
}


class PictureTooLarge(Exception):
    """The PNG is larger than any of ours should be."""


@dataclass
class Sheet:
    """A figure with its title, and what is drawn in it."""

    figure: Figure
    palette: Palette
    words: PictureWords

    def down(self, inches: float) -> float:
        """A place so far from the upper edge, as a share of the sheet."""
        return 1 - inches / float(self.figure.get_figheight())

    def axes(
        self, *, left: float = LEFT, right: float = RIGHT, top: float = TOP, bottom: float = BOTTOM
    ) -> Axes:
        """A place to draw in; the edges are shares of the sheet."""
        axes = self.figure.add_axes((left, bottom, right - left, top - bottom))
        axes.set_facecolor("none")
        axes.spines["bottom"].set_color(self.palette.faint)
        axes.tick_params(length=0, pad=PAD, labelcolor=self.palette.quiet, labelsize=LABEL)
        return axes

    def write(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Letters on the sheet; the place is in shares of it."""
        values: dict[str, Any] = {"color": self.palette.text, "fontsize": LABEL, **style}
        return self.figure.text(x, y, text, **values)

    def width(self, text: Text) -> float:
        """How wide letters are, as a share of the sheet."""
        renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        return float(text.get_window_extent(renderer).width / self.figure.bbox.width)

    def write_within(self, x: float, y: float, text: str, room: float, least: float, **style: Any) -> Text:
        """Letters within a share of the sheet: down to so many points smaller, then fewer of them."""
        written = self.write(x, y, text, **style)
        size = float(written.get_fontsize())
        while self.width(written) > room and size > least:
            size = max(least, size - 0.5)
            written.set_fontsize(size)
        while self.width(written) > room and text:
            text = text[:-1].rstrip()
            written.set_text(text + ELLIPSIS)
        return written

    def trimmed(self, text: str, room: float, **style: Any) -> str:
        """As much of a text as there is room for, as a share of the sheet."""
        size = style.setdefault("fontsize", LABEL)
        written = self.write_within(0, 0, text, room, size, **style)
        written.remove()
        return written.get_text()

    def scale(self, axes: Axes, ticks: Sequence[float]) -> None:
        """Numbers at the upright axis, that differ from each other and have their room."""
        values = [abs(Decimal(repr(float(tick)))) for tick in ticks]
        digits = next(
            (
                each
                for each in range(3, MAX_DIGITS)
                if len({compact(value, self.words, each) for value in values}) == len(set(values))
            ),
            MAX_DIGITS,
        )
        labels = [compact(value, self.words, digits) for value in values]
        axes.set_yticks(ticks, labels)
        widest = 0.0
        for label in labels:
            written = self.write(0, 0, label)
            widest = max(widest, self.width(written))
            written.remove()
        place = axes.get_position()
        left = max(place.x0, LEFT / 2 + widest + PAD / 72 / WIDTH)
        axes.set_position((left, place.y0, place.x1 - left, place.height))

    def legend(self, entries: list[tuple[str, str]]) -> None:
        """What each colour stands for, in a line under the title."""
        x, y = LEFT, self.down(LEGEND_AT)
        for color, text in entries:
            self.figure.text(x, y, "●", color=color, fontsize=LABEL, va="center")
            written = self.write(x + 0.035, y, text, va="center", color=self.palette.quiet)
            x += 0.035 + self.width(written) + 0.04

    def png(self) -> bytes:
        """The finished picture.

        Raises:
            PictureTooLarge: By `MAX_PNG_BYTES`.
        """
        target = io.BytesIO()
        self.figure.savefig(target, format="png", dpi=DPI, facecolor=self.palette.surface)
        if target.tell() > MAX_PNG_BYTES:
            raise PictureTooLarge(f"{target.tell()} bytes")
        return target.getvalue()


@contextmanager
def sheet(palette: Palette, words: PictureWords, height: float = HEIGHT) -> Iterator[Sheet]:
    """A new sheet with the title and the note on it."""
    register()
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        FigureCanvasAgg(figure)
        new = Sheet(figure, palette, words)
        title, note = plain(words.title, MAX_TITLE), plain(words.note, MAX_NOTE)
        room = RIGHT - LEFT
        heavy: Any = {"fontsize": TITLE, "fontweight": "bold"}
        new.write_within(LEFT, new.down(TITLE_AT), title, room, LEAST_TITLE, va="center", **heavy)
        quiet: Any = {"fontsize": NOTE, "color": palette.quiet}
        new.write_within(LEFT, new.down(NOTE_AT), note, room, LEAST_NOTE, va="center", **quiet)
        yield new


def compact(value: Decimal, words: PictureWords, digits: int = 3) -> str:
    """A number in few characters: some digits and a unit, in the marks of the language."""
    size = abs(value)
    if size < MAX_PLAIN:
        for unit, letter in _UNITS:
            if size >= unit * Decimal("0.9995"):
                return _signed(value, _digits(size / unit, digits), words) + letter
    return _signed(value, _digits(size, digits), words)


def money(value: Decimal, currency: Denomination, words: PictureWords, *, signed: bool = False) -> str:
    """An amount of money in few characters; a loss has a minus, and a gain a plus where that is wanted.

    What is less than the smallest coin is said to be less, without a sign.
    """
    if currency.currency is Currency.NATIVE:
        shown = f"{compact(abs(value), words)} {plain(currency.symbol, 8)}"
    else:
        symbol = f"{currency.symbol} " if currency.symbol[-1].isalpha() else currency.symbol
        coin = Decimal(1).scaleb(-currency.places)
        if 0 < abs(value) < coin:
            return "<" + words.money.format(symbol=symbol, amount=compact(coin, words)).strip()
        shown = words.money.format(symbol=symbol, amount=compact(abs(value), words)).strip()
    return f"{'−' if value < 0 else '+' if signed and value > 0 else ''}{shown}"


def _digits(size: Decimal, digits: int) -> str:
    if size == 0:
        return "0"
    if not LEAST_PLAIN <= size < MAX_PLAIN:
        mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
        return f"{_without_zeros(mantissa)}e{int(exponent)}"
    return _without_zeros(f"{size:.{max(0, digits - 1 - size.adjusted())}f}")


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(value: Decimal, digits: str, words: PictureWords) -> str:
    return ("−" if value < 0 else "") + digits.replace(".", words.point)


def short_day(day: date, words: PictureWords, *, year: bool = False) -> str:
    """A day for an axis."""
    month = words.months[day.month - 1]
    form = words.month_and_year if year else words.day_and_month
    return form.format(day=day.day, month=month, year=day.year)
