"""Who is behind the authorities of a mint."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from walletwatch.domain.risk import Unknown


class AuthorityKind(StrEnum):
    """What an authority is."""

    KEY = "key"
    """Somebody's key: one signature is enough."""
    MULTISIG = "multisig"
    """The token program's own, that several keys have to sign for."""
    PROGRAM = "program"
    """An account of a program, or an address that only a program signs for."""
    EDITION = "edition"
    """The mint's own master edition, with which Metaplex's program keeps an NFT single: it can do no harm."""


@dataclass(frozen=True, slots=True)
class Authority:
    """One of them.

    Attributes:
        program: The one that it belongs to, where that is known.
        needed: Signatures, of a multisig.
        signers: How many keys may give them.
    """

    kind: AuthorityKind
    program: str | None = None
    needed: int = 0
    signers: int = 0


@dataclass(frozen=True, slots=True)
class MetaplexMetadata:
    """What Metaplex's account says about who may change the names.

    Attributes:
        is_mutable: None where the account is of a form before this was written in it.
    """

    address: str
    update_authority: str
    is_mutable: bool | None


@dataclass(frozen=True, slots=True)
class HookProgram:
    """The program of a transfer hook.

    Attributes:
        exists: Whether there is a program at all; without one no transfer succeeds.
        upgrade_authority: Who may replace its code; None where nobody can.
    """

    address: str
    exists: bool
    upgrade_authority: str | None


@dataclass(frozen=True, slots=True)
class MintAuthorities:
    """Everybody who has a say about a mint, by address.

    Attributes:
        metaplex: None where there is no such account.
        hook: None where no hook is active.
        epoch: The present one; None where no fee depends on it.
        slot: At which they were read.
    """

    known: Mapping[str, Authority]
    metaplex: MetaplexMetadata | None
    hook: HookProgram | Unknown | None
    epoch: int | Unknown | None
    slot: int
