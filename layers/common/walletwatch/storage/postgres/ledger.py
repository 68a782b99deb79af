"""`ports.Ledger` on PostgreSQL.

`record` is two round trips, since the plan is made between reading and writing; every other operation is one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import Candidate, DeliveryStatus, NewDelivery, PendingDelivery
from walletwatch.domain.digests import Burst, Outgoing, digest_key, group_key
from walletwatch.domain.work import DigestDue
from walletwatch.ports.common import Clock
from walletwatch.ports.telling import DeliveryPlan
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.ledger_entries import (
    find_outgoing,
    read_entry,
    read_outgoing,
    read_overdue,
    read_stuck,
)
from walletwatch.storage.postgres.new_activities import add_activities
from walletwatch.storage.postgres.new_entries import MAX_REASON_LENGTH, insert_deliveries, insert_delivery
from walletwatch.storage.postgres.rows import SUBSCRIPTION_COLUMNS, storable, to_subscription

_WALLET_LOCK: Final = 1 << 56
"""Advisory lock keys of wallets are above this."""

_LOCK_WALLET: Final = "SELECT pg_advisory_xact_lock(%(lock)s)"

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
            "wallet_id": wallet_id,
            "now": now,
            "subscription_ids": list({candidate.subscription.id for candidate in candidates}),
            "candidates": list({candidate.activity.signature for candidate in candidates}),
            "since": since,
            # A digest that is due later than an interval from now is not one of a flood.
            "soon": now + (now - since),
        }

        async def work(connection: Connection) -> Outgoing:
            async with together(connection):
                await connection.execute(_LOCK_WALLET, {"lock": _WALLET_LOCK + wallet_id})
                await add_activities(connection, wallet_id, activities, now)
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
                found = await find_outgoing(connection, list(keys))
            return await read_outgoing(*found)

        return await self._database.run(work)

    async def keep(self, wallet_id: int, activities: Sequence[Activity]) -> None:
        """Store activities that nobody is told of; those that are known stay as they are."""
        now = self._clock.now()

        async def work(connection: Connection) -> None:
            async with together(connection):
                await connection.execute(_LOCK_WALLET, {"lock": _WALLET_LOCK + wallet_id})
                await add_activities(connection, wallet_id, activities, now)

        await self._database.run(work)

    async def close_digest(self, key: str) -> Outgoing:
        """Close a digest that is due, so that nothing is merged into it from now on. Safe to repeat."""
        values = {"key": key, "lock": _WALLET_LOCK, "now": self._clock.now()}

        async def work(connection: Connection) -> Outgoing:
            async with together(connection):
                await connection.execute(_LOCK_WALLET_OF, values)
                await connection.execute(_CLOSE_ONE, values)
                found = await find_outgoing(connection, [key])
            return await read_outgoing(*found)

        return await self._database.run(work)

    async def overdue_digests(self, limit: int) -> Sequence[DigestDue]:
        """Open digests that are due by now, the oldest first."""
        now = self._clock.now()
        return await self._database.run(lambda connection: read_overdue(connection, now, limit))

    async def add(self, delivery: NewDelivery) -> DeliveryStatus:
        """Write one entry if its key is new, and return the status it has now."""
        now = self._clock.now()
        return await self._database.run(lambda connection: insert_delivery(connection, delivery, now))

    async def entry(self, chat_id: int, key: str) -> PendingDelivery | None:
        """What a message of this chat tells, whatever became of it."""
        return await self._database.run(lambda connection: read_entry(connection, chat_id, key))

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
        before = self._clock.now() - older_than
        return await self._database.run(lambda connection: read_stuck(connection, before, limit))


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
