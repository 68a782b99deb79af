"""Texts as people search for them: without case, and without the marks that few bother to type."""

import re
import unicodedata
from typing import Final

_MARKS: Final = re.compile("[\u0300-\u036f]")
"""Combining marks of European scripts. Those of Devanagari are vowels: without them a word is another."""


def folded(text: str) -> str:
    """`Dirección` and `direccion`, `Кошелёк` and `кошелек` are the same."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
