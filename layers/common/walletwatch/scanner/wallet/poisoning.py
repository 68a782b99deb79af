"""Whether somebody put addresses into the wallet's history that show like those its owner pays."""

from collections.abc import Iterator
from decimal import Decimal

from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(conduct: Conduct) -> Iterator[Finding]:
    for seen in conduct.poisonings:
        values: dict[str, str | int | Decimal] = {"suspicious": seen.suspicious, "known": seen.known}
        evidence = (Evidence(seen.signature, "sender", seen.suspicious, seen.slot),)
        yield Finding("address_poisoned", evidence, values)
    if conduct.dusted:
        yield Finding(
            "wallet_dusted",
            tuple(
                Evidence(each.signature, "sender", each.sender or "?", each.slot) for each in conduct.crumbs
            ),
            {"count": conduct.dusted},
        )


CHECK = Check("poisoning", (Conduct,), _look)
