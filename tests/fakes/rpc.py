"""An RPC endpoint without sockets."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loop import VirtualLoop
from walletwatch.chain.rpc.transport import Reply, TransportFailed


@dataclass
class Sent:
    """A body that was sent, and when."""

    at: float
    payload: Any


@dataclass
class FakeNode:
    """`Transport` that answers from a script, and with the node's name and slot when that is over.

    Attributes:
        latency: Seconds an answer takes.
        loading: Seconds the first `open` keeps the loop busy.
        script: What comes first: replies, failures, or a function of the request's JSON.
        always: In place of the usual answer, when the script is over.
    """

    name: str = "node"
    latency: float = 0.05
    loading: float = 0.0
    slot: int = 1000
    script: deque["Step"] = field(default_factory=deque)
    always: "Step | None" = None
    sent: list[Sent] = field(default_factory=list)
    cancelled: int = 0
    busy: int = 0
    most_busy: int = 0
    closed: bool = False

    def open(self) -> None:
        loop = asyncio.get_running_loop()
        if self.loading and isinstance(loop, VirtualLoop):
            loop.jump(self.loading)
        self.loading = 0.0

    async def post(self, body: str) -> Reply:
        payload = json.loads(body)
        self.sent.append(Sent(asyncio.get_running_loop().time(), payload))
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        step = self.script.popleft() if self.script else self.always
        try:
            await asyncio.sleep(self.latency)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.busy -= 1
        if isinstance(step, TransportFailed):
            raise step
        if isinstance(step, Reply):
            return step
        return self.answer(payload) if step is None else step(payload)

    async def close(self) -> None:
        self.closed = True

    def answer(self, payload: Any) -> Reply:
        """A result for each request, as a node gives it."""
        if isinstance(payload, list):
            return reply([self._one(request) for request in payload])
        return reply(self._one(payload))

    def _one(self, request: Any) -> Any:
        value = {"node": self.name, "params": request["params"]}
        result = self.slot if request["method"] == "getSlot" else _in_context(self.slot, value)
        return {"jsonrpc": "2.0", "id": request["id"], "result": result}


type Step = Reply | TransportFailed | Callable[[Any], Reply]

LOST = TransportFailed("ConnectError")


def reply(body: Any, status: int = 200, retry_after: float | None = None) -> Reply:
    """A reply with this JSON."""
    return Reply(status, json.dumps(body), retry_after)


def error(
    code: int, message: str = "", *, status: int = 200, retry_after: float | None = None, data: Any = None
) -> Reply:
    """A reply that is a JSON-RPC error."""
    member = {"code": code, "message": message, **({} if data is None else {"data": data})}
    return reply({"jsonrpc": "2.0", "id": 1, "error": member}, status, retry_after)


def _in_context(slot: int, value: Any) -> Any:
    return {"context": {"slot": slot}, "value": value}
