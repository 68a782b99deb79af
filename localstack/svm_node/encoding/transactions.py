"""Transactions and their metadata in the encodings of the RPC (Agave's transaction-status)."""

import base64
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import base58
from solders.message import MessageV0, MessageV1
from solders.transaction_metadata import TransactionMetadata

from svm_node.encoding.instructions import parse_instruction
from svm_node.errors import UnsupportedTransactionVersion
from svm_node.keys import is_writable
from svm_node.ledger import TokenBalance, TransactionRecord
from svm_node.programs import MEMO_PROGRAM, MEMO_V1_PROGRAM
from svm_node.token_balances import ui_token_amount


class TransactionEncoding(StrEnum):
    """How a transaction is written."""

    BINARY = "binary"
    BASE58 = "base58"
    BASE64 = "base64"
    JSON = "json"
    JSON_PARSED = "jsonParsed"


def checked_version(record: TransactionRecord, max_supported: int | None) -> dict[str, Any]:
    """The `version` member, which is only told to clients that say which versions they know.

    Raises:
        UnsupportedTransactionVersion: The client does not know the transaction's version.
    """
    version = transaction_version(record)
    if max_supported is None:
        if version != "legacy":
            raise UnsupportedTransactionVersion(int(version))
        return {}
    if version != "legacy" and int(version) > max_supported:
        raise UnsupportedTransactionVersion(int(version))
    return {"version": version}


def transaction_version(record: TransactionRecord) -> str | int:
    """The version: "legacy", 0 or 1."""
    message = record.transaction.message
    if isinstance(message, MessageV1):
        return 1
    return 0 if isinstance(message, MessageV0) else "legacy"


def encode_transaction(record: TransactionRecord, encoding: TransactionEncoding) -> Any:
    """The `transaction` member."""
    raw = bytes(record.transaction)
    if encoding is TransactionEncoding.BINARY:
        return base58.b58encode(raw).decode()
    if encoding is TransactionEncoding.BASE58:
        return [base58.b58encode(raw).decode(), encoding.value]
    if encoding is TransactionEncoding.BASE64:
        return [base64.b64encode(raw).decode(), encoding.value]
    is_parsed = encoding is TransactionEncoding.JSON_PARSED
    return {
        "signatures": [str(signature) for signature in record.transaction.signatures],
        "message": _parsed_message(record) if is_parsed else _raw_message(record),
    }


def encode_meta(record: TransactionRecord, encoding: TransactionEncoding, *, rewards: bool) -> dict[str, Any]:
    """The `meta` member."""
    is_parsed = encoding is TransactionEncoding.JSON_PARSED
    err = record.failure.json if record.failure else None
    meta: dict[str, Any] = {
        "err": err,
        "status": {"Ok": None} if err is None else {"Err": err},
        "fee": record.meta.fee(),
        "preBalances": record.before.lamports,
        "postBalances": record.after.lamports,
        "innerInstructions": _inner_instructions(record, is_parsed=is_parsed),
        "logMessages": record.meta.logs(),
        "preTokenBalances": _token_balances(record.before.tokens),
        "postTokenBalances": _token_balances(record.after.tokens),
        "rewards": [] if rewards else None,
        "computeUnitsConsumed": record.meta.compute_units_consumed(),
    }
    # In jsonParsed the loaded addresses are part of the account keys.
    if not is_parsed:
        meta["loadedAddresses"] = {
            "writable": [str(key) for key in record.keys.loaded_writable],
            "readonly": [str(key) for key in record.keys.loaded_readonly],
        }
    return_data = encode_return_data(record.meta)
    if return_data is not None:
        meta["returnData"] = return_data
    return meta


def encode_accounts_only(record: TransactionRecord) -> dict[str, Any]:
    """A transaction and its metadata for `transactionDetails: "accounts"`."""
    err = record.failure.json if record.failure else None
    return {
        "transaction": {
            "signatures": [str(signature) for signature in record.transaction.signatures],
            "accountKeys": _parsed_keys(record),
        },
        "meta": {
            "err": err,
            "status": {"Ok": None} if err is None else {"Err": err},
            "fee": record.meta.fee(),
            "preBalances": record.before.lamports,
            "postBalances": record.after.lamports,
            "preTokenBalances": _token_balances(record.before.tokens),
            "postTokenBalances": _token_balances(record.after.tokens),
        },
    }


def encode_return_data(meta: TransactionMetadata) -> dict[str, Any] | None:
    """What the last program that returned anything returned; None if none did."""
    returned = meta.return_data()
    data = bytes(returned.data)
    if not data:
        return None
    return {"programId": str(returned.program_id), "data": [base64.b64encode(data).decode(), "base64"]}


def encode_inner_instructions(
    meta: TransactionMetadata, keys: Sequence[str], *, is_parsed: bool
) -> list[dict[str, Any]]:
    """Instructions that programs invoked, by the index of the outer instruction."""
    groups = []
    for index, group in enumerate(meta.inner_instructions()):
        if not group:
            continue
        instructions = []
        for inner in group:
            compiled = inner.instruction()
            instructions.append(
                _instruction(
                    compiled.program_id_index,
                    bytes(compiled.accounts),
                    bytes(compiled.data),
                    keys,
                    inner.stack_height(),
                    is_parsed=is_parsed,
                )
            )
        groups.append({"index": index, "instructions": instructions})
    return groups


def extract_memo(record: TransactionRecord) -> str | None:
    """The memos of a transaction as `getSignaturesForAddress` shows them: `[length] text`, joined by "; "."""
    memos = []
    keys = record.keys.static
    for instruction in record.transaction.message.instructions:
        program = keys[instruction.program_id_index]
        if program in (MEMO_PROGRAM, MEMO_V1_PROGRAM):
            data = bytes(instruction.data)
            try:
                text = data.decode()
            except UnicodeDecodeError:
                text = "(unparseable)"
            memos.append(f"[{len(data)}] {text}")
    return "; ".join(memos) if memos else None


def _inner_instructions(record: TransactionRecord, *, is_parsed: bool) -> list[dict[str, Any]]:
    keys = [str(key) for key in record.keys.all()]
    return encode_inner_instructions(record.meta, keys, is_parsed=is_parsed)


def _instructions(record: TransactionRecord, *, is_parsed: bool) -> list[dict[str, Any]]:
    keys = [str(key) for key in record.keys.all()]
    return [
        _instruction(
            compiled.program_id_index,
            bytes(compiled.accounts),
            bytes(compiled.data),
            keys,
            1,
            is_parsed=is_parsed,
        )
        for compiled in record.transaction.message.instructions
    ]


def _instruction(
    program_index: int,
    account_indexes: bytes,
    data: bytes,
    keys: Sequence[str],
    stack_height: int | None,
    *,
    is_parsed: bool,
) -> dict[str, Any]:
    if not is_parsed:
        return {
            "programIdIndex": program_index,
            "accounts": list(account_indexes),
            "data": base58.b58encode(data).decode(),
            "stackHeight": stack_height,
        }
    program = keys[program_index]
    accounts = [keys[index] for index in account_indexes]
    parsed = parse_instruction(program, accounts, data)
    if parsed is not None:
        return {**parsed, "programId": program, "stackHeight": stack_height}
    return {
        "programId": program,
        "accounts": accounts,
        "data": base58.b58encode(data).decode(),
        "stackHeight": stack_height,
    }


def _raw_message(record: TransactionRecord) -> dict[str, Any]:
    message = record.transaction.message
    header = message.header
    encoded: dict[str, Any] = {
        "header": {
            "numRequiredSignatures": header.num_required_signatures,
            "numReadonlySignedAccounts": header.num_readonly_signed_accounts,
            "numReadonlyUnsignedAccounts": header.num_readonly_unsigned_accounts,
        },
        "accountKeys": [str(key) for key in record.keys.static],
        "recentBlockhash": str(message.recent_blockhash),
        "instructions": _instructions(record, is_parsed=False),
    }
    return encoded | _version_members(record)


def _parsed_message(record: TransactionRecord) -> dict[str, Any]:
    encoded: dict[str, Any] = {
        "accountKeys": _parsed_keys(record),
        "recentBlockhash": str(record.transaction.message.recent_blockhash),
        "instructions": _instructions(record, is_parsed=True),
    }
    return encoded | _version_members(record)


def _version_members(record: TransactionRecord) -> dict[str, Any]:
    message = record.transaction.message
    if isinstance(message, MessageV0):
        return {
            "addressTableLookups": [
                {
                    "accountKey": str(lookup.account_key),
                    "writableIndexes": list(bytes(lookup.writable_indexes)),
                    "readonlyIndexes": list(bytes(lookup.readonly_indexes)),
                }
                for lookup in message.address_table_lookups
            ]
        }
    if isinstance(message, MessageV1):
        config = message.config
        return {
            "transactionConfig": {
                "priorityFee": config.priority_fee,
                "computeUnitLimit": config.compute_unit_limit,
                "loadedAccountsDataSizeLimit": config.loaded_accounts_data_size_limit,
                "heapSize": config.heap_size,
            }
        }
    return {}


def _parsed_keys(record: TransactionRecord) -> list[dict[str, Any]]:
    message = record.transaction.message
    signers = message.header.num_required_signatures
    own = [
        {
            "pubkey": str(key),
            "signer": index < signers,
            "writable": is_writable(message, index),
            "source": "transaction",
        }
        for index, key in enumerate(record.keys.static)
    ]
    return [
        *own,
        *_loaded(record.keys.loaded_writable, writable=True),
        *_loaded(record.keys.loaded_readonly, writable=False),
    ]


def _loaded(keys: Iterable[object], *, writable: bool) -> list[dict[str, Any]]:
    return [
        {"pubkey": str(key), "signer": False, "writable": writable, "source": "lookupTable"} for key in keys
    ]


def _token_balances(balances: Sequence[TokenBalance]) -> list[dict[str, Any]]:
    encoded = []
    for balance in balances:
        amount = ui_token_amount(balance.amount, balance.decimals)
        # A quirk of Agave: here, and only here, an amount of zero has no uiAmount.
        if balance.amount == 0:
            amount["uiAmount"] = None
        encoded.append(
            {
                "accountIndex": balance.account_index,
                "mint": str(balance.mint),
                "owner": str(balance.owner),
                "programId": str(balance.program),
                "uiTokenAmount": amount,
            }
        )
    return encoded
