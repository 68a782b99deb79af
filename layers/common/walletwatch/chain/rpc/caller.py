"""Whom a node's methods are called through."""

from collections.abc import Sequence
from typing import Any, Protocol

from walletwatch.chain.rpc.client import Answer


class Caller(Protocol):
    """Calls methods of a node: an `RpcClient`, or one that puts calls together."""

    async def call(self, method: str, *params: object) -> Any:
        """The `result` of one method."""

    async def call_many(self, calls: Sequence[tuple[str, Sequence[object]]]) -> Sequence[Answer]:
        """The answers to many calls, in their order."""
