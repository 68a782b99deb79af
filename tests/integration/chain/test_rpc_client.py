"""The RPC client against a server that answers as recorded nodes and providers did."""

import json
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.rpc import client as rpc_client
from walletwatch.chain.rpc.client import MAX_TRIES, RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.errors import BlockNotAvailable, ChainRefused, ChainUnavailable, SlotSkipped

pytestmark = pytest.mark.integration

ERRORS = json.loads((Path(__file__).parents[2] / "fixtures/rpc_errors/errors.json").read_text())
UNAVAILABLE = {
    "too_many_requests_specific_call",
    "node_behind",
    "node_unhealthy_null",
    "error_is_a_string",
    "invalid_params_503",
    "quicknode_rps_limit",
    "quicknode_rps_limit_bare",
    "quicknode_daily_limit",
    "helius_max_usage",
    "allnodes_rate_limit",
    "agave_32016",
    "agave_32017",
    "agave_32019",
    "agave_32020_tx_not_found",
    "agave_32021_no_slot_history",
}
SKIPPED = {"agave_32001", "agave_32007", "agave_32009"}
NOT_AVAILABLE = {"agave_32004", "agave_32014"}
NO_ERROR = {"tx_not_found_null"}
SECRET = "api-key-of-the-deployment"


class Node:
    """Answers from a script; the last answer is repeated."""

    def __init__(self) -> None:
        self.answers: deque[tuple[int, object, dict[str, str]]] = deque()
        self.requests: list[dict[str, Any]] = []

    def will_answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        self.answers.append((status, body, headers or {}))

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(await request.json())
        status, body, headers = self.answers[0] if len(self.answers) == 1 else self.answers.popleft()
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=headers)


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
async def client(node: Node, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RpcClient]:
    monkeypatch.setattr(rpc_client, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(rpc_client, "MAX_BACKOFF_SECONDS", 0.002)
    app = web.Application()
    app.router.add_post("/{key}", node.handle)
    async with TestServer(app) as server:
        client = RpcClient([str(server.make_url(f"/{SECRET}"))], metrics=FakeMetrics(), timeout=2.0)
        yield client
        await client.close()


@pytest.mark.parametrize("case", ERRORS, ids=[case["name"] for case in ERRORS])
async def test_every_recorded_error_is_an_error_of_ours(
    case: dict[str, Any], node: Node, client: RpcClient
) -> None:
    node.will_answer(case["http_status"], case["body"])
    name = case["name"]
    if name in NO_ERROR:
        assert await client.call("getTransaction", "signature") is None
        return
    with pytest.raises((ChainUnavailable, ChainRefused)) as caught:
        await client.call("getTransaction", "signature")
    assert (caught.type is ChainUnavailable) == (name in UNAVAILABLE)
    assert (caught.type is SlotSkipped) == (name in SKIPPED)
    assert (caught.type is BlockNotAvailable) == (name in NOT_AVAILABLE)
    assert len(node.requests) == (MAX_TRIES if name in UNAVAILABLE else 1)
    assert SECRET not in str(caught.value)


async def test_a_fault_that_passes_is_not_noticed(node: Node, client: RpcClient) -> None:
    node.will_answer(429, "<html>slow down</html>", {"Retry-After": "1"})
    node.will_answer(502, "")
    node.will_answer(200, {"jsonrpc": "2.0", "id": 1, "result": 7})
    assert await client.call("getSlot") == 7


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>"),
        (200, "[]"),
        (200, "7"),
        (200, {"jsonrpc": "2.0", "id": 1}),
        (200, {"jsonrpc": "2.0", "id": 1, "error": {"code": "what", "message": None}}),
        (500, {"jsonrpc": "2.0", "id": 1, "result": 7}),
    ],
)
async def test_an_answer_of_another_shape_is_never_a_result(
    status: int, body: object, node: Node, client: RpcClient
) -> None:
    node.will_answer(status, body)
    with pytest.raises(ChainUnavailable):
        await client.call("getSlot")


async def test_a_node_that_is_not_there_is_unavailable_and_its_key_stays_secret() -> None:
    client = RpcClient([f"http://127.0.0.1:9/{SECRET}"], metrics=FakeMetrics(), timeout=0.5)
    with pytest.raises(ChainUnavailable) as caught:
        await client.call("getSlot")
    assert SECRET not in str(caught.value)
    await client.close()


async def test_the_next_endpoint_is_asked_when_one_fails(node: Node, client: RpcClient) -> None:
    node.will_answer(200, {"jsonrpc": "2.0", "id": 1, "result": 7})
    both = RpcClient(["http://127.0.0.1:9/", *client._endpoints], metrics=FakeMetrics(), timeout=0.5)
    assert await both.call("getSlot") == 7
    await both.close()


@pytest.mark.parametrize("value", [None, -1, "7", True, {"context": {"slot": 1}}, {"value": 0}])
async def test_a_balance_of_another_shape_is_an_error_and_never_zero(
    value: object, node: Node, client: RpcClient
) -> None:
    node.will_answer(200, {"jsonrpc": "2.0", "id": 1, "result": value})
    with pytest.raises(ChainUnavailable):
        await RpcChain(client).wallet_balance("11111111111111111111111111111111")


async def test_a_transaction_the_node_does_not_know_yet_is_asked_for_again(
    node: Node, client: RpcClient
) -> None:
    node.will_answer(200, {"jsonrpc": "2.0", "id": 1, "result": None})
    with pytest.raises(ChainUnavailable):
        await RpcChain(client).transactions(["signature"])
    assert node.requests[0]["params"][1]["maxSupportedTransactionVersion"] == 1
