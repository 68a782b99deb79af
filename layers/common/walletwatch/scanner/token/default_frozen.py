"""Whether whoever buys it gets it frozen."""

from collections.abc import Iterator

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(mint: MintState) -> Iterator[Finding]:
    if mint.extensions.default_frozen:
        yield Finding(
            "default_frozen", (Evidence(mint.address, "default_account_state", "frozen", mint.slot),)
        )


CHECK = Check("default_frozen", (MintState,), _look)
