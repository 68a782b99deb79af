"""Approvals that outlive their transaction, whatever else it did.

A program that spends what it was allowed to leaves next to nothing of the approval. One that stands beside a
payment or a swap is what drainers ask their victims to sign.
"""

from collections.abc import Sequence
from typing import Any, Final

from walletwatch.chain.decoding import details
from walletwatch.chain.decoding.layouts import Decoded
from walletwatch.chain.decoding.scene import Scene
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.programs import TOKEN_PROGRAMS

MAX_APPROVALS: Final = 8
_APPROVALS: Final = frozenset({"approve", "approveChecked"})


def standing_approvals(scene: Scene, kind: ActivityKind) -> Sequence[dict[str, Any]]:
    """Who may spend from the wallet's accounts from now on, as `details.power` says it.

    Args:
        scene: The transaction.
        kind: What it is called. The details of an approval say the first one themselves.
    """
    standing: dict[str, Decoded] = {}
    for instruction in scene.decoded:
        source = instruction.fields.get("source") or instruction.fields.get("account")
        if instruction.program not in TOKEN_PROGRAMS or source not in scene.position.accounts:
            continue
        if instruction.name in _APPROVALS:
            standing[source] = instruction
        elif instruction.name in {"revoke", "closeAccount"}:
            standing.pop(source, None)
    if kind is ActivityKind.APPROVE:
        first = next((each for each in scene.decoded if each.name in _APPROVALS), None)
        standing = {source: each for source, each in standing.items() if each is not first}
    found = [each for source, each in standing.items() if _is_left(scene, source, each)]
    return [details.power(each, scene.transaction.tokens) for each in found[:MAX_APPROVALS]]


def _is_left(scene: Scene, source: str, approval: Decoded) -> bool:
    """Whether more of it is left than the transaction itself has spent."""
    amount = approval.fields.get("amount")
    spent = sum(
        move.amount
        for move in scene.movements.tokens
        if move.source == source and move.authority == approval.fields.get("delegate")
    )
    return not isinstance(amount, int) or amount > 2 * spent
