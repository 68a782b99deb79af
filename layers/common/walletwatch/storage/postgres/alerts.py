"""`ports.Alerts` on PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from walletwatch.domain.alerts import Alert, AlertLevel, Condition, Finding
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.storage.postgres.database import Connection, Database

_NAMES: Final = tuple(field.name for field in fields(Alert))
_COLUMNS: Final = ", ".join(_NAMES)

_SEEN_AGAIN: Final = f"""
UPDATE alerts
   SET level = %(level)s,
       facts = %(facts)s,
       occurrences = occurrences + 1,
       seen_at = %(at)s,
       clear_since = NULL,
       told = CASE WHEN level = %(level)s THEN told ELSE '{{}}' END,
       acknowledged_at = CASE WHEN level = %(level)s THEN acknowledged_at END,
       acknowledged_by = CASE WHEN level = %(level)s THEN acknowledged_by END
 WHERE condition = %(condition)s AND subject = %(subject)s AND resolved_at IS NULL
RETURNING {_COLUMNS}
"""

_RAISE: Final = f"""
INSERT INTO alerts (condition, subject, level, facts, raised_at, seen_at)
VALUES (%(condition)s, %(subject)s, %(level)s, %(facts)s, %(at)s, %(at)s)
ON CONFLICT (condition, subject) WHERE resolved_at IS NULL DO NOTHING
RETURNING {_COLUMNS}
"""

_CLEAR: Final = f"""
UPDATE alerts
   SET clear_since = coalesce(clear_since, %(at)s),
       resolved_at = CASE WHEN coalesce(clear_since, %(at)s) <= %(at)s - %(settle)s::interval
                          THEN %(at)s::timestamptz END
 WHERE id = %(id)s AND resolved_at IS NULL
RETURNING {_COLUMNS}
"""

_OPEN: Final = f"""
SELECT {_COLUMNS} FROM alerts WHERE resolved_at IS NULL
 ORDER BY array_position(ARRAY['critical', 'error', 'warning', 'info'], level), raised_at, id
"""

_UNHEARD: Final = f"""
SELECT {_COLUMNS} FROM alerts
 WHERE (resolved_at IS NULL AND NOT told @> %(chats)s::bigint[])
    OR (resolved_at IS NOT NULL
        AND EXISTS (SELECT FROM unnest(told) chat
                     WHERE chat = ANY (%(chats)s::bigint[]) AND chat <> ALL (told_end)))
 ORDER BY raised_at, id
"""

_REMIND: Final = """
UPDATE alerts SET told = '{}'
 WHERE resolved_at IS NULL AND acknowledged_at IS NULL
   AND level = ANY (%(levels)s) AND told_at < %(before)s AND told <> '{}'
"""

_ACKNOWLEDGE: Final = f"""
UPDATE alerts
   SET acknowledged_at = coalesce(acknowledged_at, %(at)s),
       acknowledged_by = coalesce(acknowledged_by, %(user)s)
 WHERE id = %(id)s AND resolved_at IS NULL
RETURNING {_COLUMNS}
"""


class PostgresAlerts:
    """What operators have to know."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def raised(self, finding: Finding, at: datetime) -> Alert:
        """It holds: a new alert, or the open one of its key, seen again."""
        values = {
            "condition": finding.condition,
            "subject": finding.subject,
            "level": finding.level,
            "facts": Jsonb(dict(finding.facts)),
            "at": at,
        }
        # First the update: an insert that finds a row in its way would use up a number each minute. Where
        # another instance raised it in between, the update finds that.
        for statement in (_SEEN_AGAIN, _RAISE, _SEEN_AGAIN):
            for alert in await self._alerts(statement, values):
                return alert
        raise StoreUnavailable("the alert was raised and resolved in the same moment")

    async def cleared(self, alert_id: int, at: datetime, *, settle: timedelta) -> Alert | None:
        """It does not hold; resolved once that was so for `settle`, and then returned."""
        found = await self._alerts(_CLEAR, {"id": alert_id, "at": at, "settle": settle})
        return next((alert for alert in found if alert.resolved_at is not None), None)

    async def open(self) -> Sequence[Alert]:
        """Those that are not over, the worst and oldest first."""
        return await self._alerts(_OPEN, {})

    async def unheard(self, chats: Collection[int]) -> Sequence[Alert]:
        """Those whose beginning or whose end one of these chats does not know, oldest first."""
        return await self._alerts(_UNHEARD, {"chats": list(chats)})

    async def told(self, alert_id: int, chat_id: int, at: datetime, *, end: bool) -> None:
        """The chat knows of its beginning, or of its end."""
        if end:
            statement = (
                "UPDATE alerts SET told_end = array_append(array_remove(told_end, %(chat)s), %(chat)s)"
            )
        else:
            statement = """
                UPDATE alerts
                   SET told = array_append(array_remove(told, %(chat)s), %(chat)s), told_at = %(at)s
            """
        await self._execute(f"{statement} WHERE id = %(id)s", {"id": alert_id, "chat": chat_id, "at": at})

    async def remind(self, levels: Collection[AlertLevel], told_before: datetime) -> int:
        """Let open alerts that nobody acknowledged be told again, if they were last told before this."""
        return await self._execute(_REMIND, {"levels": list(levels), "before": told_before})

    async def acknowledge(self, alert_id: int, user_id: int, at: datetime) -> Alert | None:
        """Somebody sees to it; None where there is no such open alert."""
        found = await self._alerts(_ACKNOWLEDGE, {"id": alert_id, "user": user_id, "at": at})
        return found[0] if found else None

    async def recent(self, limit: int) -> Sequence[Alert]:
        """The newest, over or not, newest first."""
        return await self._alerts(
            f"SELECT {_COLUMNS} FROM alerts ORDER BY id DESC LIMIT %(limit)s", {"limit": limit}
        )

    async def forget(self, resolved_before: datetime) -> int:
        """Delete alerts that were over before this; how many there were."""
        return await self._execute(
            "DELETE FROM alerts WHERE resolved_at < %(before)s", {"before": resolved_before}
        )

    async def _alerts(self, statement: str, values: dict[str, Any]) -> Sequence[Alert]:
        async def work(connection: Connection) -> Sequence[Alert]:
            cursor = await connection.execute(statement, values)
            return [_alert(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def _execute(self, statement: str, values: dict[str, Any]) -> int:
        async def work(connection: Connection) -> int:
            cursor = await connection.execute(statement, values)
            return cursor.rowcount

        return await self._database.run(work)


def _alert(row: tuple[Any, ...]) -> Alert:
    values = dict(zip(_NAMES, row, strict=True))
    return Alert(
        **{
            **values,
            "condition": Condition(values["condition"]),
            "level": AlertLevel(values["level"]),
            "told": tuple(values["told"]),
            "told_end": tuple(values["told_end"]),
        }
    )
