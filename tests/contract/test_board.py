"""What instances say of themselves."""

from dataclasses import replace
from datetime import timedelta

from tests.contract.conftest import Volatile
from walletwatch.domain.telemetry import EndpointUse, Instance, RpcUse, Tally

RPC = RpcUse(
    0.25,
    32,
    1,
    (EndpointUse("0 rpc.example", True, False, 12.5, 10), EndpointUse("1 b", False, True, None, None)),
)


def _instance(volatile: Volatile, name: str = "a", **changes: object) -> Instance:
    now = volatile.clock.now()
    return replace(Instance(name, "balance", now, now, 1, 10**8, 2**29, RPC), **changes)  # type: ignore[arg-type]


def _tally(**counts: int) -> Tally:
    tally = Tally()
    for name, value in counts.items():
        tally.count("balance", name, value)
    tally.duration("balance", "QueueWait", 700)
    return tally


async def test_counts_add_up_over_all_instances(volatile: Volatile) -> None:
    await volatile.board.post(_instance(volatile, "a"), _tally(Records=3))
    await volatile.board.post(_instance(volatile, "b"), _tally(Records=4, RpcCalls=1))
    for tally in (await volatile.board.total(), await volatile.board.recent(5)):
        assert (tally.of("Records"), tally.of("RpcCalls")) == (7, 1)
        assert tally.histogram("QueueWait").total == 2
        assert tally.histogram("QueueWait").milliseconds == 1400


async def test_an_empty_board(volatile: Volatile) -> None:
    assert (await volatile.board.total()).fields == {}
    assert (await volatile.board.recent(5)).fields == {}
    assert await volatile.board.instances(timedelta(minutes=3)) == []
    assert await volatile.board.forget(timedelta()) == 0


async def test_an_instance_is_listed_as_it_last_was(volatile: Volatile) -> None:
    first = _instance(volatile)
    await volatile.board.post(first, Tally())
    second = replace(first, invocations=2, rpc=None)
    await volatile.board.post(second, Tally())
    other = _instance(volatile, "b", function="alarm")
    await volatile.board.post(other, Tally())
    assert await volatile.board.instances(timedelta(minutes=3)) == [other, second]


async def test_who_says_nothing_is_not_listed_and_then_forgotten(volatile: Volatile) -> None:
    silent = _instance(volatile, "a", seen_at=volatile.clock.now() - timedelta(minutes=4))
    await volatile.board.post(silent, Tally())
    await volatile.board.post(_instance(volatile, "b"), Tally())
    assert [each.id for each in await volatile.board.instances(timedelta(minutes=3))] == ["b"]
    assert await volatile.board.forget(timedelta(minutes=5)) == 0
    assert await volatile.board.forget(timedelta(minutes=3)) == 1
    assert [each.id for each in await volatile.board.instances(timedelta(minutes=9))] == ["b"]


async def test_what_was_counted_earlier_is_not_recent(volatile: Volatile) -> None:
    before = volatile.clock.now() - timedelta(minutes=7)
    await volatile.board.post(_instance(volatile, seen_at=before), _tally(Records=3))
    assert (await volatile.board.recent(5)).of("Records") == 0
    assert (await volatile.board.recent(8)).of("Records") == 3
    assert (await volatile.board.total()).of("Records") == 3
