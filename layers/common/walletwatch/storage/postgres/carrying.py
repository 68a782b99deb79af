"""Deleting activities, and keeping what moved in them, in one database transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.carrying import CarriedFlow, Deleted, Nature, carried, counterparties_of
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.rows import Row

_OLD: Final = """
SELECT a.id, a.wallet_id, a.payload, a.created_at
  FROM activities a
 WHERE a.created_at < %(moment)s
   AND NOT EXISTS (SELECT FROM deliveries d
                    WHERE d.kind = 'activity' AND d.wallet_id = a.wallet_id AND d.signature = a.signature)
 ORDER BY a.created_at
 LIMIT %(limit)s
   FOR UPDATE OF a SKIP LOCKED
"""

_WATCHED: Final = "SELECT address FROM wallets WHERE address = ANY(%(addresses)s)"

_CARRY: Final = """
INSERT INTO daily_flows AS f (wallet_id, day, asset, counterparty, nature, decimals,
                              received, received_priced, received_usd, sent, sent_priced, sent_usd)
SELECT *
  FROM unnest(%(wallet_ids)s::bigint[], %(days)s::date[], %(assets)s::text[], %(counterparties)s::text[],
              %(natures)s::text[], %(decimals)s::integer[], %(received)s::numeric[],
              %(received_priced)s::numeric[], %(received_usd)s::numeric[], %(sent)s::numeric[],
              %(sent_priced)s::numeric[], %(sent_usd)s::numeric[])
ON CONFLICT (wallet_id, day, asset, counterparty, nature) DO UPDATE
   SET decimals = coalesce(excluded.decimals, f.decimals),
       received = f.received + excluded.received,
       received_priced = f.received_priced + excluded.received_priced,
       received_usd = f.received_usd + excluded.received_usd,
       sent = f.sent + excluded.sent,
       sent_priced = f.sent_priced + excluded.sent_priced,
       sent_usd = f.sent_usd + excluded.sent_usd
"""

CARRIED_COLUMNS: Final = (
    "f.wallet_id, w.address, f.day, f.asset, f.counterparty, f.nature, f.decimals, f.received, "
    "f.received_priced, f.received_usd, f.sent, f.sent_priced, f.sent_usd"
)
"""Of daily_flows f and wallets w."""


async def delete_activities(connection: Connection, moment: datetime, limit: int) -> int:
    """Delete the oldest activities that were stored before a moment and that no entry refers to.

    What moved in them is added to the daily flows in the same transaction. Rows that another run deletes are
    passed over.

    Args:
        connection: In no transaction.
        moment: The retention's end.
        limit: How many at most.

    Returns:
        How many went.
    """
    async with connection.transaction():
        cursor = await connection.execute(_OLD, {"moment": moment, "limit": limit})
        rows = await cursor.fetchall()
        if not rows:
            return 0
        gone = [
            Deleted(wallet_id, Activity.from_dict(payload), created_at)
            for _, wallet_id, payload, created_at in rows
        ]
        cursor = await connection.execute(_WATCHED, {"addresses": list(counterparties_of(gone))})
        watched = {row[0] for row in await cursor.fetchall()}
        # In the order of the key, so that two runs never wait for each other in a circle.
        flows = sorted(carried(gone, watched), key=lambda flow: flow.key)
        if flows:
            await connection.execute(_CARRY, _values(flows))
        await connection.execute("DELETE FROM activities WHERE id = ANY(%s)", [[row[0] for row in rows]])
        return len(rows)


def to_carried(row: Row) -> CarriedFlow:
    """The flow of `CARRIED_COLUMNS`."""
    wallet_id, wallet, day, asset, counterparty, nature, decimals, *sums = row
    received, received_priced, received_usd, sent, sent_priced, sent_usd = sums
    return CarriedFlow(
        wallet_id,
        wallet,
        day,
        asset,
        counterparty,
        Nature(nature),
        decimals,
        int(received),
        int(received_priced),
        received_usd,
        int(sent),
        int(sent_priced),
        sent_usd,
    )


def _values(flows: Sequence[CarriedFlow]) -> dict[str, Any]:
    return {
        "wallet_ids": [flow.wallet_id for flow in flows],
        "days": [flow.day for flow in flows],
        "assets": [flow.asset for flow in flows],
        "counterparties": [flow.counterparty for flow in flows],
        "natures": [flow.nature.value for flow in flows],
        "decimals": [flow.decimals for flow in flows],
        "received": [flow.received for flow in flows],
        "received_priced": [flow.received_priced for flow in flows],
        "received_usd": [flow.received_usd for flow in flows],
        "sent": [flow.sent for flow in flows],
        "sent_priced": [flow.sent_priced for flow in flows],
        "sent_usd": [flow.sent_usd for flow in flows],
    }
