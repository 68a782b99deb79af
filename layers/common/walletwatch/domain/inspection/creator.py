"""Who made a token, and what a wallet did with the tokens that it made."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from walletwatch.domain.pools import KnownPool
from walletwatch.domain.risk import Unknown


class OriginSource(StrEnum):
    """How it is known who made a token."""

    CREATION = "creation"
    """Signed the transaction that initialised the mint."""
    METADATA = "metadata"
    """Signed the first transaction of the metadata account, or is named there: probably, not certainly."""


@dataclass(frozen=True, slots=True)
class TokenOrigin:
    """Who made a token, and when.

    Attributes:
        signature: The transaction that shows it; None where only the metadata account names the creator.
        slot: Of the transaction, or at which the metadata were read.
        at: Unix seconds of the transaction; None where there is none, or the node does not tell.
    """

    mint: str
    creator: str
    source: OriginSource
    signature: str | None
    slot: int
    at: int | None

    @property
    def is_certain(self) -> bool:
        """Whether a signature shows it, and not only what somebody wrote into the metadata."""
        return self.source is OriginSource.CREATION


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the maker of a token did with it.

    Attributes:
        at: Unix seconds; None where the node does not tell.
    """

    signature: str
    slot: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Drain:
    """What a withdrawal of liquidity did to a pool's reserve.

    Attributes:
        vault: The pool's token account; of its money rather than of the token that was made, if it has both.
        mint: Of the vault.
        before: Raw tokens.
        after: The same after the withdrawal.
        now: The same when it was read for the scan; None where that could not be read.
    """

    vault: str
    mint: str
    before: int
    after: int
    now: int | None = None

    @property
    def share(self) -> Decimal:
        """From 0 to 1, how much of the reserve was taken."""
        return 1 - Decimal(self.after) / self.before


@dataclass(frozen=True, slots=True)
class Removal:
    """A withdrawal of liquidity.

    Attributes:
        drain: None where the transaction does not show the pool's reserve.
    """

    deed: Deed
    drain: Drain | None


@dataclass(frozen=True, slots=True)
class Minting:
    """Tokens made after the first ones.

    Attributes:
        amount: Raw tokens.
    """

    deed: Deed
    amount: int


@dataclass(frozen=True, slots=True)
class TokenNow:
    """What a mint's account says today.

    Attributes:
        supply: Raw tokens.
    """

    supply: int
    decimals: int
    mint_authority: str | None
    freeze_authority: str | None
    slot: int


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token with what its maker did with it, as far as the maker's history was read.

    Attributes:
        additions: Of liquidity, by the maker; the oldest first.
        removals: Of liquidity, by the maker; the oldest first.
        mintings: After the maker first gave it liquidity; before, nobody could have bought any.
        freezes: Of accounts that hold it.
        now: None where there is no such mint any more.
    """

    mint: str
    made: Deed
    additions: tuple[Deed, ...]
    removals: tuple[Removal, ...]
    mintings: tuple[Minting, ...]
    freezes: tuple[Deed, ...]
    now: TokenNow | Unknown | None


@dataclass(frozen=True, slots=True)
class Deployments:
    """The tokens that a wallet made.

    Attributes:
        tokens: The oldest first.
        complete: Whether all of the wallet's history was read; where it was not, there may be more.
        first_at: Unix seconds of the wallet's first transaction; None where that was not read.
        pools: Those of the exchange that it made, as remembered, however long its history is.
    """

    wallet: str
    tokens: tuple[MadeToken, ...]
    complete: bool
    first_at: int | None
    pools: tuple[KnownPool, ...] | Unknown = ()
