"""Where a token can be sold, and who can take that away."""

from dataclasses import dataclass
from decimal import Decimal

from walletwatch.domain.inspection.holders import Holding
from walletwatch.domain.risk import Unknown


@dataclass(frozen=True, slots=True)
class LpShares:
    """Who can take a pool's money out, in raw LP tokens.

    Attributes:
        supply: By the pool's own count, which burning by its holder does not lower.
        burned: Nobody can redeem them, the locked minimum of the program among them.
        locked: Given back later, or never.
        makers: Held by whoever made the pool, or keeps a power over the token.
        largest: The accounts that hold the most.
    """

    supply: int
    burned: int
    locked: int
    makers: int
    largest: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """Somebody took money out of a pool.

    Attributes:
        at: Unix seconds; None where the node does not know.
        by: Who paid for the transaction.
        share: Part of what the pool held, from 0 to 1.
        taken: Raw tokens out of each vault, in the order of the pool's account.
    """

    signature: str
    slot: int
    at: int | None
    by: str
    share: Decimal
    taken: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool of the token with another one.

    Attributes:
        opened_at: Unix seconds.
        counter_mint: Of the other token.
        vault: Holds the token.
        counter_vault: Holds the other one.
        vault_is_first: Of the two in the pool's account.
        reserve: Raw tokens that it trades with; 0 where it does not trade.
        counter_reserve: The same of the other token.
        depth_usd: What both sides are worth, twice the other one's.
        counter_usd: What one raw token of the other mint is worth.
        lp: None for a pool that was not looked into.
        removals: Of the last times that its LP tokens moved; None for a pool that was not looked into.
    """

    address: str
    creator: str
    opened_at: int
    counter_mint: str
    vault: str
    counter_vault: str
    vault_is_first: bool
    reserve: int
    counter_reserve: int
    depth_usd: Decimal | Unknown
    counter_usd: Decimal | Unknown
    lp: LpShares | Unknown | None
    removals: tuple[Removal, ...] | Unknown | None


@dataclass(frozen=True, slots=True)
class Liquidity:
    """The pools of a token on the chain's exchange.

    Attributes:
        pools: Those that were looked into first, and of these the deepest.
        complete: Whether these are all of them.
        read_at: Unix seconds.
    """

    mint: str
    pools: tuple[PoolState, ...]
    complete: bool
    read_at: int
    slot: int
