"""Who has to agree to a burn."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    found = power(
        "permissioned_burn", mint.address, "permissioned_burn", mint.extensions.permissioned_burn, authorities
    )
    if found is not None:
        yield found


CHECK = Check("permissioned_burn", (MintState, MintAuthorities), _look)
