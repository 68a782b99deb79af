"""`ports.Blocks` over the RPC."""

from collections.abc import Mapping
from typing import Any, Final

from walletwatch.chain.rpc.client import RpcClient
from walletwatch.domain.chain import Block
from walletwatch.domain.errors import ChainUnavailable

MAX_TRANSACTION_VERSION: Final = 1
"""SIMD-0385. With a lower number a node refuses the whole block."""


class RpcBlocks:
    """The chain block by block.

    Args:
        client: Calls the methods.
        commitment: `confirmed`, or `finalized` to be told nothing of a fork, some 13 seconds later.
    """

    def __init__(self, client: RpcClient, commitment: str) -> None:
        self._client = client
        self._commitment = commitment

    async def newest(self) -> int:
        """The newest slot that has a block (`getBlocks` tells whether it has; `getSlot` gives it)."""
        return _slot(await self._client.call("getSlot", {"commitment": self._commitment}))

    async def slots_after(self, slot: int, limit: int) -> list[int]:
        """The next slots that have a block, ascending (`getBlocksWithLimit`)."""
        answer = await self._client.call(
            "getBlocksWithLimit", slot + 1, limit, {"commitment": self._commitment}
        )
        if not isinstance(answer, list):
            raise ChainUnavailable("getBlocksWithLimit answered no list")
        return [_slot(entry) for entry in answer]

    async def block(self, slot: int) -> Block:
        """The block of a slot with all its transactions (`getBlock`)."""
        answer = await self._client.call(
            "getBlock",
            slot,
            {
                "commitment": self._commitment,
                "encoding": "json",
                "transactionDetails": "full",
                "rewards": False,
                "maxSupportedTransactionVersion": MAX_TRANSACTION_VERSION,
            },
        )
        if not isinstance(answer, dict):
            raise ChainUnavailable("getBlock answered no block")
        return _block(slot, answer)


def _block(slot: int, answer: Mapping[str, Any]) -> Block:
    try:
        time, entries = answer.get("blockTime"), answer["transactions"]
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ChainUnavailable("getBlock answered no list of transactions")
        return Block(
            slot=slot,
            parent_slot=_slot(answer["parentSlot"]),
            blockhash=str(answer["blockhash"]),
            previous_blockhash=str(answer["previousBlockhash"]),
            transactions=[{**entry, "slot": slot, "blockTime": time} for entry in entries],
        )
    except KeyError as error:
        raise ChainUnavailable(f"getBlock answered a block without {error}") from error


def _slot(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ChainUnavailable("the node answered no slot")
