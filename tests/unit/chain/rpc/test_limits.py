"""What keeps calls from an endpoint: its rate limits, its budget, its connections, its breaker, its lag."""

import asyncio
import contextlib
from itertools import pairwise

import pytest

from tests.fakes.rpc import LOST, error
from tests.unit.chain.rpc.world import (
    NO_METHOD,
    NOT_YET,
    SKIPPED,
    World,
    make_world,
    now,
    said,
)
from walletwatch.chain.rpc.breaker import FAILURES_IN_A_ROW, BreakerState
from walletwatch.chain.rpc.health import MAX_SLOT_LAG, SETBACK_SECONDS
from walletwatch.chain.rpc.pool import PoolLimits
from walletwatch.domain.errors import ChainRefused, ChainUnavailable


class TestRateLimits:
    async def test_a_limit_pauses_the_endpoint_for_as_long_as_it_says(self) -> None:
        world = make_world()
        world.nodes[0].script.append(error(429, "slow down", status=429, retry_after=3))
        await world.client.call("getBalance")
        first, second = (sent.at for sent in world.nodes[0].sent)
        assert second - first == pytest.approx(0.05 + 3, abs=0.01)
        assert world.metrics.counts["RpcRateLimited"] == 1
        assert world.metrics.counts["RpcWaits"] == 1

    async def test_a_limit_of_one_is_no_wait_for_the_others_users(self) -> None:
        world = make_world(2)
        world.nodes[0].script.append(error(429, "slow down", status=429, retry_after=3))
        for _ in range(10):
            assert said(await world.client.call("getBalance")) == "n1"
        await asyncio.sleep(3)
        assert said(await world.client.call("getBalance")) == "n0"
        assert world.asked == [2, 10]

    async def test_a_limit_without_a_time_pauses_longer_each_time(self) -> None:
        world = make_world()
        world.nodes[0].script.extend([error(-32005, "Rate limit exceeded.")] * 3)
        await world.client.call("getBalance")
        times = [sent.at for sent in world.nodes[0].sent]
        gaps = [later - earlier - 0.05 for earlier, later in pairwise(times)]
        assert 0.125 <= gaps[0] <= 0.56  # the pause, or the backoff where that is longer
        assert gaps[1] >= 0.25
        assert gaps[2] >= 0.5
        assert world.states() == [BreakerState.CLOSED]

    async def test_a_limit_longer_than_the_call_is_told_and_not_waited_for(self) -> None:
        world = make_world(deadline=15)
        world.nodes[0].script.append(error(429, "quota", status=429, retry_after=40))
        started = now()
        with pytest.raises(ChainUnavailable) as caught:
            await world.client.call("getBalance")
        assert caught.value.retry_after == pytest.approx(40, abs=1)
        with pytest.raises(ChainUnavailable):
            await world.client.call("getBalance")
        assert now() - started < 4
        assert world.asked == [1]

    async def test_the_budget_spills_over_to_the_next_endpoint(self) -> None:
        world = make_world(2, limits=PoolLimits(requests_per_second=5, hedge_seconds=0))
        started = now()
        answers = await asyncio.gather(*(world.client.call("getBalance") for _ in range(10)))
        assert now() - started == pytest.approx(0.05)
        assert sorted(map(said, answers)) == ["n0"] * 5 + ["n1"] * 5

    async def test_the_budget_of_one_endpoint_makes_callers_wait_in_order(self) -> None:
        world = make_world(limits=PoolLimits(requests_per_second=5))
        calls = [asyncio.create_task(world.client.call("getBalance", place)) for place in range(15)]
        await asyncio.sleep(0.01)
        assert world.client.status().waiting == 10
        await asyncio.gather(*calls)
        assert [sent.payload["params"] for sent in world.nodes[0].sent] == [[place] for place in range(15)]
        assert world.nodes[0].sent[-1].at - world.nodes[0].sent[0].at == pytest.approx(2, abs=0.05)
        assert world.metrics.counts["RpcWaits"] == 10
        assert world.client.status().waiting == 0


class TestConnections:
    async def test_no_more_than_the_maximum_are_in_use(self) -> None:
        world = make_world(limits=PoolLimits(max_connections=3))
        calls = [asyncio.create_task(world.client.call("getBalance")) for _ in range(10)]
        await asyncio.sleep(0.01)
        status = world.client.status()
        assert (status.in_use, status.waiting) == (3, 7)
        calls[5].cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert (world.nodes[0].most_busy, world.asked) == (3, [9])
        status = world.client.status()
        assert (status.in_use, status.waiting) == (0, 0)

    async def test_a_full_endpoint_is_passed_by(self) -> None:
        world = make_world(2, limits=PoolLimits(max_connections=3, hedge_seconds=0))
        await asyncio.gather(*(world.client.call("getBalance") for _ in range(6)))
        assert world.asked == [3, 3]

    async def test_closing_closes_all(self) -> None:
        world = make_world(2)
        await world.client.close()
        assert [node.closed for node in world.nodes] == [True, True]


class TestBreaker:
    async def _break(self, world: World) -> None:
        world.nodes[0].always = LOST
        for _ in range(FAILURES_IN_A_ROW):
            with contextlib.suppress(ChainUnavailable):
                await world.client.call("getBalance")

    async def test_an_open_breaker_sends_nothing(self) -> None:
        world = make_world(2)
        await self._break(world)
        assert world.asked == [FAILURES_IN_A_ROW] * 2
        assert world.states() == [BreakerState.OPEN, BreakerState.CLOSED]
        await asyncio.gather(*(world.client.call("getBalance") for _ in range(20)))
        assert world.asked == [FAILURES_IN_A_ROW, FAILURES_IN_A_ROW + 20]
        assert world.metrics.counts["RpcBreakerOpenings"] == 1

    async def test_it_is_probed_by_one_call_and_used_again(self) -> None:
        world = make_world(2)
        await self._break(world)
        world.nodes[0].always = None
        await asyncio.sleep(1)
        answers = await asyncio.gather(*(world.client.call("getBalance") for _ in range(5)))
        assert sorted(map(said, answers)) == ["n0"] + ["n1"] * 4
        assert world.states() == [BreakerState.CLOSED] * 2
        assert said(await world.client.call("getBalance")) == "n0"

    async def test_where_nothing_may_be_asked_callers_are_told_at_once(self) -> None:
        world = make_world()
        world.nodes[0].always = LOST
        for _ in range(4):
            with contextlib.suppress(ChainUnavailable):
                await world.client.call("getBalance")
        assert world.states() == [BreakerState.OPEN]
        asked, started = world.asked, now()
        with pytest.raises(ChainUnavailable) as caught:
            await world.client.call("getBalance")
        assert caught.value.retry_after is not None
        assert caught.value.retry_after > 3
        assert (world.asked, now()) == (asked, started)

    async def test_a_short_rest_is_waited_for(self) -> None:
        world = make_world()
        world.nodes[0].script.extend([LOST] * FAILURES_IN_A_ROW)
        with pytest.raises(ChainUnavailable):
            await world.client.call("getBalance")
        assert said(await world.client.call("getBalance")) == "n0"
        assert world.asked == [FAILURES_IN_A_ROW + 1]

    async def test_answers_that_are_errors_do_not_open_it(self) -> None:
        world = make_world()
        for step in (
            NOT_YET,
            SKIPPED,
            NO_METHOD,
            error(-32602, "Invalid params"),
            error(-32020, "not found"),
        ):
            world.nodes[0].always = step
            for _ in range(FAILURES_IN_A_ROW):
                with pytest.raises((ChainUnavailable, ChainRefused)):
                    await world.client.call("getBlock", 7)
        assert world.states() == [BreakerState.CLOSED]


class TestLag:
    async def test_a_node_that_says_it_is_behind_is_set_back_for_a_while(self) -> None:
        world = make_world(2)
        world.nodes[0].script.append(error(-32005, "Node is behind by 42 slots"))
        assert [said(await world.client.call("getBalance")) for _ in range(3)] == ["n1"] * 3
        assert [endpoint.behind for endpoint in world.client.status().endpoints] == [True, False]
        await asyncio.sleep(SETBACK_SECONDS)
        assert said(await world.client.call("getBalance")) == "n0"

    async def test_a_node_whose_slots_are_far_below_the_others_is_set_back(self) -> None:
        world = make_world(2)
        world.nodes[1].slot = world.nodes[0].slot + MAX_SLOT_LAG + 1
        world.nodes[0].script.append(LOST)
        assert await world.client.call("getSlot") == world.nodes[1].slot
        assert said(await world.client.call("getBalance")) == "n0"
        assert said(await world.client.call("getBalance")) == "n1"
        world.nodes[0].slot = world.nodes[1].slot
        await asyncio.sleep(SETBACK_SECONDS)
        assert [said(await world.client.call("getBalance")) for _ in range(2)] == ["n0", "n0"]
        slots = [endpoint.slot for endpoint in world.client.status().endpoints]
        assert slots == [world.nodes[0].slot] * 2

    async def test_a_node_a_little_below_is_not(self) -> None:
        world = make_world(2)
        world.nodes[1].slot = world.nodes[0].slot + MAX_SLOT_LAG
        world.nodes[0].script.append(LOST)
        await world.client.call("getSlot")
        assert [said(await world.client.call("getBalance")) for _ in range(3)] == ["n0"] * 3

    async def test_the_slot_in_a_refusal_counts(self) -> None:
        world = make_world(2)
        refusal = error(-32016, "Minimum context slot has not been reached", data={"contextSlot": 1})
        world.nodes[0].script.extend([LOST, refusal])
        assert said(await world.client.call("getBalance")) == "n1"
        assert said(await world.client.call("getBalance")) == "n1"
        assert world.client.status().endpoints[0].behind

    async def test_one_that_is_behind_is_better_than_none(self) -> None:
        world = make_world(2)
        world.nodes[0].script.append(error(-32005, "Node is behind by 42 slots"))
        await world.client.call("getBalance")
        world.nodes[1].always = error(429, "slow down", status=429, retry_after=8)
        assert said(await world.client.call("getBalance")) == "n0"
