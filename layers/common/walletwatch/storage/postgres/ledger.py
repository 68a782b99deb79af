"""`ports.Ledger` on PostgreSQL.

`record` is two round trips, since the plan is made between reading and writing; every other operation is one.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import AsyncCursor

from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import Candidate, DeliveryStatus, NewDelivery, PendingDelivery
from walletwatch.domain.digests import Burst, Outgoing, digest_key, group_key
from walletwatch.domain.work import DigestDue
from walletwatch.ports.common import Clock
from walletwatch.ports.telling import DeliveryPlan
from walletwatch.storage.postgres.carrying import delete_activities
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import (
    SUBSCRIPTION_COLUMNS,
    payload_json,
    storable,
    to_pending,
    to_subscription,
)

type Rows = AsyncCursor[tuple[Any, ...]]

MAX_REASON_LENGTH: Final = 200
DELETE_BATCH: Final = 5000
_WALLET_LOCK: Final = 1 << 56
"""Advisory lock keys of wallets are above this."""

_LOCK_WALLET: Final = "SELECT pg_advisory_xact_lock(%(lock)s)"

_ADD_ACTIVITIES: Final = """
WITH added AS (
    INSERT INTO activities (wallet_id, signature, slot, block_time, kind, success, payload, created_at)
    SELECT %(wallet_id)s, signature, slot, block_time, kind, success, payload, %(now)s
      FROM unnest(%(signatures)s::text[], %(slots)s::bigint[], %(block_times)s::bigint[], %(kinds)s::text[],
                  %(successes)s::boolean[], %(payloads)s::jsonb[])
           WITH ORDINALITY n (signature, slot, block_time, kind, success, payload, position)
     ORDER BY position
    ON CONFLICT (wallet_id, signature) DO NOTHING
    RETURNING payload, to_timestamp(greatest(0, least(block_time, extract(epoch FROM created_at)))) AS at)
INSERT INTO dealings (address, wallet_id, dealt_on)
SELECT met.address, %(wallet_id)s, max((added.at AT TIME ZONE 'UTC')::date)
  FROM added
 CROSS JOIN LATERAL (
       SELECT leg ->> 'counterparty' AS address FROM jsonb_array_elements(added.payload -> 'legs') leg
        UNION
       SELECT jsonb_array_elements_text(added.payload -> 'programs')) met
 WHERE met.address ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'
 GROUP BY met.address
ON CONFLICT (address, wallet_id) DO UPDATE SET dealt_on = excluded.dealt_on
   WHERE dealings.dealt_on < excluded.dealt_on
"""
"""A block's time is the validators' estimate, or unknown: it is never taken to be later than now."""

_PRESENT_SUBSCRIPTIONS: Final = f"""
SELECT {SUBSCRIPTION_COLUMNS}
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
 WHERE s.id = ANY(%(subscription_ids)s) AND s.wallet_id = %(wallet_id)s
 ORDER BY s.id
   FOR SHARE OF s
"""
"""The lock makes `unsubscribe` and `migrate` wait, which then see the entries that are written here."""

_KNOWN: Final = """
SELECT chat_id, signature, key
  FROM deliveries
 WHERE kind = 'activity' AND wallet_id = %(wallet_id)s AND signature = ANY(%(candidates)s)
"""

_BURSTS: Final = """
SELECT s.id, digest.key, digest.due_at,
       CASE WHEN digest.key IS NULL OR digest.due_at > %(soon)s THEN
            (SELECT count(*)
               FROM deliveries d
              WHERE d.chat_id = s.chat_id AND d.wallet_id = s.wallet_id AND d.created_at > %(since)s
                AND d.kind IN ('activity', 'group') AND d.status IN ('pending', 'sent', 'failed'))
            ELSE 0
        END
  FROM subscriptions s
  LEFT JOIN LATERAL (
       SELECT d.key, d.due_at
         FROM deliveries d
        WHERE d.wallet_id = s.wallet_id AND d.chat_id = s.chat_id AND d.due_at IS NOT NULL
          AND d.status = 'pending'
        ORDER BY d.due_at, d.key
        LIMIT 1
       ) digest ON true
 WHERE s.id = ANY(%(subscription_ids)s) AND s.wallet_id = %(wallet_id)s
"""
"""There may be two open digests where a group with one became a supergroup with another, and where one waits
for the end of quiet hours that were taken back."""

_INSERT: Final = """
INSERT INTO deliveries AS d (key, kind, chat_id, wallet_id, signature, status, reason, digest_key, due_at,
                             created_at, settled_at)
SELECT key, kind, chat_id, wallet_id, signature, status, reason, digest_key, due_at, %(now)s,
       CASE WHEN status <> 'pending' THEN %(now)s END
  FROM unnest(%(keys)s::text[], %(delivery_kinds)s::text[], %(chat_ids)s::bigint[], %(wallet_ids)s::bigint[],
              %(told)s::text[], %(statuses)s::text[], %(reasons)s::text[], %(digest_keys)s::text[],
              %(due_ats)s::timestamptz[])
       n (key, kind, chat_id, wallet_id, signature, status, reason, digest_key, due_at)
"""

_ENTRIES: Final = f"""
SELECT d.key, d.kind, d.created_at, told.payloads,
       (SELECT jsonb_object_agg(named.address, mine.label)
          FROM subscriptions mine
          JOIN wallets named ON named.id = mine.wallet_id
         WHERE mine.chat_id = d.chat_id),
       {SUBSCRIPTION_COLUMNS}
  FROM deliveries d
  JOIN subscriptions s ON s.chat_id = d.chat_id AND s.wallet_id = d.wallet_id
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
 CROSS JOIN LATERAL (
       SELECT jsonb_agg(a.payload ORDER BY a.slot, a.id) AS payloads, min(a.slot) AS slot, min(a.id) AS id
         FROM (SELECT d.signature
               UNION ALL
               SELECT m.signature FROM deliveries m WHERE m.digest_key = d.key) part
        CROSS JOIN LATERAL (
              SELECT one.id, one.slot, one.payload
                FROM activities one
               WHERE one.wallet_id = d.wallet_id AND one.signature = part.signature
               LIMIT 1
              ) a
       ) told
 WHERE d.kind IN ('activity', 'group', 'digest') AND told.payloads IS NOT NULL
"""
"""There is one activity at most; saying so keeps the planner from reading all activities of a busy wallet."""

_PENDING: Final = f"{_ENTRIES} AND d.status = 'pending' AND d.due_at IS NULL"

_PENDING_OF_KEYS: Final = f"{_PENDING} AND d.key = ANY(%(keys)s) ORDER BY told.slot, told.id, d.key"

_STUCK: Final = (
    f"{_PENDING} AND d.created_at < %(before)s ORDER BY d.created_at, told.slot, told.id LIMIT %(limit)s"
)

_OPEN: Final = (
    "SELECT key, due_at FROM deliveries WHERE due_at IS NOT NULL AND status = 'pending' AND kind = 'digest'"
)

_OPEN_OF_KEYS: Final = f"{_OPEN} AND key = ANY(%(keys)s) ORDER BY due_at, key"

_OVERDUE: Final = f"{_OPEN} AND due_at <= %(now)s ORDER BY due_at, key LIMIT %(limit)s"

_CLOSE: Final = "UPDATE deliveries SET due_at = NULL WHERE due_at <= %(now)s AND status = 'pending'"

_CLOSE_OF_WALLET: Final = f"{_CLOSE} AND wallet_id = %(wallet_id)s RETURNING key"

_CLOSE_ONE: Final = f"{_CLOSE} AND key = %(key)s"

_LOCK_WALLET_OF: Final = (
    "SELECT pg_advisory_xact_lock(%(lock)s + wallet_id) FROM deliveries WHERE key = %(key)s"
)

_SETTLE: Final = """
UPDATE deliveries
   SET status = %(status)s, message_id = %(message_id)s, reason = %(reason)s, settled_at = %(now)s
 WHERE key = %(key)s AND status = 'pending'
"""

_DELETE_ENTRIES: Final = """
DELETE FROM deliveries
 WHERE key IN (SELECT d.key
                 FROM deliveries d
                WHERE d.created_at < %(moment)s AND d.status <> 'pending'
                  AND NOT EXISTS (SELECT FROM deliveries digest
                                   WHERE digest.key = d.digest_key AND digest.status = 'pending')
                LIMIT %(limit)s)
"""

_DELETE_SCANS: Final = """
DELETE FROM deliveries
 WHERE key IN (SELECT key FROM deliveries
                WHERE created_at < %(moment)s AND kind IN ('scan', 'picture', 'export')
                  AND status <> 'pending'
                LIMIT %(limit)s)
"""


class PostgresLedger:
    """Activities and what was told of them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self,
        wallet_id: int,
        activities: Sequence[Activity],
        candidates: Sequence[Candidate],
        plan: DeliveryPlan,
        *,
        since: datetime,
    ) -> Outgoing:
        """Store the activities and the deliveries of the candidates, in one database transaction."""
        now = self._clock.now()
        values = {
            **_activity_values(wallet_id, activities, now),
            "subscription_ids": list({candidate.subscription.id for candidate in candidates}),
            "candidates": list({candidate.activity.signature for candidate in candidates}),
            "since": since,
            # A digest that is due later than an interval from now is not one of a flood.
            "soon": now + (now - since),
        }

        async def work(connection: Connection) -> Outgoing:
            async with together(connection):
                await connection.execute(_LOCK_WALLET, {"lock": _WALLET_LOCK + wallet_id})
                await connection.execute(_ADD_ACTIVITIES, values)
                if not candidates:
                    return Outgoing()
                closed = await connection.execute(_CLOSE_OF_WALLET, values)
                present = await connection.execute(_PRESENT_SUBSCRIPTIONS, values)
                entries = await connection.execute(_KNOWN, values)
                heard = await connection.execute(_BURSTS, values)
                known = {(row[0], row[1]): row[2] for row in await entries.fetchall()}
                subscriptions = [to_subscription(row) for row in await present.fetchall()]
                valid = _with_present(candidates, subscriptions)
                new = [pair for pair in valid if _identity(pair) not in known]
                bursts = {row[0]: Burst(row[3], row[1], row[2]) for row in await heard.fetchall()}
                planned = plan(new, bursts) if new else []
                await insert_deliveries(connection, planned, self._clock.now())
                keys = {known[identity] for pair in valid if (identity := _identity(pair)) in known}
                keys.update(delivery.key for delivery in planned)
                keys.update(key(pair) for pair in valid for key in (group_key, digest_key))
                keys.update(row[0] for row in await closed.fetchall())
                pending = await connection.execute(_PENDING_OF_KEYS, {"keys": list(keys)})
                still_open = await connection.execute(_OPEN_OF_KEYS, {"keys": list(keys)})
            return await _outgoing(pending, still_open)

        return await self._database.run(work)

    async def keep(self, wallet_id: int, activities: Sequence[Activity]) -> None:
        """Store activities that nobody is told of; those that are known stay as they are."""
        values = _activity_values(wallet_id, activities, self._clock.now())

        async def work(connection: Connection) -> None:
            async with together(connection):
                await connection.execute(_LOCK_WALLET, {"lock": _WALLET_LOCK + wallet_id})
                await connection.execute(_ADD_ACTIVITIES, values)

        await self._database.run(work)

    async def close_digest(self, key: str) -> Outgoing:
        """Close a digest that is due, so that nothing is merged into it from now on. Safe to repeat."""
        values = {"key": key, "keys": [key], "lock": _WALLET_LOCK, "now": self._clock.now()}

        async def work(connection: Connection) -> Outgoing:
            async with together(connection):
                await connection.execute(_LOCK_WALLET_OF, values)
                await connection.execute(_CLOSE_ONE, values)
                pending = await connection.execute(_PENDING_OF_KEYS, values)
                still_open = await connection.execute(_OPEN_OF_KEYS, values)
            return await _outgoing(pending, still_open)

        return await self._database.run(work)

    async def overdue_digests(self, limit: int) -> Sequence[DigestDue]:
        """Open digests that are due by now, the oldest first."""
        values = {"now": self._clock.now(), "limit": limit}

        async def work(connection: Connection) -> Sequence[DigestDue]:
            cursor = await connection.execute(_OVERDUE, values)
            return [DigestDue(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def add(self, delivery: NewDelivery) -> DeliveryStatus:
        """Write one entry if its key is new, and return the status it has now."""
        values = _delivery_values([delivery], self._clock.now())

        async def work(connection: Connection) -> DeliveryStatus:
            cursor = await connection.execute(
                f"{_INSERT} ON CONFLICT (key) DO UPDATE SET key = d.key RETURNING status", values
            )
            row = await cursor.fetchone()
            assert row is not None
            return DeliveryStatus(row[0])

        return await self._database.run(work)

    async def entry(self, chat_id: int, key: str) -> PendingDelivery | None:
        """What a message of this chat tells, whatever became of it."""

        async def work(connection: Connection) -> PendingDelivery | None:
            cursor = await connection.execute(
                f"{_ENTRIES} AND d.key = %(key)s AND d.chat_id = %(chat_id)s",
                {"key": key, "chat_id": chat_id},
            )
            row = await cursor.fetchone()
            return None if row is None else to_pending(row)

        return await self._database.run(work)

    async def statuses(self, keys: Sequence[str]) -> Mapping[str, DeliveryStatus]:
        """The status of each known key."""

        async def work(connection: Connection) -> Mapping[str, DeliveryStatus]:
            cursor = await connection.execute(
                "SELECT key, status FROM deliveries WHERE key = ANY(%s)", [list(keys)]
            )
            return {key: DeliveryStatus(status) for key, status in await cursor.fetchall()}

        return await self._database.run(work)

    async def settle(
        self, key: str, status: DeliveryStatus, *, message_id: int | None = None, reason: str | None = None
    ) -> None:
        """A pending entry gets its final status; one that is settled, or unknown, stays as it is."""
        values = {
            "key": key,
            "status": status.value,
            "message_id": message_id,
            "reason": None if reason is None else storable(reason, MAX_REASON_LENGTH),
            "now": self._clock.now(),
        }

        async def work(connection: Connection) -> None:
            await connection.execute(_SETTLE, values)

        await self._database.run(work)

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingDelivery]:
        """Activities, groups and digests that have been pending for longer than this, oldest first."""
        values = {"before": self._clock.now() - older_than, "limit": limit}

        async def work(connection: Connection) -> Sequence[PendingDelivery]:
            cursor = await connection.execute(_STUCK, values)
            return [to_pending(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def delete_scans_before(self, moment: datetime) -> int:
        """Delete settled entries of what people asked for and is older than this; how many there were."""
        return await self._delete(_DELETE_SCANS, moment)

    async def delete_before(self, moment: datetime) -> int:
        """Delete settled entries older than this, and activities that no entry refers to any more."""
        deleted = await self._delete(_DELETE_ENTRIES, moment)
        await _until_done(
            lambda: self._database.run(lambda connection: delete_activities(connection, moment, DELETE_BATCH))
        )
        return deleted

    async def _delete(self, statement: str, moment: datetime) -> int:
        """In batches, so that no statement runs long and no lock is held long."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(statement, {"moment": moment, "limit": DELETE_BATCH})
            return cursor.rowcount

        return await _until_done(lambda: self._database.run(work))


async def _until_done(delete: Callable[[], Awaitable[int]]) -> int:
    """Delete batch after batch; how many went in all."""
    total = 0
    while True:
        deleted = await delete()
        total += deleted
        if deleted < DELETE_BATCH:
            return total


def _identity(candidate: Candidate) -> tuple[int, str]:
    return candidate.subscription.chat.chat_id, candidate.activity.signature


def _with_present(
    candidates: Sequence[Candidate], subscriptions: Sequence[Subscription]
) -> Sequence[Candidate]:
    """Each candidate once, with its subscription as it is now."""
    by_id = {subscription.id: subscription for subscription in subscriptions}
    present = (
        Candidate(candidate.activity, by_id[candidate.subscription.id])
        for candidate in candidates
        if candidate.subscription.id in by_id
    )
    return list({_identity(candidate): candidate for candidate in present}.values())


def _activity_values(wallet_id: int, activities: Sequence[Activity], now: datetime) -> dict[str, Any]:
    return {
        "wallet_id": wallet_id,
        "signatures": [activity.signature for activity in activities],
        "slots": [activity.slot for activity in activities],
        "block_times": [activity.block_time for activity in activities],
        "kinds": [activity.kind.value for activity in activities],
        "successes": [activity.success for activity in activities],
        "payloads": [payload_json(activity) for activity in activities],
        "now": now,
    }


def _delivery_values(deliveries: Sequence[NewDelivery], now: datetime) -> dict[str, Any]:
    return {
        "keys": [delivery.key for delivery in deliveries],
        "delivery_kinds": [delivery.kind.value for delivery in deliveries],
        "chat_ids": [delivery.chat_id for delivery in deliveries],
        "wallet_ids": [delivery.wallet_id for delivery in deliveries],
        "told": [delivery.signature for delivery in deliveries],
        "statuses": [delivery.status.value for delivery in deliveries],
        "reasons": [
            None if delivery.reason is None else storable(delivery.reason, MAX_REASON_LENGTH)
            for delivery in deliveries
        ],
        "digest_keys": [delivery.digest_key for delivery in deliveries],
        "due_ats": [delivery.due_at for delivery in deliveries],
        "now": now,
    }


async def _outgoing(pending: Rows, still_open: Rows) -> Outgoing:
    return Outgoing(
        [to_pending(row) for row in await pending.fetchall()],
        [DigestDue(*row) for row in await still_open.fetchall()],
    )


async def insert_deliveries(connection: Connection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Write entries whose keys are new; those that are known stay."""
    if deliveries:
        await connection.execute(f"{_INSERT} ON CONFLICT DO NOTHING", _delivery_values(deliveries, now))
