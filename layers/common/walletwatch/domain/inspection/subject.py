"""What is at an address that is looked at as a wallet."""

from dataclasses import dataclass
from enum import StrEnum


class AddressKind(StrEnum):
    """What an address is."""

    KEY = "key"
    """Somebody may have a private key for it: a wallet."""
    DERIVED = "derived"
    """No key signs for it, a program does: the vault of a multisig, for example."""
    PROGRAM = "program"
    TOKEN_ACCOUNT = "token_account"  # noqa: S105 - a kind, not a secret
    OWNED = "owned"
    """An account with data, of a program: a pool, a stake, a multisig, a mint."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The address of a scan.

    Attributes:
        program: Whose account it is; None where there is none yet.
        program_name: None where the program is not known.
        owner: The wallet of a token account.
        slot: At which it was read; None where there is no account.
    """

    address: str
    kind: AddressKind
    program: str | None = None
    program_name: str | None = None
    owner: str | None = None
    slot: int | None = None
