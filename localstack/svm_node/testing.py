"""A node inside the process of a test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from svm_node.chain import Chain, ChainOptions
from svm_node.commitment import Depths
from svm_node.node import Node
from svm_node.server import serving


@dataclass(frozen=True, slots=True)
class RunningNode:
    """A node that listens.

    Attributes:
        url: JSON-RPC, and the control API below `/control`.
        ws_url: PubSub.
        node: The node itself, for what needs no detour over HTTP.
    """

    url: str
    ws_url: str
    node: Node

    @property
    def chain(self) -> Chain:
        """The node's chain; `chain.advance()` makes a slot."""
        return self.node.chain


@contextlib.asynccontextmanager
async def running_node(
    *,
    slot_ms: int = 0,
    confirmed_after: int = 1,
    finalized_after: int = 3,
    options: ChainOptions | None = None,
    port: int = 0,
) -> AsyncIterator[RunningNode]:
    """Run a node while the block runs.

    Args:
        slot_ms: Length of a slot; 0: slots come by `chain.advance()` only.
        confirmed_after: Blocks until a block is confirmed.
        finalized_after: Blocks until a block is finalized.
        options: The chain's options instead of the two before.
        port: A fixed port instead of a free one.
    """
    node = Node(options or ChainOptions(depths=Depths(confirmed_after, finalized_after)))
    ticker = asyncio.create_task(node.tick(slot_ms / 1000)) if slot_ms else None
    try:
        async with serving(node, port=port) as bound:
            yield RunningNode(f"http://127.0.0.1:{bound}", f"ws://127.0.0.1:{bound}", node)
    finally:
        if ticker is not None:
            ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticker
