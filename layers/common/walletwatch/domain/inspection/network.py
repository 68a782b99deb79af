"""Whom a wallet deals with, whom those deal with, and who acts together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from walletwatch.domain.risk import Unknown, UnknownReason


class Listings(Protocol):
    """Lists of addresses that people were warned of."""

    async def hits(self, addresses: Collection[str]) -> Mapping[str, str]:
        """By address, the name of the list that has it; addresses on no list are absent.

        Raises:
            StoreUnavailable: The lists could not be asked.
        """


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody whom a wallet has dealt with directly.

    Attributes:
        received: Lamports that the wallet got from there.
        sent: Lamports that it paid there.
        tokens_in: Movements of tokens from there.
        tokens_out: Movements of tokens to there.
        signature: Of the movement of most lamports, of those the newest.
        slot: Of that one.
    """

    address: str
    received: int
    sent: int
    tokens_in: int
    tokens_out: int
    signature: str
    slot: int

    @property
    def movements_of_tokens(self) -> int:
        """In both directions."""
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class Link:
    """What somebody whom the wallet deals with has to do with a third one.

    Attributes:
        contact: Whom the wallet deals with.
        beyond: The third one, seen from the contact.
    """

    contact: str
    beyond: Contact


class Bond(StrEnum):
    """Why wallets are taken for one group."""

    FUNDED_ALIKE = "funded_alike"
    """New wallets, the one looked at among them, got the same amount of the same one in the same minutes."""
    PAID_ALIKE = "paid_alike"
    """The wallet looked at paid several others the same amount in the same minutes."""
    TRADED_ALIKE = "traded_alike"
    """They traded several young tokens in the same minutes as the wallet looked at."""


@dataclass(frozen=True, slots=True)
class Group:
    """Wallets that act as one.

    Attributes:
        hub: Who paid them; None where they have a trade in common.
        members: In the order of the alphabet.
        lamports: The least and the most that one of them got; 0 where none was paid.
        tokens: What they traded; empty where they were paid.
        signatures: Transactions that show it, the oldest first; not necessarily all.
        slot: Of the newest of these.
    """

    bond: Bond
    hub: str | None
    members: tuple[str, ...]
    lamports: tuple[int, int]
    tokens: tuple[str, ...]
    signatures: tuple[str, ...]
    slot: int


@dataclass(frozen=True, slots=True)
class Network:
    """The people around a wallet.

    Attributes:
        contacts: Those with whom most was moved first.
        links: Of the most important contacts, by what they did last; not all that they ever did.
        unseen: Why there may be more groups than `groups`; None where everything was read that it takes.
        complete: Whether `contacts` come from all of the wallet's history.
    """

    wallet: str
    contacts: tuple[Contact, ...]
    links: tuple[Link, ...] | Unknown
    groups: tuple[Group, ...]
    unseen: UnknownReason | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Those around a subject who are on a list, by address, with the name of the list.

    Lists change at any moment while histories are kept for a day: so this is a fact of its own.
    """

    sources: Mapping[str, str]
