"""Calls that share a request without knowing of each other."""

import asyncio
from typing import Any

import pytest

from tests.fakes.rpc import reply
from tests.unit.chain.rpc.world import make_world
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.transport import Reply
from walletwatch.domain.errors import ChainRefused


async def test_calls_of_one_moment_are_one_request() -> None:
    world = make_world()
    caller = BatchingCaller(world.client)

    async def nested() -> Any:
        return await asyncio.gather(*(caller.call("getBalance", place) for place in range(3)))

    balances, slot, many = await asyncio.gather(
        nested(),
        caller.call("getSlot"),
        caller.call_many([("getTransaction", ("a",)), ("getTransaction", ("b",))]),
    )
    assert [answer["value"]["params"] for answer in balances] == [[0], [1], [2]]
    assert slot == world.nodes[0].slot
    assert [answer.get()["value"]["params"] for answer in many] == [["a"], ["b"]]
    assert [len(sent.payload) for sent in world.nodes[0].sent] == [6]
    await caller.call("getSlot")
    assert isinstance(world.nodes[0].sent[1].payload, dict)


async def test_each_call_has_its_own_end() -> None:
    world = make_world()
    caller = BatchingCaller(world.client)

    def partly(requests: Any) -> Reply:
        return reply(
            [
                {"id": requests[0]["id"], "error": {"code": 410, "message": "disabled"}},
                {"id": requests[1]["id"], "result": 7},
            ]
        )

    world.nodes[0].script.append(partly)
    answers = await asyncio.gather(
        caller.call("getTokenLargestAccounts", "mint"), caller.call("getSlot"), return_exceptions=True
    )
    assert isinstance(answers[0], ChainRefused)
    assert answers[1] == 7


async def test_whoever_gave_up_is_not_waited_for() -> None:
    world = make_world()
    caller = BatchingCaller(world.client)
    given_up = asyncio.create_task(caller.call("getBalance", 1))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await caller.call("getSlot") == world.nodes[0].slot
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert [sent.payload["method"] for sent in world.nodes[0].sent] == ["getSlot"]
