"""Methods that read transactions and their status."""

from typing import Any

from svm_node.commitment import Commitment
from svm_node.encoding.transactions import (
    TransactionEncoding,
    checked_version,
    encode_meta,
    encode_transaction,
    extract_memo,
)
from svm_node.errors import invalid_params, require_confirmed
from svm_node.ledger import TransactionRecord
from svm_node.rpc.params import Config, Params, as_signature
from svm_node.rpc.registry import RpcContext, rpc_method, with_context

MAX_SIGNATURES = 1_000
MAX_STATUSES = 256


@rpc_method("getTransaction")
def get_transaction(context: RpcContext, params: Params) -> Any:
    """A transaction; null where it is not known at the commitment asked for."""
    signature, options = params.signature(0), params.optional(1)
    # The old form of the call has the encoding where the options are.
    config = Config({"encoding": options}) if isinstance(options, str) else params.config(1)
    encoding = config.choice("encoding", TransactionEncoding, TransactionEncoding.JSON)
    commitment = config.commitment()
    require_confirmed(commitment)
    record = context.chain.ledger.transaction(signature)
    if record is None or context.chain.level_of(record.slot) < commitment:
        return None
    version = checked_version(record, config.u64("maxSupportedTransactionVersion"))
    return {
        "slot": record.slot,
        "transaction": encode_transaction(record, encoding),
        "meta": encode_meta(record, encoding, rewards=True),
        "blockTime": _block_time(context, record),
        **version,
    }


@rpc_method("getSignaturesForAddress")
def get_signatures_for_address(context: RpcContext, params: Params) -> Any:
    """Transactions that mention an address, newest first, failed ones included."""
    address, config = params.pubkey(0), params.config(1)
    limit = config.u64("limit")
    limit = MAX_SIGNATURES if limit is None else limit
    if not 1 <= limit <= MAX_SIGNATURES:
        raise invalid_params(f"Invalid limit; max {MAX_SIGNATURES}")
    before, until = _signature(config, "before"), _signature(config, "until")
    require_confirmed(config.commitment())
    newest = context.bank_slot(config)
    ledger = context.chain.ledger
    below = above = None
    if before is not None:
        oldest_seen = ledger.transaction(before)
        # As in Agave: before an unknown transaction there is nothing, and after one there is everything.
        if oldest_seen is None or oldest_seen.slot > newest:
            return []
        below = oldest_seen.sequence
    if until is not None and (newest_seen := ledger.transaction(until)) is not None:
        above = newest_seen.sequence
    found: list[dict[str, Any]] = []
    for record in ledger.mentions(address, below=below, above=above):
        if record.slot > newest:
            continue
        found.append(_signature_info(context, record))
        if len(found) == limit:
            break
    return found


@rpc_method("getSignatureStatuses")
def get_signature_statuses(context: RpcContext, params: Params) -> Any:
    """The status of up to 256 transactions; all are searched, as none is ever forgotten."""
    texts, config = params.texts(0), params.config(1)
    if len(texts) > MAX_STATUSES:
        raise invalid_params(f"Too many inputs provided; max {MAX_STATUSES}")
    signatures = [as_signature(text) for text in texts]
    config.flag("searchTransactionHistory")
    slot = context.chain.block_at(Commitment.PROCESSED).slot
    return with_context(slot, [_status(context, signature) for signature in signatures])


def _status(context: RpcContext, signature: str) -> dict[str, Any] | None:
    chain = context.chain
    record = chain.ledger.transaction(signature)
    if record is None:
        return None
    level = chain.level_of(record.slot)
    block = chain.ledger.block(record.slot)
    confirmations = None
    if level is not Commitment.FINALIZED and block is not None:
        confirmations = chain.ledger.tip.height - block.height
    err = record.failure.json if record.failure else None
    return {
        "slot": record.slot,
        "confirmations": confirmations,
        "err": err,
        "status": {"Ok": None} if err is None else {"Err": err},
        "confirmationStatus": level.wire_name,
    }


def _signature_info(context: RpcContext, record: TransactionRecord) -> dict[str, Any]:
    return {
        "signature": record.signature,
        "slot": record.slot,
        "err": record.failure.json if record.failure else None,
        "memo": extract_memo(record),
        "blockTime": _block_time(context, record),
        "confirmationStatus": context.chain.level_of(record.slot).wire_name,
    }


def _block_time(context: RpcContext, record: TransactionRecord) -> int | None:
    block = context.chain.ledger.block(record.slot)
    return block.time if block else None


def _signature(config: Config, name: str) -> str | None:
    value = config.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid_params("Invalid param: Invalid")
    return as_signature(value)
