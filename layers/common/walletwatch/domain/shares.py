"""Shares of a whole, rounded so that they add up to it."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.prices import ARITHMETIC

WHOLE: Final = 1000
"""Tenths of a percent."""


def tenths_of(values: Sequence[Decimal]) -> Sequence[int]:
    """The share of each value in tenths of a percent; together they are `WHOLE`.

    What is left after rounding down goes to those that lost the most by it (Hamilton's method).

    Args:
        values: None of them negative, and not all of them zero.
    """
    with localcontext(ARITHMETIC):
        total = sum(values, Decimal(0))
        exact = [value * WHOLE / total for value in values]
        tenths = [int(each) for each in exact]
        order = sorted(range(len(values)), key=lambda index: (tenths[index] - exact[index], index))
    for index in order[: WHOLE - sum(tenths)]:
        tenths[index] += 1
    return tenths
