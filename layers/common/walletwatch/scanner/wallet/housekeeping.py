"""Empty token accounts, whose deposit their owner can have back by closing them."""

from collections.abc import Iterator

from walletwatch.domain.inspection.holdings import Holdings
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check


def _look(holdings: Holdings) -> Iterator[Finding]:
    # A frozen account cannot be closed, and one that somebody else may close is told of elsewhere.
    empty = [
        each
        for each in holdings.accounts
        if not each.amount and not each.frozen and each.close_authority in {None, holdings.wallet}
    ]
    if not empty:
        return
    lamports = sum(each.lamports for each in empty)
    yield Finding(
        "rent_reclaimable",
        tuple(Evidence(each.address, "lamports", str(each.lamports), holdings.slot) for each in empty[:3]),
        {"count": len(empty), "amount": to_decimal(lamports, NATIVE_DECIMALS)},
    )


CHECK = Check("housekeeping", (Holdings,), _look)
