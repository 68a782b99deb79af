"""Many calls in few HTTP requests."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.rpc import LOST, error, reply
from tests.unit.chain.rpc.world import (
    UNAVAILABLE,
    make_world,
    now,
    said,
)
from walletwatch.chain.rpc.breaker import BreakerState
from walletwatch.chain.rpc.endpoint import BATCH_REST_SECONDS
from walletwatch.chain.rpc.pool import PoolLimits
from walletwatch.chain.rpc.transport import Reply
from walletwatch.domain.errors import ChainRefused, ChainUnavailable

NO_BATCHES = error(-32403, "Batch requests are only available for paid plans", status=403)


class TestBatches:
    @staticmethod
    def _calls(count: int) -> list[tuple[str, Sequence[object]]]:
        return [("getTransaction", (place,)) for place in range(count)]

    @staticmethod
    def _params(answers: Sequence[Any]) -> list[Any]:
        return [answer.get()["value"]["params"] for answer in answers]

    async def test_many_calls_are_few_requests(self) -> None:
        world = make_world(batch_size=20)
        answers = await world.client.call_many(self._calls(45))
        assert self._params(answers) == [[place] for place in range(45)]
        assert [len(sent.payload) for sent in world.nodes[0].sent] == [20, 20, 5]
        assert world.metrics.counts["RpcCalls"] == 45
        assert world.metrics.counts["RpcRequests"] == 3

    async def test_nothing_is_asked_for_nothing_and_one_is_no_batch(self) -> None:
        world = make_world()
        assert list(await world.client.call_many([])) == []
        assert self._params(await world.client.call_many(self._calls(1))) == [[0]]
        assert isinstance(world.nodes[0].sent[0].payload, dict)

    async def test_batches_can_be_turned_off(self) -> None:
        world = make_world(batch_size=1)
        assert self._params(await world.client.call_many(self._calls(5))) == [[place] for place in range(5)]
        assert all(isinstance(sent.payload, dict) for sent in world.nodes[0].sent)

    async def test_only_what_is_open_is_asked_again(self) -> None:
        world = make_world()
        node = world.nodes[0]

        def partly(requests: Any) -> Reply:
            answers = [
                {"id": 4, "result": None},
                {"id": 0, "error": {"code": -32602, "message": "Invalid param: WrongSize"}},
                {"id": 1, "error": {"code": -32020, "message": "Transaction not found"}},
                {"id": 2, "result": {"value": {"params": [2]}}},
            ]
            return reply(answers)

        node.script.append(partly)
        refused, again, answered, missing, nothing = await world.client.call_many(self._calls(5))
        with pytest.raises(ChainRefused, match="getTransaction: -32602"):
            refused.get()
        assert self._params([again, answered, missing]) == [[1], [2], [3]]
        assert nothing.get() is None
        assert sorted(sent.payload["params"][0] for sent in node.sent[1:]) == [1, 3]
        assert world.metrics.counts["RpcBatchLeftovers"] == 2

    async def test_one_call_that_fails_is_no_failure_of_the_others(self) -> None:
        world = make_world(deadline=30)

        def one(request: Any) -> Reply:
            if request["params"] == [1]:
                return UNAVAILABLE
            return world.nodes[0].answer(request)

        world.nodes[0].script.append(Reply(500, "Internal Server Error"))
        world.nodes[0].always = one
        first, second, third = await world.client.call_many(self._calls(3))
        assert self._params([first, third]) == [[0], [2]]
        with pytest.raises(ChainUnavailable):
            second.get()

    @pytest.mark.parametrize(
        ("refusal", "batches"),
        [
            (NO_BATCHES, 1),
            (Reply(500, "Internal Server Error"), 2),
            (reply({"result": 1}), 2),
            (Reply(413, ""), 1),
        ],
        ids=["403", "500", "single answer", "too large"],
    )
    async def test_an_endpoint_that_refuses_batches_is_asked_call_by_call(
        self, refusal: Reply, batches: int
    ) -> None:
        world = make_world()
        node = world.nodes[0]

        def choosy(payload: Any) -> Reply:
            return refusal if isinstance(payload, list) else node.answer(payload)

        node.always = choosy
        for _ in range(4):
            assert self._params(await world.client.call_many(self._calls(5))) == [[at] for at in range(5)]
        assert sum(isinstance(sent.payload, list) for sent in node.sent) == batches
        assert world.states() == [BreakerState.CLOSED]
        await asyncio.sleep(BATCH_REST_SECONDS)
        await world.client.call_many(self._calls(5))
        assert sum(isinstance(sent.payload, list) for sent in node.sent) == batches + 1

    async def test_batches_go_to_an_endpoint_that_takes_them(self) -> None:
        world = make_world(2)
        first, second = world.nodes
        first.script.append(NO_BATCHES)
        await world.client.call_many(self._calls(5))
        await world.client.call_many(self._calls(5))
        assert [isinstance(sent.payload, list) for sent in second.sent] == [True]
        assert world.asked == [6, 1]

    async def test_a_rate_limit_is_no_refusal_of_batches(self) -> None:
        world = make_world()
        world.nodes[0].script.append(error(429, "slow down", status=429, retry_after=1))
        assert self._params(await world.client.call_many(self._calls(3))) == [[0], [1], [2]]
        await world.client.call_many(self._calls(3))
        assert isinstance(world.nodes[0].sent[-1].payload, list)

    async def test_a_batch_counts_as_its_calls(self) -> None:
        world = make_world(limits=PoolLimits(requests_per_second=10), batch_size=10)
        started = now()
        await world.client.call_many(self._calls(30))
        assert now() - started == pytest.approx(2.05, abs=0.02)

    async def test_a_batch_that_is_lost_goes_on_elsewhere(self) -> None:
        world = make_world(2)
        world.nodes[0].always = LOST
        answers = await world.client.call_many(self._calls(3))
        assert {said(answer.get()) for answer in answers} == {"n1"}

    async def test_a_batch_ends_in_time(self) -> None:
        world = make_world(timeout=10, deadline=15)
        world.nodes[0].latency = 3600
        started = now()
        answers = await world.client.call_many(self._calls(3))
        assert now() - started == pytest.approx(15)
        for answer in answers:
            with pytest.raises(ChainUnavailable):
                answer.get()
        assert world.client.status().in_use == 0
