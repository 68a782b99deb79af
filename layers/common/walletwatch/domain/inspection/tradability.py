"""What became of attempts to move a token, none of which was really made."""

from dataclasses import dataclass
from enum import StrEnum

from walletwatch.domain.risk import Unknown


class AttemptKind(StrEnum):
    """What was tried."""

    TRANSFER = "transfer"
    """From one who holds it to another."""
    BUY = "buy"
    """From a pool to one who has never held it."""
    SELL = "sell"
    """To a pool, by one who holds it or has just bought it."""


@dataclass(frozen=True, slots=True)
class Passed:
    """It would succeed.

    Attributes:
        sent: Raw tokens.
        arrived: How many of them; None where others could have changed the balance meanwhile.
    """

    sent: int
    arrived: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The token would not let it happen.

    Attributes:
        error: By its name in the program's source, or by its number.
        program: That refused; None where the chain does not tell.
        by_design: By what the mint says of itself: it is paused, or cannot be transferred at all.
    """

    error: str
    program: str | None
    by_design: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One simulated transaction.

    Attributes:
        swap: By the exchange's own instruction; else only the token's way in or out of the pool.
        account: The token account that it is sent from.
        by: Who owns that.
    """

    kind: AttemptKind
    swap: bool
    account: str
    by: str
    result: Passed | Failed | Unknown


@dataclass(frozen=True, slots=True)
class Tradability:
    """All attempts, in no order.

    Attributes:
        slot: On whose state they were made.
    """

    mint: str
    attempts: tuple[Attempt, ...]
    slot: int
