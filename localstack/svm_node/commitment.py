"""Commitment levels and the slot each of them stands at."""

from dataclasses import dataclass
from enum import IntEnum


class Commitment(IntEnum):
    """How settled a slot is; ordered, so that levels can be compared."""

    PROCESSED = 0
    CONFIRMED = 1
    FINALIZED = 2

    @property
    def wire_name(self) -> str:
        """The level as JSON-RPC spells it."""
        return self.name.lower()


WIRE_COMMITMENTS = {
    "processed": Commitment.PROCESSED,
    "confirmed": Commitment.CONFIRMED,
    "finalized": Commitment.FINALIZED,
}


@dataclass(frozen=True, slots=True)
class Depths:
    """How many blocks must follow a block before it reaches a level.

    Attributes:
        confirmed: Blocks after which a block is confirmed, at least 1: the open block is never confirmed.
        finalized: Blocks after which a block is finalized, at least `confirmed`.
    """

    confirmed: int = 1
    finalized: int = 32

    def __post_init__(self) -> None:
        if not 1 <= self.confirmed <= self.finalized:
            raise ValueError(f"depths must satisfy 1 <= confirmed <= finalized, got {self}")
