"""What an asset is worth in US dollars, who says so, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from enum import Enum
from typing import Final

from walletwatch.domain.money import to_decimal

ARITHMETIC: Final = Context(
    prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""For what has no finite decimal form (quotients, roots): 50 digits, whatever the thread's own context is."""

NEAR: Final = timedelta(hours=1)
"""A remembered price that is further off a moment than this is none of that moment."""


class PriceSource(Enum):
    """Who says what an asset is worth."""

    PEG = "peg"
    """A stable token that the chain profile takes as one dollar."""
    POOLS = "pools"
    """The reserves of the exchange's pools, read from the chain."""
    XDEX_API = "xdex-api"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Price:
    """What one whole token is worth.

    Attributes:
        asset: A mint, or `NATIVE`.
        usd: Dollars for one whole token, above zero.
        at: When the source was asked.
        liquidity_usd: What the pools behind the price hold of both sides, in dollars; None where it comes
            from no pools. A holding that is worth as much could not be sold at this price.
    """

    asset: str
    usd: Decimal
    at: datetime
    source: PriceSource
    liquidity_usd: Decimal | None


def fresh(price: Price, now: datetime, max_age: timedelta) -> bool:
    """Whether the price may be shown; one from as far ahead is as wrong as one that is too old."""
    return abs(now - price.at) <= max_age


def value_usd(amount: int, decimals: int, price: Price) -> Decimal:
    """What `amount` base units of a token with `decimals` places are worth, in dollars, exactly."""
    tokens = to_decimal(amount, decimals)
    with localcontext() as context:
        context.prec = len(tokens.as_tuple().digits) + len(price.usd.as_tuple().digits)
        return tokens * price.usd


def believed_usd(price: Price, amount: int, decimals: int | None) -> Decimal | None:
    """The price of one whole token, unless the amount is worth more than the market that made it."""
    if price.liquidity_usd is None or decimals is None:
        return price.usd
    return price.usd if value_usd(abs(amount), decimals, price) < price.liquidity_usd else None
