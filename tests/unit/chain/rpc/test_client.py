"""Calls over one and more endpoints: failover, retries and time limits."""

import logging
from itertools import pairwise
from typing import Any

import pytest

from tests.fakes.metrics import FakeMetrics
from tests.fakes.rpc import LOST, FakeNode, Step, error
from tests.unit.chain.rpc.world import KEY, NO_METHOD, NOT_YET, SKIPPED, UNAVAILABLE, make_world, now, said
from walletwatch.chain.rpc.breaker import BreakerState
from walletwatch.chain.rpc.client import MAX_TRIES, RpcClient
from walletwatch.chain.rpc.pool import PoolLimits
from walletwatch.chain.rpc.transport import Reply
from walletwatch.domain.errors import BlockNotAvailable, ChainRefused, ChainUnavailable, SlotSkipped


class TestFailover:
    async def test_the_preferred_one_is_asked_while_it_works(self) -> None:
        world = make_world(3)
        for _ in range(5):
            assert said(await world.client.call("getBalance", "address")) == "n0"
        assert world.asked == [5, 0, 0]
        assert world.nodes[0].sent[0].payload["params"] == ["address"]

    @pytest.mark.parametrize(
        "failing",
        [
            LOST,
            UNAVAILABLE,
            Reply(502, "<html>"),
            error(429, "Too many requests", status=429),
            error(-32005, "Node is behind by 42 slots"),
            error(-32016, "Minimum context slot has not been reached"),
            NO_METHOD,
            error(-32011, "Transaction history is not available from this node"),
            NOT_YET,
            SKIPPED,
        ],
        ids=str,
    )
    async def test_the_next_one_is_asked_at_once(self, failing: Step) -> None:
        world = make_world(3)
        world.nodes[0].script.append(failing)
        started = now()
        assert said(await world.client.call("getBlock", 7)) == "n1"
        assert now() - started == pytest.approx(2 * 0.05)
        assert world.asked == [1, 1, 0]

    async def test_what_no_node_would_answer_is_asked_once(self) -> None:
        world = make_world(3)
        world.nodes[0].always = error(-32602, "Invalid params")
        with pytest.raises(ChainRefused, match="getBalance: -32602: Invalid params"):
            await world.client.call("getBalance")
        assert world.asked == [1, 0, 0]
        assert "RpcFailures" not in world.metrics.counts

    async def test_a_refusal_by_all_is_a_refusal(self) -> None:
        world = make_world(2)
        for node in world.nodes:
            node.always = NO_METHOD
        with pytest.raises(ChainRefused):
            await world.client.call("getBalance")
        assert world.asked == [1, 1]

    async def test_a_refusal_by_one_and_silence_of_the_other_is_no_refusal(self) -> None:
        world = make_world(2)
        world.nodes[0].always = NO_METHOD
        world.nodes[1].always = LOST
        with pytest.raises(ChainUnavailable):
            await world.client.call("getBalance")
        assert world.asked == [1, MAX_TRIES - 1]

    async def test_all_are_tried_even_where_there_are_many(self) -> None:
        world = make_world(6)
        for node in world.nodes[:5]:
            node.always = LOST
        assert said(await world.client.call("getBalance")) == "n5"

    async def test_the_one_that_recovered_is_preferred_again(self) -> None:
        world = make_world(2)
        world.nodes[0].script.append(LOST)
        assert said(await world.client.call("getBalance")) == "n1"
        assert said(await world.client.call("getBalance")) == "n0"


class TestBlocks:
    async def test_a_slot_is_skipped_where_all_say_so(self) -> None:
        world = make_world(2)
        for node in world.nodes:
            node.always = SKIPPED
        with pytest.raises(SlotSkipped, match="getBlock: -32007: Slot 7 was skipped"):
            await world.client.call("getBlock", 7)
        assert world.asked == [1, 1]

    async def test_a_slot_is_skipped_where_one_says_so_and_no_other_can_be_asked(self) -> None:
        world = make_world(2)
        world.nodes[0].always = SKIPPED
        world.nodes[1].always = LOST
        with pytest.raises(SlotSkipped):
            await world.client.call("getBlock", 7)

    async def test_a_rate_limit_in_the_code_of_a_skipped_slot_is_none(self) -> None:
        world = make_world()
        world.nodes[0].always = error(-32007, "15/second request limit reached - reduce calls per second")
        with pytest.raises(ChainUnavailable):
            await world.client.call("getBlock", 7)

    @pytest.mark.parametrize("code", [-32004, -32014])
    async def test_a_block_that_is_not_there_yet_is_told_at_once(self, code: int) -> None:
        world = make_world(2)
        for node in world.nodes:
            node.always = error(code, "Block not available for slot 7")
        started = now()
        with pytest.raises(BlockNotAvailable) as caught:
            await world.client.call("getBlock", 7)
        assert isinstance(caught.value, ChainUnavailable)
        assert world.asked == [1, 1]
        assert now() - started == pytest.approx(2 * 0.05)
        assert world.states() == [BreakerState.CLOSED] * 2


class TestRetries:
    async def test_a_single_endpoint_is_asked_four_times_with_pauses(self) -> None:
        world = make_world()
        world.nodes[0].script.extend([LOST, UNAVAILABLE, Reply(502, "")])
        assert said(await world.client.call("getBalance")) == "n0"
        times = [sent.at for sent in world.nodes[0].sent]
        assert len(times) == MAX_TRIES
        assert all(later - earlier > 0.05 for earlier, later in pairwise(times))
        assert world.metrics.counts["RpcRetries"] == MAX_TRIES - 1
        assert world.metrics.counts["RpcCalls"] == MAX_TRIES

    async def test_what_stays_is_said(self) -> None:
        world = make_world()
        world.nodes[0].always = error(-32005, "Node is unhealthy")
        with pytest.raises(ChainUnavailable, match="getBalance: -32005: Node is unhealthy"):
            await world.client.call("getBalance")
        assert world.asked == [MAX_TRIES]
        assert world.metrics.counts["RpcFailures"] == 1

    async def test_a_call_ends_in_time_whatever_hangs(self) -> None:
        world = make_world(2, timeout=10, deadline=15)
        for node in world.nodes:
            node.latency = 3600
        started = now()
        with pytest.raises(ChainUnavailable, match="no answer in time"):
            await world.client.call("getBalance")
        assert now() - started == pytest.approx(15)
        assert [node.busy for node in world.nodes] == [0, 0]
        status = world.client.status()
        assert (status.in_use, status.waiting) == (0, 0)


class TestStatus:
    async def test_names_hold_no_key(self) -> None:
        world = make_world(2)
        world.nodes[0].latency = 0.2
        await world.client.call("getBalance")
        status = world.client.status()
        assert [endpoint.name for endpoint in status.endpoints] == ["0 h0", "1 h1"]
        assert status.endpoints[0].latency_ms == pytest.approx(200)
        assert (status.endpoints[1].latency_ms, status.endpoints[1].slot) == (None, None)
        assert KEY not in repr(status)

    async def test_a_page_that_quotes_the_key_is_not_quoted(self, caplog: pytest.LogCaptureFixture) -> None:
        world = make_world()
        world.nodes[0].always = Reply(502, "x" * 150 + f"Cannot POST /{KEY}")
        with caplog.at_level(logging.DEBUG), pytest.raises(ChainUnavailable) as caught:
            await world.client.call("getBalance")
        assert KEY not in str(caught.value)
        assert KEY[:10] not in str(caught.value)
        assert caplog.records
        assert not any(KEY[:10] in str(vars(record)) for record in caplog.records)


class TestProgrammingErrors:
    async def test_a_bug_in_reading_is_not_taken_for_a_fault_of_the_node(self) -> None:
        world = make_world(2, limits=PoolLimits(hedge_seconds=0.01))

        def broken(payload: Any) -> Reply:
            raise ZeroDivisionError

        world.nodes[0].always = broken
        with pytest.raises(ZeroDivisionError):
            await world.client.call("getBalance")
        assert world.client.status().in_use == 0

    def test_at_least_one_endpoint(self) -> None:
        with pytest.raises(ValueError, match="endpoint"):
            RpcClient([], metrics=FakeMetrics(), connect=FakeNode)
