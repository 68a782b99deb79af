"""Text of strangers: what of it can be shown, and what it looks like.

The table holds those characters of Unicode's confusables data (UTS 39) that look like Latin letters and
digits. What compatibility decomposition (NFKD) resolves, such as fullwidth letters, is not in it.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

MAX_INPUT: Final = 1_024
"""Characters that are looked at; a name of 10 kB is judged by its beginning."""
MAX_MARKS: Final = 2
"""Combining marks on one letter; more would climb over the lines around it."""

_SHOWN: Final = frozenset("LMNPS")
"""Major categories: letters, marks, numbers, punctuation, symbols. Left out are control characters, those
without a width, the ones that turn the direction of writing, private and unassigned ones."""
_INVISIBLE: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
"""Letters and symbols by category that show as nothing."""

_LOOKALIKES: Final[Mapping[str, str]] = {
    # Cyrillic
    "А": "a", "В": "b", "С": "c", "Е": "e", "Н": "h", "І": "l", "Ј": "j", "К": "k", "М": "m", "О": "o",
    "Р": "p", "Ѕ": "s", "Т": "t", "У": "y", "Х": "x", "Ү": "y", "Ԁ": "d", "Ԍ": "g", "Ԛ": "q", "Ԝ": "w",
    "а": "a", "в": "b", "с": "c", "е": "e", "һ": "h", "н": "h", "і": "l", "ј": "j", "к": "k", "м": "m",
    "о": "o", "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ү": "y", "ԁ": "d", "ԛ": "q", "ԝ": "w",
    "ґ": "r", "г": "r", "п": "n", "и": "n", "ѵ": "v", "Ѵ": "v", "ӏ": "l", "Ӏ": "l", "ԍ": "g", "ь": "b",
    # Greek
    "Α": "a", "Β": "b", "Ε": "e", "Ζ": "z", "Η": "h", "Ι": "l", "Κ": "k", "Μ": "m", "Ν": "n", "Ο": "o",
    "Ρ": "p", "Τ": "t", "Υ": "y", "Χ": "x", "Ϲ": "c", "Ϳ": "j", "Ϻ": "m",
    "α": "a", "β": "b", "γ": "y", "ε": "e", "η": "n", "ι": "l", "κ": "k", "ν": "v", "ο": "o", "ρ": "p",
    "σ": "o", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ϲ": "c", "ϳ": "j",
    # Armenian and Hebrew
    "Տ": "s", "Օ": "o", "Ս": "u", "Լ": "l", "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g", "զ": "q",
    "Ð": "d", "ס": "o", "ו": "l", "ן": "l",
    # Cherokee
    "Ꭰ": "d", "Ꭱ": "r", "Ꭲ": "t", "Ꭺ": "a", "Ꭻ": "j", "Ꭼ": "e", "Ꮃ": "w", "Ꮇ": "m", "Ꮋ": "h", "Ꮍ": "y",
    "Ꮐ": "g", "Ꮓ": "z", "Ꮖ": "l", "Ꮞ": "4", "Ꮢ": "r", "Ꮤ": "w", "Ꮥ": "s", "Ꮪ": "s", "Ꮩ": "v", "Ꮮ": "l",
    "Ꮯ": "c", "Ꮲ": "p", "Ꮶ": "k", "Ᏼ": "b",
    # Lisu
    "ꓐ": "b", "ꓑ": "p", "ꓓ": "d", "ꓔ": "t", "ꓖ": "g", "ꓗ": "k", "ꓙ": "j", "ꓚ": "c", "ꓜ": "z", "ꓝ": "f",
    "ꓟ": "m", "ꓠ": "n", "ꓡ": "l", "ꓢ": "s", "ꓣ": "r", "ꓦ": "v", "ꓧ": "h", "ꓪ": "w", "ꓫ": "x", "ꓬ": "y",
    "ꓮ": "a", "ꓰ": "e", "ꓲ": "l", "ꓳ": "o", "ꓴ": "u",
    # Latin with strokes and hooks, small capitals, phonetic letters
    "ı": "l", "ȷ": "j", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ħ": "h", "Ħ": "h",
    "ŧ": "t", "Ŧ": "t", "ɑ": "a", "ɡ": "g", "ɩ": "l", "ɪ": "l", "ƒ": "f", "Ɩ": "l", "ǀ": "l", "Ɍ": "r",
    "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ᴊ": "j", "ᴋ": "k",
    "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v",
    "ᴡ": "w", "ʏ": "y", "ᴢ": "z", "ȼ": "c", "Ƶ": "z", "ƶ": "z", "Ɇ": "e", "ɇ": "e",
    # Symbols that stand for letters
    "$": "s", "€": "e", "¢": "c", "₵": "c", "₮": "t", "₦": "n", "₳": "a", "₱": "p", "¥": "y", "@": "a",
    "|": "l", "∣": "l", "⋁": "v", "∪": "u", "⊤": "t", "×": "x", "✕": "x", "✖": "x", "╳": "x",
    "○": "o", "●": "o", "⚪": "o", "⭕": "o", "◯": "o",
}  # fmt: skip
_SAME_SHAPE: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s"})
_SQUARED: Final = ((0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
"""Letters in black circles, in black squares, and regional indicators: A to Z from each of these on."""

_OVERRIDE: Final = "\u202e"
"""What follows it shows from right to left, Latin letters too."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Scripts of Asia, and pictures made of several, are written with these."""
_FLAG: Final = "\U0001f3f4"
_TAGS: Final = range(0xE0020, 0xE0080)
"""Behind a black flag they tell the flag of a region; elsewhere they are text that nobody sees."""


def hidden(text: str) -> tuple[str, ...]:
    """The characters of a stranger's text that show as nothing or turn the direction of writing.

    Those that have their place in a script or an emoji are not among them.

    Returns:
        Each kind once, as Unicode writes it (`U+202E`).
    """
    found: dict[str, None] = {}
    line = _beginning(text)
    flag = False
    for index, character in enumerate(line):
        is_tag = ord(character) in _TAGS
        flag = character == _FLAG or (flag and is_tag)
        if character in _JOINERS:
            sides = (line[index - 1 : index], line[index + 1 : index + 2])
            is_odd = any(side.isascii() for side in sides)
        elif is_tag:
            is_odd = not flag
        else:
            is_odd = character in _INVISIBLE or (
                unicodedata.category(character) in {"Cc", "Cf"} and not character.isspace()
            )
        if is_odd:
            found[f"U+{ord(character):04X}"] = None
    return tuple(found)


def readable(text: str, limit: int) -> str | None:
    """What of a stranger's text can be shown in one line; None where nothing is left.

    Args:
        text: Of whatever length.
        limit: Characters at most, marks not counted; one that is cut ends with an ellipsis.
    """
    shown = "".join(_visible(unicodedata.normalize("NFC", _beginning(text))))
    line = " ".join(shown.split())
    if not any(unicodedata.category(character)[0] in "LNPS" for character in line):
        return None
    count = 0
    for index, character in enumerate(line):
        count += not unicodedata.combining(character)
        if count > limit:
            return line[:index].rstrip()[: max(1, index - 1)] + "…"
    return line


def skeleton(text: str) -> str:
    """The text as letters and digits that look like it: texts that look the same have the same one.

    Empty where it has neither letters nor digits.
    """
    parts: list[str] = []
    # A dollar sign before a symbol is a habit of writing, not a letter.
    for character in unicodedata.normalize("NFKD", _beginning(text)).strip().removeprefix("$"):
        plain = _LOOKALIKES.get(character) or _squared(character)
        # A capital may be like no letter while its small form is like one.
        parts += [plain] if plain else [_LOOKALIKES.get(small, small) for small in character.casefold()]
    same = unicodedata.normalize("NFKD", "".join(parts)).translate(_SAME_SHAPE)
    return "".join(character for character in same if character.isalnum() and character not in _INVISIBLE)


def skeletons(text: str) -> frozenset[str]:
    """The same, and that of the text as it shows where something in it turns it around; no empty ones."""
    shapes = {skeleton(text)}
    if _OVERRIDE in text:
        shapes.add(skeleton(text[::-1]))
    return frozenset(shapes - {""})


def _beginning(text: str) -> str:
    return text[:MAX_INPUT].encode("utf-8", "ignore").decode()


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
            if marks > MAX_MARKS:
                continue
        else:
            marks = 0
        if character.isspace():
            yield " "
        elif category[0] in _SHOWN and character not in _INVISIBLE:
            yield character


def _squared(character: str) -> str | None:
    code = ord(character)
    for first, count in _SQUARED:
        if first <= code < first + count:
            return chr(ord("a") + code - first)
    return None
