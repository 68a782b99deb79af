"""Whether amounts, or the supply, are hidden."""

from collections.abc import Iterator

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    confidential = mint.extensions.confidential
    if confidential is None:
        return
    if confidential.hides_supply:
        evidence = Evidence(mint.address, "confidential_mint_burn", "true", mint.slot)
        yield Finding("supply_hidden", (evidence,))
    else:
        evidence = Evidence(mint.address, "confidential_transfer_mint", "true", mint.slot)
        yield Finding("amounts_hidden", (evidence,))


CHECK = Check("confidential", (MintState,), _look)
