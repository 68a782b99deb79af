"""Token accounts that somebody else may close.

A token account has to be empty to be closed, but for one of wrapped native lamports: whoever may close that
takes all that is in it (spl-token, `process_close_account`).
"""

from collections.abc import Iterator
from typing import Final

from walletwatch.domain.inspection.holdings import Holdings
from walletwatch.domain.money import NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.risk import Evidence, Finding
from walletwatch.scanner.check import Check

MAX_FINDINGS: Final = 5


def _look(holdings: Holdings) -> Iterator[Finding]:
    foreign = [each for each in holdings.accounts if each.close_authority not in {None, holdings.wallet}]
    foreign.sort(key=lambda each: (each.mint != WRAPPED_NATIVE_MINT, each.address))
    for each in foreign[:MAX_FINDINGS]:
        takes_all = each.mint == WRAPPED_NATIVE_MINT and each.amount
        yield Finding(
            "wrapped_closable_by_other" if takes_all else "closable_by_other",
            (Evidence(each.address, "close_authority", str(each.close_authority), holdings.slot),),
            {
                "authority": str(each.close_authority),
                "mint": each.mint,
                "lamports": to_decimal(each.lamports, NATIVE_DECIMALS),
            },
        )


CHECK = Check("close_authorities", (Holdings,), _look)
