"""What a transaction did, told to somebody who asks about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.browsing import OwnWallet

FINAL_AFTER: Final = 32
"""So many slots later a block cannot be undone any more (Solana: a lockout of 32 confirmations roots it)."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A transaction seen from nobody's wallet.

    Attributes:
        block_time: Unix seconds; None where the node does not know.
        payer: Who paid the fee.
        fee: Lamports.
        error: Short form of the chain's error; None on success.
        programs: Those that it calls itself, in their order, each once, with its name where that is known.
        parties: Who it may matter to, the most likely first: signers, then whose money moved.
    """

    signature: str
    slot: int
    block_time: int | None
    payer: str
    fee: int
    error: str | None
    programs: tuple[tuple[str, str | None], ...]
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A transaction, and what it did to whom.

    Attributes:
        wallets: Those of the chat.
        activities: Of the chat's wallets that it concerns; else of those it is about.
        concerns_chat: Whether they are the chat's.
        newest_slot: Of the chain; None where it could not be asked.
    """

    outline: Outline
    wallets: Sequence[OwnWallet]
    activities: Sequence[Activity]
    concerns_chat: bool
    newest_slot: int | None

    @property
    def is_final(self) -> bool | None:
        """Whether it cannot be undone any more; None where that is not known."""
        return None if self.newest_slot is None else self.newest_slot - self.outline.slot >= FINAL_AFTER
