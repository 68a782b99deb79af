"""What became of attempts, sorted."""

from collections.abc import Sequence
from typing import NamedTuple

from walletwatch.domain.inspection.tradability import Attempt, AttemptKind, Failed, Passed, Tradability
from walletwatch.domain.risk import CannotTell, Evidence, Unknown, UnknownReason


class Sorted(NamedTuple):
    """Attempts whose outcome is known."""

    passed: Sequence[tuple[Attempt, Passed]]
    failed: Sequence[tuple[Attempt, Failed]]


def sort(tradability: Tradability, *kinds: AttemptKind) -> Sorted:
    """The attempts of these kinds.

    Raises:
        CannotTell: Nothing is known of any of them.
    """
    made = [each for each in tradability.attempts if each.kind in kinds]
    passed = [(each, each.result) for each in made if isinstance(each.result, Passed)]
    failed = [(each, each.result) for each in made if isinstance(each.result, Failed)]
    if not passed and not failed:
        unknown = next((each.result for each in made if isinstance(each.result, Unknown)), None)
        raise CannotTell(unknown.reason if unknown else UnknownReason.UNTRIED)
    return Sorted(passed, failed)


def evidence(failed: Sequence[tuple[Attempt, Failed]], slot: int) -> tuple[Evidence, ...]:
    """What the failures show."""
    return tuple(
        Evidence(attempt.account, f"simulated {attempt.kind}", result.error, slot)
        for attempt, result in failed[:3]
    )
