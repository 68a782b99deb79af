"""A node: a chain that ticks, and what its clients share."""

import asyncio
from collections import Counter
from typing import Any, Protocol

from svm_node.chain import Chain, ChainOptions
from svm_node.commitment import Commitment
from svm_node.faults import FaultBox
from svm_node.pubsub import PubSub
from svm_node.rpc.registry import RpcContext


class Droppable(Protocol):
    """A connection that can be lost."""

    def drop(self) -> None:
        """Lose it, without a closing handshake."""


class Node:
    """The chain, its faults, its counters and its open sockets."""

    def __init__(self, options: ChainOptions | None = None) -> None:
        self.chain = Chain(options)
        self.context = RpcContext(self.chain)
        self.pubsub = PubSub(self.context)
        self.faults = FaultBox()
        self.calls: Counter[str] = Counter()
        self.sockets: set[Droppable] = set()
        self.is_paused = False

    async def tick(self, seconds: float) -> None:
        """Make a slot every so many seconds, until cancelled; keeps the average pace when a slot was late."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + seconds, loop.time())
            if not self.is_paused:
                self.chain.advance()

    def drop_sockets(self) -> int:
        """Lose every WebSocket; returns how many there were."""
        dropped = list(self.sockets)
        for socket in dropped:
            socket.drop()
        return len(dropped)

    def state(self) -> dict[str, Any]:
        """What the control API shows."""
        chain = self.chain
        return {
            "slot": chain.block_at(Commitment.PROCESSED).slot,
            "confirmedSlot": chain.block_at(Commitment.CONFIRMED).slot,
            "finalizedSlot": chain.block_at(Commitment.FINALIZED).slot,
            "transactions": chain.ledger.transaction_count,
            "rejectedTransactions": chain.rejected_count,
            "accounts": len(chain.accounts),
            "calls": dict(self.calls),
            "faults": [fault.to_json() for fault in self.faults.faults],
            "sockets": len(self.sockets),
            "subscriptions": len(self.pubsub),
            "paused": self.is_paused,
        }
