import asyncio
from collections.abc import Sequence
from dataclasses import replace

import psycopg
import pytest

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.storage.postgres.migrate import Migration, MigrationRefused, migrate, packaged

pytestmark = pytest.mark.integration

FIRST = Migration("0001_first", "CREATE TABLE first (id bigint)")
SECOND = Migration("0002_second", "ALTER TABLE first ADD COLUMN name text; CREATE TABLE second (id bigint)")


def rows(url: str, query: str) -> Sequence[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


async def test_the_packaged_ones_are_applied_once(database_url: str) -> None:
    names = [migration.name for migration in packaged()]
    assert names
    assert await migrate(database_url) == names
    assert await migrate(database_url) == []
    history = rows(database_url, "SELECT name, checksum FROM schema_migrations ORDER BY name")
    assert history == [(migration.name, migration.checksum) for migration in packaged()]


async def test_several_times_at_once_each_is_applied_once(database_url: str) -> None:
    answers = await asyncio.gather(*(migrate(database_url) for _ in range(4)))
    assert sorted(answers, key=len) == [[], [], [], [migration.name for migration in packaged()]]


async def test_new_ones_are_added_to_the_old(database_url: str) -> None:
    assert await migrate(database_url, [FIRST]) == ["0001_first"]
    assert await migrate(database_url, [FIRST, SECOND]) == ["0002_second"]
    assert rows(database_url, "SELECT id, name FROM first") == []


async def test_an_older_version_of_the_code_leaves_a_newer_schema_alone(database_url: str) -> None:
    await migrate(database_url, [FIRST, SECOND])
    assert await migrate(database_url, [FIRST]) == []


async def test_changed_history_is_refused(database_url: str) -> None:
    await migrate(database_url, [FIRST])
    with pytest.raises(MigrationRefused, match="0001_first was changed"):
        await migrate(database_url, [replace(FIRST, sql="CREATE TABLE other (id bigint)"), SECOND])
    assert rows(database_url, "SELECT to_regclass('second')") == [(None,)]


async def test_one_that_is_older_than_an_applied_one_is_refused(database_url: str) -> None:
    await migrate(database_url, [Migration("0002_alone", "CREATE TABLE alone (id bigint)")])
    with pytest.raises(MigrationRefused, match="0001_first is older"):
        await migrate(database_url, [FIRST])


async def test_of_one_that_fails_nothing_is_kept(database_url: str) -> None:
    broken = Migration("0002_broken", "CREATE TABLE half (id bigint); SELECT nothing")
    with pytest.raises(MigrationRefused, match="0002_broken failed"):
        await migrate(database_url, [FIRST, broken])
    assert rows(database_url, "SELECT name FROM schema_migrations") == [("0001_first",)]
    assert rows(database_url, "SELECT to_regclass('half')") == [(None,)]
    assert await migrate(database_url, [FIRST, SECOND]) == ["0002_second"]


async def test_without_a_server() -> None:
    with pytest.raises(StoreUnavailable):
        await migrate("postgresql://postgres@127.0.0.1:1/none", [FIRST])


INVALID = [
    "INSERT INTO wallets (address) VALUES ('0OIl')",
    "INSERT INTO chats (id, kind, language) VALUES (1, 'party', 'en')",
    "INSERT INTO chats (id, kind, language, settings) VALUES (1, 'private', 'en', '[]')",
    "INSERT INTO chats (id, kind, language, migrated_to) VALUES (1, 'group', 'en', 2)",
    "INSERT INTO subscriptions (chat_id, wallet_id, label) VALUES (7, 1, repeat('x', 49))",
    "INSERT INTO subscriptions (chat_id, wallet_id) VALUES (7, 99)",
    "INSERT INTO watched_accounts (wallet_id, address, kind) VALUES (1, repeat('1', 32), 'purse')",
    """INSERT INTO watched_accounts (wallet_id, address, kind, cursor_slot)
       VALUES (1, repeat('1', 32), 'token', -1)""",
    """INSERT INTO watched_accounts (wallet_id, address, kind, state_slot)
       VALUES (1, repeat('1', 32), 'token', 5)""",
    """INSERT INTO deliveries (key, kind, chat_id, status, created_at)
       VALUES ('x', 'scan', 7, 'pending', now())""",
    """INSERT INTO deliveries (key, kind, chat_id, status, created_at)
       VALUES (repeat('a', 32), 'scan', 7, 'sent', now())""",
    """INSERT INTO deliveries (key, kind, chat_id, status, created_at, settled_at)
       VALUES (repeat('a', 32), 'scan', 7, 'merged', now(), now())""",
    """INSERT INTO deliveries (key, kind, chat_id, status, created_at)
       VALUES (repeat('a', 32), 'activity', 7, 'pending', now())""",
]


@pytest.mark.parametrize("statement", INVALID)
async def test_the_schema_refuses_what_cannot_be(database_url: str, statement: str) -> None:
    await migrate(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO chats (id, kind, language) VALUES (7, 'private', 'en')")
        connection.execute("INSERT INTO wallets (address) VALUES (repeat('1', 32))")
        with pytest.raises(psycopg.IntegrityError):
            connection.execute(statement.encode())


async def test_an_activity_is_told_once_to_a_chat_under_any_key(database_url: str) -> None:
    await migrate(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO wallets (address) VALUES (repeat('1', 32))")
        insert = """
            INSERT INTO deliveries (key, kind, chat_id, wallet_id, signature, status, created_at)
            VALUES (repeat(%s, 32), 'activity', 7, 1, 'signature', 'pending', now())
        """
        connection.execute(insert, ["a"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, ["b"])
