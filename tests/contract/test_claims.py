"""Letting updates in: claims and quotas, in memory and in PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import CLAIM_LASTS, Stores
from tests.contract.things import contact
from walletwatch.domain.admission import Arrival, Claim, Entry, Quota
from walletwatch.domain.greeting import Wanted

ANNA, BORIS = 11, 12
MINUTE = timedelta(minutes=1)


def arrival(
    update_id: int, user: int | None = ANNA, *, limit: int = 100, counted_as: str = "update"
) -> Arrival:
    return Arrival(update_id, user, Quota(counted_as, limit, MINUTE), user)


async def claim(stores: Stores, arrival: Arrival) -> Claim:
    return (await stores.claims.admit(arrival, None, Wanted())).claim


async def elapse(stores: Stores, period: timedelta) -> None:
    stores.clock.advance(period.total_seconds())
    await asyncio.sleep(period.total_seconds())


class TestClaims:
    async def test_an_update_is_taken_once(self, stores: Stores) -> None:
        claims = [await claim(stores, arrival(7)) for _ in range(3)]
        assert claims == [Claim.TAKEN, Claim.IN_PROGRESS, Claim.IN_PROGRESS]
        assert await claim(stores, arrival(8)) is Claim.TAKEN

    async def test_at_once_one_gets_it(self, stores: Stores) -> None:
        claims = await asyncio.gather(*(claim(stores, arrival(7)) for _ in range(10)))
        assert claims.count(Claim.TAKEN) == 1

    async def test_what_is_done_stays_done(self, stores: Stores) -> None:
        await claim(stores, arrival(7))
        await stores.claims.done(7)
        assert [await claim(stores, arrival(7)) for _ in range(2)] == [Claim.DONE] * 2
        await elapse(stores, CLAIM_LASTS)
        assert not await stores.claims.take_over(7)

    async def test_given_back_it_can_be_taken_again(self, stores: Stores) -> None:
        await claim(stores, arrival(7))
        for update_id in (7, 8):
            await stores.claims.give_back(update_id)
        assert [await claim(stores, arrival(7)) for _ in range(2)] == [Claim.TAKEN, Claim.IN_PROGRESS]

    async def test_one_that_has_lapsed_is_taken_over_once(self, stores: Stores) -> None:
        await claim(stores, arrival(7))
        assert not await stores.claims.take_over(7)
        assert not await stores.claims.take_over(8)
        await elapse(stores, CLAIM_LASTS)
        entry = await stores.claims.admit(arrival(7), None, Wanted())
        assert entry == Entry(Claim.IN_PROGRESS, None, lapsed=True)
        taken = await asyncio.gather(*(stores.claims.take_over(7) for _ in range(5)))
        assert taken.count(True) == 1
        assert not (await stores.claims.admit(arrival(7), None, Wanted())).lapsed

    async def test_one_that_nobody_sent(self, stores: Stores) -> None:
        claims = [await claim(stores, arrival(7, None, limit=0)) for _ in range(2)]
        assert claims == [Claim.TAKEN, Claim.IN_PROGRESS]

    async def test_the_old_ones_are_forgotten(self, stores: Stores) -> None:
        for update_id in (1, 2):
            await claim(stores, arrival(update_id))
        await stores.claims.give_back(3)
        began = min(stores.clock.now(), datetime.now(UTC)) - MINUTE
        assert await stores.claims.forget(began) == 0
        assert await stores.claims.forget(max(stores.clock.now(), datetime.now(UTC)) + MINUTE) == 2
        assert await claim(stores, arrival(2)) is Claim.TAKEN


class TestGreetings:
    async def test_come_with_every_claim(self, stores: Stores) -> None:
        for limit in (1, 1, 0):
            entry = await stores.claims.admit(arrival(limit, limit=limit), contact(ANNA), Wanted())
            assert entry.greeting is not None
            assert entry.greeting.chat == await stores.subscriptions.chat(ANNA)
            assert (entry.greeting.watched, entry.greeting.rules) == (None, None)


class TestQuotas:
    async def test_one_too_many_is_limited_and_others_are_not_concerned(self, stores: Stores) -> None:
        claims = [await claim(stores, arrival(number, limit=3)) for number in range(5)]
        assert claims == [Claim.TAKEN] * 3 + [Claim.LIMITED] * 2
        assert await claim(stores, arrival(4, limit=3)) is Claim.LIMITED
        assert await claim(stores, arrival(5, BORIS, limit=3)) is Claim.TAKEN
        assert await claim(stores, arrival(6, limit=3, counted_as="update:5")) is Claim.TAKEN

    async def test_one_that_comes_again_counts_once(self, stores: Stores) -> None:
        for _ in range(5):
            assert await claim(stores, arrival(1, limit=2)) is Claim.TAKEN
            await stores.claims.give_back(1)
        assert await claim(stores, arrival(2, limit=2)) is Claim.TAKEN
        assert await claim(stores, arrival(3, limit=2)) is Claim.LIMITED
        claims = [await claim(stores, arrival(1, limit=2)) for _ in range(2)]
        assert claims == [Claim.TAKEN, Claim.IN_PROGRESS]

    async def test_a_window_ends(self, stores: Stores) -> None:
        quota = Quota("update", 1, timedelta(seconds=0.2))
        claims = [await claim(stores, Arrival(number, ANNA, quota)) for number in range(2)]
        await elapse(stores, timedelta(seconds=0.3))
        claims.append(await claim(stores, Arrival(3, ANNA, quota)))
        assert claims == [Claim.TAKEN, Claim.LIMITED, Claim.TAKEN]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=20), st.integers(1, 4))
    async def test_of_any_deliveries_so_many_different_ones_are_handled(
        self, stores: Stores, deliveries: list[tuple[int, bool]], limit: int
    ) -> None:
        base = 1000 * next(stores.updates)
        user = 10**9 + base
        handled: set[int] = set()
        for number, done in deliveries:
            each = arrival(base + number, user, limit=limit)
            if await claim(stores, each) is Claim.TAKEN:
                handled.add(number)
                await (stores.claims.done if done else stores.claims.give_back)(each.update_id)
        assert len(handled) == min(limit, len({number for number, _ in deliveries}))
