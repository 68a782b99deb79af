"""Where the first money of a wallet came from."""

from dataclasses import dataclass
from enum import StrEnum

from walletwatch.domain.profile import KnownAddress
from walletwatch.domain.risk import Unknown


class FundingEnd(StrEnum):
    """Why a chain of funding is not followed any further."""

    KNOWN = "known"
    """The last funder is known: whoever paid an exchange is not in what it pays out."""
    CYCLE = "cycle"
    """The last funder was funded by somebody who is in the chain already."""
    FAR_ENOUGH = "far_enough"
    """As far as a scan goes."""
    NOBODY = "nobody"
    """The first money came by no wallet's transfer."""


@dataclass(frozen=True, slots=True)
class Funding:
    """The first money that a wallet got.

    Attributes:
        lamports: Of the transfer.
        at: Unix seconds; None where the node does not tell.
    """

    wallet: str
    funder: str
    lamports: int
    signature: str
    slot: int
    at: int | None


@dataclass(frozen=True, slots=True)
class FundingChain:
    """Who funded a wallet, who funded that one, and so on.

    Attributes:
        hops: The first is the wallet's own; each wallet of a hop is the funder of the one before.
        end: Why it ends there; unknown where the last funder's first money could not be found.
        known: Who the last funder is, where the profile knows.
    """

    wallet: str
    hops: tuple[Funding, ...]
    end: FundingEnd | Unknown
    known: KnownAddress | None = None

    @property
    def funders(self) -> tuple[str, ...]:
        """The nearest first."""
        return tuple(hop.funder for hop in self.hops)
