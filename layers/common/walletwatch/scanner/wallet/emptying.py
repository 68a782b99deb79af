"""Whether everything once left the wallet at once, as after a theft of its key."""

from collections.abc import Iterator

from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(conduct: Conduct) -> Iterator[Finding]:
    seen = conduct.emptying
    if seen is None:
        return
    balances = f"{seen.before} before, {seen.left} after"
    yield Finding(
        "wallet_emptied",
        tuple(Evidence(signature, "lamports", balances, seen.slot) for signature in seen.signatures),
        {
            "target": seen.target,
            "amount": to_decimal(seen.before - seen.left, NATIVE_DECIMALS),
            "tokens": seen.tokens,
        },
    )


CHECK = Check("emptying", (Conduct,), _look)
