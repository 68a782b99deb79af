"""Claims to updates of Telegram, in each store that may have to keep them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import empty
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from walletwatch.ports.volatile import Claim, UpdateClaims
from walletwatch.services.claiming import ClaimsWithSpare
from walletwatch.storage.postgres.claims import PostgresUpdateClaims
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.redis.claims import RedisUpdateClaims
from walletwatch.storage.redis.server import RedisServer


@pytest.fixture(
    params=[
        "fake",
        "fake with a spare",
        "fake that is away, with a spare",
        pytest.param("redis", marks=pytest.mark.integration),
        pytest.param("postgres", marks=pytest.mark.integration),
    ]
)
async def claims(request: pytest.FixtureRequest) -> AsyncIterator[UpdateClaims]:
    clock = FakeClock()
    if request.param == "redis":
        server = RedisServer(request.getfixturevalue("redis_url"))
        await server.command("FLUSHDB")
        yield RedisUpdateClaims(server)
        await server.close()
    elif request.param == "postgres":
        url = request.getfixturevalue("migrated_url")
        empty(url)
        database = Database(url, max_connections=8)
        yield PostgresUpdateClaims(database)
        await database.close()
    elif request.param == "fake":
        yield FakeUpdateClaims(clock)
    else:
        first = FakeUpdateClaims(clock)
        first.outage.down = "away" in request.param
        yield ClaimsWithSpare(first, FakeUpdateClaims(clock), clock, FakeMetrics())


async def test_an_update_is_taken_once(claims: UpdateClaims) -> None:
    answers = [await claims.claim(7) for _ in range(3)]
    assert answers == [Claim.TAKEN, Claim.IN_PROGRESS, Claim.IN_PROGRESS]
    assert await claims.claim(8) is Claim.TAKEN


async def test_what_is_done_stays_done(claims: UpdateClaims) -> None:
    await claims.claim(7)
    await claims.done(7)
    assert [await claims.claim(7) for _ in range(2)] == [Claim.DONE, Claim.DONE]


async def test_at_once_one_gets_it(claims: UpdateClaims) -> None:
    answers = await asyncio.gather(*(claims.claim(7) for _ in range(10)))
    assert answers.count(Claim.TAKEN) == 1


async def test_given_back_it_can_be_taken_again(claims: UpdateClaims) -> None:
    await claims.claim(7)
    await claims.give_back(7)
    await claims.give_back(8)
    assert [await claims.claim(7) for _ in range(2)] == [Claim.TAKEN, Claim.IN_PROGRESS]


@pytest.mark.integration
async def test_claims_in_the_database_are_cleaned_up(migrated_url: str) -> None:
    empty(migrated_url)
    database = Database(migrated_url)
    claims = PostgresUpdateClaims(database)
    for update_id in (1, 2):
        await claims.claim(update_id)
    await claims.done(2)
    assert await claims.forget(datetime.now(UTC)) == 0
    assert await claims.forget(datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert await claims.claim(2) is Claim.DONE
    await database.close()


class TestAnOutageOfTheFirst:
    def _claims(self) -> tuple[ClaimsWithSpare, FakeUpdateClaims, FakeMetrics, FakeClock]:
        clock, metrics = FakeClock(), FakeMetrics()
        first = FakeUpdateClaims(clock)
        return ClaimsWithSpare(first, FakeUpdateClaims(clock), clock, metrics), first, metrics, clock

    async def test_an_update_taken_during_it_is_not_taken_after_it(self) -> None:
        claims, first, metrics, _ = self._claims()
        first.outage.down = True
        assert await claims.claim(7) is Claim.TAKEN
        await claims.done(7)
        first.outage.down = False
        assert await claims.claim(7) is Claim.DONE
        assert await claims.claim(8) is Claim.TAKEN
        assert metrics.counts["ClaimsInDatabase"] == 1

    async def test_one_that_was_taken_before_it_can_be_finished_in_it(self) -> None:
        claims, first, _, _ = self._claims()
        assert await claims.claim(7) is Claim.TAKEN
        first.outage.down = True
        await claims.done(7)
        assert await claims.claim(7) is Claim.DONE
        first.outage.down = False
        assert await claims.claim(7) is Claim.DONE

    async def test_later_the_spare_is_asked_no_more(self) -> None:
        claims, first, _, clock = self._claims()
        first.outage.down = True
        await claims.claim(7)
        first.outage.down = False
        clock.advance(3601)
        assert await claims.claim(7) is Claim.TAKEN
