"""What stands in a cell, and how nothing that a stranger wrote becomes a formula."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from walletwatch.domain.spreadsheets import GUARD, is_formula

type Cell = str | int | Decimal | datetime | None
"""A time is that of the clock it is told by, without a zone."""

MAX_TEXT: Final = 500
_EXACT_DIGITS: Final = 15
"""Of a number that a spreadsheet's cell keeps exactly: it is a binary float (IEEE 754)."""


def harmless(text: str) -> str:
    """A text of ours or of a stranger's as a spreadsheet may see it: on one line, bounded, and no formula."""
    shown = text[:MAX_TEXT]
    if not shown.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in shown)
    return f"{GUARD}{shown}" if is_formula(text) or is_formula(shown) else shown


def written(cell: Cell) -> str:
    """A cell of a CSV file: numbers exactly and without an exponent, texts harmless."""
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case int():
            return str(cell)
        case Decimal():
            return plain_number(cell)
        case datetime():
            return plain_time(cell)


def plain_time(at: datetime) -> str:
    """To the second."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def plain_number(value: Decimal) -> str:
    """All digits, and no zeros behind the last one."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_exact(value: Decimal | int) -> bool:
    """Whether a spreadsheet keeps the number as it is."""
    digits = "".join(map(str, Decimal(value).as_tuple().digits))
    return len(digits.strip("0")) <= _EXACT_DIGITS
