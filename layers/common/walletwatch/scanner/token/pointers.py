"""Whether its names are written elsewhere, and whether it belongs to a group."""

from collections.abc import Iterator

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    extensions = mint.extensions
    pointer = extensions.metadata_pointer
    if pointer is not None and pointer.address not in {None, mint.address}:
        evidence = Evidence(mint.address, "metadata_address", str(pointer.address), mint.slot)
        yield Finding("metadata_elsewhere", (evidence,), {"address": str(pointer.address)})
    if extensions.group is not None:
        evidence = Evidence(mint.address, "token_group.size", str(extensions.group.size), mint.slot)
        yield Finding("is_group", (evidence,), {"size": extensions.group.size})
    if extensions.member is not None:
        evidence = Evidence(mint.address, "token_group_member.group", extensions.member.group, mint.slot)
        yield Finding("is_member", (evidence,), {"group": extensions.member.group})


CHECK = Check("pointers", (MintState,), _look)
