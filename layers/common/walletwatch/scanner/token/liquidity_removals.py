"""Whether money was taken out of its pools lately."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import percent

_BY_ANYBODY: Final = Decimal("0.5")
_BY_MAKER: Final = Decimal("0.2")
"""The part of a pool from which on it is told; less is what people do who provide liquidity."""
_LATELY: Final = 30 * 24 * 3600


def _look(liquidity: Liquidity) -> Iterator[Finding]:
    for pool in liquidity.pools:
        if isinstance(pool.removals, Unknown):
            raise CannotTell(pool.removals.reason)
        for removal in pool.removals or ():
            by_maker = removal.by == pool.creator
            old = removal.at is not None and removal.at < liquidity.read_at - _LATELY
            if old or removal.share < (_BY_MAKER if by_maker else _BY_ANYBODY):
                continue
            yield Finding(
                "liquidity_pulled" if by_maker else "liquidity_removed",
                (Evidence(removal.signature, "withdrawn", f"{percent(removal.share)} %", removal.slot),),
                {"share": percent(removal.share), "by": removal.by},
                removal.share,
            )


CHECK = Check("liquidity_removals", (Liquidity,), _look)
