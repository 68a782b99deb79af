"""A history of several pages, asked of nodes of which one is behind."""

from typing import Any

import pytest

from tests.fakes.rpc import LOST, error, reply
from tests.unit.chain.rpc.world import World, make_world
from walletwatch.chain.rpc import reader
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.rpc.transport import Reply
from walletwatch.domain.wallets import Cursor

SLOTS = range(110, 100, -1)
"""One transaction in each, newest first."""
BEHIND = 104


def _history(slot: int, request: Any) -> Reply:
    """What a node at this slot answers, as Agave does: before a transaction it does not know is nothing."""
    options = request["params"][1]
    if options.get("minContextSlot", 0) > slot:
        return error(-32016, "Minimum context slot has not been reached")
    known = [each for each in SLOTS if each <= slot]
    if "before" in options:
        before = int(options["before"])
        known = [each for each in known if each < before] if before in known else []
    rows = [{"signature": str(each), "slot": each, "err": None} for each in known[: options["limit"]]]
    return reply({"jsonrpc": "2.0", "id": request["id"], "result": rows})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(reader, "SIGNATURES_PER_PAGE", 3)
    world = make_world(2)
    ahead, behind = world.nodes
    ahead.always = lambda request: _history(SLOTS[0], request)
    behind.always = lambda request: _history(BEHIND, request)
    # The first page comes from the preferred node, which is lost when the second one is asked for.
    ahead.script.extend([_history(SLOTS[0], {"id": 1, "params": ["wallet", {"limit": 3}]}), LOST])
    return world


@pytest.mark.parametrize("min_context_slot", [None, 101, 110])
async def test_a_node_that_does_not_know_the_page_before_does_not_end_the_history(
    world: World, min_context_slot: int | None
) -> None:
    found = await RpcChain(world.client).signatures(
        "wallet", after=Cursor(100), min_context_slot=min_context_slot
    )
    assert [info.slot for info in found] == list(SLOTS)
    assert len(world.nodes[1].sent) == 1


async def test_nor_does_it_end_the_past(world: World) -> None:
    found = await RpcChain(world.client).past("wallet", not_before=0, limit=100)
    assert [info.slot for info in found] == list(SLOTS)
    assert len(world.nodes[1].sent) == 1
