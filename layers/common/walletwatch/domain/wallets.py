"""A watched wallet and the accounts that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccountKind(StrEnum):
    """Which program an account belongs to, hence which of its bytes can change for a person."""

    SYSTEM = "system"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    TOKEN_2022 = "token_2022"  # noqa: S105 - a kind, not a secret
    STAKE = "stake"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where an account's history was looked at.

    Attributes:
        slot: Everything up to this slot is covered.
        signature: The newest transaction covered; None where nothing has happened since the watch began.
    """

    slot: int
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the last look at an account saw.

    Attributes:
        digest: A hash over lamports, owner program and the bytes that matter; None before the first look.
        slot: The slot of that look.
    """

    digest: bytes
    slot: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a watcher has come.

    Attributes:
        slot: Every watched account was looked at in this slot or a later one.
        at: When that look was done.
    """

    slot: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account found on the chain that belongs to a watched wallet."""

    address: str
    kind: AccountKind
    mint: str | None = None


@dataclass(frozen=True, slots=True)
class WatchedAccount:
    """One account that is looked at for a wallet; two wallets may share one (a stake account's two keys)."""

    id: int
    wallet_id: int
    wallet: str
    address: str
    kind: AccountKind
    mint: str | None
    cursor: Cursor
    state: AccountState | None


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet that at least one chat watches or has watched.

    Attributes:
        watch_slot: The watch covers slots after this one; None until the chain was reached once.
    """

    id: int
    address: str
    watch_slot: int | None


@dataclass(frozen=True, slots=True)
class WatchedWallets:
    """Wallets that have an active watcher.

    Attributes:
        as_of: The store's time of the answer, less what a transaction may need to become visible.
    """

    addresses: Sequence[str]
    as_of: datetime
