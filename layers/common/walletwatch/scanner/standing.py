"""What the lists say of a subject, token or wallet: not ours to say, so the source is named."""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.lists import ADMINISTRATORS, REPORTS, ListEntry, Standing
from walletwatch.domain.pools import POOLS
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check

_RULES: Final = {ADMINISTRATORS: "blocked", REPORTS: "blocked", POOLS: "observed"}
"""By source: what somebody here decided, what was seen on the chain; all else is others' word."""


def _look(standing: Standing) -> Iterator[Finding]:
    allowed = standing.allowed
    if allowed is not None:
        yield Finding("allowed", (_evidence(allowed),), {"source": allowed.source, "reason": allowed.reason})
    for entry in standing.blocked:
        yield Finding(
            _RULES.get(entry.source, "reported"),
            (_evidence(entry),),
            {"source": entry.source, "reason": entry.reason, "day": entry.added_at.date().isoformat()},
        )


def _evidence(entry: ListEntry) -> Evidence:
    return Evidence(entry.address, f"list: {entry.source}", entry.reason, None)


CHECK = Check("listed", (Standing,), _look)
"""The same of tokens and of wallets."""
