"""What the failure of a simulated transaction says about the token.

Only what nothing else explains counts as the token's refusal: a balance that has changed since, an account
that this scan did not know of, or an exchange that wants something else, say nothing about it. Lines such as
"Program X failed" are the runtime's own, and a program's cannot look like them (Agave `stable_log`).
"""

import re
from collections.abc import Sequence
from typing import Final

from walletwatch.domain.chain import SimulationError
from walletwatch.domain.inspection.tradability import Failed
from walletwatch.domain.programs import TOKEN_PROGRAMS

_FAILED: Final = re.compile(r"^Program ([1-9A-HJ-NP-Za-km-z]{32,44}) failed")
_REFUSALS: Final = {
    17: "AccountFrozen",
    37: "NonTransferable",
    49: "NonConfidentialTransfersDisabled",
    67: "MintPaused",
}
"""Errors of the token programs (`TokenError`) that say that a transfer is not wanted."""
_BY_DESIGN: Final = frozenset({37, 67})
_HIGHEST_OF_TOKENS: Final = 255
"""No token program has an error of a higher number: a program that it called has."""
_INCOMPLETE: Final = frozenset(
    {
        "MissingAccount",
        "NotEnoughAccountKeys",
        "InvalidSeeds",
        "MaxSeedLengthExceeded",
        "PrivilegeEscalation",
        "ComputationalBudgetExceeded",
        "CallDepth",
    }
)
"""Errors of a program that was called with less than it needs, which may be this scan's fault."""
_ANCHOR_NOT_ENOUGH_ACCOUNTS: Final = 3005


def refusal(
    error: SimulationError, logs: Sequence[str], decisive: int, hook: str | None, *, hook_exists: bool
) -> Failed | None:
    """The token's refusal; None where the failure may have another cause.

    Args:
        error: Of the simulation.
        logs: Its last lines.
        decisive: Index of the instruction that was tried.
        hook: The program that every transfer has to call.
        hook_exists: False where that is no program.
    """
    if error.instruction != decisive:
        return None
    failing = next((found[1] for line in logs if (found := _FAILED.match(line))), None)
    if hook is not None and not hook_exists:
        return Failed(_named(error), hook, by_design=False)
    by_hook = failing == hook if failing else (error.code or 0) > _HIGHEST_OF_TOKENS
    if hook is not None and by_hook:
        if error.name in _INCOMPLETE or error.code == _ANCHOR_NOT_ENOUGH_ACCOUNTS:
            return None
        return Failed(_named(error), hook, by_design=False)
    if (failing is None or failing in TOKEN_PROGRAMS) and error.code in _REFUSALS:
        return Failed(_REFUSALS[error.code], failing, by_design=error.code in _BY_DESIGN)
    return None


def _named(error: SimulationError) -> str:
    return error.name if error.code is None else f"{error.name} {error.code}"
