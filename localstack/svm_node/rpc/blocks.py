"""Methods that read blocks."""

from enum import StrEnum
from typing import Any

from svm_node.commitment import Commitment
from svm_node.encoding.transactions import (
    TransactionEncoding,
    checked_version,
    encode_accounts_only,
    encode_meta,
    encode_transaction,
)
from svm_node.errors import (
    block_not_available,
    invalid_params,
    require_confirmed,
    slot_skipped,
)
from svm_node.ledger import Block
from svm_node.rpc.params import Config, Params
from svm_node.rpc.registry import RpcContext, rpc_method

MAX_BLOCK_RANGE = 500_000


class TransactionDetails(StrEnum):
    """How much of its transactions a block tells."""

    FULL = "full"
    ACCOUNTS = "accounts"
    SIGNATURES = "signatures"
    NONE = "none"


def encode_block(block: Block, config: Config) -> dict[str, Any]:
    """A closed block as `getBlock` and `blockNotification` give it.

    Raises:
        RpcError: A transaction is of a version the client did not ask for.
    """
    encoding = config.choice("encoding", TransactionEncoding, TransactionEncoding.JSON)
    details = config.choice("transactionDetails", TransactionDetails, TransactionDetails.FULL)
    max_version = config.u64("maxSupportedTransactionVersion")
    shows_rewards = config.flag("rewards", default=config.get("showRewards") is not False)
    encoded: dict[str, Any] = {
        "previousBlockhash": block.previous_blockhash,
        "blockhash": block.blockhash,
        "parentSlot": block.parent_slot,
        "blockTime": block.time,
        "blockHeight": block.height,
    }
    if details is TransactionDetails.FULL:
        encoded["transactions"] = [
            {
                "transaction": encode_transaction(record, encoding),
                "meta": encode_meta(record, encoding, rewards=shows_rewards),
                **checked_version(record, max_version),
            }
            for record in block.records
        ]
    elif details is TransactionDetails.ACCOUNTS:
        encoded["transactions"] = [
            {**encode_accounts_only(record), **checked_version(record, max_version)}
            for record in block.records
        ]
    elif details is TransactionDetails.SIGNATURES:
        encoded["signatures"] = [record.signature for record in block.records]
    if shows_rewards:
        encoded["rewards"] = []
    return encoded


@rpc_method("getBlock")
def get_block(context: RpcContext, params: Params) -> Any:
    """A block."""
    slot, options = params.u64(0), params.optional(1)
    # The old form of the call has the encoding where the options are.
    config = Config({"encoding": options}) if isinstance(options, str) else params.config(1)
    commitment = config.commitment()
    require_confirmed(commitment)
    return encode_block(_block(context, slot, commitment), config)


@rpc_method("getBlockTime")
def get_block_time(context: RpcContext, params: Params) -> Any:
    """Unix seconds of a block."""
    return _block(context, params.u64(0), Commitment.CONFIRMED).time


@rpc_method("getBlocks")
def get_blocks(context: RpcContext, params: Params) -> Any:
    """Slots with a block in a range, both ends included."""
    first, second = params.u64(0), params.optional(1)
    has_end = isinstance(second, int)
    config = params.config(2 if has_end or second is None else 1)
    newest = _newest(context, config)
    last = min(params.u64(1), newest) if has_end else min(newest, first + MAX_BLOCK_RANGE)
    if last < first:
        return []
    if last - first > MAX_BLOCK_RANGE:
        raise invalid_params(f"Slot range too large; max {MAX_BLOCK_RANGE}")
    return context.chain.ledger.slots_between(first, last)


@rpc_method("getBlocksWithLimit")
def get_blocks_with_limit(context: RpcContext, params: Params) -> Any:
    """The first slots with a block from a slot on."""
    first, limit, config = params.u64(0), params.u64(1), params.config(2)
    if limit > MAX_BLOCK_RANGE:
        raise invalid_params(f"Limit too large; max {MAX_BLOCK_RANGE}")
    newest = _newest(context, config)
    return [slot for slot in context.chain.ledger.slots_from(first, limit) if slot <= newest]


@rpc_method("getFirstAvailableBlock")
@rpc_method("minimumLedgerSlot")
def get_first_available_block(context: RpcContext, params: Params) -> Any:  # noqa: ARG001 - a method takes both
    """The oldest slot there is: all of them are kept."""
    return 0


def _newest(context: RpcContext, config: Config) -> int:
    commitment = config.commitment()
    require_confirmed(commitment)
    return context.chain.block_at(commitment).slot


def _block(context: RpcContext, slot: int, commitment: Commitment) -> Block:
    if slot > context.chain.block_at(commitment).slot:
        raise block_not_available(slot)
    block = context.chain.ledger.block(slot)
    if block is None:
        raise slot_skipped(slot)
    return block
