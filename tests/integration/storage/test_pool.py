"""The pool keeps to its settings."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from tests.servers import Server
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.storage.postgres.database import Connection, Database

pytestmark = pytest.mark.integration

HALF_A_SECOND = timedelta(seconds=0.5)


def _connections(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'walletwatch'"
        ).fetchone()
        assert row is not None
        count: int = row[0]
        return count


async def _sleep(database: Database, seconds: float) -> None:
    async def work(connection: Connection) -> None:
        await connection.execute("SELECT pg_sleep(%s)", [seconds])

    await database.run(work)


async def test_work_above_the_maximum_waits_and_then_gives_up(database_url: str) -> None:
    database = Database(database_url, max_connections=2, acquire_timeout=HALF_A_SECOND)
    await asyncio.gather(*(_sleep(database, 0.2) for _ in range(4)))
    busy = [asyncio.create_task(_sleep(database, 2)) for _ in range(2)]
    await asyncio.sleep(0.1)
    use = database.status()
    assert (use.in_use, use.size, use.limit) == (2, 2, 2)
    with pytest.raises(StoreUnavailable):
        await database.ping()
    await asyncio.gather(*busy)
    await database.ping()
    await database.close()


async def test_idle_connections_above_the_minimum_are_closed(database_url: str) -> None:
    database = Database(database_url, min_connections=1, max_connections=5, max_idle=HALF_A_SECOND)
    await asyncio.gather(*(_sleep(database, 0.3) for _ in range(5)))
    assert _connections(database_url) == 5
    for _ in range(100):
        await asyncio.sleep(0.1)
        # The pool closes what was idle when a connection comes back.
        await database.ping()
        if _connections(database_url) <= 2:
            break
    assert _connections(database_url) <= 2
    await database.close()


async def test_the_first_work_does_not_wait_for_the_minimum(database_url: str) -> None:
    database = Database(database_url, min_connections=2, max_connections=5)
    assert _connections(database_url) == 0, "nothing is opened before it is needed"
    await database.ping()
    for _ in range(50):
        if _connections(database_url) == 2:
            break
        await asyncio.sleep(0.05)
    assert _connections(database_url) == 2
    await database.close()


async def test_each_connection_asks_for_the_login_of_now(mortal_postgres: Server) -> None:
    asked: list[str] = []

    async def login() -> str:
        asked.append(mortal_postgres.url)
        return mortal_postgres.url

    database = Database(login, acquire_timeout=timedelta(seconds=5))
    await database.ping()
    mortal_postgres.kill()
    mortal_postgres.start()
    await database.ping()
    assert len(asked) >= 2
    await database.close()
