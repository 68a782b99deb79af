"""Writing new entries of the ledger, of whatever kind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from walletwatch.domain.delivery import DeliveryStatus, NewDelivery
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.rows import storable

MAX_REASON_LENGTH: Final = 200

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


async def insert_deliveries(connection: Connection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Write entries whose keys are new; those that are known stay."""
    if deliveries:
        await connection.execute(f"{_INSERT} ON CONFLICT DO NOTHING", _values(deliveries, now))


async def insert_delivery(connection: Connection, delivery: NewDelivery, now: datetime) -> DeliveryStatus:
    """Write one entry if its key is new, and return the status it has now."""
    cursor = await connection.execute(
        f"{_INSERT} ON CONFLICT (key) DO UPDATE SET key = d.key RETURNING status", _values([delivery], now)
    )
    row = await cursor.fetchone()
    assert row is not None
    return DeliveryStatus(row[0])


def _values(deliveries: Sequence[NewDelivery], now: datetime) -> dict[str, Any]:
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
