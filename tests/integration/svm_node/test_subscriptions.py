"""Subscriptions through solana-py's WebSocket client."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from solana.rpc.commitment import Confirmed, Processed
from solana.rpc.websocket_api import SolanaWsClient
from solders.keypair import Keypair
from solders.rpc import responses
from solders.rpc.config import RpcTransactionLogsFilterMentions
from solders.signature import Signature
from websockets.exceptions import ConnectionClosed

from svm_node.testing import RunningNode
from tests.unit.svm_node.wallets import funded, payment, signed

pytestmark = pytest.mark.integration

MILLION = 1_000_000


@pytest.fixture
async def socket(node: RunningNode) -> AsyncIterator[SolanaWsClient]:
    async with SolanaWsClient(node.ws_url) as connected:
        yield connected


async def receive(socket: SolanaWsClient) -> Any:
    return await asyncio.wait_for(socket.recv(), 5)


def pay(node: RunningNode, wallet: Keypair, friend: Any) -> str:
    return node.chain.send(signed(node.chain, [payment(wallet, friend, MILLION)], wallet)).signature


async def test_solana_py_reads_every_kind(node: RunningNode, socket: SolanaWsClient) -> None:
    wallet, friend = funded(node.chain), Keypair().pubkey()
    node.chain.advance()
    await socket.account_subscribe(pubkey=friend, commitment=Processed, encoding="base64")
    await socket.program_subscribe(
        program_id=type(friend).default(), commitment=Confirmed, encoding="base64", filters=[0]
    )
    await socket.logs_subscribe(filter_=RpcTransactionLogsFilterMentions(friend), commitment=Confirmed)
    await socket.block_subscribe(commitment=Confirmed, max_supported_transaction_version=0)
    await socket.slot_subscribe()
    await socket.root_subscribe()
    signature = pay(node, wallet, friend)
    await socket.signature_subscribe(signature=Signature.from_string(signature), commitment=Confirmed)
    for _ in range(3):
        node.chain.advance()
    seen: dict[str, list[Any]] = {}
    while "RootNotification" not in seen or len(seen["SlotNotification"]) < 3:
        notification = await receive(socket)
        seen.setdefault(type(notification).__name__, []).append(notification)
    assert set(seen) == {
        "AccountNotification",
        "ProgramNotification",
        "LogsNotification",
        "BlockNotification",
        "SlotNotification",
        "RootNotification",
        "SignatureNotification",
    }
    assert len(seen["AccountNotification"]) == len(seen["LogsNotification"]) == 1
    assert seen["AccountNotification"][0].result.value.lamports == MILLION
    assert str(seen["LogsNotification"][0].result.value.signature) == signature
    assert len(seen["SignatureNotification"]) == 1
    assert len(seen["ProgramNotification"]) == 2
    assert isinstance(seen["SlotNotification"][0], responses.SlotNotification)


async def test_unsubscribing(node: RunningNode, socket: SolanaWsClient) -> None:
    subscription = await socket.slot_subscribe()
    node.chain.advance()
    assert type(await receive(socket)).__name__ == "SlotNotification"
    await socket.unsubscribe(subscription)
    node.chain.advance()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.recv(), 0.1)
    assert node.node.state()["subscriptions"] == 0


async def test_sockets_can_be_lost(node: RunningNode, http: aiohttp.ClientSession) -> None:
    socket = await SolanaWsClient(node.ws_url).connect()
    await socket.slot_subscribe()
    async with http.post(f"{node.url}/control/drop-sockets") as response:
        assert await response.json() == {"dropped": 1}
    with pytest.raises(ConnectionClosed):
        await receive(socket)
    for _ in range(100):
        if not node.node.sockets:
            break
        await asyncio.sleep(0.01)
    assert node.node.state()["subscriptions"] == 0
    async with SolanaWsClient(node.ws_url) as again:
        await again.slot_subscribe()
        node.chain.advance()
        assert type(await receive(again)).__name__ == "SlotNotification"


async def test_answers_to_what_is_no_subscription(node: RunningNode, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(node.ws_url) as raw:
        asked = [
            "{",
            {"jsonrpc": "2.0", "id": 1, "method": "getSlot"},
            {"jsonrpc": "2.0", "id": 2, "method": "logsSubscribe"},
        ]
        codes = []
        for text in asked:
            await raw.send_str(text if isinstance(text, str) else json.dumps(text))
            codes.append((await raw.receive_json(timeout=5))["error"]["code"])
        assert codes == [-32700, -32601, -32602]


async def test_the_number_of_a_subscription_comes_before_its_notification(
    node: RunningNode, http: aiohttp.ClientSession
) -> None:
    signature = pay(node, funded(node.chain), Keypair().pubkey())
    async with http.ws_connect(node.ws_url) as raw:
        options = {"commitment": "processed"}
        request = {"jsonrpc": "2.0", "id": 7, "method": "signatureSubscribe", "params": [signature, options]}
        await raw.send_json(request)
        answer = await raw.receive_json(timeout=5)
        told = await raw.receive_json(timeout=5)
    assert answer["id"] == 7
    assert told["method"] == "signatureNotification"
    assert told["params"]["subscription"] == answer["result"]
