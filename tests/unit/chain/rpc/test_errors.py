"""What every recorded error answer means, alone and as a part of a batch."""

import json
from pathlib import Path
from typing import Any

import pytest

from walletwatch.chain.rpc import jsonrpc
from walletwatch.chain.rpc.errors import Fault, classify, reached_slot, read_error, to_chain_error
from walletwatch.chain.rpc.jsonrpc import BatchRefused, Failure, Success
from walletwatch.chain.rpc.redaction import Redaction
from walletwatch.chain.rpc.transport import Reply
from walletwatch.domain.errors import (
    BlockNotAvailable,
    ChainRefused,
    ChainUnavailable,
    SlotSkipped,
    TransactionNotFound,
)

RECORDED = json.loads((Path(__file__).parents[3] / "fixtures/rpc_errors/errors.json").read_text())
FAULTS = {
    "too_many_requests_specific_call": Fault.RATE_LIMITED,
    "secondary_index_excluded": Fault.REFUSED_HERE,
    "unsupported_tx_version_v0_old_text": Fault.REFUSED,
    "unsupported_tx_version_v0": Fault.REFUSED,
    "unsupported_tx_version_v1": Fault.REFUSED,
    "node_behind": Fault.BEHIND,
    "node_unhealthy_null": Fault.BEHIND,
    "rpc_disabled_410": Fault.REFUSED_HERE,
    "error_is_a_string": Fault.BROKEN,
    "invalid_param_wrongsize": Fault.REFUSED,
    "invalid_params_503": Fault.BROKEN,
    "quicknode_rps_limit": Fault.RATE_LIMITED,
    "quicknode_rps_limit_bare": Fault.RATE_LIMITED,
    "quicknode_daily_limit": Fault.RATE_LIMITED,
    "helius_max_usage": Fault.RATE_LIMITED,
    "allnodes_rate_limit": Fault.RATE_LIMITED,
    "agave_32001": Fault.SLOT_SKIPPED,
    "agave_32002": Fault.REFUSED,
    "agave_32003": Fault.REFUSED,
    "agave_32004": Fault.BLOCK_NOT_YET,
    "agave_32006": Fault.REFUSED,
    "agave_32007": Fault.SLOT_SKIPPED,
    "agave_32008": Fault.REFUSED_HERE,
    "agave_32009": Fault.SLOT_SKIPPED,
    "agave_32011": Fault.REFUSED_HERE,
    "agave_32012": Fault.REFUSED_HERE,
    "agave_32013": Fault.REFUSED,
    "agave_32014": Fault.BLOCK_NOT_YET,
    "agave_32016": Fault.NOT_YET,
    "agave_32017": Fault.NOT_YET,
    "agave_32018": Fault.REFUSED,
    "agave_32019": Fault.NOT_YET,
    "agave_32020_tx_not_found": Fault.TRANSACTION_NOT_YET,
    "agave_32021_no_slot_history": Fault.NOT_YET,
    "send_preflight_failure_full": Fault.REFUSED,
}
NOT_AN_ERROR = "tx_not_found_null"
ERRORS = {
    Fault.BROKEN: ChainUnavailable,
    Fault.RATE_LIMITED: ChainUnavailable,
    Fault.BEHIND: ChainUnavailable,
    Fault.NOT_YET: ChainUnavailable,
    Fault.BLOCK_NOT_YET: BlockNotAvailable,
    Fault.TRANSACTION_NOT_YET: TransactionNotFound,
    Fault.SLOT_SKIPPED: SlotSkipped,
    Fault.REFUSED_HERE: ChainRefused,
    Fault.REFUSED: ChainRefused,
}
BATCH = json.loads((Path(__file__).parents[3] / "fixtures/rpc_batches/solnet_sample.json").read_text())


def _reply(case: dict[str, Any]) -> Reply:
    body = case["body"]
    return Reply(case["http_status"], body if isinstance(body, str) else json.dumps(body))


def test_every_recorded_answer_is_known_here() -> None:
    assert {case["name"] for case in RECORDED} == {*FAULTS, NOT_AN_ERROR}
    assert set(ERRORS) == set(Fault)


@pytest.mark.parametrize("case", RECORDED, ids=[case["name"] for case in RECORDED])
def test_what_a_recorded_answer_means(case: dict[str, Any]) -> None:
    outcome = jsonrpc.decode(_reply(case))
    if case["name"] == NOT_AN_ERROR:
        assert outcome == Success(None)
        return
    assert isinstance(outcome, Failure)
    assert outcome.fault is FAULTS[case["name"]]
    assert type(to_chain_error(outcome.fault, outcome.text)) is ERRORS[outcome.fault]


@pytest.mark.parametrize(
    "case", [case for case in RECORDED if case["name"] in FAULTS], ids=lambda case: str(case["name"])
)
def test_a_recorded_answer_to_a_batch_is_no_batch(case: dict[str, Any]) -> None:
    with pytest.raises(BatchRefused) as caught:
        jsonrpc.decode_batch(_reply(case), 3)
    assert caught.value.failure.fault is FAULTS[case["name"]]


@pytest.mark.parametrize(
    ("status", "code", "message", "fault"),
    [
        # As QuickNode and Chainstack answer under HTTP 200.
        (200, -32007, "50/second request limit reached - reduce calls per second", Fault.RATE_LIMITED),
        (200, -32005, "You've exceeded the RPS limit available on the current plan.", Fault.RATE_LIMITED),
        (200, None, "max usage reached", Fault.RATE_LIMITED),
        (200, -32429, "rate limited", Fault.RATE_LIMITED),
        # A slot is never passed over for a code alone.
        (200, -32007, "unknown", Fault.BROKEN),
        # Helius without a paid plan.
        (403, -32403, "Batch requests are only available for paid plans", Fault.REFUSED_HERE),
        (401, None, "Unauthorized", Fault.REFUSED_HERE),
        (400, None, "Bad Request", Fault.REFUSED),
        # A number of Agave's stands whatever the text.
        (200, -32602, "Invalid param: rate limit", Fault.REFUSED),
        (200, -32012, "scan aborted: The accumulated scan results exceeded the limit", Fault.REFUSED_HERE),
        (200, -32603, "Internal error", Fault.BROKEN),
        (200, -31999, "never heard of", Fault.BROKEN),
        (302, None, "", Fault.BROKEN),
        (500, -32602, "Invalid params", Fault.BROKEN),
        (429, -32602, "", Fault.RATE_LIMITED),
    ],
)
def test_codes_that_mean_different_things(status: int, code: int | None, message: str, fault: Fault) -> None:
    assert classify(status, code, message) is fault


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, ""),
        (200, "<html>"),
        (200, "[]"),
        (200, "7"),
        (200, "null"),
        (200, "{}"),
        (200, '{"result": 7, "error": {"code": -32603, "message": "both"}}'),
        (200, '{"error": {}}'),
        (200, '{"error": {"code": "text", "message": 7}}'),
        (502, '{"result": 7}'),
    ],
)
def test_what_is_no_answer_is_a_failure_of_the_endpoint(status: int, text: str) -> None:
    outcome = jsonrpc.decode(Reply(status, text))
    assert isinstance(outcome, Failure)
    assert outcome.fault is Fault.BROKEN


def test_the_slot_that_a_node_has_reached() -> None:
    assert reached_slot({"code": -32016, "data": {"contextSlot": 448096700}}) == 448096700
    for error in (
        None,
        "text",
        {},
        {"data": None},
        {"data": {"contextSlot": "7"}},
        {"data": {"contextSlot": True}},
    ):
        assert reached_slot(error) is None


def test_texts_are_bounded() -> None:
    assert len(read_error({"code": 1, "message": "x" * 10**6})[1]) == 2000
    outcome = jsonrpc.decode(Reply(502, "y" * 10**6))
    assert isinstance(outcome, Failure)
    assert len(outcome.text) < 2100


class TestBatches:
    def test_a_recorded_batch(self) -> None:
        outcomes = jsonrpc.decode_batch(Reply(200, json.dumps(BATCH)), len(BATCH))
        assert outcomes == [Success(entry["result"]) for entry in BATCH]

    def test_the_order_is_the_servers(self) -> None:
        outcomes = jsonrpc.decode_batch(Reply(200, json.dumps(BATCH[::-1])), len(BATCH))
        assert outcomes == [Success(entry["result"]) for entry in BATCH]

    def test_each_answer_stands_for_itself(self) -> None:
        answers = [
            {"id": 1, "error": {"code": -32602, "message": "Invalid param: WrongSize"}},
            {"id": 0, "result": None},
            {"id": 0, "result": "twice"},
            {"id": "2", "result": "of another type"},
            {"id": True, "result": "of another type"},
            {"id": 9, "result": "of nobody"},
            {"id": -1, "result": "of nobody"},
            {"error": {"code": 429, "message": "without an id"}},
            "text",
            None,
        ]
        first, second, third = jsonrpc.decode_batch(Reply(200, json.dumps(answers)), 3)
        assert first == Success(None)
        assert isinstance(second, Failure)
        assert second.fault is Fault.REFUSED
        assert third is None

    @pytest.mark.parametrize(
        ("status", "body", "fault"),
        [
            (200, '{"jsonrpc": "2.0", "id": 0, "result": 7}', Fault.BROKEN),
            (500, "Internal Server Error", Fault.BROKEN),
            (403, '{"error": {"code": -32403, "message": "paid plans only"}}', Fault.REFUSED_HERE),
            (429, '[{"id": 0, "error": {"code": 429, "message": "slow down"}}]', Fault.RATE_LIMITED),
            (200, "", Fault.BROKEN),
        ],
    )
    def test_what_is_no_batch(self, status: int, body: str, fault: Fault) -> None:
        with pytest.raises(BatchRefused) as caught:
            jsonrpc.decode_batch(Reply(status, body), 2)
        assert caught.value.failure.fault is fault


class TestRedaction:
    @pytest.mark.parametrize(
        ("url", "text", "hidden"),
        [
            ("https://h/v2/0123456789abcdef", "Cannot POST /v2/0123456789abcdef", "Cannot POST /v2/[hidden]"),
            (
                "https://h/?api-key=k%2Bey-long-enough",
                "k+ey-long-enough k%2Bey-long-enough",
                "[hidden] [hidden]",
            ),
            ("https://user-long:pass-long@h/", "user-long pass-long", "[hidden] [hidden]"),
            ("https://h/short", "short", "short"),
        ],
    )
    def test_nothing_of_a_url_is_quoted(self, url: str, text: str, hidden: str) -> None:
        assert Redaction(url).hide(text) == hidden
