"""A broadcast in the real schema: a stop against a step, and what the commands cost in round trips."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.contract.things import contact
from tests.fakes.clock import FakeClock
from walletwatch.domain.administration import AuditEntry, AuditQuery
from walletwatch.domain.broadcasts import Audience, Broadcast, NewBroadcast, Outcome, Segment
from walletwatch.runtime import SystemClock
from walletwatch.storage.postgres.administration import PostgresAdministration
from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

pytestmark = pytest.mark.integration

ROUNDS = 20


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await migrate(database_url)
    database = Database(database_url, max_connections=8)
    yield database
    await database.close()


async def _begun(store: PostgresBroadcasts) -> Broadcast:
    now = SystemClock().now()
    draft = await store.draft(NewBroadcast(1, Audience(Segment.ALL), "x", 10), now)
    started = await store.start(draft.id, (1, 2), now)
    assert started is not None
    return started


async def test_a_stop_leaves_nothing_pending_whenever_it_comes(database: Database) -> None:
    people, store = PostgresSubscriptionStore(database), PostgresBroadcasts(database)
    for person in range(1, 11):
        await people.remember(contact(person))
    clock = FakeClock()
    for round_ in range(ROUNDS):
        broadcast = await _begun(store)

        async def stop(number: int = broadcast.id, wait: float = round_ / 4000) -> None:
            await asyncio.sleep(wait)
            await store.stop(number, clock.now())

        page, _ = await asyncio.gather(store.enter(broadcast, clock.now()), stop())
        outcome = await store.outcome(broadcast.id)
        assert outcome == Outcome(suppressed=page.count if page else 0)


async def test_two_steps_at_once_move_on_once(database: Database) -> None:
    people, store = PostgresSubscriptionStore(database), PostgresBroadcasts(database)
    for person in range(1, 11):
        await people.remember(contact(person))
    now = FakeClock().now()
    broadcast = await _begun(store)
    pages = await asyncio.gather(*(store.enter(broadcast, now) for _ in range(4)))
    assert {page.count for page in pages if page} == {10}
    moves = await asyncio.gather(
        *(store.advance(broadcast, page, next_at=now, at=now) for page in pages if page)
    )
    assert sorted(moves) == [False, False, False, True]
    assert await store.outcome(broadcast.id) == Outcome(pending=10)


async def test_the_audit_outlives_hostile_text(database: Database) -> None:
    store = PostgresAdministration(database)
    await store.audit(AuditEntry(SystemClock().now(), 1, "ban", {"reason": "\ud83d\x00 <b>"}))
    (entry,) = await store.entries(AuditQuery(), limit=1)
    assert "<b>" in str(entry.details["reason"])
