"""The wire form against solders: a recorded transaction says the same as bytes and as JSON."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from solders.hash import Hash
from solders.instruction import CompiledInstruction
from solders.message import Message, MessageAddressTableLookup, MessageHeader, MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from tests.unit.chain.corpus import shipped, shipped_result
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.message import parse_wire
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.addresses import decode
from walletwatch.domain.errors import MalformedTransaction


def _is_compiled(case: dict[str, Any]) -> bool:
    """Recorded with indices into the keys, hence the same as what was signed."""
    transaction = shipped_result(case)["transaction"]
    if isinstance(transaction, list):
        return False
    message = transaction["message"]
    # One of the recording clients has other names for the tables, and the loaded keys among the others.
    tables = message.get("addressTableLookups") or ()
    as_sent = all("readonlyIndexes" in table for table in tables)
    return "header" in message and as_sent and shipped_result(case).get("version") in {"legacy", 0}


CASES = [case for case in shipped() if _is_compiled(case)]


def _wire(result: dict[str, Any]) -> bytes:
    transaction = result["transaction"]
    message = transaction["message"]
    header = MessageHeader(
        message["header"]["numRequiredSignatures"],
        message["header"]["numReadonlySignedAccounts"],
        message["header"]["numReadonlyUnsignedAccounts"],
    )
    keys = [Pubkey.from_string(key) for key in message["accountKeys"]]
    blockhash = Hash.from_string(message["recentBlockhash"])
    instructions = [
        CompiledInstruction(part["programIdIndex"], decode(part["data"]), bytes(part["accounts"]))
        for part in message["instructions"]
    ]
    compiled: Message | MessageV0
    if result["version"] == "legacy":
        compiled = Message.new_with_compiled_instructions(
            header.num_required_signatures,
            header.num_readonly_signed_accounts,
            header.num_readonly_unsigned_accounts,
            keys,
            blockhash,
            instructions,
        )
    else:
        tables = [
            MessageAddressTableLookup(
                Pubkey.from_string(table["accountKey"]),
                bytes(table["writableIndexes"]),
                bytes(table["readonlyIndexes"]),
            )
            for table in message.get("addressTableLookups") or ()
        ]
        compiled = MessageV0(header, keys, blockhash, instructions, tables)
    signatures = [Signature.from_string(signature) for signature in transaction["signatures"]]
    return bytes(VersionedTransaction.populate(compiled, signatures))


def _as_bytes(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "transaction": [base64.b64encode(_wire(result)).decode(), "base64"]}


def _without_data(transaction: Transaction) -> Transaction:
    instructions = tuple(part._replace(encoded=b"") for part in transaction.instructions)
    return replace(transaction, instructions=instructions)


def test_there_are_recordings_of_both_forms_and_with_loaded_addresses() -> None:
    results = [shipped_result(case) for case in CASES]
    assert {result["version"] for result in results} == {"legacy", 0}
    assert any((result["meta"].get("loadedAddresses") or {}).get("writable") for result in results)


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_bytes_and_json_are_one_transaction(case: dict[str, Any]) -> None:
    result = shipped_result(case)
    as_bytes, as_json = parse_transaction(_as_bytes(result)), parse_transaction(result)
    assert [part.data for part in as_bytes.instructions] == [part.data for part in as_json.instructions]
    assert _without_data(as_bytes) == _without_data(as_json)
    assert decode_transaction(_as_bytes(result), case["wallet"]) == decode_transaction(result, case["wallet"])


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_a_cut_off_transaction_is_malformed(case: dict[str, Any]) -> None:
    raw = _wire(shipped_result(case))
    parse_wire(raw)
    for size in (*range(0, len(raw), 7), len(raw) - 1):
        with pytest.raises(MalformedTransaction):
            parse_wire(raw[:size])


def test_every_cut_of_version_1_is_malformed() -> None:
    (case,) = [case for case in shipped() if case["file"] == "version_1_base64.json"]
    raw = base64.b64decode(shipped_result(case)["transaction"][0])
    parsed = parse_wire(raw)
    assert parsed.signer_count == len(parsed.signatures) == 1
    for size in range(len(raw)):
        with pytest.raises(MalformedTransaction):
            parse_wire(raw[:size])


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80\x80\x80\x80",  # a length of four bytes
        b"\x00\x82",  # a version that nobody knows
        b"\x00\x81",  # version 1 behind signatures
    ],
)
def test_another_form_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedTransaction):
        parse_wire(raw + bytes(200))
