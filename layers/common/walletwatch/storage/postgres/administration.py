"""`ports.Administration` on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict

from psycopg.types.json import Jsonb

from walletwatch.domain.administration import AuditEntry, AuditQuery, Maintenance
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.rows import storable


class PostgresAdministration:
    """What administrators did, and the switches they set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audit(self, entry: AuditEntry) -> None:
        """Keep what was done."""
        details = {
            name: storable(value) if isinstance(value, str) else value
            for name, value in entry.details.items()
        }

        async def work(connection: Connection) -> None:
            await connection.execute(
                "INSERT INTO audit (at, user_id, action, details) VALUES (%s, %s, %s, %s)",
                [entry.at, entry.user_id, entry.action, Jsonb(details)],
            )

        await self._database.run(work)

    async def entries(self, query: AuditQuery, *, limit: int) -> Sequence[AuditEntry]:
        """What was done, newest first."""
        conditions = ["true"]
        if query.user_id is not None:
            conditions.append("user_id = %(user_id)s")
        if query.action is not None:
            conditions.append("action = %(action)s")
        if query.before is not None:
            conditions.append("id < %(before)s")
        statement = (
            f"SELECT at, user_id, action, details, id FROM audit WHERE {' AND '.join(conditions)}"
            " ORDER BY id DESC LIMIT %(limit)s"
        )
        values = {**asdict(query), "limit": limit}

        async def work(connection: Connection) -> Sequence[AuditEntry]:
            cursor = await connection.execute(statement, values)
            return [AuditEntry(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def maintenance(self) -> Maintenance | None:
        """Whether people are asked to come back later; None where not."""

        async def work(connection: Connection) -> Maintenance | None:
            cursor = await connection.execute("SELECT since, user_id, note FROM maintenance")
            row = await cursor.fetchone()
            return None if row is None else Maintenance(*row)

        return await self._database.run(work)

    async def set_maintenance(self, maintenance: Maintenance | None) -> None:
        """Begin or end it."""

        async def work(connection: Connection) -> None:
            if maintenance is None:
                await connection.execute("DELETE FROM maintenance")
                return
            await connection.execute(
                """
                INSERT INTO maintenance (since, user_id, note) VALUES (%s, %s, %s)
                ON CONFLICT (one) DO UPDATE SET user_id = excluded.user_id, note = excluded.note
                """,
                [maintenance.since, maintenance.user_id, maintenance.note],
            )

        await self._database.run(work)
