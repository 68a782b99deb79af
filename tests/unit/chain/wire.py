"""Writing transactions as a node stores them, so that one recording can be read in every encoding."""

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from walletwatch.domain.addresses import decode, decode_address, decode_signature


def _length(value: int) -> bytes:
    parts: list[int] = []
    while True:
        part, value = value & 0x7F, value >> 7
        if not value:
            return bytes([*parts, part])
        parts.append(part | 0x80)


def _array(parts: Sequence[bytes]) -> bytes:
    return _length(len(parts)) + b"".join(parts)


def _instruction(entry: Mapping[str, Any]) -> bytes:
    data = decode(entry["data"])
    accounts = bytes(entry["accounts"])
    return bytes([entry["programIdIndex"]]) + _length(len(accounts)) + accounts + _length(len(data)) + data


def _table(entry: Mapping[str, Any]) -> bytes:
    writable = bytes(entry["writableIndexes"])
    # One of the recording clients has a name of its own.
    readonly = bytes(entry["readonlyIndexes"] if "readonlyIndexes" in entry else entry["readableIndexes"])
    return (
        decode_address(entry["accountKey"])
        + _length(len(writable)) + writable + _length(len(readonly)) + readonly
    )  # fmt: skip


def _header(message: Mapping[str, Any]) -> bytes:
    header = message["header"]
    return bytes(
        header[name]
        for name in ("numRequiredSignatures", "numReadonlySignedAccounts", "numReadonlyUnsignedAccounts")
    )


def serialized(transaction: Mapping[str, Any], version: Any) -> bytes:
    """The wire form of a transaction of encoding json."""
    message = transaction["message"]
    signatures = [decode_signature(signature) for signature in transaction["signatures"]]
    keys = [decode_address(key) for key in message["accountKeys"]]
    blockhash = decode_address(message["recentBlockhash"])
    if version == 1:
        return _version_1(message, signatures, keys, blockhash)
    body = (
        _header(message)
        + _array(keys)
        + blockhash
        + _array([_instruction(i) for i in message["instructions"]])
    )
    if version == 0:
        body = b"\x80" + body + _array([_table(entry) for entry in message.get("addressTableLookups") or ()])
    return _array(signatures) + body


def _version_1(
    message: Mapping[str, Any], signatures: Sequence[bytes], keys: Sequence[bytes], blockhash: bytes
) -> bytes:
    mask, values = 0, b""
    settings = message["transactionConfig"]
    for name, bits, form in (
        ("priorityFee", 0b11, "<Q"),
        ("computeUnitLimit", 0b100, "<I"),
        ("loadedAccountsDataSizeLimit", 0b1000, "<I"),
        ("heapSize", 0b10000, "<I"),
    ):
        if settings[name] is not None:
            mask |= bits
            values += struct.pack(form, settings[name])
    headers, payloads = b"", b""
    for entry in message["instructions"]:
        data = decode(entry["data"])
        headers += struct.pack("<BBH", entry["programIdIndex"], len(entry["accounts"]), len(data))
        payloads += bytes(entry["accounts"]) + data
    return b"".join(
        [
            b"\x81", _header(message), struct.pack("<I", mask), blockhash,
            bytes([len(message["instructions"]), len(keys)]), *keys, values, headers, payloads, *signatures,
        ]
    )  # fmt: skip


def is_compiled(result: Mapping[str, Any]) -> bool:
    """Whether the answer is of encoding json, as a node sends it.

    Some clients store the loaded addresses among the static keys, which no node does.
    """
    transaction = result["transaction"]
    if not isinstance(transaction, dict) or not isinstance(transaction["message"]["accountKeys"][0], str):
        return False
    message = transaction["message"]
    inline = len(message["accountKeys"]) == len(result["meta"]["preBalances"])
    return not (inline and message.get("addressTableLookups"))


def in_base64(result: Mapping[str, Any]) -> dict[str, Any]:
    """The same answer in encoding base64."""
    raw = serialized(result["transaction"], result.get("version"))
    return {**result, "transaction": [base64.b64encode(raw).decode(), "base64"]}


def partly_parsed(result: Mapping[str, Any]) -> dict[str, Any]:
    """The same answer in encoding jsonParsed, from a node that knows no program's instructions."""
    transaction, meta = result["transaction"], result["meta"]
    message = transaction["message"]
    loaded = meta.get("loadedAddresses") or {}
    static = message["accountKeys"]
    keys = [*static, *(loaded.get("writable") or ()), *(loaded.get("readonly") or ())]
    required = message["header"]["numRequiredSignatures"]

    def parsed(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "programId": keys[entry["programIdIndex"]],
            "accounts": [keys[index] for index in entry["accounts"]],
            "data": entry["data"],
            "stackHeight": entry.get("stackHeight"),
        }

    return {
        **result,
        "meta": {
            **meta,
            "innerInstructions": [
                {"index": group["index"], "instructions": [parsed(entry) for entry in group["instructions"]]}
                for group in meta.get("innerInstructions") or ()
            ],
        },
        "transaction": {
            "signatures": transaction["signatures"],
            "message": {
                "accountKeys": [
                    {"pubkey": key, "signer": index < required, "writable": True}
                    for index, key in enumerate(keys)
                ],
                "instructions": [parsed(entry) for entry in message["instructions"]],
            },
        },
    }
