"""`ports.broadcasting.Broadcasts` on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from walletwatch.domain.broadcasts import (
    Audience,
    Broadcast,
    BroadcastState,
    Link,
    NewBroadcast,
    Outcome,
    Page,
    Recipient,
    Segment,
    broadcast_key,
)
from walletwatch.domain.delivery import DeliveryKind
from walletwatch.domain.rules import Suppression
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import Row, storable

BROADCAST_COLUMNS: Final = """
b.id, b.created_by, b.audience, b.people, b.html, b.link_text, b.link_url, b.per_second, b.state,
b.expected, b.queued, b.reached, b.next_at, b.chat_id, b.message_id, b.created_at, b.started_at,
b.ended_at, b.result
"""
"""Of broadcasts b."""

_MEANT: Final = """
  FROM chats c
  JOIN users u ON u.id = c.id
 WHERE c.kind = 'private' AND c.active AND u.banned_at IS NULL
   AND coalesce((c.settings ->> 'news')::boolean, true)
"""

_SPOKEN: Final = "coalesce(c.settings ->> 'language', c.language)"

_SEGMENTS: Final = {
    Segment.ALL: "true",
    Segment.WEEK: "u.seen_at > %(since)s",
    Segment.MONTH: "u.seen_at > %(since)s",
    Segment.PREMIUM: "u.premium_until > %(now)s",
    Segment.FREE: "(u.premium_until IS NULL OR u.premium_until <= %(now)s)",
    Segment.ADMINS: "c.id = ANY(%(people)s)",
    Segment.LANGUAGE: f"{_SPOKEN} = %(language)s",
}

_DRAFT: Final = f"""
INSERT INTO broadcasts AS b (created_by, audience, people, html, per_second, state, expected, created_at)
VALUES (%(created_by)s, %(audience)s, %(people)s, %(html)s, %(per_second)s, 'draft', %(expected)s, %(at)s)
RETURNING {BROADCAST_COLUMNS}
"""

_CHANGE: Final = f"""
UPDATE broadcasts b
   SET link_text = coalesce(%(link_text)s, link_text), link_url = coalesce(%(link_url)s, link_url),
       per_second = coalesce(%(per_second)s, per_second)
 WHERE id = %(id)s AND state = 'draft'
RETURNING {BROADCAST_COLUMNS}
"""

_START: Final = f"""
UPDATE broadcasts b
   SET state = 'running', started_at = %(at)s, next_at = %(at)s,
       chat_id = %(chat_id)s, message_id = %(message_id)s
 WHERE id = %(id)s AND state = 'draft'
RETURNING {BROADCAST_COLUMNS}
"""

_STOP: Final = f"""
UPDATE broadcasts b
   SET state = 'stopped', ended_at = %(at)s
 WHERE id = %(id)s AND state IN ('running', 'done') AND result IS NULL
RETURNING {BROADCAST_COLUMNS}
"""

_SUPPRESS: Final = """
UPDATE deliveries
   SET status = 'suppressed', reason = %(reason)s, settled_at = %(at)s
 WHERE broadcast_id = %(id)s AND status = 'pending'
   AND EXISTS (SELECT FROM broadcasts WHERE id = %(id)s AND state = 'stopped')
"""
"""A statement of its own, to see what a step wrote that was in its way."""

_HOLD: Final = """
SELECT FROM broadcasts
 WHERE id = %(id)s AND state = 'running' AND reached IS NOT DISTINCT FROM %(reached)s
   FOR SHARE
"""
"""Makes `stop` wait, which then sees the entries that are written here."""

_ENTER: Final = """
INSERT INTO deliveries (key, kind, chat_id, status, broadcast_id, created_at)
SELECT key, %(kind)s, chat_id, 'pending', %(id)s, %(at)s
  FROM unnest(%(keys)s::text[], %(chat_ids)s::bigint[]) n (key, chat_id)
ON CONFLICT (key) DO NOTHING
"""

_UNTOLD: Final = """
SELECT chat_id FROM deliveries WHERE key = ANY(%(keys)s) AND status = 'pending'
"""

_ADVANCE: Final = """
UPDATE broadcasts
   SET reached = coalesce(%(last)s, reached), queued = queued + %(count)s, next_at = %(next_at)s,
       state = CASE WHEN %(last)s::bigint IS NULL THEN 'done' ELSE state END,
       ended_at = CASE WHEN %(last)s::bigint IS NULL THEN %(at)s::timestamptz END
 WHERE id = %(id)s AND state = 'running' AND reached IS NOT DISTINCT FROM %(reached)s
"""

_OUTCOME: Final = """
SELECT count(*) FILTER (WHERE d.status = 'sent'),
       count(*) FILTER (WHERE d.status = 'pending'),
       count(*) FILTER (WHERE d.status = 'failed' AND coalesce(c.active, true)),
       count(*) FILTER (WHERE d.status = 'failed' AND NOT c.active),
       count(*) FILTER (WHERE d.status = 'suppressed')
  FROM deliveries d
  LEFT JOIN chats c ON d.status = 'failed' AND c.id = d.chat_id
 WHERE d.broadcast_id = %s
"""


class PostgresBroadcasts:
    """What is told to many, and how far that is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, audience: Audience, now: datetime) -> int:
        """How many people are meant, about: they come and go."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(
                f"SELECT count(*) {_MEANT} AND {_SEGMENTS[audience.segment]}", _audience_values(audience, now)
            )
            row = await cursor.fetchone()
            assert row is not None
            return int(row[0])

        return await self._database.run(work)

    async def draft(self, new: NewBroadcast, at: datetime) -> Broadcast:
        """Keep what was written; nothing is sent yet."""
        values = {
            "created_by": new.created_by,
            "audience": str(new.audience),
            "people": list(new.audience.people) or None,
            "html": storable(new.html),
            "per_second": new.per_second,
            "expected": new.expected,
            "at": at,
        }
        found = await self._one(_DRAFT, values)
        assert found is not None
        return found

    async def find(self, broadcast_id: int) -> Broadcast | None:
        """One; None where there is none."""
        return await self._one(
            f"SELECT {BROADCAST_COLUMNS} FROM broadcasts b WHERE id = %(id)s", {"id": broadcast_id}
        )

    async def newest(self, limit: int) -> Sequence[Broadcast]:
        """Those that were begun, newest first."""
        return await self._all("started_at IS NOT NULL ORDER BY id DESC LIMIT %(limit)s", {"limit": limit})

    async def change(
        self, broadcast_id: int, *, link: Link | None = None, per_second: int | None = None
    ) -> Broadcast | None:
        """Change a draft; None where it is none."""
        values = {
            "id": broadcast_id,
            "link_text": storable(link.text) if link else None,
            "link_url": storable(link.url) if link else None,
            "per_second": per_second,
        }
        return await self._one(_CHANGE, values)

    async def discard(self, broadcast_id: int) -> bool:
        """Forget a draft; whether it was one."""

        async def work(connection: Connection) -> bool:
            cursor = await connection.execute(
                "DELETE FROM broadcasts WHERE id = %s AND state = 'draft'", [broadcast_id]
            )
            return cursor.rowcount > 0

        return await self._database.run(work)

    async def start(self, broadcast_id: int, progress: tuple[int, int], at: datetime) -> Broadcast | None:
        """Begin with a draft; None where it is none, or no more."""
        chat_id, message_id = progress
        return await self._one(
            _START, {"id": broadcast_id, "chat_id": chat_id, "message_id": message_id, "at": at}
        )

    async def stop(self, broadcast_id: int, at: datetime) -> Broadcast | None:
        """Send nothing more: pending messages are suppressed. None where there is nothing left to stop."""
        values = {"id": broadcast_id, "at": at, "reason": Suppression.STOPPED.value}

        async def work(connection: Connection) -> Broadcast | None:
            async with together(connection):
                stopped = await connection.execute(_STOP, values)
                await connection.execute(_SUPPRESS, values)
            row = await stopped.fetchone()
            return None if row is None else to_broadcast(row)

        return await self._database.run(work)

    async def enter(self, broadcast: Broadcast, at: datetime) -> Page | None:
        """Write the ledger's entries of the next page."""
        values = {
            **_audience_values(broadcast.audience, at),
            "id": broadcast.id,
            "kind": DeliveryKind.BROADCAST.value,
            "reached": broadcast.reached,
            "limit": broadcast.page,
            "at": at,
        }
        behind = "AND (%(reached)s::bigint IS NULL OR c.id > %(reached)s) ORDER BY c.id LIMIT %(limit)s"
        page = f"SELECT c.id, {_SPOKEN} {_MEANT} AND {_SEGMENTS[broadcast.audience.segment]} {behind}"

        async def work(connection: Connection) -> Page | None:
            async with together(connection):
                held = await connection.execute(_HOLD, values)
                cursor = await connection.execute(page, values)
                recipients = [Recipient(*row) for row in await cursor.fetchall()]
                if not held.rowcount:
                    return None
                chat_ids = [each.chat_id for each in recipients]
                keys = [broadcast_key(broadcast.id, chat_id) for chat_id in chat_ids]
                entries = {**values, "keys": keys, "chat_ids": chat_ids}
                await connection.execute(_ENTER, entries)
                cursor = await connection.execute(_UNTOLD, entries)
            untold = {chat_id for (chat_id,) in await cursor.fetchall()}
            return Page(
                tuple(each for each in recipients if each.chat_id in untold),
                len(recipients),
                chat_ids[-1] if chat_ids else None,
            )

        return await self._database.run(work)

    async def advance(self, broadcast: Broadcast, page: Page, *, next_at: datetime, at: datetime) -> bool:
        """The page is queued; False where somebody else has moved on already, or it ended."""
        values = {
            "id": broadcast.id,
            "reached": broadcast.reached,
            "last": page.last,
            "count": page.count,
            "next_at": next_at,
            "at": at,
        }

        async def work(connection: Connection) -> bool:
            cursor = await connection.execute(_ADVANCE, values)
            return cursor.rowcount > 0

        return await self._database.run(work)

    async def outcome(self, broadcast_id: int) -> Outcome:
        """What became of its messages so far."""

        async def work(connection: Connection) -> Outcome:
            row = await (await connection.execute(_OUTCOME, [broadcast_id])).fetchone()
            assert row is not None
            return Outcome(*row)

        return await self._database.run(work)

    async def untold(self) -> Sequence[Broadcast]:
        """Those that were begun and whose outcome is not kept yet, oldest first."""
        return await self._all("started_at IS NOT NULL AND result IS NULL ORDER BY id", {})

    async def close(self, broadcast_id: int, outcome: Outcome) -> None:
        """Keep what became of it in the end."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE broadcasts SET result = %s WHERE id = %s AND result IS NULL",
                [Jsonb(asdict(outcome)), broadcast_id],
            )

        await self._database.run(work)

    async def _one(self, statement: str, values: dict[str, Any]) -> Broadcast | None:
        async def work(connection: Connection) -> Broadcast | None:
            row = await (await connection.execute(statement, values)).fetchone()
            return None if row is None else to_broadcast(row)

        return await self._database.run(work)

    async def _all(self, condition: str, values: dict[str, Any]) -> Sequence[Broadcast]:
        async def work(connection: Connection) -> Sequence[Broadcast]:
            cursor = await connection.execute(
                f"SELECT {BROADCAST_COLUMNS} FROM broadcasts b WHERE {condition}", values
            )
            return [to_broadcast(row) for row in await cursor.fetchall()]

        return await self._database.run(work)


def to_broadcast(row: Row) -> Broadcast:
    """The broadcast of `BROADCAST_COLUMNS`."""
    (
        broadcast_id, created_by, audience, people, html, link_text, link_url, per_second, state, expected,
        queued, reached, next_at, chat_id, message_id, created_at, started_at, ended_at, result,
    ) = row  # fmt: skip
    return Broadcast(
        id=broadcast_id,
        created_by=created_by,
        audience=Audience.read(audience, people or ()),
        html=html,
        link=None if link_text is None else Link(link_text, link_url),
        per_second=per_second,
        state=BroadcastState(state),
        expected=expected,
        queued=queued,
        reached=reached,
        next_at=next_at,
        progress=None if chat_id is None else (chat_id, message_id),
        created_at=created_at,
        started_at=started_at,
        ended_at=ended_at,
        outcome=None if result is None else msgspec.convert(result, Outcome),
    )


def _audience_values(audience: Audience, now: datetime) -> dict[str, Any]:
    days = audience.segment.days
    return {
        "now": now,
        "since": None if days is None else now - timedelta(days=days),
        "people": list(audience.people),
        "language": audience.language,
    }


assert set(_SEGMENTS) == set(Segment)
