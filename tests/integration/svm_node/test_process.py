"""The node as a process of its own, as the local stack runs it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from solana.rpc.websocket_api import SolanaWsClient

from devstack.processes import free_port

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_that_it_is_ready_ticks_and_ends(number: signal.Signals, tmp_path: Path) -> None:
    ws_port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "svm_node", "--port", "0", "--ws-port", str(ws_port), "--slot-ms", "20"),
        *("--finalized-after", "2", "--data-dir", str(tmp_path / "node")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().split()
        assert line[0] == "ready"
        url = line[1]
        assert json.loads((tmp_path / "node" / "node.json").read_text())["url"] == url
        async with SolanaWsClient(f"ws://127.0.0.1:{ws_port}") as socket:
            await socket.slot_subscribe()
            slots = [(await asyncio.wait_for(socket.recv(), 5)).result.slot for _ in range(3)]  # type: ignore[union-attr]
        assert slots == list(range(slots[0], slots[0] + 3))
        async with aiohttp.ClientSession() as http, http.get(f"{url}/control/state") as response:
            state = await response.json()
        assert state["finalizedSlot"] > 0
    finally:
        process.send_signal(number)
        _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert errors == b""
