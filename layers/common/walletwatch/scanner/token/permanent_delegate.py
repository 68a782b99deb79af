"""Who can take anybody's tokens; an address of zeros is nobody."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    found = power(
        "permanent_delegate_kept",
        mint.address,
        "permanent_delegate",
        mint.extensions.permanent_delegate,
        authorities,
    )
    if found is not None:
        yield found


CHECK = Check("permanent_delegate", (MintState, MintAuthorities), _look)
