"""Who holds a token."""

from dataclasses import dataclass
from enum import StrEnum

from walletwatch.domain.risk import Unknown


class OwnerKind(StrEnum):
    """What the owner of a token account is."""

    PERSON = "person"
    """A key that somebody signs with, as far as the chain tells."""
    MULTISIG = "multisig"
    """Several have to sign."""
    POOL = "pool"
    """An exchange's program gives it to whoever pays for it."""
    LOCKED = "locked"
    """A program that locks gives it back later, or never."""
    BURNED = "burned"
    """Nobody can sign for it."""
    EXCHANGE = "exchange"
    """Held for an exchange's customers."""
    PROGRAM = "program"
    """A program decides; what it decides by is not known."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom token accounts belong to.

    Attributes:
        name: Of the program, or of the exchange; None where it is not known.
        lamports: What the owner's own account holds.
    """

    address: str
    kind: OwnerKind
    name: str | None
    lamports: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A token account.

    Attributes:
        amount: Raw tokens.
        frozen: It cannot be sent from, nor sold, until somebody thaws it.
    """

    account: str
    owner: Owner
    amount: int
    frozen: bool


@dataclass(frozen=True, slots=True)
class Holders:
    """The largest token accounts of a mint.

    Attributes:
        largest: At most twenty, the largest first; empty ones are left out.
        owners: How many different owners hold something of it.
        slot: At which they were read.
    """

    mint: str
    supply: int
    decimals: int
    largest: tuple[Holding, ...]
    owners: int | Unknown
    slot: int
