"""Parts of a whole, and what has no market by nature."""

from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.prices import ARITHMETIC

_TENTH: Final = Decimal("0.1")
_HUNDREDTH: Final = Decimal("0.01")


def part(amount: int, whole: int) -> Decimal:
    """What part it is, from 0 to 1; 0 of nothing."""
    return min(ARITHMETIC.divide(Decimal(amount), Decimal(whole)), Decimal(1)) if whole else Decimal(0)


def percent(share: Decimal) -> Decimal:
    """As people read it."""
    return (share * 100).quantize(_TENTH)


def between(value: Decimal, none: Decimal, full: Decimal) -> Decimal:
    """How far a value is on the way from what weighs nothing to what weighs everything, from 0 to 1."""
    way = ARITHMETIC.divide(value - none, full - none)
    return max(Decimal(0), min(Decimal(1), way)).quantize(_HUNDREDTH)


def is_single(mint: MintState) -> bool:
    """Whether there is one of it at most, as of an NFT: it has an owner, and no market of its own."""
    return mint.supply <= 1
