"""Who may spend the wallet's tokens without being asked again."""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.inspection.holdings import Holdings
from walletwatch.domain.money import to_decimal
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(holdings: Holdings) -> Iterator[Finding]:
    open_ = [each for each in holdings.accounts if each.delegate is not None and each.delegated_amount]
    # What can be spent at once goes first.
    open_.sort(key=lambda each: (not each.amount, each.address))
    for each in open_[:MAX_FINDINGS]:
        spendable = min(each.amount, each.delegated_amount)
        yield Finding(
            "approval_open" if spendable else "approval_of_nothing",
            (
                Evidence(each.address, "delegate", str(each.delegate), holdings.slot),
                Evidence(each.address, "delegated_amount", str(each.delegated_amount), holdings.slot),
            ),
            {
                "spender": str(each.delegate),
                "amount": to_decimal(each.delegated_amount, each.decimals),
                "spendable": to_decimal(spendable, each.decimals),
                "mint": each.mint,
            },
        )
    if len(open_) > MAX_FINDINGS:
        last = open_[-1]
        yield Finding(
            "approvals_more",
            (Evidence(last.address, "delegate", str(last.delegate), holdings.slot),),
            {"count": len(open_) - MAX_FINDINGS},
        )


CHECK = Check("approvals", (Holdings,), _look)
