"""`ports.personal.PersonalRecords` on PostgreSQL: one catalogue of the tables that know of people.

A table with somebody's id in it that is not in the catalogue fails a test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import storable


@dataclass(frozen=True, slots=True)
class About:
    """Rows of a table that are about a person.

    Attributes:
        column: Holds the person's id, which is the id of their private chat too.
        newest: Orders the rows, the newest first.
        forgets: What erases them, if not simply their deletion.
        kept_because: Why they stay, wholly or in part.
        joins: What makes the rows readable.
        columns: That the person is given.
    """

    table: str
    column: str
    newest: str
    forgets: tuple[str, ...] | None = None
    kept_because: str = ""
    joins: str = ""
    columns: str = "t.*"

    @property
    def select(self) -> str:
        """One row: the table's name, and its rows as JSON."""
        return f"""
        SELECT '{self.table}', coalesce(jsonb_agg(to_jsonb(found)), '[]')
          FROM (SELECT {self.columns} FROM {self.table} t {self.joins}
                 WHERE t.{self.column} = %(user_id)s ORDER BY {self.newest} LIMIT %(limit)s) found
        """

    @property
    def erase(self) -> tuple[str, ...]:
        """The statements that forget the rows."""
        if self.forgets is not None:
            return self.forgets
        return (f"DELETE FROM {self.table} WHERE {self.column} = %(user_id)s",)


PERSONAL: Final = (
    About(
        "subscriptions",
        "chat_id",
        "t.id DESC",
        joins="JOIN wallets w ON w.id = t.wallet_id",
        columns="w.address, t.*",
    ),
    About(
        "alert_rules",
        "chat_id",
        "t.id DESC",
        joins="LEFT JOIN wallets w ON w.id = t.wallet_id",
        columns="w.address, t.*",
    ),
    About("shares", "chat_id", "t.id DESC"),
    About("deliveries", "chat_id", "t.created_at DESC"),
    About("address_reports", "user_id", "t.at DESC"),
    About("report_schedules", "chat_id", "t.due_at"),
    About("feedback", "user_id", "t.id DESC"),
    About("orders", "user_id", "t.created_at DESC"),
    About("payments", "user_id", "t.paid_at DESC", (), "What was paid has to be accounted for."),
    About("active_daily", "user_id", "t.day DESC"),
    About("broadcasts", "created_by", "t.id DESC", (), "What administrators did has to stay known."),
    About("broadcasts", "chat_id", "t.id DESC", (), "It is the chat of administrators, not of a person."),
    About("audit", "user_id", "t.id DESC", (), "What administrators did has to stay known."),
    About(
        "listed_addresses",
        "added_by",
        "t.added_at DESC",
        ("UPDATE listed_addresses SET added_by = NULL WHERE added_by = %(user_id)s",),
    ),
    About("maintenance", "user_id", "t.since", (), "It is the present state of the system."),
    About("alerts", "acknowledged_by", "t.id DESC", (), "It is about the system, not about who saw to it."),
    About(
        "update_claims",
        "user_id",
        "t.taken_at DESC",
        ("UPDATE update_claims SET user_id = NULL WHERE user_id = %(user_id)s",),
        "That an update was taken keeps it from being answered twice; whose it was is forgotten.",
        columns="t.update_id, t.taken_at",
    ),
    About(
        "chats",
        "owner_id",
        "t.id",
        ("UPDATE chats SET owner_id = NULL WHERE owner_id = %(user_id)s",),
    ),
    About("chats", "id", "t.id"),
    About(
        "users",
        "id",
        "t.id",
        (
            "UPDATE users SET username = NULL, language = 'en', quotas = '{}' WHERE id = %(user_id)s",
            """
            DELETE FROM users
             WHERE id = %(user_id)s AND banned_at IS NULL
               AND (premium_until IS NULL OR premium_until <= now())
            """,
        ),
        kept_because="That somebody is banned, or has paid, outlives their wish to be forgotten.",
    ),
)
"""In the order in which they are erased."""


class PostgresPersonalRecords:
    """Everything that is kept of a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def collect(self, user_id: int, *, limit: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """All rows about the person, by table."""
        statement = " UNION ALL ".join(f"({about.select})" for about in PERSONAL)

        async def work(connection: Connection) -> Mapping[str, Sequence[Mapping[str, Any]]]:
            cursor = await connection.execute(statement, {"user_id": user_id, "limit": limit})
            found: dict[str, list[Mapping[str, Any]]] = {}
            for table, rows in await cursor.fetchall():
                found.setdefault(table, []).extend(rows)
            return found

        return await self._database.run(work)

    async def erase(self, user_id: int) -> None:
        """Forget the person and their private chat."""

        async def work(connection: Connection) -> None:
            async with together(connection):
                for about in PERSONAL:
                    for statement in about.erase:
                        await connection.execute(statement, {"user_id": user_id})

        await self._database.run(work)

    async def feedback(self, user_id: int, text: str, at: datetime) -> int:
        """Keep what somebody says of the bot."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(
                "INSERT INTO feedback (user_id, text, at) VALUES (%s, %s, %s) RETURNING id",
                [user_id, storable(text), at],
            )
            row = await cursor.fetchone()
            assert row is not None
            return int(row[0])

        return await self._database.run(work)
