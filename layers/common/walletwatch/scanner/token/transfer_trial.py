"""Whether it can be moved at all."""

from collections.abc import Iterator

from walletwatch.domain.inspection.tradability import AttemptKind, Tradability
from walletwatch.domain.risk import Finding
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.attempts import evidence, sort


def _look(tradability: Tradability) -> Iterator[Finding]:
    tried = sort(tradability, *AttemptKind)
    if tried.passed:
        return
    # What the mint says of itself weighs by what it says; that it is so is only shown here.
    by_design = all(result.by_design for _, result in tried.failed)
    yield Finding(
        "transfer_stopped" if by_design else "transfer_impossible",
        evidence(tried.failed, tradability.slot),
        {"error": tried.failed[0][1].error},
    )


CHECK = Check("transfer_trial", (Tradability,), _look)
