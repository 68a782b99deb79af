"""Whether it can be sold on the chain's exchange at all."""

from collections.abc import Iterator

from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import is_single


def _look(mint: MintState, liquidity: Liquidity) -> Iterator[Finding]:
    if liquidity.pools or is_single(mint):
        return
    if not liquidity.complete:
        raise CannotTell(UnknownReason.REFUSED)
    yield Finding("no_pool", (Evidence(liquidity.mint, "pools", "none", liquidity.slot),))


CHECK = Check("pool_exists", (MintState, Liquidity), _look)
