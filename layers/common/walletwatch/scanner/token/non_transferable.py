"""Whether it can be passed on at all."""

from collections.abc import Iterator

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    if mint.extensions.non_transferable:
        evidence = Evidence(mint.address, "non_transferable", "true", mint.slot)
        yield Finding("non_transferable", (evidence,))


CHECK = Check("non_transferable", (MintState,), _look)
