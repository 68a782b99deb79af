"""The chain block by block, and the news of its slots, from a node on which money moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from solders.keypair import Keypair

from svm_node.faults import Fault
from svm_node.testing import RunningNode, running_node
from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.parsing.concerned import concerned_accounts
from walletwatch.chain.rpc.blocks import RpcBlocks
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.rpc.slots import WebSocketSlots, websocket_url
from walletwatch.domain.chain import AnnouncedSlot
from walletwatch.domain.errors import BlockNotAvailable, ChainUnavailable, SlotSkipped

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)
AT_ONCE = timedelta(0)


@pytest.fixture
async def node() -> AsyncIterator[RunningNode]:
    async with running_node() as node:
        yield node


@asynccontextmanager
async def _blocks(node: RunningNode, commitment: str = "confirmed") -> AsyncIterator[RpcBlocks]:
    client = RpcClient([node.url], metrics=FakeMetrics())
    yield RpcBlocks(client, commitment)
    await client.close()


async def test_a_block_has_its_transactions_in_the_form_in_which_they_are_asked_for(
    node: RunningNode,
) -> None:
    wallet = Keypair().pubkey()
    record = node.chain.airdrop(wallet, 10**9)
    node.chain.advance()
    client = RpcClient([node.url], metrics=FakeMetrics())
    block = await RpcBlocks(client, "confirmed").block(record.slot)
    asked = await RpcChain(client).transactions([record.signature])
    await client.close()
    (told,) = block.transactions
    # The only difference: rewards of a transaction are not asked for, as there are none.
    whole = {**asked[record.signature], "meta": {**asked[record.signature]["meta"], "rewards": None}}
    assert {**told, "meta": {**told["meta"], "rewards": None}} == whole
    assert str(wallet) in concerned_accounts(told)
    assert (block.slot, block.parent_slot) == (record.slot, record.slot - 1)


@pytest.mark.parametrize("kind", ["skipped", "long_term_storage"])
async def test_a_slot_without_a_block_is_told_from_one_that_is_not_there_yet(
    node: RunningNode, kind: str
) -> None:
    if kind == "long_term_storage":
        node.node.faults.add(Fault.from_json({"kind": "long_term_storage"}))
    tip = node.chain.advance(skip=2)
    node.chain.advance()
    async with _blocks(node) as blocks:
        for slot in (tip.slot - 1, tip.slot - 2):
            with pytest.raises(SlotSkipped):
                await blocks.block(slot)
        with pytest.raises(BlockNotAvailable):
            await blocks.block(tip.slot + 100)
        assert await blocks.newest() == tip.slot
        assert await blocks.slots_after(tip.slot - 3, 10) == [tip.slot]
        block = await blocks.block(tip.slot)
        assert block.parent_slot == tip.slot - 3
        assert block.previous_blockhash == (await blocks.block(block.parent_slot)).blockhash


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-32014, BlockNotAvailable),
        (-32004, BlockNotAvailable),
        (-32001, SlotSkipped),
        (-32603, ChainUnavailable),
    ],
)
async def test_every_error_of_a_block_is_what_it_means(
    node: RunningNode, code: int, error: type[Exception]
) -> None:
    node.node.faults.add(Fault.from_json({"kind": "rpc_error", "code": code, "message": "no"}))
    async with _blocks(node) as blocks:
        with pytest.raises(error):
            await blocks.block(1)


async def test_a_finalized_follower_waits_for_the_finalized_block(node: RunningNode) -> None:
    slot = node.chain.advance().slot
    node.chain.advance()
    async with _blocks(node, "finalized") as blocks:
        with pytest.raises(BlockNotAvailable):
            await blocks.block(slot)
        for _ in range(3):
            node.chain.advance()
        assert (await blocks.block(slot)).slot == slot


async def _announced(feed: WebSocketSlots, node: RunningNode) -> list[AnnouncedSlot]:
    """The next news, which comes once the feed listens."""
    for _ in range(40):
        node.chain.advance()
        news = await feed.announced(timedelta(milliseconds=50))
        if news:
            return news
    raise AssertionError("nothing was announced")


async def test_slots_are_announced_as_they_begin(node: RunningNode) -> None:
    feed = WebSocketSlots((node.ws_url,), metrics=FakeMetrics())
    await _announced(feed, node)
    opened = node.chain.advance(skip=1)
    assert await feed.announced(SECOND) == [AnnouncedSlot(opened.slot, opened.parent_slot)]
    assert await feed.announced(AT_ONCE) == []
    await feed.close()


async def test_a_lost_socket_is_opened_again(node: RunningNode) -> None:
    metrics = FakeMetrics()
    feed = WebSocketSlots((node.ws_url,), metrics=metrics)
    await _announced(feed, node)
    node.node.drop_sockets()
    await asyncio.sleep(0.1)
    await _announced(feed, node)
    assert metrics.counts["SlotFeedReconnects"] >= 1
    await feed.close()


async def test_a_feed_that_cannot_connect_is_only_silent() -> None:
    feed = WebSocketSlots(("ws://127.0.0.1:9/secret-key",), metrics=FakeMetrics())
    assert await feed.announced(timedelta(milliseconds=200)) == []
    await feed.close()


@pytest.mark.parametrize(
    ("rpc", "socket"),
    [
        ("https://rpc.mainnet.x1.xyz", "wss://rpc.mainnet.x1.xyz"),
        ("http://127.0.0.1:8899", "ws://127.0.0.1:8899"),
        ("https://node.example/key?token=1", "wss://node.example/key?token=1"),
    ],
)
def test_subscriptions_are_taken_where_requests_are(rpc: str, socket: str) -> None:
    assert websocket_url(rpc) == socket
