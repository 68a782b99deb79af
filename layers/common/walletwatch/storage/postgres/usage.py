"""`ports.usage.Usage` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from walletwatch.domain.analytics import ACTIVE_PEOPLE, ACTIVE_WALLETS, DELIVERIES, Cohort
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.storage.postgres.batches import DELETE_BATCH, in_batches
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.replica import Reads

_LOCK: Final = "SELECT pg_advisory_xact_lock(1 << 55)"

_CARRY_OVER: Final = """
WITH given AS (
    SELECT what, value FROM unnest(%(names)s::text[], %(values)s::bigint[]) g (what, value)
), grown AS (
    SELECT given.what,
           CASE WHEN known.seen <= given.value THEN given.value - known.seen ELSE given.value END AS amount
      FROM given
      LEFT JOIN usage_counters known USING (what)
), seen AS (
    INSERT INTO usage_counters (what, seen)
    SELECT what, value FROM given
    ON CONFLICT (what) DO UPDATE SET seen = excluded.seen
)
INSERT INTO usage_daily AS kept (day, what, count)
SELECT %(day)s, what, amount FROM grown WHERE amount > 0
ON CONFLICT (day, what) DO UPDATE SET count = kept.count + excluded.count
"""

_MEASURE: Final = f"""
INSERT INTO usage_daily (day, what, count)
SELECT %(day)s, '{ACTIVE_PEOPLE}', count(*) FROM active_daily WHERE day = %(day)s
 UNION ALL
SELECT %(day)s, '{ACTIVE_WALLETS}', count(DISTINCT wallet_id)
  FROM activities
 WHERE created_at >= %(start)s AND created_at < %(end)s
 UNION ALL
SELECT %(day)s, '{DELIVERIES}' || each.status, count(d.key)
  FROM unnest(%(statuses)s::text[]) each (status)
  LEFT JOIN deliveries d ON d.status = each.status AND d.created_at >= %(start)s AND d.created_at < %(end)s
 GROUP BY each.status
ON CONFLICT (day, what) DO UPDATE SET count = excluded.count
"""

_COHORTS: Final = """
WITH came AS (
    SELECT id, date_trunc('week', created_at AT TIME ZONE 'UTC')::date AS week
      FROM users
     WHERE created_at >= %(start)s
), back AS (
    SELECT came.week, (active.day - came.week) / 7 AS later, count(DISTINCT came.id) AS people
      FROM came
      JOIN active_daily active ON active.user_id = came.id AND active.day >= came.week
     WHERE active.day <= %(until)s
     GROUP BY 1, 2
)
SELECT week, count(*),
       (SELECT jsonb_object_agg(back.later, back.people) FROM back WHERE back.week = came.week)
  FROM came
 GROUP BY week
 ORDER BY week
"""


class PostgresUsage:
    """Figures by day, in UTC.

    Args:
        reads: Where they are read, which may be some seconds old.
    """

    def __init__(self, database: Database, reads: Reads) -> None:
        self._database = database
        self._reads = reads

    async def carry_over(self, counters: Mapping[str, int], day: date) -> None:
        """Add to a day what counters have grown by since they were last carried over."""
        values = {"names": list(counters), "values": list(counters.values()), "day": day}

        async def work(connection: Connection) -> None:
            async with together(connection):
                await connection.execute(_LOCK)
                await connection.execute(_CARRY_OVER, values)

        await self._database.run(work)

    async def measure(self, day: date) -> None:
        """Count, in place of what was counted of this day before, its people, wallets and deliveries."""
        start = _start(day)
        values = {
            "day": day,
            "start": start,
            "end": start + timedelta(days=1),
            "statuses": [status.value for status in DeliveryStatus],
        }

        async def work(connection: Connection) -> None:
            await connection.execute(_MEASURE, values)

        await self._database.run(work)

    async def daily(self, names: Sequence[str], since: date) -> Mapping[str, Mapping[date, int]]:
        """These figures from a day on; what was not kept is absent."""
        rows = await self._rows(
            "SELECT what, day, count FROM usage_daily WHERE day >= %s AND what = ANY(%s)",
            [since, list(names)],
        )
        found: dict[str, dict[date, int]] = {}
        for what, day, count in rows:
            found.setdefault(what, {})[day] = count
        return found

    async def sums(self, prefix: str, since: date) -> Mapping[str, int]:
        """All figures with this prefix, from a day on, each over all days."""
        rows = await self._rows(
            "SELECT what, sum(count)::bigint FROM usage_daily WHERE day >= %s AND starts_with(what, %s)"
            " GROUP BY what",
            [since, prefix],
        )
        return dict(rows)

    async def people(self) -> int:
        """How many people there are."""
        ((count,),) = await self._rows("SELECT count(*) FROM users", [])
        return int(count)

    async def newcomers(self, since: date) -> Mapping[date, int]:
        """Who came on each day."""
        rows = await self._rows(
            "SELECT (created_at AT TIME ZONE 'UTC')::date, count(*) FROM users WHERE created_at >= %s"
            " GROUP BY 1",
            [_start(since)],
        )
        return dict(rows)

    async def cohorts(self, since: date, until: date) -> Sequence[Cohort]:
        """The people of each week from this Monday on, oldest first."""
        rows = await self._rows(_COHORTS, {"start": _start(since), "until": until})
        return [
            Cohort(
                week,
                size,
                tuple((back or {}).get(str(later), 0) for later in range((until - week).days // 7 + 1)),
            )
            for week, size, back in rows
        ]

    async def forget(self, before: date) -> int:
        """Forget who was here on the days before this; how many entries went."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(
                "DELETE FROM active_daily WHERE (user_id, day) IN"
                " (SELECT user_id, day FROM active_daily WHERE day < %s LIMIT %s)",
                [before, DELETE_BATCH],
            )
            return cursor.rowcount

        return await in_batches(self._database, work)

    async def _rows(self, statement: str, values: Any) -> Sequence[Any]:
        async def work(connection: Connection) -> Sequence[Any]:
            return await (await connection.execute(statement, values)).fetchall()

        return await self._reads.run(work)


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
