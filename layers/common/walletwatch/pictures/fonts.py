"""The letters of pictures: Latin, Greek and Cyrillic, Chinese, and Devanagari."""

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from matplotlib.font_manager import fontManager, get_font

FAMILIES: Final = ("DejaVu Sans", "Noto Sans Devanagari", "Noto Sans CJK SC")
"""The first one that has a letter draws it."""
MAX_NAME: Final = 18
ELLIPSIS: Final = "…"
_FILES: Final = (
    ("fontpkg_noto_sans_devanagari", "files/NotoSansDevanagari[[]wdth,wght].ttf"),
    ("mplfonts", "fonts/NotoSansCJKsc-Regular.otf"),
)
_JOINING: Final = frozenset({"Mn", "Mc"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MAX_MARKS: Final = 2
"""That a letter may carry: more are put there to write over the lines around it."""


@cache
def register() -> None:
    """Let matplotlib know the fonts; once."""
    for package, pattern in _FILES:
        spec = find_spec(package)
        assert spec is not None
        assert spec.submodule_search_locations
        (file,) = Path(spec.submodule_search_locations[0]).glob(pattern)
        fontManager.addfont(file)


@cache
def _letters() -> frozenset[int]:
    register()
    files = {
        font.fname
        for family in FAMILIES
        for font in fontManager.ttflist
        if font.name == family and font.style == "normal"
    }
    return frozenset(code for file in files for code in get_font(file).get_charmap())


def plain(text: str, limit: int | None = MAX_NAME) -> str:
    """A stranger's text as it may stand in a picture: no markup, on one line, of letters that there are.

    Args:
        text: Anything.
        limit: Characters; what is longer ends in an ellipsis. None for texts of our own.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in _JOINING else 0
        if category in _UNSEEN:
            kept.append(" ")
        elif ord(character) in _letters() and marks <= MAX_MARKS:
            kept.append(character)
        elif category not in _JOINING and kept[-1:] != ["□"]:
            kept.append("□")
    shown = " ".join("".join(kept).split())
    if limit is not None and len(shown) > limit:
        shown = shown[: limit - 1].rstrip() + ELLIPSIS
    return shown
