"""One price out of several pools, of which some may be thin, forgotten or manipulated.

A swap moves a pool's price and both of its reserves, but not their product (constant product). So pools are
weighed by the root of that product: whoever pushes a pool's price pushes none of its weight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import accumulate
from typing import Final

from walletwatch.domain.prices import ARITHMETIC

MAX_SPREAD: Final = Decimal("1.25")
"""A pool whose price is off the middle by more than this factor is not listened to."""
QUORUM: Final = Decimal("0.66")
"""Part of the weight that must agree on a price, else there is none."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What one pool says a token is worth.

    Attributes:
        usd: Dollars for one whole token.
        depth: Geometric mean of the reserves: the root of whole tokens times dollars. It can be compared
            between the pools of one token, whatever their other side is.
    """

    usd: Decimal
    depth: Decimal

    @classmethod
    def of_reserves(cls, tokens: Decimal, usd: Decimal) -> "Quote":
        """The quote of a pool of so many whole tokens, and so many dollars' worth of something else."""
        with localcontext(ARITHMETIC):
            return cls(usd / tokens, (tokens * usd).sqrt())

    @classmethod
    def of_value(cls, usd: Decimal, value: Decimal) -> "Quote":
        """The quote of a pool whose both sides together are worth `value` dollars at this price."""
        with localcontext(ARITHMETIC):
            return cls(usd, value / (2 * usd.sqrt()))


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the pools agree on.

    Attributes:
        usd: Dollars for one whole token.
        liquidity_usd: What these pools hold of both sides at this price.
    """

    usd: Decimal
    liquidity_usd: Decimal


def agree(quotes: Sequence[Quote], min_liquidity_usd: Decimal) -> Agreed | None:
    """The mean of the quotes, weighted by depth, of those that are deep enough and near each other.

    Args:
        quotes: Of one token, by pools that hold something of both sides.
        min_liquidity_usd: What a pool has to hold of both sides, at the price of the middle: a pool that is
            only rich at its own price is thin.

    Returns:
        None where no pool is deep enough, or where they disagree so much that none can be believed.
    """
    with localcontext(ARITHMETIC):
        return _agree(quotes, min_liquidity_usd)


def _agree(quotes: Sequence[Quote], min_liquidity_usd: Decimal) -> Agreed | None:
    if not quotes:
        return None
    middle = _middle(quotes)
    deep = [quote for quote in quotes if _liquidity((quote,), middle) >= min_liquidity_usd]
    if not deep:
        return None
    middle = _middle(deep)
    near = [quote for quote in deep if middle <= quote.usd * MAX_SPREAD and quote.usd <= middle * MAX_SPREAD]
    weight = _depth(near)
    if weight < QUORUM * _depth(deep):
        return None
    usd = sum((quote.usd * quote.depth for quote in near), Decimal()) / weight
    return Agreed(usd, _liquidity(near, usd))


def _middle(quotes: Iterable[Quote]) -> Decimal:
    """The price with half of the depth on either side (weighted median)."""
    ordered = sorted(quotes, key=lambda quote: quote.usd)
    half = _depth(ordered) / 2
    below = accumulate(quote.depth for quote in ordered)
    return next(quote.usd for quote, depth in zip(ordered, below, strict=True) if depth >= half)


def _depth(quotes: Iterable[Quote]) -> Decimal:
    return sum((quote.depth for quote in quotes), Decimal())


def _liquidity(quotes: Iterable[Quote], usd: Decimal) -> Decimal:
    return 2 * _depth(quotes) * usd.sqrt()
