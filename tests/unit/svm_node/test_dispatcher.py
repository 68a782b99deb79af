"""Requests, batches and errors, with the codes of JSON-RPC and the words of Agave."""

from typing import Any

import pytest

from svm_node.commitment import Commitment
from svm_node.errors import RpcError, require_confirmed
from svm_node.rpc.dispatcher import method_invoker, parse_body, requested_methods, respond
from svm_node.rpc.registry import RpcContext
from tests.unit.svm_node.wallets import small_chain

ADDRESS = "So11111111111111111111111111111111111111112"


def ask(method: str, *params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    return respond(request, method_invoker(RpcContext(small_chain())))


def error(method: str, *params: Any) -> tuple[int, str]:
    answer = ask(method, *params)["error"]
    return answer["code"], answer["message"]


def test_a_result_carries_the_id() -> None:
    assert ask("getHealth") == {"jsonrpc": "2.0", "result": "ok", "id": 1}


def test_a_batch_is_answered_in_order_and_notifications_are_not() -> None:
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "getHealth"},
        {"jsonrpc": "2.0", "method": "getHealth"},
        {"jsonrpc": "2.0", "id": "b", "method": "nope"},
        5,
    ]
    answers = respond(batch, method_invoker(RpcContext(small_chain())))
    assert [answer["id"] for answer in answers] == ["a", "b", None]
    assert answers[1]["error"] == {"code": -32601, "message": "Method not found"}
    assert answers[2]["error"]["code"] == -32600
    assert requested_methods(batch) == ["getHealth", "getHealth", "nope"]


@pytest.mark.parametrize("request_", [[], {}, {"id": 1}, {"jsonrpc": "1.0", "id": 1, "method": "getSlot"}])
def test_what_is_no_request_is_refused(request_: Any) -> None:
    answer = respond(request_, method_invoker(RpcContext(small_chain())))
    assert answer["error"]["code"] == -32600


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(RpcError) as caught:
        parse_body(b"{")
    assert caught.value.to_json() == {"code": -32700, "message": "Parse error"}


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("getBalance", [], "`params` should have at least 1 argument(s)"),
        ("getBalance", [5], "Invalid params: invalid type: integer `5`, expected a string."),
        ("getBalance", ["x" * 44], "Invalid param: WrongSize"),
        ("getBalance", ["0OIl"], "Invalid param: Invalid"),
        ("getBalance", ["abc"], "Invalid param: WrongSize"),
        ("getTransaction", ["abc"], "Invalid param: WrongSize"),
        ("getMultipleAccounts", [[ADDRESS] * 101], "Too many inputs provided; max 100"),
        ("getSignaturesForAddress", [ADDRESS, {"limit": 0}], "Invalid limit; max 1000"),
        ("getSignaturesForAddress", [ADDRESS, {"limit": 1001}], "Invalid limit; max 1000"),
        (
            "getSignaturesForAddress",
            [ADDRESS, {"commitment": "processed"}],
            "Method does not support commitment below `confirmed`",
        ),
        (
            "getBalance",
            [ADDRESS, {"commitment": "sure"}],
            "Invalid params: unknown variant `sure`, expected one of `processed`, `confirmed`, `finalized`.",
        ),
        ("getTokenSupply", ["11111111111111111111111111111112"], "Invalid param: could not find mint"),
        (
            "getTokenSupply",
            ["Stake11111111111111111111111111111111111111"],
            "Invalid param: not a Token mint",
        ),
        (
            "getTokenAccountsByOwner",
            [ADDRESS, {"programId": "11111111111111111111111111111111"}],
            "Invalid param: unrecognized Token program id",
        ),
        ("getSignatureStatuses", [["x"] * 257], "Too many inputs provided; max 256"),
        (
            "getProgramAccounts",
            [ADDRESS, {"filters": [{"dataSize": 1}] * 5}],
            "Too many filters provided; max 4",
        ),
        (
            "sendTransaction",
            ["!!", {"encoding": "base64"}],
            "invalid base64 encoding: Only base64 data is allowed",
        ),
    ],
)
def test_parameters_that_cannot_be_used(method: str, params: list[Any], message: str) -> None:
    assert error(method, *params) == (-32602, message)


def test_named_parameters_are_refused() -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "getSlot", "params": {"a": 1}}
    answer = respond(request, method_invoker(RpcContext(small_chain())))
    assert answer["error"]["code"] == -32602


def test_a_context_slot_that_has_not_come() -> None:
    answer = ask("getBalance", ADDRESS, {"minContextSlot": 99})
    assert answer["error"] == {
        "code": -32016,
        "message": "Minimum context slot has not been reached",
        "data": {"contextSlot": 0},
    }


def test_a_failure_of_the_node_is_an_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    def broken(name: str, params: object) -> None:
        raise KeyError(name)

    answer = respond({"jsonrpc": "2.0", "id": 4, "method": "getSlot"}, broken)
    assert answer == {"jsonrpc": "2.0", "error": {"code": -32603, "message": "Internal error"}, "id": 4}
    assert "method getSlot failed" in caplog.text


def test_levels_below_confirmed() -> None:
    require_confirmed(Commitment.CONFIRMED)
    with pytest.raises(RpcError):
        require_confirmed(Commitment.PROCESSED)
