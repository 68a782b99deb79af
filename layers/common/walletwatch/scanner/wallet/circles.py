"""Whether the same amounts go round between the wallet and another, which makes a trade look busy."""

from collections.abc import Iterator

from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(conduct: Conduct) -> Iterator[Finding]:
    for circle in conduct.circles[:3]:
        yield Finding(
            "amounts_go_round",
            tuple(
                Evidence(signature, "transfer", f"{circle.asset} with {circle.other}", circle.slot)
                for signature in circle.signatures
            ),
            {"other": circle.other, "rounds": circle.rounds},
        )


CHECK = Check("circles", (Conduct,), _look)
