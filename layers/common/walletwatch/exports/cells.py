"""What stands in a cell, and how nothing that a stranger wrote becomes a formula."""

from decimal import Decimal
from typing import Final

type Cell = str | int | Decimal | None

FORMULA_STARTS: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""With what a spreadsheet takes a text for a formula (OWASP, "CSV Injection"); the wide forms, too."""
MAX_TEXT: Final = 500
_EXACT_DIGITS: Final = 15
"""Of a number that a spreadsheet's cell keeps exactly: it is a binary float (IEEE 754)."""


def harmless(text: str) -> str:
    """A text of ours or of a stranger's as a spreadsheet may see it: on one line, bounded, and no formula."""
    shown = text[:MAX_TEXT]
    if not shown.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in shown)
    # An apostrophe makes it a text; behind blanks a formula is one, too.
    if text[:1] in FORMULA_STARTS or shown.lstrip()[:1] in FORMULA_STARTS:
        return f"'{shown}"
    return shown


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


def plain_number(value: Decimal) -> str:
    """All digits, and no zeros behind the last one."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_exact(value: Decimal | int) -> bool:
    """Whether a spreadsheet keeps the number as it is."""
    digits = "".join(map(str, Decimal(value).as_tuple().digits))
    return len(digits.strip("0")) <= _EXACT_DIGITS
