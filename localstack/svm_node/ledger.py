"""Blocks and transactions of the past, and the index from address to transactions."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata

from svm_node.transaction_errors import TransactionFailure


class ResolvedKeys(NamedTuple):
    """The account keys of a transaction; instructions index the three parts as one list, in this order."""

    static: Sequence[Pubkey]
    loaded_writable: Sequence[Pubkey]
    loaded_readonly: Sequence[Pubkey]

    def all(self) -> list[Pubkey]:
        """All keys in index order."""
        return [*self.static, *self.loaded_writable, *self.loaded_readonly]


class TokenBalance(NamedTuple):
    """What a token account held.

    Attributes:
        amount: In base units.
    """

    account_index: int
    mint: Pubkey
    owner: Pubkey
    program: Pubkey
    amount: int
    decimals: int


class Balances(NamedTuple):
    """What the accounts of a transaction held at one moment; lamports in key order."""

    lamports: Sequence[int]
    tokens: Sequence[TokenBalance]


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction that landed.

    Attributes:
        sequence: Position among all transactions of the chain.
        index: Position in its block.
        changed: Accounts whose state the transaction changed.
    """

    signature: str
    sequence: int
    slot: int
    index: int
    transaction: VersionedTransaction
    keys: ResolvedKeys
    failure: TransactionFailure | None
    meta: TransactionMetadata
    before: Balances
    after: Balances
    changed: Sequence[Pubkey]


@dataclass(slots=True)
class Block:
    """A block; open, and without a hash of its own, while its slot lasts.

    Attributes:
        time: Unix seconds.
        blockhash: Empty while open.
    """

    slot: int
    parent_slot: int
    height: int
    time: int
    previous_blockhash: str
    blockhash: str = ""
    records: list[TransactionRecord] = field(default_factory=list)


class Ledger:
    """The chain's history, in memory."""

    def __init__(self, genesis: Block) -> None:
        self._blocks: dict[int, Block] = {genesis.slot: genesis}
        self._slots: list[int] = [genesis.slot]
        self._by_signature: dict[str, TransactionRecord] = {}
        self._by_address: defaultdict[Pubkey, list[TransactionRecord]] = defaultdict(list)

    @property
    def transaction_count(self) -> int:
        """Transactions since genesis."""
        return len(self._by_signature)

    @property
    def tip(self) -> Block:
        """The newest block, open or not."""
        return self._blocks[self._slots[-1]]

    def open_block(self, block: Block) -> None:
        """Append the block of a slot after the newest one."""
        self._blocks[block.slot] = block
        self._slots.append(block.slot)

    def add(self, record: TransactionRecord) -> None:
        """Append a transaction to the newest block."""
        self.tip.records.append(record)
        self._by_signature[record.signature] = record
        for key in dict.fromkeys(record.keys.all()):
            self._by_address[key].append(record)

    def block(self, slot: int) -> Block | None:
        """The block of a slot; None if it was skipped or has not come."""
        return self._blocks.get(slot)

    def block_above(self, depth: int) -> Block:
        """The block `depth` blocks below the newest; genesis where there are fewer."""
        return self._blocks[self._slots[max(0, len(self._slots) - 1 - depth)]]

    def slots_between(self, first: int, last: int) -> list[int]:
        """Slots with a block, from first to last, both included."""
        return self._slots[bisect_left(self._slots, first) : bisect_left(self._slots, last + 1)]

    def slots_from(self, first: int, limit: int) -> list[int]:
        """The first `limit` slots with a block from a slot on."""
        start = bisect_left(self._slots, first)
        return self._slots[start : start + limit]

    def transaction(self, signature: str) -> TransactionRecord | None:
        """A transaction by its first signature."""
        return self._by_signature.get(signature)

    def mentions(
        self, address: Pubkey, *, below: int | None = None, above: int | None = None
    ) -> Iterator[TransactionRecord]:
        """Transactions that have an address among their keys, newest first.

        Args:
            address: The address.
            below: Only transactions before this sequence number.
            above: Only transactions after this sequence number.
        """
        records = self._by_address.get(address, [])
        end = len(records) if below is None else bisect_left(records, below, key=_sequence)
        start = 0 if above is None else bisect_left(records, above + 1, key=_sequence)
        for position in range(end - 1, start - 1, -1):
            yield records[position]


def _sequence(record: TransactionRecord) -> int:
    return record.sequence
