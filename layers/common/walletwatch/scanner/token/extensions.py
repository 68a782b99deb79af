"""Whether all of its extensions are known to this code."""

from collections.abc import Iterator

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    if mint.extensions.unreadable:
        kinds = ", ".join(map(str, mint.extensions.unreadable))
        evidence = Evidence(mint.address, "extensions", kinds, mint.slot)
        yield Finding("extension_unknown", (evidence,), {"kinds": kinds})
        raise CannotTell(UnknownReason.UNREADABLE)


CHECK = Check("extensions", (MintState,), _look)
