"""`ports.Preferences` on PostgreSQL. Every operation is one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from walletwatch.domain.chats import Chat, ChatSettings, Subscription
from walletwatch.domain.errors import UnknownChat
from walletwatch.domain.filters import Filter
from walletwatch.domain.work import DigestDue
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import (
    CHAT_COLUMNS,
    IS_URGENT,
    SUBSCRIPTION_COLUMNS,
    filter_json,
    settings_json,
    to_chat,
    to_subscription,
)

_CHANGE_FILTER: Final = f"""
UPDATE subscriptions s SET filter = %(filter)s
  FROM wallets w, chats c
 WHERE w.id = s.wallet_id AND c.id = s.chat_id AND s.id = %(id)s AND s.chat_id = %(chat_id)s
RETURNING {SUBSCRIPTION_COLUMNS}
"""

_CHANGE_SETTINGS: Final = f"""
UPDATE chats c SET settings = %(settings)s WHERE c.id = %(chat_id)s RETURNING {CHAT_COLUMNS}
"""

_RESCHEDULE: Final = f"""
UPDATE deliveries d SET due_at = n.due_at
  FROM (SELECT d.key, CASE WHEN {IS_URGENT} THEN %(urgent_at)s ELSE %(due_at)s END::timestamptz AS due_at
          FROM deliveries d
         WHERE d.chat_id = %(chat_id)s AND d.due_at IS NOT NULL AND d.status = 'pending') n
 WHERE d.key = n.key AND d.status = 'pending' AND d.due_at <> n.due_at
RETURNING d.kind, d.key, d.due_at
"""
"""No lock is needed: whoever closes one looks at its end again, under the lock under which is merged."""


class PostgresPreferences:
    """What is not told, and what waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change_filter(self, chat_id: int, subscription_id: int, wanted: Filter) -> Subscription | None:
        """Store the filter of one wallet; None where there is none or it is another chat's."""
        values = {"chat_id": chat_id, "id": subscription_id, "filter": filter_json(wanted)}

        async def work(connection: Connection) -> Subscription | None:
            row = await (await connection.execute(_CHANGE_FILTER, values)).fetchone()
            return None if row is None else to_subscription(row)

        return await self._database.run(work)

    async def change_timing(
        self, chat_id: int, settings: ChatSettings, due_at: datetime, *, urgent_at: datetime
    ) -> tuple[Chat, Sequence[DigestDue]]:
        """Store the settings of a known chat, and let everything that is held for it be due then."""
        values = {
            "chat_id": chat_id,
            "settings": settings_json(settings),
            "due_at": due_at,
            "urgent_at": urgent_at,
        }

        async def work(connection: Connection) -> tuple[Chat | None, Sequence[DigestDue]]:
            async with together(connection):
                changed = await connection.execute(_CHANGE_SETTINGS, values)
                moved = await connection.execute(_RESCHEDULE, values)
            row = await changed.fetchone()
            due = [DigestDue(key, at) for kind, key, at in await moved.fetchall() if kind == "digest"]
            return None if row is None else to_chat(row), due

        chat, due = await self._database.run(work)
        if chat is None:
            raise UnknownChat("settings of a chat that was never greeted")
        return chat, due
