"""Whether hardly anybody holds it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.holders import Holders
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import CannotTell, Evidence, Finding, Unknown
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.shares import between, is_single

_FEW: Final = 50


def _look(mint: MintState, holders: Holders) -> Iterator[Finding]:
    if is_single(mint):
        return
    if isinstance(holders.owners, Unknown):
        raise CannotTell(holders.owners.reason)
    if holders.owners < _FEW:
        yield Finding(
            "few_holders",
            (Evidence(holders.mint, "owners", str(holders.owners), holders.slot),),
            {"count": holders.owners},
            between(Decimal(_FEW - holders.owners), Decimal(0), Decimal(_FEW)),
        )


CHECK = Check("holder_count", (MintState, Holders), _look)
