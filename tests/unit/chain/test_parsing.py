import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.chain.corpus import shipped, shipped_result
from tests.unit.chain.wire import in_base64, is_compiled, partly_parsed, serialized
from walletwatch.chain.parsing.answer import parse_transaction
from walletwatch.chain.parsing.concerned import concerned_accounts
from walletwatch.chain.parsing.message import parse_wire
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.errors import MalformedTransaction

RESULTS = {case["file"]: shipped_result(case) for case in shipped()}


JSON = [name for name, result in RESULTS.items() if is_compiled(result)]


def _read(transaction: Transaction) -> tuple[Any, ...]:
    instructions = [(*part[:2], part.data, *part[3:]) for part in transaction.instructions]
    return (
        transaction.signature, transaction.accounts, transaction.signers, transaction.before,
        transaction.after, transaction.fee, transaction.error, transaction.tokens, instructions,
    )  # fmt: skip


@pytest.mark.parametrize("name", JSON)
def test_every_encoding_gives_the_same_transaction(name: str) -> None:
    result = RESULTS[name]
    expected = _read(parse_transaction(result))
    assert _read(parse_transaction(in_base64(result))) == expected
    assert _read(parse_transaction(partly_parsed(result))) == expected


def test_the_shipped_recordings_have_every_version() -> None:
    assert {RESULTS[name].get("version") for name in JSON} >= {"legacy", 0, 1}


@pytest.mark.parametrize("name", JSON)
def test_the_wire_form_is_read_to_its_last_byte(name: str) -> None:
    raw = serialized(RESULTS[name]["transaction"], RESULTS[name].get("version"))
    parse_wire(raw)
    for changed in (raw[:-1], raw + b"\0", b""):
        with pytest.raises(MalformedTransaction):
            parse_wire(changed)


@given(st.sampled_from(JSON), st.data())
def test_a_wire_form_that_is_cut_off_anywhere_is_malformed(name: str, data: st.DataObject) -> None:
    raw = serialized(RESULTS[name]["transaction"], RESULTS[name].get("version"))
    with pytest.raises(MalformedTransaction):
        parse_wire(raw[: data.draw(st.integers(0, len(raw) - 1))])


def test_an_unknown_version_or_setting_is_malformed() -> None:
    result = RESULTS["version_1_failed.json"]
    raw = bytearray(serialized(result["transaction"], 1))
    raw[4] |= 0x20
    with pytest.raises(MalformedTransaction, match="setting"):
        parse_wire(bytes(raw))
    older = bytearray(serialized(RESULTS["native_out.json"]["transaction"], 0))
    older[65] = 0x82
    with pytest.raises(MalformedTransaction, match="version 2"):
        parse_wire(bytes(older))


@pytest.mark.parametrize("name", RESULTS)
def test_whom_a_transaction_concerns_is_read_without_parsing_it(name: str) -> None:
    result = RESULTS[name]
    parsed = parse_transaction(result)
    owners = {owner for account in parsed.tokens for owner in (account.owner_before, account.owner_after)}
    assert concerned_accounts(result) == set(parsed.accounts) | (owners - {None})


def test_an_entry_of_a_block_with_accounts_only_can_be_asked_too() -> None:
    result = partly_parsed(RESULTS["token_in.json"])
    entry = {
        "meta": result["meta"],
        "transaction": {
            "accountKeys": result["transaction"]["message"]["accountKeys"],
            "signatures": result["transaction"]["signatures"],
        },
    }
    assert concerned_accounts(entry) == concerned_accounts(RESULTS["token_in.json"])


def test_an_entry_of_a_block_without_metadata_is_malformed() -> None:
    metas: list[Any] = [None, [], "meta"]
    for meta in metas:
        with pytest.raises(MalformedTransaction):
            concerned_accounts({**RESULTS["token_in.json"], "meta": meta})


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("AccountInUse", "AccountInUse"),
        ({"InstructionError": [2, {"Custom": 6001}]}, "instruction 2: Custom 6001"),
        ({"InstructionError": [0, "InvalidAccountData"]}, "instruction 0: InvalidAccountData"),
        ({"InstructionError": [1, {"BorshIoError": "Unknown"}]}, "instruction 1: BorshIoError Unknown"),
        ({"InsufficientFundsForRent": {"account_index": 3}}, "InsufficientFundsForRent account_index 3"),
        ({"DuplicateInstruction": 1}, "DuplicateInstruction 1"),
        (None, None),
    ],
)
def test_an_error_has_a_short_form(error: Any, text: str | None) -> None:
    result = copy.deepcopy(RESULTS["native_out.json"])
    result["meta"]["err"] = error
    assert parse_transaction(result).error == text


@pytest.mark.parametrize("error", [True, 3, [], {}, "", {"a": 1, "b": 2}, {"InstructionError": [0, 2**80]}])
def test_an_error_without_a_known_shape_is_malformed(error: Any) -> None:
    result = copy.deepcopy(RESULTS["native_out.json"])
    result["meta"]["err"] = error
    with pytest.raises(MalformedTransaction):
        parse_transaction(result)


def test_the_oldest_answers_tell_of_success_in_their_status() -> None:
    result = copy.deepcopy(RESULTS["native_out.json"])
    del result["meta"]["err"]
    result["meta"]["status"] = {"Ok": None}
    assert parse_transaction(result).error is None
    result["meta"]["status"] = {"Err": {"InstructionError": [0, {"Custom": 1}]}}
    assert parse_transaction(result).error == "instruction 0: Custom 1"
    del result["meta"]["status"]
    with pytest.raises(MalformedTransaction):
        parse_transaction(result)


@pytest.mark.parametrize(
    "change",
    [
        {"slot": None}, {"slot": True}, {"slot": -1}, {"slot": 2**64}, {"blockTime": "now"},
        {"version": "new"}, {"meta": None}, {"transaction": None}, {"transaction": 7},
        {"transaction": ["AA==", "base32"]},
        {"transaction": ["A" * 20_000, "base64"]}, {"transaction": ["*", "base64"]}, {"transaction": "0OIl"},
    ],
    ids=lambda change: json.dumps(change)[:40],
)  # fmt: skip
def test_what_has_not_the_shape_of_a_transaction_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedTransaction):
        parse_transaction({**RESULTS["native_out.json"], **change})


@pytest.mark.parametrize("result", [None, [], "x", 1, {}])
def test_what_is_no_result_is_malformed(result: Any) -> None:
    with pytest.raises(MalformedTransaction):
        parse_transaction(result)
    with pytest.raises(MalformedTransaction):
        concerned_accounts(result)
