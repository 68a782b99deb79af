"""What an instance reports, and what becomes of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.board import FakeBoard
from tests.fakes.clock import FakeClock
from walletwatch.chain.rpc.breaker import BreakerState
from walletwatch.chain.rpc.endpoint import EndpointStatus
from walletwatch.chain.rpc.pool import PoolStatus
from walletwatch.chain.rpc.usage import RpcUsage
from walletwatch.domain.telemetry import BUCKETS, Instance, Report, Tally
from walletwatch.services import telemetry as module
from walletwatch.services.telemetry import Telemetry

milliseconds = st.floats(0, 400_000, allow_nan=False)


class Recorder:
    def __init__(self) -> None:
        self.tally = Tally()
        self.flushed = 0

    def count(self, name: str, value: int = 1) -> None:
        self.tally.count("balance", name, value)

    def milliseconds(self, name: str, value: float) -> None:
        self.tally.duration("balance", name, value)

    def flush(self) -> None:
        self.flushed += 1

    def take(self) -> Tally:
        taken, self.tally = self.tally, Tally()
        return taken


@given(st.lists(milliseconds, min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_in_the_bucket_of_the_exact_one(values: list[float], share: float) -> None:
    tally = Tally()
    for value in values:
        tally.duration("a", "X", value)
    histogram = tally.histogram("X")
    found = histogram.quantile(share)
    assert found is not None
    exact = sorted(values)[max(0, -(-len(values) * share // 1).__int__() - 1)] / 1000
    bounds = [0.0, *BUCKETS]
    above = next((bound for bound in BUCKETS if exact <= bound), None)
    if above is None:
        assert found == BUCKETS[-1]
    else:
        assert bounds[bounds.index(above) - 1] <= found <= above


def test_there_is_no_quantile_of_nothing() -> None:
    assert Tally().histogram("X").quantile(0.95) is None


counts = st.dictionaries(st.sampled_from(["Records", "RpcCalls", "Activities"]), st.integers(1, 1000))


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), counts, st.lists(milliseconds, max_size=5)), max_size=6)
)
def test_tallies_add_up_in_any_order(parts: list[tuple[str, dict[str, int], list[float]]]) -> None:
    def added(order: list[tuple[str, dict[str, int], list[float]]]) -> Tally:
        total = Tally()
        for function, values, durations in order:
            tally = Tally()
            for name, value in values.items():
                tally.count(function, name, value)
            for duration in durations:
                tally.duration(function, "QueueWait", duration)
            total.add(tally)
        return total

    assert added(parts).fields == added(parts[::-1]).fields
    expected = sum(values.get("Records", 0) for _, values, _ in parts)
    assert added(parts).of("Records") == expected
    assert added(parts).histogram("QueueWait").total == sum(len(durations) for *_, durations in parts)


@pytest.fixture
def board() -> FakeBoard:
    return FakeBoard(FakeClock())


def _telemetry(board: FakeBoard, recorder: Recorder | None = None) -> Telemetry:
    return Telemetry(
        instance_id="i",
        function="balance",
        metrics=recorder or Recorder(),
        board=board,
        clock=board.clock,
        memory=lambda: (50, 100),
    )


async def _work(fails: bool = False) -> int:
    if fails:
        raise ZeroDivisionError
    return 5


async def test_an_invocation_is_counted_timed_and_shows_that_the_instance_lives(board: FakeBoard) -> None:
    telemetry = _telemetry(board)
    assert await telemetry.during(_work()) == 5
    with pytest.raises(ZeroDivisionError):
        await telemetry.during(_work(fails=True))
    total = await board.total()
    assert (total.of("Invocations"), total.of("InvocationFailures"), total.of("ColdStarts")) == (2, 1, 1)
    assert total.histogram("InvocationLatency").total == 2
    (instance,) = await board.instances(timedelta(minutes=1))
    assert (instance.id, instance.invocations, instance.memory_share) == ("i", 2, 0.5)


async def test_what_could_not_be_reported_goes_with_a_later_report(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now, perf_counter=lambda: now))
    telemetry = _telemetry(board)
    board.outage.down = True
    await telemetry.during(_work())
    board.outage.down = False
    await telemetry.during(_work())
    assert board.posted == [], "nobody waits for numbers again so soon"
    now += module.REST_SECONDS
    await telemetry.during(_work())
    total = await board.total()
    assert (total.of("Invocations"), total.of("TelemetryLost")) == (3, 1)


async def test_a_board_that_hangs_does_not_hold_up_the_work(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(board, "post", hang)
    assert await asyncio.wait_for(_telemetry(board).during(_work()), 5) == 5


@dataclass
class Closing:
    board: FakeBoard
    is_due: bool = True
    closed: list[Report | None] = field(default_factory=list)

    async def close(self, report: Report | None) -> bool:
        self.closed.append(report)
        if report is None or self.board.outage.down:
            return False
        await self.board.post(report.instance, report.tally)
        return True


async def test_what_is_stored_at_the_end_takes_the_report_along(board: FakeBoard) -> None:
    telemetry = _telemetry(board)
    closing = Closing(board)
    await telemetry.during(_work(), closing)
    with pytest.raises(ZeroDivisionError):
        await telemetry.during(_work(fails=True), closing)
    assert (await board.total()).of("Invocations") == 2
    board.outage.down = True
    await telemetry.during(_work(), closing)
    board.outage.down = False
    await telemetry.during(_work(), closing)
    assert closing.closed[3] is None, "nobody waits for numbers again so soon, and it is closed all the same"
    assert len(board.posted) == 2
    closing.is_due = False
    await telemetry.during(_work(), closing)
    assert len(closing.closed) == 4


async def test_a_long_invocation_reports_while_it_runs(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT", timedelta(milliseconds=1))

    thrice = asyncio.Event()
    post = board.post

    async def count(instance: Instance, tally: Tally) -> None:
        await post(instance, tally)
        if len(board.posted) == 3:
            thrice.set()

    async def long() -> None:
        await thrice.wait()

    monkeypatch.setattr(board, "post", count)
    await asyncio.wait_for(_telemetry(board).during(long()), 5)
    assert (await board.total()).of("Invocations") == 1


async def test_the_use_of_the_rpc_is_that_of_the_busiest_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    now, busy = 0.0, [0.0, 0.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)

    def status() -> PoolStatus:
        endpoints = [
            EndpointStatus(f"{index} host", state, 0.0, None, None, False, 0.0, 0, busy[index], 0)
            for index, state in enumerate((BreakerState.HALF_OPEN, BreakerState.OPEN))
        ]
        return PoolStatus(endpoints, in_use=0, limit=8, waiting=3)

    usage = RpcUsage(status)
    first = usage()
    assert (first.busy, first.limit, first.waiting) == (0.0, 8, 3)
    assert [endpoint.up for endpoint in first.endpoints] == [True, False]
    now, busy = 10.0, [36.0, 4.0]
    assert usage().busy == 0.9, "36 of the 40 seconds that 4 connections had"
    now = 20.0
    assert usage().busy == 0.0
