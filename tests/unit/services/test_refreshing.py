"""The refresh of the exchange's pools: who is believed, what is kept, and who is warned of."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.chain.scenes import address
from tests.unit.inspection.lives import XDEX, added
from tests.unit.services.pool_world import BANK, DAY, HONEST, MAKER, PoolWorld, lp_of
from walletwatch.chain.inspection.pool_makers import PoolMakers
from walletwatch.domain.errors import (
    ChainUnavailable,
    QueueUnavailable,
    SourceRefused,
    SourceUnavailable,
    StoreUnavailable,
)
from walletwatch.domain.lists import ADMINISTRATORS, ListEntry, ListKind
from walletwatch.domain.pools import API, CHAIN, POOLS, KnownPool, PoolSeen
from walletwatch.services import refreshing
from walletwatch.services.pool_suspects import MAKERS_A_RUN
from walletwatch.services.refreshing import LEASE, Refreshed


@pytest.fixture
def world() -> PoolWorld:
    world = PoolWorld()
    world.api.answer = SourceUnavailable("HTTP 503")
    return world


async def blocked(world: PoolWorld) -> list[str]:
    return [each.address for each in await world.lists.newest(ListKind.BLOCK, limit=99, offset=0)]


class TestSources:
    @pytest.fixture(autouse=True)
    def ten_pools(self, world: PoolWorld) -> None:
        for number in range(10):
            world.pool(world.token(f"token {number}"))
        world.lives.chain.lists_programs = False

    async def test_the_api_says_which_pools_there_are_and_the_chain_who_made_them(
        self, world: PoolWorld
    ) -> None:
        world.api.answer = world.named(MAKER)
        done = await world.refresh()
        assert done == Refreshed(listed=11, read=10, complete=True)
        known = await world.store.made_by(MAKER)
        assert known == sorted(
            (KnownPool(each.address, each.mints, drained=False, slot=77) for each in world.pools.values()),
            key=lambda each: each.address,
        )
        (state,) = await world.store.sources()
        assert (state.source, state.count, state.refused_at) == (API, 11, None)
        assert world.metrics.counts["PoolsRead"] == 10
        assert world.metrics.counts["PoolsUnreadable"] == 1
        assert {row.tvl_usd for row in world.store.rows.values()} == {world.named()[0].tvl_usd}

    @pytest.mark.parametrize(
        ("failure", "metric"),
        [
            (SourceRefused("no list"), "ListSourcesRefused"),
            (SourceUnavailable("HTTP 503"), "ListSourcesUnavailable"),
        ],
    )
    async def test_what_is_malformed_or_away_changes_nothing(
        self, world: PoolWorld, failure: Exception, metric: str
    ) -> None:
        world.api.answer = world.named()
        await world.refresh()
        good_at, seen = world.clock.now(), set(await world.store.seen())
        world.api.answer = failure
        done = await world.refresh()
        # Those that are known are looked at all the same.
        assert (done.listed, done.refused, done.read) == (0, 1, 10)
        assert set(await world.store.seen()) == seen
        (state,) = await world.store.sources()
        assert (state.count, state.at, state.reason) == (10, good_at, str(failure))
        assert state.refused_at == world.clock.now()
        assert world.metrics.counts[metric] == 1

    @pytest.mark.parametrize(("left", "believed"), [(8, True), (7, False), (0, False)])
    async def test_a_list_that_lost_a_quarter_is_not_believed(
        self, world: PoolWorld, left: int, believed: bool
    ) -> None:
        world.api.answer = world.named()
        await world.refresh()
        world.api.answer = [*world.named()[:left]]
        assert (await world.refresh()).refused == int(not believed)
        (state,) = await world.store.sources()
        assert state.count == (left if believed else 10)
        assert state.reason == (None if believed else f"{left} pools where there were 10")
        assert len(await world.store.seen()) == 10

    async def test_an_operator_may_say_that_a_list_shrank_for_a_reason(self, world: PoolWorld) -> None:
        world.api.answer = world.named()
        await world.refresh()
        world.api.answer = world.named()[:2]
        assert (await world.refresh(believe=CHAIN)).refused == 1
        assert (await world.refresh(believe=API)).refused == 0
        assert (await world.store.sources())[0].count == 2
        assert (await world.refresh()).refused == 0

    async def test_the_node_is_asked_too_where_it_lists_pools(self, world: PoolWorld) -> None:
        world.lives.chain.lists_programs = True
        done = await world.refresh()
        assert (done.listed, done.refused, done.read) == (10, 1, 10)
        by_name = {state.source: state for state in await world.store.sources()}
        assert (by_name[CHAIN].count, by_name[API].count) == (10, None)
        for pool in list(world.pools.values())[:5]:
            del world.lives.chain.data[pool.address]
        assert (await world.refresh()).refused == 2
        world.lives.chain.lists_programs = False
        assert (await world.refresh()).refused == 1
        assert world.metrics.counts["PoolDiscoveryFailures"] == 1

    async def test_a_chain_that_is_away_ends_the_run_and_frees_the_lease(self, world: PoolWorld) -> None:
        world.api.answer = world.named()
        world.lives.chain.down = True
        with pytest.raises(ChainUnavailable):
            await world.refresh()
        world.lives.chain.down = False
        assert (await world.refresh()).read == 10


class TestRuns:
    async def test_two_at_once_do_the_work_once(self, world: PoolWorld) -> None:
        world.pool(world.token("token"))
        lease = await world.leases.adopt(LEASE, timedelta(seconds=90))
        assert lease is not None
        assert await world.refreshing().run(remaining=lambda: 300.0) == Refreshed()
        assert world.metrics.counts["RefreshesWithoutLease"] == 1
        assert await world.store.seen() == {}
        await lease.release()
        first, second = await asyncio.gather(
            world.refreshing().run(remaining=lambda: 300.0), world.refreshing().run(remaining=lambda: 300.0)
        )
        assert {first.read, second.read} == {0, 1}

    async def test_who_lost_the_lease_stops(self, world: PoolWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refreshing, "POOLS_AT_ONCE", 1)
        for number in range(3):
            world.pool(world.token(f"token {number}"))

        class Slow(PoolMakers):
            async def read(self, addresses: Sequence[str]) -> Sequence[PoolSeen]:
                world.clock.advance(91)
                return await super().read(addresses)

        chain = Slow(world.lives.chain, XDEX)
        done = await world.refreshing(chain=chain).run(remaining=lambda: 300.0)
        assert (done.read, done.complete) == (1, False)

    async def test_what_a_killed_run_left_is_first_in_the_next(
        self, world: PoolWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refreshing, "POOLS_AT_ONCE", 2)
        for number in range(6):
            world.pool(world.token(f"token {number}"))
        reads: list[Sequence[str]] = []

        class Killed(BaseException):
            pass

        class Dying(PoolMakers):
            async def read(self, addresses: Sequence[str]) -> Sequence[PoolSeen]:
                if len(reads) == 2:
                    raise Killed
                reads.append(addresses)
                return await super().read(addresses)

        with pytest.raises(Killed):
            await world.refreshing(chain=Dying(world.lives.chain, XDEX)).run(remaining=lambda: 300.0)
        assert set(await world.store.seen()) == {each for read in reads for each in read}
        # A process that is killed does not even give its lease back.
        world.clock.advance(120)
        reads.clear()
        time = iter([300.0, 0.0])
        chain = Dying(world.lives.chain, XDEX)
        done = await world.refreshing(chain=chain).run(remaining=lambda: next(time, 0.0))
        assert (done.read, done.complete) == (2, False)
        assert set(await world.store.seen()) == set(world.pools)

    async def test_without_an_exchange_there_is_nothing_to_do(self, world: PoolWorld) -> None:
        service = world.refreshing()
        service._chain = None
        assert await service.run(remaining=lambda: 300.0) == Refreshed(complete=True)
        assert await world.store.sources() == []


class TestMakers:
    async def test_who_pulled_several_tokens_is_warned_of_with_the_evidence(self, world: PoolWorld) -> None:
        mints = [world.rug("first"), world.rug("second")]
        done = await world.refresh()
        assert (done.drained, done.examined, done.entered, done.complete) == (2, 1, 1, True)
        (entry,) = await world.lists.entries([MAKER])
        assert (entry.kind, entry.source, entry.added_by) == (ListKind.BLOCK, POOLS, None)
        assert all(mint in entry.reason for mint in mints)
        assert len(entry.reason) <= 200
        assert [each.wallet for each in world.queues.risks] == [MAKER]
        pulled = [each.pull for each in await world.store.made_by(MAKER)]
        assert all(each is not None and each.soon and each.share == Decimal("0.9") for each in pulled)
        # Nothing new: nobody is looked into, and nobody is told, again.
        again = await world.refresh()
        assert (again.examined, again.entered, len(world.queues.risks)) == (0, 0, 1)

    async def test_one_pull_may_be_a_failure(self, world: PoolWorld) -> None:
        world.rug("first")
        world.pool(world.token("second"))
        assert (await world.refresh()).examined == 0
        assert await blocked(world) == []

    async def test_an_empty_pool_alone_is_no_evidence(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            mint = world.token(name)
            world.pool(mint, balances=(0, 0), lp_supply=100)
        done = await world.refresh()
        assert (done.drained, done.examined, done.entered) == (2, 1, 0)
        assert {each.pull for each in await world.store.made_by(MAKER)} == {None}

    async def test_who_made_pools_of_other_peoples_tokens_pulled_nothing(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            mint = world.token(name, HONEST)
            world.pool(mint, MAKER)
            world.drain(mint, MAKER)
        assert (await world.refresh()).entered == 0
        assert await blocked(world) == []

    async def test_what_others_took_out_is_not_the_makers_deed(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            mint = world.token(name, HONEST)
            pool = world.pool(mint, HONEST)
            world.pools[address(f"pool of {mint} {MAKER}")] = pool
            world.drain(mint, MAKER)
            world.lives.chain.data |= replace(pool, balances=(0, 0)).accounts()
        done = await world.refresh()
        assert done.entered == 0
        assert await blocked(world) == []

    async def test_liquidity_that_was_moved_to_another_pool_is_no_pull(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            mint = world.rug(name)
            other = world.pool(mint, HONEST)
            world.lives.land(added(mint, MAKER), other.lp_mint)
        assert (await world.refresh()).entered == 0

    async def test_a_late_end_is_no_pull(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            mint = world.token(name)
            world.pool(mint)
            world.lives.now += 40 * DAY
            world.drain(mint)
        done = await world.refresh()
        assert (done.examined, done.entered) == (1, 0)

    async def test_a_withdrawal_that_is_older_than_what_is_read_does_not_count(
        self, world: PoolWorld
    ) -> None:
        for name in ("first", "second"):
            mint = world.rug(name)
            for _ in range(30):
                world.lives.land(added(mint, HONEST), lp_of(mint))
        done = await world.refresh()
        assert (done.examined, done.entered) == (1, 0)

    async def test_an_administrators_word_stays(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            world.rug(name)
        for kind in (ListKind.DROPPED, ListKind.ALLOW):
            world.lists.listed.clear()
            world.store.rows.clear()
            entry = ListEntry(MAKER, kind, ADMINISTRATORS, "it was a test", world.clock.now(), 7)
            await world.lists.put(entry)
            assert (await world.refresh()).entered == 0
            assert await world.lists.entries([MAKER]) == [entry]
            assert world.queues.risks == []

    async def test_an_address_of_the_chain_profile_is_no_person(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            world.rug(name, BANK)
        done = await world.refresh()
        assert (done.examined, done.entered) == (1, 0)

    async def test_who_cannot_be_looked_into_now_keeps_waiting(self, world: PoolWorld) -> None:
        for name in ("first", "second"):
            world.rug(name)
        real = world.lives.chain.past

        async def past(*args: object, **options: object) -> object:
            raise ChainUnavailable("behind")

        world.lives.chain.past = past  # type: ignore[method-assign, assignment]
        done = await world.refresh()
        assert (done.examined, done.complete) == (0, False)
        world.lives.chain.past = real  # type: ignore[method-assign]
        assert (await world.refresh()).entered == 1

    async def test_many_are_looked_into_in_several_runs(self, world: PoolWorld) -> None:
        makers = [address(f"maker {number}") for number in range(MAKERS_A_RUN + 3)]
        for maker in makers:
            for name in ("first", "second"):
                world.rug(f"{name} of {maker}", maker)
        first = await world.refresh()
        assert (first.entered, first.complete) == (MAKERS_A_RUN, False)
        second = await world.refresh()
        assert (second.entered, second.complete) == (3, True)
        assert set(await blocked(world)) == set(makers)

    @pytest.mark.parametrize("killed_at", ["queue", "list", "store"])
    async def test_a_run_that_is_killed_at_any_place_is_finished_by_the_next(
        self, world: PoolWorld, killed_at: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("first", "second"):
            world.rug(name)
        failures: tuple[type[Exception], ...] = (QueueUnavailable, StoreUnavailable)
        with monkeypatch.context() as patch:
            if killed_at == "queue":
                patch.setattr(world.queues, "down", True)
            elif killed_at == "list":
                patch.setattr(world.lists, "warn", _fails)
            else:
                patch.setattr(world.store, "examined", _fails)
            with pytest.raises(failures):
                await world.refresh()
        await world.refresh()
        assert await blocked(world) == [MAKER]
        assert world.queues.risks
        assert (await world.refresh()).examined == 0


async def _fails(*_: object) -> None:
    raise StoreUnavailable("killed")
