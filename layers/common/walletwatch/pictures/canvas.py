"""The sheet that every picture is drawn on: its size, its letters, its title."""

import io
from collections.abc import Iterator
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
from walletwatch.pictures.fonts import FAMILIES, plain, register
from walletwatch.pictures.palette import Palette

WIDTH, HEIGHT = 6.0, 4.8
"""Inches: some 390 points of a phone's width."""
DPI: Final = 200
"""Twice what a phone of that width has."""
TITLE, NOTE, LABEL = 19.0, 13.5, 13.5
"""Points on that sheet; none is smaller."""
TITLE_AT, NOTE_AT, LEGEND_AT = 0.36, 0.65, 0.96
"""Inches from the upper edge."""
LEFT, RIGHT, TOP, BOTTOM = 0.045, 0.955, 0.775, 0.115
MAX_PNG_BYTES: Final = 2_000_000
MAX_TITLE: Final = 38
MAX_NOTE: Final = 56
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
        axes.tick_params(length=0, pad=7, labelcolor=self.palette.quiet, labelsize=LABEL)
        return axes

    def write(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Letters on the sheet; the place is in shares of it."""
        values: dict[str, Any] = {"color": self.palette.text, "fontsize": LABEL, **style}
        return self.figure.text(x, y, text, **values)

    def legend(self, entries: list[tuple[str, str]]) -> None:
        """What each colour stands for, in a line under the title."""
        x, y = LEFT, self.down(LEGEND_AT)
        renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        width = self.figure.bbox.width
        for color, text in entries:
            self.figure.text(x, y, "●", color=color, fontsize=LABEL, va="center")
            written = self.write(x + 0.035, y, text, va="center", color=self.palette.quiet)
            x += 0.035 + written.get_window_extent(renderer).width / width + 0.04

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
        title = plain(words.title, MAX_TITLE)
        new.write(LEFT, new.down(TITLE_AT), title, fontsize=TITLE, fontweight="bold", va="center")
        note = plain(words.note, MAX_NOTE)
        new.write(LEFT, new.down(NOTE_AT), note, fontsize=NOTE, color=palette.quiet, va="center")
        yield new


def compact(value: Decimal, words: PictureWords) -> str:
    """A number in few characters: three digits and a unit, in the marks of the language."""
    size = abs(value)
    for unit, letter in _UNITS:
        if size >= unit * Decimal("0.9995"):
            return _signed(value, _digits(size / unit), words) + letter
    return _signed(value, _digits(size), words)


def money(value: Decimal, currency: Denomination, words: PictureWords) -> str:
    """An amount of money in few characters; a gain has no sign, a loss a minus."""
    amount = compact(abs(value), words)
    sign = "−" if value < 0 else ""
    if currency.currency is Currency.NATIVE:
        return f"{sign}{amount} {plain(currency.symbol, 8)}"
    symbol = f"{currency.symbol} " if currency.symbol[-1].isalpha() else currency.symbol
    return sign + words.money.format(symbol=symbol, amount=amount).strip()


def _digits(size: Decimal) -> str:
    if size == 0:
        return "0"
    if size >= 10**4:
        return f"{size:.1e}"
    places = max(0, 2 - size.adjusted())
    text = f"{size:.{min(places, 9)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(value: Decimal, digits: str, words: PictureWords) -> str:
    return ("−" if value < 0 else "") + digits.replace(".", words.point)


def short_day(day: date, words: PictureWords, *, year: bool = False) -> str:
    """A day for an axis."""
    month = words.months[day.month - 1]
    form = words.month_and_year if year else words.day_and_month
    return form.format(day=day.day, month=month, year=day.year)
