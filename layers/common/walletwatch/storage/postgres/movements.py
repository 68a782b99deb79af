"""`ports.media.Movements` and `ports.media.HistoryPages` on PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from walletwatch.domain.activities import REWARD_PREFIX, Activity, ActivityKind
from walletwatch.domain.money import NATIVE
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.replica import Reads

# What is credited to a stake account comes to the wallet when that is withdrawn.
_OF_THE_WALLET: Final = (
    f"(a.kind <> '{ActivityKind.REWARD.value}' OR a.signature NOT LIKE '{REWARD_PREFIX}%%')"
)

_CHANGES: Final = f"""
SELECT date_bin(%(step)s, to_timestamp(a.block_time), 'epoch'),
       sum(moved.amount
           - CASE WHEN %(native)s
                  THEN (a.payload ->> 'fee')::numeric + (a.payload ->> 'rent')::numeric ELSE 0 END)
  FROM activities a
 CROSS JOIN LATERAL (
       SELECT coalesce(sum((leg ->> 'amount')::numeric), 0) AS amount, count(*) AS legs
         FROM jsonb_array_elements(a.payload -> 'legs') leg
        WHERE leg ->> 'asset' = %(asset)s
       ) moved
 WHERE a.wallet_id = %(wallet_id)s AND a.block_time >= %(since)s AND a.slot <= %(up_to_slot)s
   AND {_OF_THE_WALLET} AND (%(native)s OR moved.legs > 0)
 GROUP BY 1
 ORDER BY 1
"""

_KNOWN_SINCE: Final = """
SELECT least(w.created_at,
             (SELECT to_timestamp(min(a.block_time)) FROM activities a WHERE a.wallet_id = w.id))
  FROM wallets w
 WHERE w.id = %(wallet_id)s
"""

_FLOWS: Final = f"""
SELECT (to_timestamp(a.block_time) AT TIME ZONE %(timezone)s)::date,
       coalesce(sum(leg.amount) FILTER (WHERE leg.amount > 0), 0),
       coalesce(-sum(leg.amount) FILTER (WHERE leg.amount < 0), 0)
  FROM activities a
 CROSS JOIN LATERAL (
       SELECT (each ->> 'amount')::numeric AS amount
         FROM jsonb_array_elements(a.payload -> 'legs') each
        WHERE each ->> 'asset' = %(asset)s
       ) leg
 WHERE a.wallet_id = %(wallet_id)s AND a.block_time >= %(since)s AND {_OF_THE_WALLET}
 GROUP BY 1
 ORDER BY 1
"""

_COUNT: Final = """
SELECT count(*)
  FROM activities
 WHERE wallet_id = ANY(%(wallet_ids)s) AND created_at <= %(until)s
   AND (%(since)s::bigint IS NULL OR block_time >= %(since)s)
"""

_PAGE: Final = """
SELECT slot, id, payload
  FROM activities
 WHERE wallet_id = %(wallet_id)s AND (slot, id) > (%(slot)s, %(id)s) AND created_at <= %(until)s
   AND (%(since)s::bigint IS NULL OR block_time >= %(since)s)
 ORDER BY slot, id
 LIMIT %(size)s
"""

_FIRST_SLOT: Final = """
SELECT slot
  FROM activities
 WHERE wallet_id = %(wallet_id)s AND block_time >= %(since)s
 ORDER BY block_time, slot
 LIMIT 1
"""
_SLOTS_OUT_OF_ORDER: Final = 1000
"""Block times are estimates: a later slot may bear an earlier time, by some seconds."""


class PostgresMovements:
    """What is stored of a wallet's movements."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def changes(
        self, wallet_id: int, asset: str, *, since: datetime, up_to_slot: int, step: timedelta
    ) -> Sequence[tuple[datetime, int]]:
        """By how much the wallet's own accounts changed, in base units, fees and rent included."""
        values = {
            "wallet_id": wallet_id,
            "asset": asset,
            "native": asset == NATIVE,
            "since": int(since.timestamp()),
            "up_to_slot": up_to_slot,
            "step": step,
        }
        return [
            (at.astimezone(UTC), int(amount)) for at, amount in await self._rows(_CHANGES, values) if amount
        ]

    async def known_since(self, wallet_id: int) -> datetime | None:
        """Of when the oldest stored movement, or the watch itself, is."""
        rows = await self._rows(_KNOWN_SINCE, {"wallet_id": wallet_id})
        return rows[0][0].astimezone(UTC) if rows else None

    async def flows(
        self, wallet_id: int, asset: str, *, since: datetime, timezone: str
    ) -> Sequence[tuple[date, int, int]]:
        """What came and what went on each day on which something did, in base units."""
        values = {
            "wallet_id": wallet_id,
            "asset": asset,
            "since": int(since.timestamp()),
            "timezone": timezone,
        }
        return [(day, int(came), int(went)) for day, came, went in await self._rows(_FLOWS, values)]

    async def count(self, wallet_ids: Sequence[int], *, since: datetime | None, until: datetime) -> int:
        """How many activities there are."""
        values = {"wallet_ids": list(wallet_ids), "since": _seconds(since), "until": until}
        ((count,),) = await self._rows(_COUNT, values)
        return int(count)

    async def pages(
        self, wallet_id: int, *, since: datetime | None, until: datetime, size: int
    ) -> AsyncIterator[Sequence[Activity]]:
        """The activities of one wallet, oldest first; each page is asked for when it is wanted."""
        values: dict[str, Any] = {
            "wallet_id": wallet_id,
            "since": _seconds(since),
            "until": until,
            "size": size,
            "slot": -1,
            "id": 0,
        }
        if since is not None:
            first = await self._rows(_FIRST_SLOT, values)
            if not first:
                return
            values["slot"] = first[0][0] - _SLOTS_OUT_OF_ORDER
        while rows := await self._rows(_PAGE, values):
            yield [Activity.from_dict(row[2]) for row in rows]
            if len(rows) < size:
                return
            values |= {"slot": rows[-1][0], "id": rows[-1][1]}

    async def _rows(self, statement: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
        async def work(connection: Connection) -> Sequence[tuple[Any, ...]]:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall()

        return await self._reads.run(work)


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
