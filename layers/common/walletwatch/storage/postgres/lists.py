"""`ports.AddressLists` on PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from psycopg.rows import TupleRow

from walletwatch.domain.lists import ListEntry, ListKind, Report, Review, warned_of
from walletwatch.storage.postgres.database import Connection, Database, together

REASONS_SHOWN = 3

_REPORT: Final = """
WITH known AS (
    SELECT count(*) FILTER (WHERE at > %(since)s) AS recent,
           count(*) FILTER (WHERE address = %(address)s AND appeal = %(appeal)s) AS same
      FROM address_reports WHERE user_id = %(user)s
), new AS (
    INSERT INTO address_reports (address, user_id, appeal, reason, at)
    SELECT %(address)s, %(user)s, %(appeal)s, %(reason)s, %(at)s
      FROM known WHERE same = 0 AND recent < %(at_most)s
)
SELECT recent, same FROM known
"""


class PostgresAddressLists:
    """The lists, and what people report."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, addresses: Collection[str]) -> Sequence[ListEntry]:
        """What is said of these addresses."""
        if not addresses:
            return []
        return await self._entries("WHERE address = ANY(%s)", [list(addresses)])

    async def hits(self, addresses: Collection[str]) -> Mapping[str, str]:
        """By address, the source that warns of it."""
        return warned_of(await self.entries(addresses))

    async def newest(self, kind: ListKind, *, limit: int, offset: int) -> Sequence[ListEntry]:
        """A page of a list, the newest first."""
        return await self._entries(
            "WHERE kind = %s ORDER BY added_at DESC, address, source LIMIT %s OFFSET %s",
            [kind, limit, offset],
        )

    async def put(self, entry: ListEntry) -> None:
        """Enter what a source says, in place of what it said before."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                INSERT INTO listed_addresses (address, kind, source, reason, added_at, added_by)
                VALUES (%s, %s, %s, %s, %s, %s)
                ON CONFLICT (address, source) DO UPDATE
                   SET kind = excluded.kind, reason = excluded.reason,
                       added_at = excluded.added_at, added_by = excluded.added_by
                """,
                [entry.address, entry.kind, entry.source, entry.reason, entry.added_at, entry.added_by],
            )

        await self._database.run(work)

    async def warn(self, entry: ListEntry) -> bool:
        """Enter what a source found by itself, unless somebody decided otherwise."""

        async def work(connection: Connection) -> bool:
            cursor = await connection.execute(
                """
                INSERT INTO listed_addresses (address, kind, source, reason, added_at)
                SELECT %(address)s, %(kind)s, %(source)s, %(reason)s, %(added_at)s
                 WHERE NOT EXISTS (SELECT FROM listed_addresses
                                    WHERE address = %(address)s AND kind IN ('allow', 'dropped'))
                ON CONFLICT (address, source) DO NOTHING
                """,
                {
                    "address": entry.address,
                    "kind": entry.kind,
                    "source": entry.source,
                    "reason": entry.reason,
                    "added_at": entry.added_at,
                },
            )
            return cursor.rowcount > 0

        return await self._database.run(work)

    async def drop(self, address: str) -> int:
        """Take an address off both lists; says how many entries that were."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(
                "UPDATE listed_addresses SET kind = 'dropped' WHERE address = %s AND kind <> 'dropped'",
                [address],
            )
            return cursor.rowcount

        return await self._database.run(work)

    async def report(self, report: Report, *, since: datetime, at_most: int) -> bool | None:
        """Keep a report: False where this person reported it before, None where it were one too many."""
        values = {
            "address": report.address,
            "user": report.user_id,
            "appeal": report.appeal,
            "reason": report.reason,
            "at": report.at,
            "since": since,
            "at_most": at_most,
        }

        async def work(connection: Connection) -> bool | None:
            async with together(connection):
                # One after the other for each person, so that no two pass the limit at once.
                await connection.execute("SELECT pg_advisory_xact_lock(%(user)s)", values)
                known = await connection.execute(_REPORT, values)
            recent, same = _row(await known.fetchone())
            if same:
                return False
            return None if recent >= at_most else True

        return await self._database.run(work)

    async def reviews(
        self, *, reports_needed: int, limit: int, address: str | None = None
    ) -> Sequence[Review]:
        """What waits for an administrator, the oldest first: appeals at once, warnings of several people."""

        async def work(connection: Connection) -> Sequence[Review]:
            cursor = await connection.execute(
                """
                SELECT address, appeal, count(*),
                       (array_agg(reason ORDER BY at DESC))[:%(reasons)s], min(at)
                  FROM address_reports
                 WHERE closed_at IS NULL AND (%(address)s::text IS NULL OR address = %(address)s)
                 GROUP BY address, appeal
                HAVING appeal OR count(*) >= %(needed)s
                 ORDER BY min(at), address, appeal
                 LIMIT %(limit)s
                """,
                {
                    "reasons": REASONS_SHOWN,
                    "needed": reports_needed,
                    "limit": limit,
                    "address": address,
                },
            )
            return [
                Review(address, appeal, people, tuple(reasons), since)
                for address, appeal, people, reasons, since in await cursor.fetchall()
            ]

        return await self._database.run(work)

    async def close(self, address: str, *, appeal: bool, at: datetime) -> int:
        """The reports on an address are decided; says how many there were."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(
                "UPDATE address_reports SET closed_at = %s"
                " WHERE address = %s AND appeal = %s AND closed_at IS NULL",
                [at, address, appeal],
            )
            return cursor.rowcount

        return await self._database.run(work)

    async def _entries(self, where: str, parameters: Sequence[Any]) -> Sequence[ListEntry]:
        async def work(connection: Connection) -> Sequence[ListEntry]:
            cursor = await connection.execute(
                f"SELECT address, kind, source, reason, added_at, added_by FROM listed_addresses {where}",
                parameters,
            )
            return [
                ListEntry(address, ListKind(kind), *rest) for address, kind, *rest in await cursor.fetchall()
            ]

        return await self._database.run(work)


def _row(row: TupleRow | None) -> TupleRow:
    assert row is not None
    return row
