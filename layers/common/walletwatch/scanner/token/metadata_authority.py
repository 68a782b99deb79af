"""Who can change what it is called and looks like."""

from collections.abc import Iterator

from walletwatch.domain.inspection.authorities import MintAuthorities
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import CannotTell, Finding, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.powers import power


def _look(mint: MintState, authorities: MintAuthorities) -> Iterator[Finding]:
    metaplex = authorities.metaplex
    own = mint.extensions.metadata
    if own is not None:
        found = power("metadata_mutable", mint.address, "update_authority", own.update_authority, authorities)
        if found is not None:
            yield found
    if metaplex is not None:
        if metaplex.is_mutable is None:
            raise CannotTell(UnknownReason.UNREADABLE)
        if metaplex.is_mutable:
            found = power(
                "metadata_mutable", metaplex.address, "is_mutable", metaplex.update_authority, authorities
            )
            if found is not None:
                yield found


CHECK = Check("metadata_authority", (MintState, MintAuthorities), _look)
