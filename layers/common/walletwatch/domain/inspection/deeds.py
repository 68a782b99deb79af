"""What those who have a say about a token did with it, as far as its mint's newest transactions show."""

from dataclasses import dataclass
from enum import StrEnum


class DeedKind(StrEnum):
    """Which power was used."""

    TAKEN = "taken"
    """The permanent delegate moved a holder's tokens."""
    BURNED = "burned"
    """The permanent delegate destroyed a holder's tokens."""
    FROZEN = "frozen"
    """A holder's account was frozen."""
    PAUSED = "paused"
    """All transfers were stopped."""
    FEE_RAISED = "fee_raised"
    """A higher transfer fee was set."""
    MINTED = "minted"
    """More was made."""


@dataclass(frozen=True, slots=True)
class Usage:
    """One use of a power.

    Attributes:
        by: The authority.
        account: The holder's token account, or the one that got what was minted; the mint where it is about
            all of them.
        owner: Of that account; None where the transaction does not tell, or for the mint.
        amount: Raw tokens; the new fee in basis points; 0 where nothing is counted.
        before: The fee before, in basis points; 0 for other kinds.
        undone: The account was thawed, or the token resumed, later on.
        traded: Others traded the token before, as the same transactions show.
        at: Unix seconds; None where the node does not tell.
    """

    kind: DeedKind
    by: str
    account: str
    owner: str | None
    amount: int
    before: int
    undone: bool
    traded: bool
    signature: str
    slot: int
    at: int | None


@dataclass(frozen=True, slots=True)
class MintDeeds:
    """The uses of powers that were found.

    Attributes:
        deeds: The newest first.
        looked: Transactions that were looked through, the newest ones.
        complete: Whether there are no others, as far as the node knows.
    """

    mint: str
    deeds: tuple[Usage, ...]
    looked: int
    complete: bool
