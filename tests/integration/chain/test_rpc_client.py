"""The RPC client against a server that answers as recorded nodes and providers did."""

import asyncio
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
from walletwatch.chain.rpc import endpoint as rpc_endpoint
from walletwatch.chain.rpc.client import MAX_TRIES, RpcClient
from walletwatch.chain.rpc.pool import PoolLimits
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
NOT_YET = {"agave_32004", "agave_32014"}
SKIPPED = {"agave_32001", "agave_32007", "agave_32009"}
NO_ERROR = {"tx_not_found_null"}
SECRET = "api-key-of-the-deployment"


class Node:
    """Answers from a script; the last answer is repeated."""

    def __init__(self) -> None:
        self.answers: deque[tuple[int, object, dict[str, str]]] = deque()
        self.requests: list[dict[str, Any]] = []
        self.seconds = 0.0
        self.busy = 0
        self.most_busy = 0

    def will_answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        self.answers.append((status, body, headers or {}))

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(await request.json())
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        await asyncio.sleep(self.seconds)
        self.busy -= 1
        status, body, headers = self.answers[0] if len(self.answers) == 1 else self.answers.popleft()
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=status, text=text, headers=headers)


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
async def server(node: Node) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_post("/{key}", node.handle)
    server = TestServer(app)
    async with server:
        yield server


@pytest.fixture
def url(server: TestServer) -> str:
    return str(server.make_url(f"/{SECRET}"))


@pytest.fixture
async def client(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RpcClient]:
    monkeypatch.setattr(rpc_client, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(rpc_endpoint, "LIMIT_PAUSE_SECONDS", 0.001)
    client = RpcClient([url], metrics=FakeMetrics(), timeout=2.0)
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
    assert (caught.type is BlockNotAvailable) == (name in NOT_YET)
    assert (caught.type is SlotSkipped) == (name in SKIPPED)
    # A block that is not there yet is told at once, so that its follower decides how long to wait.
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


async def test_the_next_endpoint_is_asked_when_one_fails(node: Node, url: str) -> None:
    node.will_answer(200, {"jsonrpc": "2.0", "id": 1, "result": 7})
    both = RpcClient(["http://127.0.0.1:9/", url], metrics=FakeMetrics(), timeout=0.5)
    assert await both.call("getSlot") == 7
    await both.close()


async def test_a_page_that_quotes_the_url_does_not_give_the_key_away(node: Node, client: RpcClient) -> None:
    node.will_answer(404, f"<pre>Cannot POST /{SECRET}</pre>")
    with pytest.raises(ChainRefused, match=r"Cannot POST /\[hidden\]") as caught:
        await client.call("getSlot")
    assert SECRET not in str(caught.value)


async def test_connections_are_limited_kept_and_closed(node: Node, server: TestServer, url: str) -> None:
    node.will_answer(200, {"jsonrpc": "2.0", "id": 1, "result": 7})
    node.seconds = 0.05
    limits = PoolLimits(min_connections=2, max_connections=4, idle_seconds=0.2)
    client = RpcClient([url], metrics=FakeMetrics(), timeout=2.0, limits=limits)

    def connected() -> int:
        assert server.runner is not None
        assert server.runner.server is not None
        return len(server.runner.server.connections)

    calls = [asyncio.create_task(client.call("getSlot")) for _ in range(12)]
    most = 0
    while not all(call.done() for call in calls):
        await asyncio.sleep(0.005)
        most = max(most, connected())
    assert (most, node.most_busy) == (4, 4)
    await asyncio.sleep(0.05)
    assert connected() == 2
    await asyncio.sleep(0.3)
    await client.call("getSlot")
    assert connected() == 1
    await client.close()
    await asyncio.sleep(0.05)
    assert connected() == 0


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
