"""Who can close the mint, and make another at its address."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    found = power(
        "close_authority_kept", mint.address, "close_authority", mint.extensions.close_authority, authorities
    )
    if found is not None:
        yield found


CHECK = Check("close_authority", (MintState, MintAuthorities), _look)
