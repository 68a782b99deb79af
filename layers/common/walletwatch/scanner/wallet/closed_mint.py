"""Whether the address was a token that its maker closed: there is nothing left to hold, or to sell."""

from collections.abc import Iterator

from walletwatch.domain.inspection.traces import ClosedMint
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(closed: ClosedMint) -> Iterator[Finding]:
    yield Finding(
        "mint_closed",
        (Evidence(closed.signature, "closeAccount", closed.mint, closed.slot),),
        {"authority": closed.by},
    )


CHECK = Check("closed_mint", (ClosedMint,), _look)
