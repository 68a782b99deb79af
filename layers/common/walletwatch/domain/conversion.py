"""Reckoning an amount of one asset in another, by their prices in dollars."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final

from walletwatch.domain.currencies import FIAT, Currency
from walletwatch.domain.prices import ARITHMETIC

_MONEY: Final[Mapping[str, Currency]] = MappingProxyType(
    {
        **{each.value: each for each in FIAT},
        **{each.symbol.casefold(): each.currency for each in FIAT.values()},
        **dict.fromkeys(("us$", "dollar", "dollars"), Currency.USD),
        **dict.fromkeys(("euro", "euros"), Currency.EUR),
    }
)
"""Money of countries, beside assets."""
_SYMBOLS: Final = sorted((each.symbol for each in FIAT.values()), key=len, reverse=True)
BETWEEN: Final = frozenset({"in", "to", "into", "as", "=", "->", "→", ">"})
"""Words between what is converted and into what."""
MAX_DIGITS: Final = 30
ONE: Final = Decimal(1)

_NUMBER: Final = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d.,])|\d[\d.,'_]*|[.,]\d+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants converted, as it was written.

    Attributes:
        source: A symbol, a name, a mint, or a word for money of a country.
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
    symbol = next((each for each in _SYMBOLS if line.startswith(each)), "")
    line = line.removeprefix(symbol).lstrip()
    found = _NUMBER.match(line)
    if found is None:
        return None
    amount = read_amount(found.group(), point)
    words = line[found.end() :].split()
    if amount is None:
        return None
    if symbol:
        words = [_MONEY[symbol.casefold()].value, *words]
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


def money_of(text: str) -> Currency | None:
    """The money of a country that a word means; None where it means an asset."""
    return _MONEY.get(text.casefold())


def convert(
    amount: Decimal,
    source_usd: Decimal,
    target_usd: Decimal,
    *,
    source_units: Decimal = ONE,
    target_units: Decimal = ONE,
) -> Decimal:
    """So many of one are how many of the other.

    Exact where dollars are the target; else to 50 digits.

    Args:
        amount: Of the source.
        source_usd: What so many units of it are worth.
        target_usd: The same of the target.
        source_units: One for an asset, which has a price; what a dollar is for money, which has a rate.
        target_units: The same of the target.
    """
    factors = (amount, source_usd, target_units)
    with localcontext() as context:
        context.prec = max(50, sum(len(each.as_tuple().digits) for each in factors))
        worth = amount * source_usd * target_units
        divisor = target_usd * source_units
    return worth if divisor == 1 else ARITHMETIC.divide(worth, divisor)
