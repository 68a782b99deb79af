"""Whether it bears the name of a listed token, in whatever alphabet."""

from collections.abc import Iterator

from walletwatch.domain.inspection.identity import WrittenNames
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(names: WrittenNames) -> Iterator[Finding]:
    if names.imitates is None:
        return
    evidence = [
        Evidence(names.account, field, value, names.slot)
        for field, value in (("name", names.name), ("symbol", names.symbol))
        if value is not None
    ]
    evidence.append(Evidence(names.imitates.mint, "listed as", names.imitates.symbol, None))
    yield Finding("imitates_listed", tuple(evidence), {"symbol": names.imitates.symbol})


CHECK = Check("imitation", (WrittenNames,), _look)
