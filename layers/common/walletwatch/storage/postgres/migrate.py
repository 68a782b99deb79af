"""Schema migrations: forward only, in the order of their names, each in a transaction of its own.

A migration must leave the running version of the code working (expand first, contract in a later release),
since functions of the old version still run while it is applied.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from psycopg import AsyncConnection, OperationalError
from psycopg import errors as pg_errors

from walletwatch.domain.errors import StoreUnavailable, WalletWatchError

ADVISORY_LOCK: Final = 0x77770001
"""Held while migrations are applied; other users of advisory locks here use keys above 2**56."""

_CREATE_HISTORY: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name       text        PRIMARY KEY,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationRefused(WalletWatchError):
    """The history is not that of these migrations, or one of them failed; nothing of that one is kept."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of SQL.

    Attributes:
        name: Without the suffix; the order of names is the order of application.
    """

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def packaged() -> Sequence[Migration]:
    """The migrations of this version of the code."""
    folder = resources.files("walletwatch.storage.postgres") / "migrations"
    return [
        Migration(Path(file.name).stem, file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


async def migrate(dsn: str, migrations: Sequence[Migration] | None = None) -> Sequence[str]:
    """Bring the schema up to date. Safe to repeat, and to run several times at once.

    Args:
        dsn: libpq connection string of a role that may create tables.
        migrations: Instead of the packaged ones, in their order.

    Returns:
        The names of the migrations that were applied; none where all had been.

    Raises:
        MigrationRefused: An applied migration was changed, a new one is older than an applied one, or its
            SQL failed.
        StoreUnavailable: PostgreSQL could not be reached, or a lock was not to be had in time.
    """
    wanted = packaged() if migrations is None else migrations
    try:
        async with await AsyncConnection.connect(dsn, autocommit=True, connect_timeout=10) as connection:
            await connection.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            return await _apply(connection, wanted)
    except OperationalError as error:
        raise StoreUnavailable(f"migrations could not be applied: {type(error).__name__}") from error


async def _apply(connection: AsyncConnection[Any], wanted: Sequence[Migration]) -> Sequence[str]:
    await connection.execute(_CREATE_HISTORY)
    cursor = await connection.execute("SELECT name, checksum FROM schema_migrations")
    applied: dict[str, str] = dict(await cursor.fetchall())
    for migration in wanted:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationRefused(f"migration {migration.name} was changed after it was applied")
    new = [migration for migration in wanted if migration.name not in applied]
    for migration in new:
        if any(name > migration.name for name in applied):
            raise MigrationRefused(f"migration {migration.name} is older than one that was applied")
    for migration in new:
        await _apply_one(connection, migration)
    return [migration.name for migration in new]


async def _apply_one(connection: AsyncConnection[Any], migration: Migration) -> None:
    try:
        async with connection.transaction():
            # Waiting longer for a table would make everybody else wait behind this.
            await connection.execute("SET LOCAL lock_timeout = '5s'")
            await connection.execute("SET LOCAL statement_timeout = 0")
            await connection.execute(migration.sql.encode())
            await connection.execute(
                "INSERT INTO schema_migrations (name, checksum) VALUES (%s, %s)",
                [migration.name, migration.checksum],
            )
    except OperationalError:
        raise
    except pg_errors.Error as error:
        raise MigrationRefused(f"migration {migration.name} failed: {error}") from error
