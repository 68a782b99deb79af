"""Whether its pools hold enough to sell into."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import between

_ENOUGH_USD: Final = Decimal(5000)
_DOLLAR: Final = Decimal(1)


def _look(liquidity: Liquidity) -> Iterator[Finding]:
    known = [pool.depth_usd for pool in liquidity.pools if not isinstance(pool.depth_usd, Unknown)]
    depth = sum(known, Decimal(0))
    if not liquidity.pools or depth >= _ENOUGH_USD:
        return
    for pool in liquidity.pools:
        if isinstance(pool.depth_usd, Unknown):
            raise CannotTell(pool.depth_usd.reason)
    yield Finding(
        "thin_liquidity",
        tuple(
            Evidence(pool.counter_vault, "amount", str(pool.counter_reserve), liquidity.slot)
            for pool in liquidity.pools[:3]
        ),
        {"usd": depth.quantize(_DOLLAR)},
        max(between(_ENOUGH_USD - depth, Decimal(0), _ENOUGH_USD), Decimal("0.1")),
    )


CHECK = Check("liquidity_depth", (Liquidity,), _look)
