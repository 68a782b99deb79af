"""Whether whoever buys it can sell it again (honeypot)."""

from collections.abc import Iterator

from walletwatch.domain.inspection.liquidity import Liquidity
from walletwatch.domain.inspection.tradability import AttemptKind, Tradability
from walletwatch.domain.risk import CannotTell, Finding, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.attempts import evidence, sort


def _look(liquidity: Liquidity, tradability: Tradability) -> Iterator[Finding]:
    if not liquidity.pools:
        if not liquidity.complete:
            raise CannotTell(UnknownReason.REFUSED)
        return
    sold = sort(tradability, AttemptKind.SELL)
    if not sold.failed:
        return
    shown = evidence(sold.failed, tradability.slot)
    error = sold.failed[0][1].error
    if sold.passed:
        yield Finding("sell_refused_to_some", shown, {"error": error})
    elif sort(tradability, AttemptKind.BUY).passed:
        yield Finding("sell_impossible", shown, {"error": error})


CHECK = Check("sell_trial", (Liquidity, Tradability), _look)
