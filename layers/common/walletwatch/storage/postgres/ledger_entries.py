"""Reading entries of the ledger, with what they tell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncCursor

from walletwatch.domain.delivery import PendingDelivery
from walletwatch.domain.digests import Outgoing
from walletwatch.domain.work import DigestDue
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.rows import SUBSCRIPTION_COLUMNS, to_pending

type Rows = AsyncCursor[tuple[Any, ...]]

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


async def find_outgoing(connection: Connection, keys: Sequence[str]) -> tuple[Rows, Rows]:
    """Ask for what is to be sent of these entries, and for those that are open digests."""
    values = {"keys": list(keys)}
    return (
        await connection.execute(_PENDING_OF_KEYS, values),
        await connection.execute(_OPEN_OF_KEYS, values),
    )


async def read_outgoing(pending: Rows, still_open: Rows) -> Outgoing:
    """The answers to `find_outgoing`, once its statements were sent."""
    return Outgoing(
        [to_pending(row) for row in await pending.fetchall()],
        [DigestDue(*row) for row in await still_open.fetchall()],
    )


async def read_stuck(connection: Connection, before: datetime, limit: int) -> Sequence[PendingDelivery]:
    """What is to be sent and was written before a moment, the oldest first."""
    cursor = await connection.execute(_STUCK, {"before": before, "limit": limit})
    return [to_pending(row) for row in await cursor.fetchall()]


async def read_overdue(connection: Connection, now: datetime, limit: int) -> Sequence[DigestDue]:
    """Open digests that are due, the oldest first."""
    cursor = await connection.execute(_OVERDUE, {"now": now, "limit": limit})
    return [DigestDue(*row) for row in await cursor.fetchall()]


async def read_entry(connection: Connection, chat_id: int, key: str) -> PendingDelivery | None:
    """What a message of a chat tells; None where the chat has none, or watches its wallet no more."""
    cursor = await connection.execute(
        f"{_ENTRIES} AND d.key = %(key)s AND d.chat_id = %(chat_id)s", {"key": key, "chat_id": chat_id}
    )
    row = await cursor.fetchone()
    return None if row is None else to_pending(row)
