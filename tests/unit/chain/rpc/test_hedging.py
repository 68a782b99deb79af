"""Slow reads that are asked of a second endpoint too."""

import asyncio

import pytest

from tests.fakes.rpc import LOST, error
from tests.unit.chain.rpc.world import World, make_world, now, said
from walletwatch.chain.rpc.breaker import BreakerState
from walletwatch.chain.rpc.hedging import SAVED, SHARE, Hedging
from walletwatch.chain.rpc.pool import PoolLimits
from walletwatch.chain.rpc.transport import Reply

DELAY = 0.25


@pytest.fixture
def world() -> World:
    return make_world(2, limits=PoolLimits(hedge_seconds=DELAY))


def _counts(world: World) -> tuple[int, int]:
    return world.metrics.counts["RpcHedges"], world.metrics.counts["RpcHedgesWon"]


async def test_a_fast_read_is_not_hedged(world: World) -> None:
    await world.client.call("getBalance")
    assert (world.asked, _counts(world)) == ([1, 0], (0, 0))


async def test_a_cold_start_is_not_taken_for_a_slow_endpoint(world: World) -> None:
    started = now()
    world.nodes[0].loading = 1
    await world.client.call("getBalance")
    assert now() - started == pytest.approx(1.05)
    assert (world.asked, _counts(world)) == ([1, 0], (0, 0))
    assert world.client.status().endpoints[0].latency_ms == pytest.approx(50)


async def test_the_second_wins_and_the_first_is_cancelled(world: World) -> None:
    world.nodes[0].latency = 5
    started = now()
    assert said(await world.client.call("getBalance")) == "n1"
    assert now() - started == pytest.approx(DELAY + 0.05)
    assert [node.cancelled for node in world.nodes] == [1, 0]
    assert _counts(world) == (1, 1)
    status = world.client.status()
    assert status.in_use == 0
    assert status.endpoints[0].latency_ms == pytest.approx(300)


async def test_the_first_wins_and_the_second_is_cancelled(world: World) -> None:
    world.nodes[0].latency = DELAY + 0.01
    assert said(await world.client.call("getBalance")) == "n0"
    assert [node.cancelled for node in world.nodes] == [0, 1]
    assert _counts(world) == (1, 0)
    # To be overtaken is no failure of the one that was asked later.
    assert [endpoint.failure_rate for endpoint in world.client.status().endpoints] == [0, 0]


async def test_an_error_does_not_win_against_an_answer(world: World) -> None:
    world.nodes[0].latency = 1
    world.nodes[1].script.append(error(-32016, "Minimum context slot has not been reached"))
    assert said(await world.client.call("getBalance")) == "n0"
    assert world.nodes[0].cancelled == 0


async def test_where_both_fail_the_call_goes_on_with_a_third() -> None:
    world = make_world(3, limits=PoolLimits(hedge_seconds=DELAY))
    world.nodes[0].latency = 1
    world.nodes[0].always = world.nodes[1].always = LOST
    assert said(await world.client.call("getBalance")) == "n2"
    assert world.asked == [1, 1, 1]


async def test_an_endpoint_that_loses_every_time_is_left_alone(world: World) -> None:
    world.nodes[0].latency = 3600
    for _ in range(5):
        assert said(await world.client.call("getBalance")) == "n1"
    assert world.states() == [BreakerState.OPEN, BreakerState.CLOSED]
    started = now()
    await world.client.call("getBalance")
    assert now() - started == pytest.approx(0.05)


@pytest.mark.parametrize("method", ["sendTransaction", "requestAirdrop", "simulateTransaction"])
async def test_only_reads_are_hedged(world: World, method: str) -> None:
    world.nodes[0].latency = 5
    assert said(await world.client.call(method)) == "n0"
    assert world.asked == [1, 0]


async def test_it_can_be_turned_off() -> None:
    world = make_world(2, limits=PoolLimits(hedge_seconds=0))
    world.nodes[0].latency = 5
    assert said(await world.client.call("getBalance")) == "n0"
    assert world.asked == [1, 0]


async def test_one_endpoint_is_never_asked_twice() -> None:
    world = make_world(1, limits=PoolLimits(hedge_seconds=DELAY))
    world.nodes[0].latency = 5
    await world.client.call("getBalance")
    assert world.asked == [1]


@pytest.mark.parametrize(
    "reason",
    [
        error(429, "slow down", status=429, retry_after=60),
        error(-32005, "Node is behind by 42 slots"),
    ],
    ids=["paused", "behind"],
)
async def test_an_endpoint_that_is_no_help_is_not_asked(world: World, reason: Reply) -> None:
    first, second = world.nodes
    first.script.append(LOST)
    second.script.append(reason)
    await world.client.call("getBalance")
    first.latency = 2
    asked = len(second.sent)
    assert said(await world.client.call("getBalance")) == "n0"
    assert len(second.sent) == asked


async def test_hedges_are_a_bounded_share_of_the_calls(world: World) -> None:
    """Each call is slow at random, and the percentile adapts; a slow cluster is not made slower."""
    world.nodes[0].latency = world.nodes[1].latency = 0.4
    calls = 400
    for at in range(calls):
        # Two in five are slower than all before, so that nearly all of them would be hedged.
        world.nodes[0].latency = 0.4 if at % 5 < 3 else 0.5 + at / 1000
        await world.client.call("getBalance")
    hedges, _ = _counts(world)
    assert 10 < hedges <= SHARE * calls + SAVED
    assert sum(world.asked) == calls + hedges


async def test_a_call_that_is_given_up_leaves_nothing_running(world: World) -> None:
    for node in world.nodes:
        node.latency = 3600
    call = asyncio.create_task(world.client.call("getBalance"))
    await asyncio.sleep(1)
    assert world.client.status().in_use == 2
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert world.client.status().in_use == 0
    assert [node.cancelled for node in world.nodes] == [1, 1]


async def test_the_tail_is_cut() -> None:
    """One in fifty answers of each node takes two seconds."""

    async def slowest(hedge_seconds: float) -> float:
        world = make_world(2, limits=PoolLimits(hedge_seconds=hedge_seconds))
        times = []
        for at in range(200):
            world.nodes[0].latency = 2 if at % 50 == 49 else 0.05
            started = now()
            await world.client.call("getBalance")
            times.append(now() - started)
        return sorted(times)[int(0.99 * len(times))]

    assert await slowest(0) == pytest.approx(2)
    assert await slowest(DELAY) == pytest.approx(DELAY + 0.05)


class TestPolicy:
    def test_a_read_is_slow_when_it_is_slower_than_most_of_its_method(self) -> None:
        hedging = Hedging(0.1)
        assert hedging.delay("getBlock") == 0.1
        for at in range(1, 101):
            hedging.took("getBlock", at / 10)
            hedging.took("getSlot", 0.01)
        assert hedging.delay("getBlock") == pytest.approx(9.6)
        assert hedging.delay("getSlot") == 0.1

    def test_what_is_saved_up_is_bounded(self) -> None:
        hedging = Hedging(0.1)
        for _ in range(1000):
            hedging.took("getSlot", 0.01)
        assert [hedging.spend() for _ in range(6)] == [True] * 5 + [False]
        for _ in range(20):
            hedging.took("getSlot", 0.01)
        assert hedging.spend()
