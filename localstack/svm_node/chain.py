"""A chain of blocks over LiteSVM: slots, blockhashes, commitment, and the recording of transactions."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from solders.account import Account
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import from_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from svm_node.accounts import MINT_LENGTH, AccountStore
from svm_node.commitment import Commitment, Depths
from svm_node.faucet import airdrop_transactions
from svm_node.keys import UnresolvableKeys, resolve_keys, writable_keys
from svm_node.ledger import Balances, Block, Ledger, ResolvedKeys, TransactionRecord
from svm_node.nonce import nonce_is_current
from svm_node.programs import (
    BPF_LOADER,
    BPF_UPGRADEABLE_LOADER,
    NATIVE_LOADER,
    NATIVE_MINT,
    SYSTEM_PROGRAM,
    SYSVAR_OWNER,
    TOKEN_PROGRAM,
)
from svm_node.runtime import RuntimeOptions, make_svm
from svm_node.token_balances import native_mint_data, token_balance
from svm_node.transaction_errors import TransactionFailure, failure, named_failure

FAUCET_LAMPORTS = 5 * 10**17
MAX_PROCESSING_AGE = 150
"""Blocks for which a blockhash is accepted in transactions."""
_SLOT_HASHES = 512


@dataclass(frozen=True, slots=True)
class ChainOptions:
    """How the chain behaves.

    Attributes:
        depths: Blocks until a block is confirmed and finalized.
        slots_per_epoch: Length of an epoch; there is no warm-up.
        runtime: What the programs do.
        clock: Unix time in seconds, for block times.
    """

    depths: Depths = field(default_factory=Depths)
    slots_per_epoch: int = 432_000
    runtime: RuntimeOptions = field(default_factory=RuntimeOptions)
    clock: Callable[[], float] = time.time


class ChainListener(Protocol):
    """Is told what happens on the chain, at the moment it happens."""

    def transaction_processed(self, record: TransactionRecord) -> None:
        """A transaction landed in the open block."""

    def slot_advanced(self, opened: Block, confirmed: Sequence[Block], finalized: Sequence[Block]) -> None:
        """A block was closed, the next one opened; these blocks reached their levels by it, oldest first."""


class TransactionRejected(Exception):
    """A transaction that cannot land: no fee is charged and nothing is recorded."""

    def __init__(self, reason: TransactionFailure) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a transaction would do.

    Attributes:
        meta: None where the transaction was refused before it ran.
        accounts: State after it, of the accounts it may write; empty if it failed.
    """

    failure: TransactionFailure | None
    meta: TransactionMetadata | None
    keys: ResolvedKeys | None
    accounts: dict[Pubkey, Account]


@dataclass(frozen=True, slots=True)
class Reward:
    """A staking reward.

    Attributes:
        epoch: For which it was given.
        slot: In which it was credited, in the epoch after that.
        balance: Lamports of the account after it.
    """

    epoch: int
    slot: int
    lamports: int
    balance: int


class Chain:
    """Runs transactions, makes blocks, and answers what was at each commitment level."""

    def __init__(self, options: ChainOptions | None = None) -> None:
        self._options = options or ChainOptions()
        self._svm = make_svm(self._options.runtime, self._options.slots_per_epoch)
        self.accounts = AccountStore(self._svm)
        self.faucet = Keypair()
        self.genesis_hash = _digest(os.urandom(32))
        self.rejected_count = 0
        self.rewards: dict[tuple[Pubkey, int], Reward] = {}
        self._listeners: list[ChainListener] = []
        self._heights_of_blockhashes: dict[str, int] = {self.genesis_hash: 0}
        self._slot_hashes: list[tuple[int, Hash]] = []
        genesis = Block(0, 0, 0, int(self._options.clock()), str(Hash.default()), self.genesis_hash)
        self.ledger = Ledger(genesis)
        self._confirmed = self._finalized = genesis
        for program in (BPF_LOADER, BPF_UPGRADEABLE_LOADER, NATIVE_LOADER, SYSVAR_OWNER):
            self.accounts.seed(program)
        self.set_account(self.faucet.pubkey(), Account(FAUCET_LAMPORTS, b"", SYSTEM_PROGRAM))
        # LiteSVM has no wrapped native token; every real cluster has it from genesis.
        self.set_account(
            NATIVE_MINT, Account(self.rent_exempt_minimum(MINT_LENGTH), native_mint_data(), TOKEN_PROGRAM)
        )
        self._open(slot=1)

    @property
    def options(self) -> ChainOptions:
        """What the chain was made with."""
        return self._options

    def listen(self, listener: ChainListener) -> None:
        """Tell a listener of everything from now on."""
        self._listeners.append(listener)

    # Slots

    def block_at(self, commitment: Commitment) -> Block:
        """The newest block at a level; at `processed`, the open one."""
        if commitment is Commitment.FINALIZED:
            return self._finalized
        if commitment is Commitment.CONFIRMED:
            return self._confirmed
        return self.ledger.tip

    def level_of(self, slot: int) -> Commitment:
        """The level a slot's block has reached."""
        if slot <= self._finalized.slot:
            return Commitment.FINALIZED
        return Commitment.CONFIRMED if slot <= self._confirmed.slot else Commitment.PROCESSED

    def epoch_of(self, slot: int) -> int:
        """The epoch a slot is in."""
        return slot // self._options.slots_per_epoch

    def advance(self, *, skip: int = 0) -> Block:
        """Close the open block and open the next one, leaving out `skip` slots in between."""
        tip = self.ledger.tip
        tip.blockhash = _block_hash(tip)
        self._slot_hashes.insert(0, (tip.slot, Hash.from_string(tip.blockhash)))
        del self._slot_hashes[_SLOT_HASHES:]
        opened = self._open(slot=tip.slot + 1 + skip)
        depths = self._options.depths
        confirmed = self._raise(self._confirmed, self.ledger.block_above(depths.confirmed))
        finalized = self._raise(self._finalized, self.ledger.block_above(depths.finalized))
        if confirmed:
            self._confirmed = confirmed[-1]
        for block in finalized:
            self._finalized = block
            self.accounts.finalize(block.slot)
        for listener in self._listeners:
            listener.slot_advanced(opened, confirmed, finalized)
        return opened

    def _open(self, slot: int) -> Block:
        parent = self.ledger.tip
        now = int(self._options.clock())
        block = Block(slot, parent.slot, parent.height + 1, now, parent.blockhash)
        self.ledger.open_block(block)
        self._heights_of_blockhashes[parent.blockhash] = parent.height
        if len(self._heights_of_blockhashes) > 2 * MAX_PROCESSING_AGE:
            del self._heights_of_blockhashes[next(iter(self._heights_of_blockhashes))]
        clock = self._svm.get_clock()
        epoch = self.epoch_of(slot)
        if epoch != clock.epoch or slot == 1:
            clock.epoch_start_timestamp = now
        clock.slot, clock.unix_timestamp = slot, now
        clock.epoch, clock.leader_schedule_epoch = epoch, epoch + 1
        self._svm.set_clock(clock)
        self._svm.set_slot_hashes(self._slot_hashes)
        # A durable nonce advances to a hash derived from LiteSVM's own blockhash.
        self._svm.expire_blockhash()
        return block

    def _raise(self, old: Block, new: Block) -> list[Block]:
        blocks = (self.ledger.block(slot) for slot in self.ledger.slots_between(old.slot + 1, new.slot))
        return [block for block in blocks if block is not None]

    # Blockhashes

    def latest_blockhash(self, commitment: Commitment) -> tuple[str, int]:
        """The newest blockhash at a level, and the last block height at which it is accepted."""
        block = self.block_at(commitment)
        # The open block has no hash yet; its bank hands out its parent's.
        blockhash = block.blockhash or block.previous_blockhash
        return blockhash, self._heights_of_blockhashes[blockhash] + MAX_PROCESSING_AGE

    def is_blockhash_valid(self, blockhash: str, commitment: Commitment) -> bool:
        """Whether transactions with this blockhash are accepted in the newest block at a level."""
        height = self._heights_of_blockhashes.get(blockhash)
        return height is not None and 0 <= self.block_at(commitment).height - height <= MAX_PROCESSING_AGE

    # Transactions

    def send(self, transaction: VersionedTransaction) -> TransactionRecord:
        """Run a transaction in the open block.

        Returns:
            The record; its `failure` tells whether the transaction failed and was only charged its fee.

        Raises:
            TransactionRejected: It cannot land (blockhash, signature, duplicate, fee payer, …).
        """
        reason, keys = self._check(transaction)
        if reason is None and not all(transaction.verify_with_results()):
            reason = named_failure("SignatureFailure")
        if reason is not None or keys is None:
            self.rejected_count += 1
            raise TransactionRejected(reason or named_failure("SanitizeFailure"))
        all_keys = keys.all()
        before = self._balances(all_keys)
        writable = self.accounts.newest_of(writable_keys(transaction.message, keys))
        result = self._svm.send_transaction(transaction)
        failed = result.err() if isinstance(result, FailedTransactionMetadata) else None
        changed = self.accounts.refresh(writable, self.ledger.tip.slot)
        # LiteSVM reports a fee for a transaction it refused, too; only one that ran has paid it.
        if failed is not None and not changed:
            self.rejected_count += 1
            raise TransactionRejected(failure(failed))
        tip = self.ledger.tip
        record = TransactionRecord(
            signature=str(transaction.signatures[0]),
            sequence=self.ledger.transaction_count,
            slot=tip.slot,
            index=len(tip.records),
            transaction=transaction,
            keys=keys,
            failure=None if failed is None else failure(failed),
            meta=_meta(result),
            before=before,
            after=self._balances(all_keys),
            changed=changed,
        )
        self.ledger.add(record)
        for listener in self._listeners:
            listener.transaction_processed(record)
        return record

    def simulate(
        self, transaction: VersionedTransaction, *, verify_signatures: bool, check_blockhash: bool
    ) -> Simulation:
        """Run a transaction on the open block's state without keeping what it does."""
        reason, keys = self._check(transaction, check_blockhash=check_blockhash)
        if reason is not None:
            return Simulation(reason, None, keys, {})
        self._svm.with_sigverify(verify_signatures)
        try:
            result = self._svm.simulate_transaction(transaction)
        finally:
            self._svm.with_sigverify(True)
        if isinstance(result, FailedTransactionMetadata):
            return Simulation(failure(result.err()), result.meta(), keys, {})
        return Simulation(None, result.meta(), keys, dict(result.post_accounts()))

    def airdrop(self, recipient: Pubkey, lamports: int) -> TransactionRecord:
        """Pay from the faucet by an ordinary transfer, so that it is in the history.

        Raises:
            TransactionRejected: It cannot land, e.g. as the recipient would stay below rent exemption.
        """
        blockhash, _ = self.latest_blockhash(Commitment.PROCESSED)
        transaction = next(
            transaction
            for transaction in airdrop_transactions(self.faucet, recipient, lamports, blockhash)
            if self.ledger.transaction(str(transaction.signatures[0])) is None
        )
        simulation = self.simulate(transaction, verify_signatures=True, check_blockhash=True)
        if simulation.failure is not None:
            raise TransactionRejected(simulation.failure)
        return self.send(transaction)

    def set_account(self, address: Pubkey, account: Account) -> None:
        """Put an account in place without a transaction, as of the newest slot."""
        before = self.accounts.newest_of([address])
        self._svm.set_account(address, account)
        self.accounts.refresh(before, self.ledger.tip.slot)

    def reward(self, address: Pubkey, lamports: int) -> Reward:
        """Credit a staking reward of the epoch before this one, as the runtime does: by no transaction.

        Raises:
            KeyError: There is no such account.
            ValueError: No epoch has ended yet.
        """
        slot = self.ledger.tip.slot
        epoch = self.epoch_of(slot) - 1
        if epoch < 0:
            raise ValueError("no epoch has ended yet")
        account = self.accounts.newest(address)
        if account is None:
            raise KeyError(str(address))
        balance = account.lamports + lamports
        self.set_account(
            address, Account(balance, account.data, account.owner, account.executable, account.rent_epoch)
        )
        reward = self.rewards[address, epoch] = Reward(epoch, slot, lamports, balance)
        return reward

    def rent_exempt_minimum(self, size: int) -> int:
        """Lamports an account of this many bytes must hold."""
        return self._svm.minimum_balance_for_rent_exemption(size)

    def fee_for_message(self, raw: bytes, commitment: Commitment) -> int | None:
        """Lamports a message would cost; None where its blockhash is not accepted at this level.

        Raises:
            ValueError: The bytes are no message.
        """
        message = from_bytes_versioned(raw)
        if not self.is_blockhash_valid(str(message.recent_blockhash), commitment):
            return None
        signatures = [Signature.default()] * message.header.num_required_signatures
        transaction = VersionedTransaction.populate(message, signatures)
        simulation = self.simulate(transaction, verify_signatures=False, check_blockhash=False)
        return simulation.meta.fee() if simulation.meta else None

    def _check(
        self, transaction: VersionedTransaction, *, check_blockhash: bool = True
    ) -> tuple[TransactionFailure | None, ResolvedKeys | None]:
        try:
            keys = resolve_keys(transaction.message, self.accounts)
        except UnresolvableKeys as error:
            return named_failure(error.reason), None
        if check_blockhash and not self._blockhash_accepted(transaction):
            return named_failure("BlockhashNotFound"), keys
        if self.ledger.transaction(str(transaction.signatures[0])) is not None:
            return named_failure("AlreadyProcessed"), keys
        return None, keys

    def _blockhash_accepted(self, transaction: VersionedTransaction) -> bool:
        if self.is_blockhash_valid(str(transaction.message.recent_blockhash), Commitment.PROCESSED):
            return True
        return transaction.uses_durable_nonce() and nonce_is_current(transaction.message, self.accounts)

    def _balances(self, keys: Sequence[Pubkey]) -> Balances:
        lamports = []
        tokens = []
        for index, key in enumerate(keys):
            account = self.accounts.newest(key)
            lamports.append(account.lamports if account else 0)
            if account and (balance := token_balance(index, account, self.accounts)):
                tokens.append(balance)
        return Balances(lamports, tokens)


def _meta(result: TransactionMetadata | FailedTransactionMetadata) -> TransactionMetadata:
    return result.meta() if isinstance(result, FailedTransactionMetadata) else result


def _digest(content: bytes) -> str:
    return str(Hash(hashlib.sha256(content).digest()))


def _block_hash(block: Block) -> str:
    signatures = b"".join(bytes(record.transaction.signatures[0]) for record in block.records)
    return _digest(block.previous_blockhash.encode() + block.slot.to_bytes(8, "little") + signatures)
