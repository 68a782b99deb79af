"""The pool account of Raydium's CP-Swap and its forks (raydium-cp-swap, `states/pool.rs`), and its vaults."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from walletwatch.domain.addresses import encode, encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.programs import TOKEN_PROGRAMS

SIZE: Final = 637
MINT_OFFSETS: Final = (168, 200)
DISCRIMINATOR: Final = bytes.fromhex("f7ede3f5d7c3de46")
"""Anchor's: the first bytes of sha256("account:PoolState")."""
DISCRIMINATOR_FILTER: Final = encode(DISCRIMINATOR)
IDENTITY: Final = (72, 269)
"""Offset and length of the bytes that tell a pool from another: from its vaults to its LP supply."""
HEAD: Final = 341
"""Bytes from the beginning to the LP supply."""

_CONFIG: Final = 8
_CREATOR: Final = 40
_VAULTS: Final = (72, 104)
_LP_MINT: Final = 136
_TOKEN_PROGRAMS: Final = (232, 264)
_OBSERVATION: Final = 296
_STATUS: Final = 329
_SWAP_DISABLED: Final = 0b100
_DECIMALS: Final = (331, 332)
_LP_SUPPLY: Final = 333
_PROTOCOL_FEES: Final = (341, 349)
_FUND_FEES: Final = (357, 365)
_OPEN_TIME: Final = 373
# Padding that is zero in forks made before Raydium introduced fees for a pool's creator.
_CREATOR_FEES: Final = (397, 405)

_MIN_TOKEN_ACCOUNT: Final = 165
_TOKEN_AMOUNT: Final = 64
_TOKEN_STATE: Final = 108
_INITIALIZED: Final = 1


@dataclass(frozen=True, slots=True)
class Pool:
    """What does not change about a pool, and how many LP tokens it had when it was found.

    Attributes:
        lp_supply: Base units; it grows with what people put in, and no swap changes it.
    """

    address: str
    vaults: tuple[str, str]
    mints: tuple[str, str]
    lp_supply: int


@dataclass(frozen=True, slots=True)
class PoolDetails:
    """What else a pool's account tells.

    Attributes:
        config: Of its fees.
        creator: Who made the pool, and was given the first LP tokens.
        token_programs: Of the mints.
        decimals: Of the mints.
        observation: Where the program notes its prices.
        opens_at: Unix seconds; never before the pool was made.
    """

    config: str
    creator: str
    lp_mint: str
    token_programs: tuple[str, str]
    decimals: tuple[int, int]
    observation: str
    opens_at: int


@dataclass(frozen=True, slots=True)
class PoolHead:
    """Who made a pool, of what, and how many LP tokens it counts.

    Attributes:
        creator: Who made it, and was given the first LP tokens.
        lp_supply: Base units.
    """

    creator: str
    vaults: tuple[str, str]
    lp_mint: str
    mints: tuple[str, str]
    decimals: tuple[int, int]
    lp_supply: int


@dataclass(frozen=True, slots=True)
class Reserves:
    """What a pool can be traded against, by side, in base units.

    Attributes:
        decimals: Of the mints.
    """

    amounts: tuple[int, int]
    decimals: tuple[int, int]


def read_pool(address: str, identity: bytes) -> Pool | None:
    """The pool of the `IDENTITY` bytes of its account; None if there are not as many."""
    offset, length = IDENTITY
    if len(identity) != length:
        return None

    def at(place: int) -> str:
        return encode_address(identity[place - offset : place - offset + 32])

    return Pool(
        address,
        (at(_VAULTS[0]), at(_VAULTS[1])),
        (at(MINT_OFFSETS[0]), at(MINT_OFFSETS[1])),
        _u64(identity, _LP_SUPPLY - offset),
    )


def read_details(account: AccountData) -> PoolDetails:
    """What else the account of a pool (`is_pool`) tells."""

    def at(place: int) -> str:
        return encode_address(account.data[place : place + 32])

    return PoolDetails(
        config=at(_CONFIG),
        creator=at(_CREATOR),
        lp_mint=at(_LP_MINT),
        token_programs=(at(_TOKEN_PROGRAMS[0]), at(_TOKEN_PROGRAMS[1])),
        decimals=(account.data[_DECIMALS[0]], account.data[_DECIMALS[1]]),
        observation=at(_OBSERVATION),
        opens_at=_u64(account.data, _OPEN_TIME),
    )


def read_pool_head(account: AccountData, program: str) -> PoolHead | None:
    """What the first `HEAD` bytes of a pool's account tell; None if it is no pool that this program made."""
    data = account.data
    if account.owner != program or len(data) < HEAD or data[:8] != DISCRIMINATOR:
        return None

    def at(place: int) -> str:
        return encode_address(data[place : place + 32])

    return PoolHead(
        creator=at(_CREATOR),
        vaults=(at(_VAULTS[0]), at(_VAULTS[1])),
        lp_mint=at(_LP_MINT),
        mints=(at(MINT_OFFSETS[0]), at(MINT_OFFSETS[1])),
        decimals=(data[_DECIMALS[0]], data[_DECIMALS[1]]),
        lp_supply=_u64(data, _LP_SUPPLY),
    )


def is_pool(account: AccountData, program: str) -> bool:
    """Whether it is a pool that this program made: only its owner can have written its bytes."""
    return account.owner == program and len(account.data) == SIZE and account.data[:8] == DISCRIMINATOR


def read_reserves(
    pool: Pool, account: AccountData, vaults: tuple[AccountData, AccountData], now: datetime
) -> Reserves | None:
    """What can be traded: the vaults' balances without the fees in them that are owed to others.

    Args:
        pool: As it was found.
        account: The same pool's account, of a program that is trusted (`is_pool`).
        vaults: The accounts of both vaults, seen in the same slot.
        now: Pools that open later do not trade yet.

    Returns:
        None if the pool does not trade, or the accounts are not what they should be.
    """
    data = account.data
    start, length = IDENTITY
    current = read_pool(pool.address, data[start : start + length])
    if current is None or (current.vaults, current.mints) != (pool.vaults, pool.mints):
        return None
    if data[_STATUS] & _SWAP_DISABLED or _u64(data, _OPEN_TIME) > now.timestamp():
        return None
    amounts = []
    for side, vault in enumerate(vaults):
        balance = _balance(vault, pool.mints[side])
        if balance is None:
            return None
        owed = sum(_u64(data, fees[side]) for fees in (_PROTOCOL_FEES, _FUND_FEES, _CREATOR_FEES))
        if owed >= balance:
            return None
        amounts.append(balance - owed)
    return Reserves((amounts[0], amounts[1]), (data[_DECIMALS[0]], data[_DECIMALS[1]]))


def _balance(vault: AccountData, mint: str) -> int | None:
    data = vault.data
    if vault.owner not in TOKEN_PROGRAMS or len(data) < _MIN_TOKEN_ACCOUNT:
        return None
    if encode_address(data[:32]) != mint or data[_TOKEN_STATE] != _INITIALIZED:
        return None
    return _u64(data, _TOKEN_AMOUNT)


def _u64(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 8], "little")
