"""`ports.AlertLedger` on PostgreSQL: alerts in the table of all deliveries.

What is said for a chat is decided under a lock of that chat, so that nothing is added to what is being
closed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from psycopg import AsyncCursor

from walletwatch.domain.alert_rules.firing import Attempt, Firing, Outcome, PendingAlert
from walletwatch.ports.alerting import FiringPlan
from walletwatch.ports.common import Clock
from walletwatch.storage.postgres.alert_rules import RULE_COLUMNS, to_rule
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.new_entries import insert_deliveries
from walletwatch.storage.postgres.rows import CHAT_COLUMNS, IS_URGENT, Row, storable, to_chat

type Rows = AsyncCursor[tuple[Any, ...]]

_LOCK_SPACE: Final = 13
"""Of advisory locks with two keys, which are none of those with one."""

_LOCK: Final = f"""
SELECT pg_advisory_xact_lock({_LOCK_SPACE}, n.key)
  FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest(%(chat_ids)s::bigint[]) id ORDER BY 1) n
"""
"""In one order, so that two that lock several chats never wait for each other."""

_KNOWN: Final = "SELECT key FROM deliveries WHERE key = ANY(%(keys)s)"

_RULES: Final = f"SELECT {RULE_COLUMNS} FROM alert_rules r WHERE r.id = ANY(%(rule_ids)s) FOR UPDATE OF r"

_HELD: Final = f"""
SELECT d.chat_id, d.due_at, {IS_URGENT}, d.key
  FROM deliveries d
 WHERE d.chat_id = ANY(%(chat_ids)s) AND d.kind = 'alert' AND d.due_at > %(now)s AND d.status = 'pending'
 ORDER BY d.key
"""

_STATES: Final = """
UPDATE alert_rules r
   SET armed = n.armed, fired = n.fired, last_fired_at = n.last_fired_at, ended_at = n.ended_at
  FROM unnest(%(ids)s::bigint[], %(armed)s::boolean[], %(fired)s::integer[], %(last_fired)s::timestamptz[],
              %(ended)s::timestamptz[]) n (id, armed, fired, last_fired_at, ended_at)
 WHERE r.id = n.id
"""

_PAYLOADS: Final = """
UPDATE deliveries d SET payload = n.payload
  FROM unnest(%(keys)s::text[], %(payloads)s::jsonb[]) n (key, payload)
 WHERE d.key = n.key
"""

_PENDING: Final = f"""
SELECT d.key, d.created_at,
       (SELECT jsonb_agg(part.payload ORDER BY part.at, part.created_at, part.key)
          FROM (SELECT d.payload, d.created_at, d.key, d.payload ->> 'at' AS at WHERE d.payload IS NOT NULL
                UNION ALL
                SELECT m.payload, m.created_at, m.key, m.payload ->> 'at'
                  FROM deliveries m
                 WHERE m.digest_key = d.key AND m.payload IS NOT NULL) part),
       {CHAT_COLUMNS}
  FROM deliveries d
  JOIN chats c ON c.id = d.chat_id
 WHERE d.kind = 'alert' AND d.status = 'pending' AND d.due_at IS NULL
"""

_PENDING_OF_KEYS: Final = f"{_PENDING} AND d.key = ANY(%(keys)s) ORDER BY d.created_at, d.key"

_STUCK: Final = f"{_PENDING} AND d.created_at < %(before)s ORDER BY d.created_at, d.key LIMIT %(limit)s"

_OVERDUE: Final = """
SELECT key, chat_id
  FROM deliveries
 WHERE due_at <= %(now)s AND kind = 'alert' AND status = 'pending'
 ORDER BY due_at, key
 LIMIT %(limit)s
"""

_CLOSE: Final = """
UPDATE deliveries SET due_at = NULL
 WHERE key = ANY(%(keys)s) AND due_at <= %(now)s AND kind = 'alert' AND status = 'pending'
"""


class PostgresAlertLedger:
    """What rules made of what happened."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def fire(self, attempts: Sequence[Attempt], plan: FiringPlan) -> Sequence[PendingAlert]:
        """Write what these attempts come to, and the rules as they are then, in one database transaction."""
        now = self._clock.now()
        keys = [attempt.key for attempt in attempts]
        values: dict[str, Any] = {
            "chat_ids": sorted({attempt.chat.chat_id for attempt in attempts}),
            "rule_ids": sorted({attempt.rule_id for attempt in attempts}),
            "keys": keys,
            "now": now,
        }

        async def work(connection: Connection) -> Sequence[PendingAlert]:
            async with together(connection):
                await connection.execute(_LOCK, values)
                known = await connection.execute(_KNOWN, values)
                rules = await connection.execute(_RULES, values)
                held = await connection.execute(_HELD, values)
                there = {row[0] for row in await known.fetchall()}
                new = {attempt.key: attempt for attempt in attempts if attempt.key not in there}
                present = {rule.id: rule for rule in map(to_rule, await rules.fetchall())}
                waiting = {tuple(place): key for *place, key in await held.fetchall()}
                await _write(connection, plan(list(new.values()), present, waiting) if new else (), now)
                pending = await connection.execute(_PENDING_OF_KEYS, values)
            return await _pending(pending)

        return await self._database.run(work) if attempts else ()

    async def close_due(self, now: datetime, limit: int) -> Sequence[PendingAlert]:
        """Close what was held until now, so that nothing is added to it any more; the messages of that."""

        async def work(connection: Connection) -> Sequence[PendingAlert]:
            overdue = await connection.execute(_OVERDUE, {"now": now, "limit": limit})
            rows = await overdue.fetchall()
            if not rows:
                return ()
            values = {
                "keys": [key for key, _ in rows],
                "chat_ids": sorted({chat_id for _, chat_id in rows}),
                "now": now,
            }
            async with together(connection):
                await connection.execute(_LOCK, values)
                await connection.execute(_CLOSE, values)
                pending = await connection.execute(_PENDING_OF_KEYS, values)
            return await _pending(pending)

        return await self._database.run(work)

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingAlert]:
        """Messages that have been pending for longer than this, oldest first; none that are held."""
        values = {"before": self._clock.now() - older_than, "limit": limit}

        async def work(connection: Connection) -> Sequence[PendingAlert]:
            return await _pending(await connection.execute(_STUCK, values))

        return await self._database.run(work)


async def _write(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    if not outcomes:
        return
    await insert_deliveries(connection, [outcome.delivery for outcome in outcomes], now)
    said = [(outcome.delivery.key, outcome.firing) for outcome in outcomes if outcome.firing is not None]
    await connection.execute(
        _PAYLOADS,
        {"keys": [key for key, _ in said], "payloads": [firing_json(firing) for _, firing in said]},
    )
    # A rule that fired several times has its last state.
    rules = {outcome.rule.id: outcome.rule for outcome in outcomes if outcome.rule is not None}
    states = list(rules.values())
    await connection.execute(
        _STATES,
        {
            "ids": [rule.id for rule in states],
            "armed": [rule.armed for rule in states],
            "fired": [rule.fired for rule in states],
            "last_fired": [rule.last_fired_at for rule in states],
            "ended": [rule.ended_at for rule in states],
        },
    )


async def _pending(rows: Rows) -> Sequence[PendingAlert]:
    return [alert for row in await rows.fetchall() if (alert := _to_pending(row)) is not None]


def _to_pending(row: Row) -> PendingAlert | None:
    key, created_at, payloads, *chat = row
    if not payloads:
        return None
    firings = tuple(msgspec.convert(payload, Firing) for payload in payloads)
    return PendingAlert(key, to_chat(chat), firings, created_at)


def firing_json(firing: Firing) -> str:
    """A firing as it is stored, without what PostgreSQL cannot hold."""
    values = {
        name: storable(value) if isinstance(value, str) else value for name, value in firing.values.items()
    }
    plain = {name: getattr(firing, name) for name in Firing.__dataclass_fields__} | {"values": values}
    return msgspec.json.encode(plain).decode()
