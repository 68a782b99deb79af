"""How old a wallet is, and whether a program or a person uses it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from walletwatch.domain.inspection.conduct import Conduct
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check

AUTOMATIC_OWN: Final = 100
AUTOMATIC_HOURS: Final = 22
"""Of a day, in which it did something: people sleep."""
DAY: Final = 24 * 3600


def _look(conduct: Conduct) -> Iterator[Finding]:
    if not conduct.transactions:
        return
    evidence = (Evidence(conduct.first_signature, "first transaction", conduct.wallet, conduct.first_slot),)
    if conduct.own >= AUTOMATIC_OWN and len(conduct.hours) >= AUTOMATIC_HOURS:
        yield Finding("wallet_automatic", evidence, {"own": conduct.own, "hours": len(conduct.hours)})
    if conduct.whole and conduct.first_at is not None:
        since = datetime.fromtimestamp(conduct.first_at, UTC).date().isoformat()
        yield Finding("wallet_since", evidence, {"since": since, "count": conduct.transactions})
    if not conduct.whole:
        raise CannotTell(UnknownReason.TOO_MUCH)


CHECK = Check("habits", (Conduct,), _look)
