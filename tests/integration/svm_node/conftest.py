"""A node in this process, and clients of it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from solana.rpc.async_api import AsyncClient

from svm_node.chain import ChainOptions
from svm_node.commitment import Depths
from svm_node.testing import RunningNode, running_node
from tests.integration.svm_node.story import Story, tell_story

type Rpc = Callable[..., Awaitable[Any]]


@pytest.fixture
async def node() -> AsyncIterator[RunningNode]:
    """A node whose slots come by `chain.advance()` only; final after three."""
    async with running_node() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest.fixture
def rpc(node: RunningNode, http: aiohttp.ClientSession) -> Rpc:
    """Ask the node; gives the whole answer."""

    async def ask(method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        async with http.post(node.url, json=request) as response:
            assert response.status == 200
            return json.loads(await response.read())

    return ask


@pytest.fixture
async def client(node: RunningNode) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(node.url) as connected:
        yield connected


@pytest.fixture
async def story() -> AsyncIterator[tuple[RunningNode, Story]]:
    """A node on which a bit of everything has happened and is final."""
    options = ChainOptions(depths=Depths(1, 2), slots_per_epoch=64)
    async with running_node(slot_ms=10, options=options) as running:
        told = await tell_story(running)
        running.node.is_paused = True
        yield running, told
