"""Invocations that share the shards, on a clock that they share too."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.fakes.clock import SharedClock
from tests.fakes.leases import FakeLeases
from tests.fakes.outage import Outage
from tests.progress import progress_of
from tests.unit.services.conftest import WALLET, World
from walletwatch.domain.sweep import SPLIT_ABOVE, Shard
from walletwatch.domain.wallets import Progress
from walletwatch.services.shard_leases import LEASE_TTL, Worker
from walletwatch.services.sweeping import Sweeping

INTERVAL = timedelta(seconds=15)
LIMIT_SECONDS = 120.0
TICK_SECONDS = 60


@dataclass
class Rota:
    """Invocations of the sweep, and when each shard was looked at by which of them."""

    world: World
    clock: SharedClock
    outage: Outage = field(default_factory=Outage)
    rounds: list[tuple[float, int, Worker]] = field(default_factory=list)
    accounts: int = SPLIT_ABOVE
    seconds: float = 2
    running: list[asyncio.Task[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.clock.now()
        self.leases = FakeLeases(self.clock, self.outage)

    @property
    def elapsed(self) -> float:
        return (self.clock.now() - self.began).total_seconds()

    def start(self, worker: Worker = Worker()) -> asyncio.Task[int]:  # noqa: B008 - it is frozen
        rota = self

        class Recorded:
            """Rounds that only say that they were done."""

            async def run(self, shard: Shard) -> int:
                rota.rounds.append((rota.elapsed, shard.index, worker))
                await rota.clock.sleep(rota.seconds)
                now = rota.clock.now()
                await rota.world.stores.watch.record_progress(shard, Progress(len(rota.rounds), now))
                return rota.accounts // shard.count

        service = Sweeping(
            watch=self.world.stores.watch,
            chain=self.world.chain,
            queues=self.world.queues,
            leases=self.leases,
            clock=self.clock,
            metrics=self.world.metrics,
            interval=INTERVAL,
        )
        service._rounds = Recorded()  # type: ignore[assignment]
        begun = self.clock.now()

        def remaining() -> float:
            return LIMIT_SECONDS - (self.clock.now() - begun).total_seconds()

        task = asyncio.create_task(service.run(remaining=remaining, worker=worker))
        self.running.append(task)
        return task

    async def until(self, seconds: float) -> None:
        await self.clock.sleep(seconds - self.elapsed)

    def gaps(self, shard: int, *, after: float = 0.0) -> Sequence[float]:
        """Seconds between the rounds of a shard."""
        moments = [moment for moment, index, _ in self.rounds if index == shard and moment >= after]
        return [later - earlier for earlier, later in pairwise(moments)]

    def workers(self, shard: int, *, after: float = 0.0) -> Counter[int]:
        return Counter(
            worker.index for moment, index, worker in self.rounds if index == shard and moment >= after
        )


@pytest.fixture
async def rota(world: World) -> AsyncIterator[Rota]:
    rota = Rota(world, SharedClock())
    yield rota
    for task in rota.running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_rounds_follow_the_interval_until_the_time_is_up(rota: Rota) -> None:
    assert await rota.start() == 8
    assert all(15 <= gap <= 15.5 for gap in rota.gaps(0))
    assert rota.elapsed <= LIMIT_SECONDS


async def test_the_very_first_round_begins_although_time_goes_on(world: World) -> None:
    clock = world.clock.ticking()
    end = clock.now() + timedelta(seconds=12)
    service = Sweeping(
        watch=world.stores.watch,
        chain=world.chain,
        queues=world.queues,
        leases=FakeLeases(clock),
        clock=clock,
        metrics=world.metrics,
        interval=INTERVAL,
    )

    def remaining() -> float:
        return (end - clock.now()).total_seconds()

    assert await service.run(remaining=remaining) == 1


async def test_the_next_invocation_takes_over_without_a_gap_or_an_extra_round(rota: Rota) -> None:
    first = rota.start()
    for tick in (1, 2, 3):
        await rota.until(tick * TICK_SECONDS)
        rota.start()
    assert first.done()
    await rota.until(4 * TICK_SECONDS)
    assert len(rota.gaps(0)) >= 13
    assert all(14 <= gap <= 18.5 for gap in rota.gaps(0))
    assert sum(not task.done() for task in rota.running) == 1


async def test_workers_share_the_shards(rota: Rota) -> None:
    await rota.world.stores.watch.reshard(1, 4)
    for index in range(2):
        rota.start(Worker(index, 2))
    await rota.until(100)
    settled = 20
    assert [set(rota.workers(shard, after=settled)) for shard in range(4)] == [{0}, {1}, {0}, {1}]
    for shard in range(4):
        assert all(gap <= 18.5 for gap in rota.gaps(shard))


async def test_a_lone_worker_sweeps_all_shards(rota: Rota) -> None:
    await rota.world.stores.watch.reshard(1, 4)
    rota.start(Worker(3, 4))
    await rota.until(100)
    assert all(len(rota.gaps(shard)) >= 5 and max(rota.gaps(shard)) <= 18 for shard in range(4))


async def test_a_worker_for_whom_there_is_no_shard_ends_at_once(rota: Rota) -> None:
    rota.start()
    await rota.until(5)
    assert await rota.start(Worker(1, 4)) == 0
    assert rota.elapsed < 6
    assert set(rota.workers(0)) == {0}


@pytest.mark.parametrize("moment", [31.0, 37.3, 44.9])
async def test_the_shard_of_a_killed_invocation_is_taken_over_within_the_leases_time(
    rota: Rota, moment: float
) -> None:
    await rota.world.stores.watch.reshard(1, 2)
    killed, _ = rota.start(Worker(0, 2)), rota.start(Worker(1, 2))
    await rota.until(moment)
    killed.cancel()
    await rota.until(moment + LEASE_TTL.total_seconds() + 4)
    last = max(at for at, index, worker in rota.rounds if index == 0 and worker.index == 0)
    taken = min(at for at, index, worker in rota.rounds if index == 0 and at > max(last, moment))
    assert taken - moment <= LEASE_TTL.total_seconds() + 3
    await rota.until(TICK_SECONDS + 10)
    # The next tick's invocation gets its shard back.
    rota.start(Worker(0, 2))
    await rota.until(TICK_SECONDS + 60)
    assert set(rota.workers(0, after=TICK_SECONDS + 30)) == {0}
    assert set(rota.workers(1, after=TICK_SECONDS)) == {1}


async def test_as_many_shards_are_made_as_the_accounts_need(rota: Rota) -> None:
    rota.accounts = 2 * SPLIT_ABOVE
    for index in range(2):
        rota.start(Worker(index, 2))
    await rota.until(20)
    assert len(await rota.world.stores.watch.shards()) == 2
    rota.accounts = SPLIT_ABOVE + 1
    rota.start(Worker(1, 2))
    await rota.until(100)
    assert len(await rota.world.stores.watch.shards()) == 2
    assert all(gap <= 18.5 for gap in rota.gaps(1))
    rota.accounts = 100
    await rota.until(118)
    assert len(await rota.world.stores.watch.shards()) == 1


async def test_a_round_that_takes_long_keeps_its_lease(rota: Rota) -> None:
    rota.seconds = 3 * LEASE_TTL.total_seconds()
    rota.start()
    await rota.until(50)
    assert await rota.start(Worker(1, 2)) == 0
    assert rota.world.metrics.counts["SweepLeasesLost"] == 0
    assert len(rota.rounds) == 1


async def test_an_outage_of_the_lease_store_is_survived(rota: Rota) -> None:
    task = rota.start()
    await rota.until(20)
    rota.outage.down = True
    await rota.until(50)
    assert rota.world.metrics.counts["SweepStoresUnavailable"] > 0
    during = len(rota.rounds)
    rota.outage.down = False
    await rota.until(60)
    assert len(rota.rounds) > during
    assert not task.done()


async def test_a_round_that_fails_is_not_the_last(world: World) -> None:
    await world.watch(1)
    clock = SharedClock()
    service = Sweeping(
        watch=world.stores.watch,
        chain=world.chain,
        queues=world.queues,
        leases=FakeLeases(clock),
        clock=clock,
        metrics=world.metrics,
        interval=INTERVAL,
    )
    started = clock.now()

    def remaining() -> float:
        elapsed = (clock.now() - started).total_seconds()
        world.chain.down = elapsed < 20
        return 60.0 - elapsed

    assert await service.run(remaining=remaining) == 4
    assert world.metrics.counts["SweepRoundsFailed"] == 2
    assert await progress_of(world.stores.subscriptions) is not None
    assert [check.wallet for check in world.queues.checks] == [WALLET]
