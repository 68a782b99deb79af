"""Whether it is paused, and who can pause it."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    pausable = mint.extensions.pausable
    if pausable is None:
        return
    if pausable.paused:
        evidence = Evidence(mint.address, "paused", "true", mint.slot)
        yield Finding("paused", (evidence,))
        return
    found = power("pausable", mint.address, "authority", pausable.authority, authorities)
    if found is not None:
        yield found


CHECK = Check("pausable", (MintState, MintAuthorities), _look)
