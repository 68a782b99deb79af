"""When the risk of a watched wallet is looked at again, and when it has got worse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.risk import ENOUGH_CONFIDENCE, UnknownReason, Verdict

LOOK_AFTER: Final = timedelta(minutes=6)
"""Later than anything of a scan that can change at any moment is remembered, and once for a burst."""
MIN_RISE: Final = 10
"""Points, so that nobody hears of a wallet that stands at the edge of a level."""

_INPUTS: Final = frozenset(
    {
        ActivityKind.APPROVE,
        ActivityKind.REVOKE,
        ActivityKind.AUTHORITY_CHANGE,
        ActivityKind.FREEZE,
        ActivityKind.THAW,
        ActivityKind.TOKEN_CREATE,
        ActivityKind.LIQUIDITY_REMOVE,
    }
)
"""What changes what a scan finds. Money that comes and goes is told as such."""


@dataclass(frozen=True, slots=True)
class KnownRisk:
    """What the last look came to.

    Attributes:
        rules: Version of the rules by which it was reckoned; scores of two versions do not compare.
    """

    score: int
    level: int
    rules: int
    at: datetime


@dataclass(frozen=True, slots=True)
class WatchedRisk:
    """A wallet that a chat watches, with what the last look at its risk came to.

    Attributes:
        risk: None where nobody has looked yet.
    """

    subscription_id: int
    address: str
    label: str | None
    risk: KnownRisk | None


def cause_of(activities: Sequence[Activity]) -> str | None:
    """The signature of the last activity that changes what a scan of the wallet finds; None without any."""
    changing = [each for each in activities if each.success and each.kind in _INPUTS]
    return changing[-1].signature if changing else None


def has_worsened(before: KnownRisk | None, now: Verdict) -> bool:
    """Whether those who watch the wallet should hear of it."""
    return (
        before is not None
        and before.rules == now.rules
        and now.confidence >= ENOUGH_CONFIDENCE
        and now.level > before.level
        and now.score - before.score >= MIN_RISE
    )


def is_comparable(before: KnownRisk | None, now: Verdict) -> bool:
    """Whether later looks can be compared with this one.

    A first or a lower score is not, where the chain did not answer: what was missed would be news later.
    """
    if now.confidence < ENOUGH_CONFIDENCE or not now.is_clear:
        return False
    holds = before is not None and before.rules == now.rules and now.score >= before.score
    return holds or UnknownReason.UNAVAILABLE not in now.unknown.values()
