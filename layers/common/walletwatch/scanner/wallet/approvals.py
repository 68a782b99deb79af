"""Who may spend the wallet's tokens without being asked again, and since when."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.inspection.holdings import Holdings
from walletwatch.domain.inspection.traces import Approval, Approvals
from walletwatch.domain.money import to_decimal
from walletwatch.domain.risk import Evidence, Finding, Unknown
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(holdings: Holdings, approvals: Approvals | Unknown | None) -> Iterator[Finding]:
    open_ = [each for each in holdings.accounts if each.delegate is not None and each.delegated_amount]
    # What can be spent at once goes first.
    open_.sort(key=lambda each: (not each.amount, each.address))
    for each in open_[:MAX_FINDINGS]:
        spendable = min(each.amount, each.delegated_amount)
        remark, age, shown_by = _age(each, approvals)
        yield Finding(
            "approval_open" if spendable else "approval_of_nothing",
            (
                Evidence(each.address, "delegate", str(each.delegate), holdings.slot),
                Evidence(each.address, "delegated_amount", str(each.delegated_amount), holdings.slot),
                *shown_by,
            ),
            {
                "spender": str(each.delegate),
                "amount": to_decimal(each.delegated_amount, each.decimals),
                "spendable": to_decimal(spendable, each.decimals),
                "mint": each.mint,
                "account": each.address,
                **age,
            },
            remark=remark,
        )
    if len(open_) > MAX_FINDINGS:
        last = open_[-1]
        yield Finding(
            "approvals_more",
            (Evidence(last.address, "delegate", str(last.delegate), holdings.slot),),
            {"count": len(open_) - MAX_FINDINGS},
        )


def _age(
    holding: TokenHolding, approvals: Approvals | Unknown | None
) -> tuple[str, dict[str, str | int | Decimal], tuple[Evidence, ...]]:
    """The remark that tells since when, its values, and the transaction that shows it."""
    if not isinstance(approvals, Approvals):
        return "approved_unknown", {}, ()
    known = next((each for each in approvals.given if _is_of(each, holding)), None)
    if known is None:
        if approvals.complete:
            return "approved_unknown", {}, ()
        return "approved_before", {"looked": approvals.looked}, ()
    shown_by = (Evidence(known.signature, "approve", known.delegate, known.slot),)
    if known.at is None:
        return "approved_in_slot", {"since_slot": known.slot}, shown_by
    return "approved_on", {"since": datetime.fromtimestamp(known.at, UTC).date().isoformat()}, shown_by


def _is_of(approval: Approval, holding: TokenHolding) -> bool:
    return (approval.account, approval.delegate) == (holding.address, holding.delegate)


CHECK = Check("approvals", (Holdings,), _look, helps=(Approvals,))
