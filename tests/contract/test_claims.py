"""Claims to updates of Telegram in the store that keeps them while Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.conftest import empty
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.clock import FakeClock
from walletwatch.domain.admission import Claim
from walletwatch.ports.volatile import UpdateClaims
from walletwatch.storage.postgres.claims import PostgresUpdateClaims
from walletwatch.storage.postgres.database import Database


@pytest.fixture
async def claims(stores_url: str | None) -> AsyncIterator[UpdateClaims]:
    if stores_url is None:
        yield FakeUpdateClaims(FakeClock())
        return
    database = Database(stores_url, max_connections=8)
    yield PostgresUpdateClaims(database)
    await database.close()


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
