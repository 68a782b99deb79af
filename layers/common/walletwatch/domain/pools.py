"""The exchange's pools: who made them, what became of their liquidity, and who lists them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

POOLS: Final = "XDEX pools"
"""Source of what is entered into the blocklist because of pools."""
API: Final = "XDEX API"
"""Source of pools: the exchange's own list."""
CHAIN: Final = "chain"
"""Source of pools: the accounts of the exchange's program, where the node lists them."""

NEVER_REDEEMED: Final = 100
"""LP tokens that the program keeps back when a pool is made (raydium-cp-swap, `initialize`)."""
SHRUNK: Final = Decimal("0.75")
"""Of the last good count: a source that has fewer has more likely failed than lost a quarter of its pools."""


@dataclass(frozen=True, slots=True)
class ListedPool:
    """A pool as the exchange's API lists it.

    Attributes:
        tvl_usd: What it says that the pool holds; None where it says nothing that can be believed.
    """

    address: str
    tvl_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """A pool as the chain has it.

    Attributes:
        creator: Who made the pool.
        lp_supply: By the pool's own count, in base units.
        reserves: Of the vaults, in base units, fees included.
        decimals: Of the mints.
    """

    address: str
    creator: str
    mints: tuple[str, str]
    vaults: tuple[str, str]
    lp_mint: str
    lp_supply: int
    reserves: tuple[int, int]
    decimals: tuple[int, int]
    slot: int

    def is_drained(self, money: Collection[str], most: int) -> bool:
        """Whether its liquidity is gone: all of it, or half of what it was ever seen to have.

        This only says which pools are worth a look into their history.

        Args:
            money: Mints that are worth something; less than one whole token of them is nothing.
            most: LP tokens that it was ever seen to have.
        """
        if self.lp_supply <= NEVER_REDEEMED or self.lp_supply * 2 <= most:
            return True
        sides = zip(self.mints, self.reserves, self.decimals, strict=True)
        return any(reserve < (10**decimals if mint in money else 1) for mint, reserve, decimals in sides)


@dataclass(frozen=True, slots=True)
class PoolPull:
    """The withdrawal that shows that a token's maker took the liquidity away.

    Attributes:
        mint: Of the token.
        share: From 0 to 1, of the pool's reserve.
        soon: Whether that was not long after the token was made.
    """

    mint: str
    signature: str
    slot: int
    share: Decimal
    soon: bool


@dataclass(frozen=True, slots=True)
class KnownPool:
    """What is remembered of a pool.

    Attributes:
        drained: Whether its liquidity was gone when it was last seen.
        slot: When that was.
    """

    address: str
    mints: tuple[str, str]
    drained: bool
    slot: int
    pull: PoolPull | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """Who made several pools of different tokens whose liquidity is gone.

    Attributes:
        mints: Of these tokens.
    """

    creator: str
    mints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a list from outside is.

    Attributes:
        count: Entries of the last good answer; None where there was none yet.
        at: When that was.
        refused_at: When an answer was last not taken; None where the last one was good.
        reason: Why it was not.
    """

    source: str
    count: int | None
    at: datetime | None
    refused_at: datetime | None = None
    reason: str | None = None
