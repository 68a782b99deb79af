"""Greeting a chat: what is asked at every update, in a pipeline with whatever else is asked then."""

from datetime import timedelta
from typing import Any, Final, Self

from psycopg import AsyncCursor

from walletwatch.domain.administration import Maintenance
from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Greeting, Wanted
from walletwatch.storage.postgres.alert_rules import RULES_OF_CHAT, to_rule
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.rows import CHAT_COLUMNS, WATCHED, storable, to_chat, to_subscription

SEEN_FRESH: Final = timedelta(minutes=15)
"""How exactly it is known when somebody was last seen."""
MAX_LANGUAGE_LENGTH: Final = 35
MAX_USERNAME_LENGTH: Final = 64
MAX_TITLE_LENGTH: Final = 255

_GREET: Final = f"""
WITH person AS (
    INSERT INTO users AS u (id, username, language)
    SELECT %(user_id)s, %(username)s, %(language)s
     WHERE %(user_id)s::bigint IS NOT NULL
       AND NOT EXISTS (SELECT FROM users known
                        WHERE known.id = %(user_id)s AND known.language = %(language)s
                          AND known.username IS NOT DISTINCT FROM %(username)s
                          AND known.seen_at > greatest(now() - %(fresh)s, date_trunc('day', now(), 'UTC')))
    ON CONFLICT (id) DO UPDATE
       SET username = excluded.username, language = excluded.language, seen_at = now()
    RETURNING id
), here AS (
    INSERT INTO active_daily (user_id, day)
    SELECT id, (now() AT TIME ZONE 'UTC')::date FROM person
    ON CONFLICT DO NOTHING
), changed AS (
    INSERT INTO chats AS c (id, kind, language, title)
    SELECT %(chat_id)s, %(kind)s, %(language)s, %(title)s
     WHERE NOT EXISTS (SELECT FROM chats known
                        WHERE known.id = %(chat_id)s AND known.kind = %(kind)s
                          AND (known.kind <> 'private' OR known.language = %(language)s)
                          AND (%(title)s::text IS NULL OR known.title IS NOT DISTINCT FROM %(title)s)
                          AND known.active = (known.migrated_to IS NULL)
                          AND known.seen_at > now() - %(fresh)s)
    ON CONFLICT (id) DO UPDATE
       SET kind = excluded.kind,
           language = CASE WHEN excluded.kind = 'private' THEN excluded.language ELSE c.language END,
           title = coalesce(excluded.title, c.title),
           active = c.migrated_to IS NULL,
           inactive_reason = CASE WHEN c.migrated_to IS NOT NULL THEN c.inactive_reason END,
           seen_at = now()
    RETURNING {CHAT_COLUMNS}
)
SELECT m.since, m.user_id, m.note,
       EXISTS (SELECT FROM users u WHERE u.id = %(user_id)s AND u.banned_at IS NOT NULL),
       known.*
  FROM (SELECT * FROM changed
        UNION ALL
        SELECT {CHAT_COLUMNS} FROM chats c WHERE c.id = %(chat_id)s AND NOT EXISTS (SELECT FROM changed)
       ) known
  LEFT JOIN maintenance m ON true
"""
"""Who was seen a moment ago, and is as they were, costs no write: it is asked at every update."""

type _Rows = AsyncCursor[Any]


class Look:
    """A greeting that was sent; its answers are there when the pipeline has ended."""

    def __init__(self, greeted: _Rows, watched: _Rows | None, rules: _Rows | None) -> None:
        self._greeted = greeted
        self._watched = watched
        self._rules = rules

    @classmethod
    async def at(cls, connection: Connection, contact: Contact, wanted: Wanted) -> Self:
        """Insert or refresh the user and the chat (active again), and look at what is wanted.

        Args:
            connection: In a pipeline.
            contact: Who wrote, and where.
            wanted: What else of the chat.
        """
        values = {
            "chat_id": contact.chat_id,
            "kind": contact.chat_kind.value,
            "user_id": contact.user_id,
            "username": None if contact.username is None else storable(contact.username, MAX_USERNAME_LENGTH),
            "language": storable(contact.language, MAX_LANGUAGE_LENGTH),
            "title": None if contact.title is None else storable(contact.title, MAX_TITLE_LENGTH),
            "fresh": SEEN_FRESH,
        }
        return cls(
            await connection.execute(_GREET, values),
            await connection.execute(WATCHED, values) if wanted.watched else None,
            await connection.execute(RULES_OF_CHAT, values) if wanted.rules else None,
        )

    async def greeting(self) -> Greeting:
        """What was found."""
        row = await self._greeted.fetchone()
        assert row is not None
        since, user_id, note, sender_banned, *chat = row
        return Greeting(
            to_chat(chat),
            None if since is None else Maintenance(since, user_id, note),
            None
            if self._watched is None
            else [to_subscription(each) for each in await self._watched.fetchall()],
            sender_banned,
            None if self._rules is None else [to_rule(each) for each in await self._rules.fetchall()],
        )
