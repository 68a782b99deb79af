"""Reckoning an amount of one asset in another, by their prices in dollars."""

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.prices import ARITHMETIC

USD: Final = "usd"
"""Beside assets: dollars themselves."""
USD_WORDS: Final = frozenset({"usd", "$", "us$", "dollar", "dollars"})
BETWEEN: Final = frozenset({"in", "to", "into", "as", "=", "->", "→", ">"})
"""Words between what is converted and into what."""
MAX_DIGITS: Final = 30

_NUMBER: Final = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d.,])|\d[\d.,'_]*|[.,]\d+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants converted, as it was written.

    Attributes:
        source: A symbol, a name, a mint, or a word for dollars.
        target: None where nothing was said.
    """

    amount: Decimal
    source: str
    target: str | None


def read_wish(text: str, point: str = ".") -> Wish | None:
    """What `10 XNT in USDC.x`, `$5 in XNT` or `1,000.5 xnt` asks for; None where it is nothing like that.

    Args:
        text: As it was written.
        point: Between whole and parts in the language of whoever wrote it.
    """
    line = " ".join(text.split())
    dollars = line.startswith("$")
    line = line.removeprefix("$").lstrip()
    found = _NUMBER.match(line)
    if found is None:
        return None
    amount = read_amount(found.group(), point)
    words = line[found.end() :].split()
    if amount is None:
        return None
    if dollars:
        words = [USD, *words]
    place = next((at for at, word in enumerate(words) if at and word.casefold() in BETWEEN), None)
    if place is not None:
        source, target = words[:place], words[place + 1 :]
        return Wish(amount, " ".join(source), " ".join(target)) if target else None
    if not words:
        return None
    if len(words) == 1:
        return Wish(amount, words[0], None)
    return Wish(amount, " ".join(words[:-1]), words[-1])


def read_amount(text: str, point: str = ".") -> Decimal | None:
    """A number above zero as people write it; None where it is none, or has more digits than anything has.

    Of two kinds of marks the last one parts the fraction. One mark alone does so too, unless it stands before
    groups of three digits and is not the reader's own point.
    """
    plain = re.sub(r"['_\s]", "", text).rstrip(".,")
    if not plain or sum(each.isdigit() for each in plain) > MAX_DIGITS:
        return None
    marks = [each for each in plain if each in ".,"]
    if len(set(marks)) == 2:
        last = marks[-1]
        if marks.count(last) > 1:
            return None
        plain = plain.replace("," if last == "." else ".", "").replace(last, ".")
    elif marks:
        grouped = _GROUPED.fullmatch(plain)
        if grouped is not None and (len(marks) > 1 or marks[0] != point):
            plain = plain.replace(marks[0], "")
        elif len(marks) > 1:
            return None
        else:
            plain = plain.replace(marks[0], ".")
    if not plain.isascii() or not plain.replace(".", "", 1).isdigit():
        return None
    amount = Decimal(plain)
    return amount if amount > 0 else None


def is_dollars(text: str) -> bool:
    """Whether a word means dollars."""
    return text.casefold() in USD_WORDS


def convert(amount: Decimal, source_usd: Decimal, target_usd: Decimal) -> Decimal:
    """So many of one are how many of the other, by what one whole of each is worth.

    Exact where dollars are the target; else to 50 digits.
    """
    with localcontext() as context:
        context.prec = max(50, len(amount.as_tuple().digits) + len(source_usd.as_tuple().digits))
        worth = amount * source_usd
    return worth if target_usd == 1 else ARITHMETIC.divide(worth, target_usd)
