"""The chain, and what is known of its tokens."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from walletwatch.domain.activities import Activity
from walletwatch.domain.chain import (
    AccountData,
    AnnouncedSlot,
    Block,
    Observation,
    SignatureInfo,
    Simulation,
    SimulationResult,
    StakingReward,
    WalletBalance,
)
from walletwatch.domain.explanations import Outline
from walletwatch.domain.prices import Price
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.domain.wallets import AccountKind, Cursor, NewAccount

type Decode = Callable[[Mapping[str, Any], str], Activity | None]
"""Tells what a `getTransaction` result did to a wallet; None if it does not concern it.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""


type FindAccounts = Callable[[Mapping[str, Any], str], Sequence[NewAccount]]
"""Tells which accounts a `getTransaction` result shows to be a wallet's.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""


type Outlines = Callable[[Mapping[str, Any]], Outline]
"""Tells what a `getTransaction` result is about.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""


type Concerned = Callable[[Mapping[str, Any]], frozenset[str]]
"""Tells whom a transaction may concern: all accounts it names, and the owners of the token accounts in it.

Raises `MalformedTransaction` for an answer that has not the shape of a transaction.
"""


class Chain(Protocol):
    """An SVM chain, read at commitment `confirmed` (Solana RPC)."""

    async def slot(self) -> int:
        """The newest confirmed slot."""

    async def epoch(self) -> int:
        """The present epoch."""

    async def wallet_balance(self, address: str) -> WalletBalance:
        """Lamports and the token accounts of both token programs."""

    async def token_accounts(
        self, owner: str, *, min_context_slot: int | None = None
    ) -> Sequence[NewAccount]:
        """The token accounts of both token programs that `owner` owns.

        Args:
            owner: Any wallet.
            min_context_slot: The node must have seen this slot, else `ChainUnavailable`.
        """

    async def held_accounts(self, owner: str, *, head: int) -> Sequence[AccountData]:
        """The token accounts of both token programs that `owner` owns, with the first bytes of each.

        Args:
            owner: Any wallet.
            head: How many bytes.
        """

    async def stake_accounts(self, owner: str) -> Sequence[NewAccount]:
        """The stake accounts that `owner` may manage or withdraw from.

        Raises:
            ChainRefused: The node does not answer such a question.
        """

    async def observe(self, accounts: Sequence[tuple[str, AccountKind]]) -> Sequence[Observation]:
        """Look at any number of accounts, 100 a call, in their order; one observation for each call made."""

    async def past(self, address: str, *, not_before: int, limit: int) -> Sequence[SignatureInfo]:
        """The newest transactions that mention `address`, newest first.

        Args:
            address: Any account.
            not_before: Unix seconds; older ones are left out.
            limit: At most so many.
        """

    async def signatures(
        self, address: str, *, after: Cursor, min_context_slot: int | None
    ) -> Sequence[SignatureInfo]:
        """All transactions that mention `address` after the cursor, newest first, paged to the end.

        Args:
            address: Any account.
            after: Neither its signature nor anything at or below its slot before it is returned.
            min_context_slot: The node must have seen this slot, else `ChainUnavailable`.
        """

    async def transactions(self, signatures: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The `getTransaction` results of all these signatures.

        Raises:
            TransactionNotFound: Any of them is not known to the node yet.
        """

    async def staking_rewards(self, addresses: Sequence[str]) -> Sequence[StakingReward]:
        """What these stake accounts were given for the last epoch; one that was given nothing is absent."""

    async def block_time(self, slot: int) -> int | None:
        """Unix seconds of a block, as the validators estimated them; None where the node does not know."""

    async def accounts(
        self, addresses: Sequence[str], *, head: int | None = None
    ) -> Mapping[str, AccountData | None]:
        """Any number of accounts, 100 a call; None for one that does not exist.

        Those of one call, in the order of the addresses, are of one slot.

        Args:
            addresses: Of the accounts.
            head: How many bytes of each are wanted; a program's code has millions.
        """

    async def program_accounts(
        self, program: str, *, size: int | None, memcmp: Mapping[int, str], slice_: tuple[int, int]
    ) -> Sequence[AccountData]:
        """The accounts that a program owns.

        Args:
            program: Their owner.
            size: Of their data, in bytes; None where they are of any.
            memcmp: What their data have at some offsets, in base58.
            slice_: Offset and length of the bytes wanted of each.

        Raises:
            ChainRefused: Many providers do not answer this method.
        """

    async def largest_token_accounts(self, mint: str) -> Sequence[str]:
        """The token accounts that hold the most of a mint, at most twenty, the largest first.

        Raises:
            ChainRefused: Most public nodes do not answer this for a token program of many accounts.
        """

    async def token_accounts_of(self, mint: str, program: str) -> Sequence[AccountData]:
        """All token accounts of a mint, each with its bytes from the owner to the state (32 to 109).

        Args:
            mint: Any.
            program: The token program that owns it.

        Raises:
            ChainRefused: Many providers do not answer this method.
        """

    async def simulate(self, simulations: Sequence[Simulation]) -> Sequence[SimulationResult]:
        """What the transactions would do now, each by itself, in their order; nothing is signed or kept."""


class Tokens(Protocol):
    """What mints are called, by the chain profile's list or by their makers."""

    async def identities(self, mints: Sequence[str]) -> Mapping[str, TokenIdentity]:
        """What the mints are called; one that does not exist, or is no mint, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """


class Prices(Protocol):
    """What assets are worth in US dollars."""

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """The prices that are known and fresh, by asset; one that is missing is unknown, not worthless.

        Args:
            assets: Mints, or `NATIVE`.

        Raises:
            PriceUnavailable: Nobody could be asked.
        """


class Blocks(Protocol):
    """The chain block by block, at the commitment that the deployment follows."""

    async def newest(self) -> int:
        """The newest slot that has a block."""

    async def slots_after(self, slot: int, limit: int) -> Sequence[int]:
        """The next slots that have a block, ascending."""

    async def block(self, slot: int) -> Block:
        """The block of a slot.

        Raises:
            SlotSkipped: There is none, or the node does not keep it.
            BlockNotAvailable: There is none yet.
        """


class SlotFeed(Protocol):
    """News of slots, as a hint: they may be late, incomplete, or of a fork."""

    async def announced(self, patience: timedelta) -> Sequence[AnnouncedSlot]:
        """What was announced since the last call, waiting for it up to `patience`; nothing if in vain."""
