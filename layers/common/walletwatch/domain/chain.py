"""What the chain says, in the words the services use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from walletwatch.domain.wallets import AccountKind


@dataclass(frozen=True, slots=True)
class SignatureInfo:
    """One row of `getSignaturesForAddress`."""

    signature: str
    slot: int
    failed: bool


@dataclass(frozen=True, slots=True)
class TokenHolding:
    """A token account of a wallet.

    Attributes:
        amount: Raw token amount.
        delegate: Who may spend `delegated_amount` of it.
        close_authority: Who may close it in the owner's place, and take its lamports.
    """

    address: str
    kind: AccountKind
    mint: str
    amount: int
    decimals: int
    lamports: int
    frozen: bool = False
    delegate: str | None = None
    delegated_amount: int = 0
    close_authority: str | None = None


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """What a wallet holds at a slot: lamports and token accounts, wrapped native among them."""

    address: str
    slot: int
    lamports: int
    holdings: tuple[TokenHolding, ...]


@dataclass(frozen=True, slots=True)
class ObservedAccount:
    """One account of a `getMultipleAccounts` answer, reduced to a hash of what matters.

    Attributes:
        kind: As what it was looked at; one account may be two kinds to two wallets.
        digest: Over lamports, owner program and the bytes that matter; an absent account has one too.
    """

    address: str
    kind: AccountKind
    digest: bytes


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at many accounts; each account carries the slot of the call that saw it."""

    slot: int
    accounts: Sequence[ObservedAccount]


@dataclass(frozen=True, slots=True)
class Block:
    """A block, as `getBlock` tells it.

    Attributes:
        parent_slot: The slot of the block that it builds on; slots in between have none.
        transactions: Each in the form of a `getTransaction` result.
    """

    slot: int
    parent_slot: int
    blockhash: str
    previous_blockhash: str
    transactions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AnnouncedSlot:
    """A node has begun with a slot, and so is done with the block of its parent (`slotSubscribe`)."""

    slot: int
    parent: int


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where the blocks were followed.

    Attributes:
        slot: Of the last block whose wallets were all queued.
        blockhash: Of that block, so that a fork is noticed.
    """

    slot: int
    blockhash: str


@dataclass(frozen=True, slots=True)
class AccountData:
    """An account as the chain has it.

    Attributes:
        owner: The program that owns it.
        data: All of its bytes, or the slice that was asked for.
        slot: The slot of the call that saw it.
    """

    address: str
    owner: str
    lamports: int
    data: bytes
    slot: int


@dataclass(frozen=True, slots=True)
class StakingReward:
    """Lamports that a stake account was given for an epoch, by no transaction.

    Attributes:
        slot: In which they were credited.
    """

    address: str
    epoch: int
    slot: int
    lamports: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """A transaction to be tried out.

    Attributes:
        transaction: In wire form; its signatures need not be valid, nor its blockhash.
        watched: Accounts whose state afterwards is wanted.
    """

    transaction: bytes
    watched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimulationError:
    """Why a simulated transaction failed (Agave `TransactionError`).

    Attributes:
        name: Of the error, such as `Custom` or `AccountNotFound`.
        instruction: Index of the one that failed; None where none was run.
        code: Of a program's own error.
    """

    name: str
    instruction: int | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What a transaction would do now.

    Attributes:
        slot: On whose state it ran.
        error: None where it would succeed.
        logs: The last lines.
        accounts: The watched ones as they would be, None for one that would not exist; empty where it would
            fail.
    """

    slot: int
    error: SimulationError | None
    logs: tuple[str, ...]
    accounts: Mapping[str, AccountData | None]
