"""Amounts: integers in base units for reckoning, `Decimal` for display, never a float."""

from decimal import Decimal, localcontext
from typing import Final

NATIVE: Final = "native"
"""The asset name of the chain's own token in a leg; every other asset is named by its mint."""

NATIVE_DECIMALS: Final = 9


def to_decimal(amount: int, decimals: int) -> Decimal:
    """The exact value of `amount` base units of a token with `decimals` places.

    A u64 has up to 20 digits and a token up to 255 decimals, so the precision follows the amount.
    """
    with localcontext() as context:
        context.prec = max(28, len(str(abs(amount))) + 1)
        return Decimal(amount).scaleb(-decimals, context)
