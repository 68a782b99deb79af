"""A client of some nodes without sockets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.metrics import FakeMetrics
from tests.fakes.rpc import FakeNode, error
from walletwatch.chain.rpc.breaker import BreakerState
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.pool import PoolLimits

KEY = "secret-key-of-the-deployment"
UNAVAILABLE = error(-32603, "Internal error")
SKIPPED = error(-32007, "Slot 7 was skipped, or missing due to ledger jump to recent snapshot")
NOT_YET = error(-32004, "Block not available for slot 7")
NO_METHOD = error(-32601, "Method not found")


@dataclass
class World:
    """A client of some nodes, the first one preferred."""

    nodes: Sequence[FakeNode]
    client: RpcClient
    metrics: FakeMetrics

    @property
    def asked(self) -> list[int]:
        return [len(node.sent) for node in self.nodes]

    def states(self) -> list[BreakerState]:
        return [endpoint.breaker for endpoint in self.client.status().endpoints]


def make_world(count: int = 1, *, limits: PoolLimits | None = None, **options: Any) -> World:
    metrics = FakeMetrics()
    nodes = [FakeNode(f"n{place}") for place in range(count)]
    urls = [f"https://h{place}/{KEY}/" for place in range(count)]
    by_url = dict(zip(urls, nodes, strict=True))
    client = RpcClient(
        urls,
        metrics=metrics,
        connect=by_url.__getitem__,
        limits=limits or PoolLimits(hedge_seconds=0),
        **options,
    )
    return World(nodes, client, metrics)


def now() -> float:
    return asyncio.get_running_loop().time()


def said(result: Any) -> str:
    """The node that answered."""
    name: str = result["value"]["node"]
    return name
