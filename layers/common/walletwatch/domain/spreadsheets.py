"""What spreadsheets make of the texts of strangers."""

from typing import Final

FORMULA_STARTS: Final = frozenset("=+-@|\t\r\n\uff1d\uff0b\uff0d\uff20")
"""With what a spreadsheet takes a text for a formula (OWASP, "CSV Injection"); the wide forms, too."""
GUARD: Final = "'"
"""In front of a formula it makes a text of it."""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would reckon with it; behind blanks a formula is one, too."""
    return text[:1] in FORMULA_STARTS or text.lstrip()[:1] in FORMULA_STARTS
