"""Whether money was taken out of its pools lately."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.liquidity import Liquidity, PoolState, Removal
from walletwatch.domain.prices import ARITHMETIC
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import percent

_BY_ANYBODY: Final = Decimal("0.5")
_BY_MAKER: Final = Decimal("0.2")
"""The part of a pool from which on it is told; less is what people do who provide liquidity."""
_LATELY: Final = 30 * 24 * 3600


def _look(liquidity: Liquidity) -> Iterator[Finding]:
    unread = None
    for pool in liquidity.pools:
        if isinstance(pool.removals, Unknown):
            unread = pool.removals
            continue
        for removal in pool.removals or ():
            by_maker = removal.by == pool.creator
            old = removal.at is not None and removal.at < liquidity.read_at - _LATELY
            least = _BY_MAKER if by_maker else _BY_ANYBODY
            if old or removal.share < least:
                continue
            share = _of_all(removal, pool, liquidity.pools)
            if share < least:
                continue
            yield Finding(
                "liquidity_pulled" if by_maker else "liquidity_removed",
                (Evidence(removal.signature, "withdrawn", f"{percent(removal.share)} %", removal.slot),),
                {"share": percent(removal.share), "by": removal.by},
                share,
            )
    if unread is not None:
        raise CannotTell(unread.reason)


def _of_all(removal: Removal, pool: PoolState, pools: Sequence[PoolState]) -> Decimal:
    """The part of all that the token can be sold into: anybody may open a small pool of it, and leave.

    Raises:
        CannotTell: What was taken has no price to compare the other pools by.
    """
    others = [each for each in pools if each.address != pool.address and each.counter_reserve]
    if not others:
        return removal.share
    if isinstance(pool.counter_usd, Unknown):
        raise CannotTell(pool.counter_usd.reason)
    taken = 2 * removal.taken[1 if pool.vault_is_first else 0] * pool.counter_usd
    # What is paired with a token that has no price is nothing to sell into.
    elsewhere = sum((each.depth_usd for each in others if isinstance(each.depth_usd, Decimal)), Decimal(0))
    whole = ARITHMETIC.divide(taken, removal.share) + elsewhere
    return min(ARITHMETIC.divide(taken, whole), Decimal(1)) if whole else removal.share


CHECK = Check("liquidity_removals", (Liquidity,), _look)
