"""`ports.ReportSchedules` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from walletwatch.domain.reports import DueReport, ReportPeriod, Schedule
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.rows import CHAT_COLUMNS, to_chat

ORDERED: Final = (
    "SELECT period, minute, weekday FROM report_schedules WHERE chat_id = %(chat_id)s ORDER BY period"
)
"""What a chat has ordered, the daily one first."""

_DUE: Final = f"""
SELECT r.period, r.minute, r.weekday, r.due_at, {CHAT_COLUMNS}
  FROM report_schedules r
  JOIN chats c ON c.id = r.chat_id
 WHERE r.due_at <= %(now)s AND c.active
   AND (%(after_at)s::timestamptz IS NULL
        OR (r.due_at, r.chat_id, r.period) > (%(after_at)s, %(after_chat)s::bigint, %(after_period)s::text))
 ORDER BY r.due_at, r.chat_id, r.period
 LIMIT %(limit)s
"""

_ORDER: Final = """
INSERT INTO report_schedules (chat_id, period, minute, weekday, due_at)
VALUES (%(chat_id)s, %(period)s, %(minute)s, %(weekday)s, %(due_at)s)
ON CONFLICT (chat_id, period) DO UPDATE
   SET minute = excluded.minute, weekday = excluded.weekday, due_at = excluded.due_at
"""


def to_schedule(row: Sequence[Any]) -> Schedule:
    """A row of `ORDERED`."""
    period, minute, weekday = row
    return Schedule(ReportPeriod(period), minute, weekday)


class PostgresReportSchedules:
    """Who wants which report when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, chat_id: int) -> Sequence[Schedule]:
        """What a chat has ordered, the daily one first."""

        async def work(connection: Connection) -> Sequence[Schedule]:
            cursor = await connection.execute(ORDERED, {"chat_id": chat_id})
            return [to_schedule(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def order(self, chat_id: int, schedule: Schedule, due_at: datetime) -> None:
        """Order a report, in place of the chat's other one of this period."""
        values = {
            "chat_id": chat_id,
            "period": schedule.period.value,
            "minute": schedule.minute,
            "weekday": schedule.weekday,
            "due_at": due_at,
        }

        async def work(connection: Connection) -> None:
            await connection.execute(_ORDER, values)

        await self._database.run(work)

    async def cancel(self, chat_id: int) -> int:
        """Order nothing any more; how many reports that were."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute("DELETE FROM report_schedules WHERE chat_id = %s", [chat_id])
            return cursor.rowcount

        return await self._database.run(work)

    async def due(self, now: datetime, *, after: DueReport | None, limit: int) -> Sequence[DueReport]:
        """Reports of active chats that are due by now, in the order of their time."""
        values = {
            "now": now,
            "after_at": after.due_at if after else None,
            "after_chat": after.chat.chat_id if after else None,
            "after_period": after.schedule.period.value if after else None,
            "limit": limit,
        }

        async def work(connection: Connection) -> Sequence[DueReport]:
            cursor = await connection.execute(_DUE, values)
            return [
                DueReport(to_chat(chat), Schedule(ReportPeriod(period), minute, weekday), due_at)
                for period, minute, weekday, due_at, *chat in await cursor.fetchall()
            ]

        return await self._database.run(work)

    async def advance(self, chat_id: int, period: ReportPeriod, due_at: datetime, next_due: datetime) -> None:
        """A report was written. Nothing changes where the chat has ordered another time since."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE report_schedules SET due_at = %s WHERE chat_id = %s AND period = %s AND due_at = %s",
                [next_due, chat_id, period.value, due_at],
            )

        await self._database.run(work)
