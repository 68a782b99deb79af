"""Storing activities, and with whom they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from walletwatch.domain.activities import Activity
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.rows import payload_json

_ADD: Final = """
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


async def add_activities(
    connection: Connection, wallet_id: int, activities: Sequence[Activity], now: datetime
) -> None:
    """Store a wallet's activities; those that are known stay as they are."""
    await connection.execute(_ADD, _values(wallet_id, activities, now))


def _values(wallet_id: int, activities: Sequence[Activity], now: datetime) -> dict[str, Any]:
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
