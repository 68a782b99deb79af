"""Token accounts that somebody has frozen: nothing in them can be moved."""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.inspection.holdings import Holdings
from walletwatch.domain.money import to_decimal
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(holdings: Holdings) -> Iterator[Finding]:
    frozen = [each for each in holdings.accounts if each.frozen and each.amount]
    for each in sorted(frozen, key=lambda each: each.address)[:MAX_FINDINGS]:
        yield Finding(
            "account_frozen",
            (Evidence(each.address, "state", "frozen", holdings.slot),),
            {"mint": each.mint, "amount": to_decimal(each.amount, each.decimals)},
        )


CHECK = Check("frozen_accounts", (Holdings,), _look)
