"""Account filters, and transaction errors as text."""

import base64
from typing import Any

import base58
import pytest
from solders.account import Account
from solders.instruction import AccountMeta, Instruction

from svm_node.chain import Chain, ChainOptions
from svm_node.commitment import Commitment
from svm_node.errors import RpcError, node_behind
from svm_node.programs import NATIVE_MINT, SYSTEM_PROGRAM, TOKEN_PROGRAM
from svm_node.rpc.filters import matches, read_filters
from svm_node.rpc.params import Config, Params, as_commitment
from svm_node.runtime import RuntimeOptions
from svm_node.transaction_errors import describe
from tests.unit.svm_node.wallets import funded, signed
from traffic.instructions import associated_account, create_account_if_missing

ACCOUNT = Account(1, bytes(range(10)), SYSTEM_PROGRAM)


@pytest.mark.parametrize(
    ("filter_", "passes"),
    [
        ({"dataSize": 10}, True),
        ({"dataSize": 9}, False),
        ({"memcmp": {"offset": 2, "bytes": base58.b58encode(bytes([2, 3])).decode()}}, True),
        (
            {
                "memcmp": {
                    "offset": 2,
                    "bytes": base64.b64encode(bytes([2, 3])).decode(),
                    "encoding": "base64",
                }
            },
            True,
        ),
        ({"memcmp": {"offset": 2, "bytes": [2, 3]}}, True),
        ({"memcmp": {"offset": 3, "bytes": [2, 3]}}, False),
        ({"memcmp": {"offset": 99, "bytes": [2]}}, False),
        ("tokenAccountState", False),
    ],
)
def test_a_filter(filter_: Any, passes: bool) -> None:
    assert matches(read_filters([filter_]), ACCOUNT) is passes


@pytest.mark.parametrize(
    "value",
    [
        {},
        ["x"],
        [{}],
        [{"dataSize": -1}],
        [{"dataSize": "1"}],
        [{"size": 1}],
        [{"memcmp": 5}],
        [{"memcmp": {"bytes": "1"}}],
        [{"memcmp": {"offset": 0}}],
        [{"memcmp": {"offset": 0, "bytes": "0"}}],
        [{"memcmp": {"offset": 0, "bytes": [300]}}],
        [{"memcmp": {"offset": 0, "bytes": "1", "encoding": "hex"}}],
        [{"memcmp": {"offset": 0, "bytes": [1] * 129}}],
    ],
)
def test_a_malformed_filter(value: Any) -> None:
    with pytest.raises(RpcError) as caught:
        read_filters(value)
    assert caught.value.code == -32602


def test_no_filters_let_everything_pass() -> None:
    assert matches(read_filters(None), ACCOUNT)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("AlreadyProcessed", "This transaction has already been processed"),
        ("SomethingNew", "SomethingNew"),
        (
            {"InstructionError": [2, {"Custom": 6001}]},
            "Error processing Instruction 2: custom program error: 0x1771",
        ),
        (
            {"InstructionError": [0, "InvalidAccountData"]},
            "Error processing Instruction 0: invalid account data for instruction",
        ),
        (
            {"InstructionError": [0, {"BorshIoError": "x"}]},
            "Error processing Instruction 0: Failed to serialize or deserialize account data: x",
        ),
        ({"InstructionError": [0, {"New": 1}]}, "Error processing Instruction 0: New: 1"),
        ({"DuplicateInstruction": 3}, "Transaction contains a duplicate instruction (3) that is not allowed"),
        (
            {"InsufficientFundsForRent": {"account_index": 1}},
            "Transaction results in an account (1) with insufficient funds for rent",
        ),
        (
            {"ProgramExecutionTemporarilyRestricted": {"account_index": 4}},
            "Execution of the program referenced by account at index 4 is temporarily restricted.",
        ),
        ({"New": 1}, "New: 1"),
    ],
)
def test_errors_as_text(error: Any, text: str) -> None:
    assert describe(error) == text


def test_a_node_that_does_not_know_how_far_behind_it_is() -> None:
    assert node_behind(None).to_json() == {
        "code": -32005,
        "message": "Node is unhealthy",
        "data": {"numSlotsBehind": None},
    }


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: Config({"a": 1}).flag("a"), "integer `1`, expected a boolean"),
        (lambda: Config({"a": True}).u64("a"), "boolean `true`, expected u64"),
        (lambda: Config({"a": 1.5}).u64("a"), "floating point `1.5`, expected u64"),
        (lambda: Config({"a": []}).config("a"), "sequence, expected a map"),
        (lambda: Params([{}]).texts(0), "map, expected a sequence"),
        (lambda: Params([[None]]).texts(0), "null, expected a string"),
        (lambda: Params(["x"]).config(0), 'string "x", expected a map'),
        (lambda: as_commitment(5, Commitment.FINALIZED), "integer `5`, expected a string"),
    ],
)
def test_values_of_a_wrong_type_are_named_as_serde_does(read: Any, message: str) -> None:
    with pytest.raises(RpcError) as caught:
        read()
    assert caught.value.message == f"Invalid params: invalid type: {message}."


@pytest.mark.parametrize("p_token", [True, False])
def test_only_the_older_token_program_logs_a_transfer(p_token: bool) -> None:
    chain = Chain(ChainOptions(runtime=RuntimeOptions(p_token=p_token)))
    wallet = funded(chain)
    source = associated_account(wallet.pubkey(), NATIVE_MINT, TOKEN_PROGRAM)
    create = create_account_if_missing(wallet.pubkey(), wallet.pubkey(), NATIVE_MINT, TOKEN_PROGRAM)
    chain.send(signed(chain, [create], wallet))
    nothing = Instruction(
        TOKEN_PROGRAM,
        bytes([3]) + bytes(8),
        [
            AccountMeta(source, is_signer=False, is_writable=True),
            AccountMeta(source, is_signer=False, is_writable=True),
            AccountMeta(wallet.pubkey(), is_signer=True, is_writable=False),
        ],
    )
    record = chain.send(signed(chain, [nothing], wallet))
    assert record.failure is None
    assert ("Program log: Instruction: Transfer" in record.meta.logs()) is not p_token
