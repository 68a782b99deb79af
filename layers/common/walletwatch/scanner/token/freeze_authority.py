"""Who can freeze what people hold."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    found = power(
        "freeze_authority_kept", mint.address, "freeze_authority", mint.freeze_authority, authorities
    )
    if found is not None:
        yield found


CHECK = Check("freeze_authority", (MintState, MintAuthorities), _look)
