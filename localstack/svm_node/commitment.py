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
    # The deprecated spellings Agave still takes.
    "recent": Commitment.PROCESSED,
    "single": Commitment.CONFIRMED,
    "singleGossip": Commitment.CONFIRMED,
    "root": Commitment.FINALIZED,
    "max": Commitment.FINALIZED,
}


@dataclass(frozen=True, slots=True)
class Depths:
    """How many blocks must follow a block before it reaches a level.

    Attributes:
        confirmed: Blocks after which a block is confirmed; 0 is "as soon as it is processed".
        finalized: Blocks after which a block is finalized, at least `confirmed`.
    """

    confirmed: int = 1
    finalized: int = 32

    def __post_init__(self) -> None:
        if not 0 <= self.confirmed <= self.finalized:
            raise ValueError(f"depths must satisfy 0 <= confirmed <= finalized, got {self}")
