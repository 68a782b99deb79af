"""Whether shown amounts are the raw ones: interest, and multipliers now and scheduled."""

from collections.abc import Iterator
from decimal import Decimal

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    interest, scaled = mint.extensions.interest, mint.extensions.scaled
    if interest is not None:
        rate = Evidence(mint.address, "current_rate", f"{interest.rate_basis_points} basis points", mint.slot)
        yield Finding("shown_with_interest", (rate,), {"percent": Decimal(interest.rate_basis_points) / 100})
    if scaled is not None:
        value = f"{scaled.multiplier}, {scaled.new_multiplier} from {scaled.new_from}"
        evidence = Evidence(mint.address, "multiplier", value, mint.slot)
        yield Finding(
            "shown_multiplied",
            (evidence,),
            {"multiplier": scaled.multiplier, "new_multiplier": scaled.new_multiplier},
        )


CHECK = Check("shown_amounts", (MintState,), _look)
