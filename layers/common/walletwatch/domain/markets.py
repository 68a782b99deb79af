"""The exchange's pools as whoever wants to trade sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from walletwatch.domain.holdings import priced_as
from walletwatch.domain.money import to_decimal
from walletwatch.domain.prices import ARITHMETIC, Price, value_usd


@dataclass(frozen=True, slots=True)
class Market:
    """A pool that trades.

    Attributes:
        mints: Of its two sides.
        reserves: That it trades with, in base units, without the fees that it owes.
        decimals: Of the mints.
        opened_at: Unix seconds; 0 where the pool does not say.
    """

    address: str
    mints: tuple[str, str]
    reserves: tuple[int, int]
    decimals: tuple[int, int]
    opened_at: int

    def side(self, mint: str) -> int:
        """Which of its sides a mint is."""
        return self.mints.index(mint)

    def whole(self, mint: str) -> Decimal:
        """Whole tokens that it holds of a mint."""
        side = self.side(mint)
        return to_decimal(self.reserves[side], self.decimals[side])

    def depth_usd(self, prices: Mapping[str, Price], trusted: Sequence[str] = ()) -> Decimal | None:
        """What both sides are worth: twice the side whose price is known.

        Args:
            prices: By asset.
            trusted: Mints whose price counts before the other side's.
        """
        sides = sorted(range(2), key=lambda side: self.mints[side] not in trusted)
        for side in sides:
            price = prices.get(priced_as(self.mints[side]))
            if price is not None:
                with localcontext(prec=60):
                    return 2 * value_usd(self.reserves[side], self.decimals[side], price)
        return None


@dataclass(frozen=True, slots=True)
class Markets:
    """The pools of a token.

    Attributes:
        mint: Of the token.
        pools: In no order.
        complete: Whether these are all of them.
        at: When they were read.
    """

    mint: str
    pools: tuple[Market, ...]
    complete: bool
    at: datetime


def deepest(pools: Sequence[Market], first: str, second: str) -> Market | None:
    """The pool of two mints that a trade moves the least; None where there is none."""
    pairs = [pool for pool in pools if {first, second} == set(pool.mints)]
    return max(pairs, key=lambda pool: (pool.reserves[0] * pool.reserves[1], pool.address), default=None)


@dataclass(frozen=True, slots=True)
class Hop:
    """One pool on the way of a trade, and what goes in."""

    pool: Market
    mint: str


def impact(path: Sequence[Hop], amount: Decimal) -> Decimal:
    """The part of the value that a trade loses by moving the pools (constant product), without fees.

    Of `x` tokens against a reserve of `r`, the pool gives `x / (r + x)` less than its price promises.

    Args:
        path: At least one pool; each one's outcome goes into the next.
        amount: Whole tokens that go into the first.

    Returns:
        From 0 to 1.
    """
    with localcontext(ARITHMETIC):
        kept, flowing = Decimal(1), amount
        for hop in path:
            into = hop.pool.whole(hop.mint)
            out_of = hop.pool.whole(hop.pool.mints[1 - hop.pool.side(hop.mint)])
            kept *= into / (into + flowing)
            flowing = out_of * flowing / (into + flowing)
        return 1 - kept
