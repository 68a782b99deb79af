"""Two nodes of one kind, of which the preferred one fails or is slow."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from solders.keypair import Keypair

from svm_node.faults import Fault
from svm_node.testing import RunningNode, running_node
from tests.fakes.metrics import FakeMetrics
from traffic.actions import Chain
from walletwatch.chain.rpc.breaker import FAILURES_IN_A_ROW, FIRST_REST_SECONDS, BreakerState
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.pool import PoolLimits
from walletwatch.chain.rpc.reader import RpcChain

pytestmark = pytest.mark.integration

type Nodes = tuple[RunningNode, RunningNode]
type Connect = Callable[..., RpcClient]


@pytest.fixture
async def nodes() -> AsyncIterator[Nodes]:
    async with running_node() as preferred, running_node() as other:
        yield preferred, other


@pytest.fixture
def metrics() -> FakeMetrics:
    return FakeMetrics()


@pytest.fixture
async def connect(nodes: Nodes, metrics: FakeMetrics) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        def connect(*, hedge_seconds: float = 0, **options: Any) -> RpcClient:
            client = RpcClient(
                [node.url for node in nodes],
                metrics=metrics,
                limits=PoolLimits(hedge_seconds=hedge_seconds),
                **{"timeout": 0.5, **options},
            )
            stack.push_async_callback(client.close)
            return client

        yield connect


def _strike(node: RunningNode, kind: str, **options: Any) -> None:
    node.node.faults.add(Fault.from_json({"kind": kind, **options}))


def _asked(nodes: Nodes, method: str = "getSlot") -> list[int]:
    return [node.node.calls[method] for node in nodes]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("http_error", {"status": 503}),
        ("rate_limit", {"retry_after": 30}),
        ("rate_limit_html", {}),
        ("node_behind", {"slots": 42}),
        ("drop_connection", {}),
        ("timeout", {}),
        ("rpc_error", {"code": -32011, "message": "Transaction history is not available from this node"}),
    ],
)
async def test_the_other_node_answers(
    nodes: Nodes, connect: Connect, kind: str, options: dict[str, Any]
) -> None:
    client = connect()
    _strike(nodes[0], kind, **options)
    assert await client.call("getSlot") >= 0
    assert nodes[1].node.calls["getSlot"] == 1
    assert client.status().in_use == 0


async def test_a_slow_node_is_overtaken_and_can_be_asked_again(
    nodes: Nodes, connect: Connect, metrics: FakeMetrics
) -> None:
    client = connect(hedge_seconds=0.1, timeout=5)
    await client.call("getSlot")
    _strike(nodes[0], "latency", seconds=3, times=1)
    started = time.perf_counter()
    await client.call("getSlot")
    assert time.perf_counter() - started < 1
    assert metrics.counts["RpcHedgesWon"] == 1
    nodes[1].node.faults.add(Fault.from_json({"kind": "http_error"}))
    assert await client.call("getSlot") >= 0
    assert client.status().in_use == 0


async def test_a_node_that_hangs_up_is_left_alone_until_it_works(nodes: Nodes, connect: Connect) -> None:
    client = connect()
    _strike(nodes[0], "drop_connection")
    for _ in range(FAILURES_IN_A_ROW):
        await client.call("getSlot")
    assert client.status().endpoints[0].breaker is BreakerState.OPEN
    before = _asked(nodes)
    await asyncio.gather(*(client.call("getSlot") for _ in range(10)))
    assert _asked(nodes) == [before[0], before[1] + 10]
    nodes[0].node.faults.clear()
    await asyncio.sleep(FIRST_REST_SECONDS)
    before = _asked(nodes)
    await client.call("getSlot")
    assert client.status().endpoints[0].breaker is BreakerState.CLOSED
    await client.call("getSlot")
    assert _asked(nodes) == [before[0] + 2, before[1]]


class TestTransactions:
    @pytest.fixture
    async def signatures(self, nodes: Nodes) -> list[str]:
        """Of transactions on the preferred node, which makes a slot only when it is told to."""
        node = nodes[0]
        async with Chain(node.url) as acts:
            ticker = asyncio.create_task(node.node.tick(0.01))
            try:
                alice = Keypair()
                await acts.airdrop(alice.pubkey(), 10**9)
                sent = [await acts.transfer_native(alice, Keypair().pubkey(), 10**6) for _ in range(7)]
            finally:
                ticker.cancel()
                await asyncio.gather(ticker, return_exceptions=True)
        return [act.signature for act in sent]

    async def test_they_come_in_batches(
        self, signatures: list[str], connect: Connect, metrics: FakeMetrics
    ) -> None:
        chain = RpcChain(connect(batch_size=3))
        results = await chain.transactions(signatures)
        assert [result["transaction"]["signatures"][0] for result in results.values()] == signatures
        assert (metrics.counts["RpcRequests"], metrics.counts["RpcCalls"]) == (3, 7)

    async def test_they_come_one_by_one_where_batches_are_refused(
        self, signatures: list[str], nodes: Nodes, connect: Connect, metrics: FakeMetrics
    ) -> None:
        _strike(nodes[0], "http_error", status=403, body="Batch requests are only available", times=1)
        # The other node has another chain and would not know them.
        _strike(nodes[1], "http_error", status=502)
        results = await RpcChain(connect(batch_size=10)).transactions(signatures)
        assert list(results) == signatures
        assert metrics.counts["RpcRequests"] == 1 + len(signatures)
        assert metrics.counts["RpcBatchLeftovers"] == len(signatures)
