"""Whether more is taken of a transfer than the mint says."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.inspection.tradability import AttemptKind, Tradability
from walletwatch.domain.risk import CannotTell, Evidence, Finding, UnknownReason
from walletwatch.scanner.check import Check
from walletwatch.scanner.token.attempts import sort
from walletwatch.scanner.token.shares import part, percent

_WHOLE: Final = 10_000


def _look(mint: MintState, tradability: Tradability) -> Iterator[Finding]:
    measured = [
        (attempt, result.sent, result.arrived)
        for attempt, result in sort(tradability, AttemptKind.TRANSFER, AttemptKind.BUY).passed
        if result.arrived is not None
    ]
    if not measured:
        raise CannotTell(UnknownReason.UNTRIED)
    for attempt, sent, arrived in measured:
        taken = sent - arrived
        if taken > _worst(mint, sent):
            yield Finding(
                "takes_more_than_fee",
                (Evidence(attempt.account, "arrived", f"{arrived} of {sent}", tradability.slot),),
                {"taken": percent(part(taken, sent)), "fee": percent(part(_worst(mint, sent), sent))},
                max(part(taken, sent), Decimal("0.1")),
            )
            return


def _worst(mint: MintState, sent: int) -> int:
    """The higher of the two schedules' fees, rounded up as Token-2022 does."""
    fee = mint.extensions.transfer_fee
    if fee is None:
        return 0
    return max(
        min(schedule.maximum, -(-sent * schedule.basis_points // _WHOLE))
        for schedule in (fee.older, fee.newer)
    )


CHECK = Check("fee_trial", (MintState, Tradability), _look)
