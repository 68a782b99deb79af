"""`ports.Statistics` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from walletwatch.domain.alerts import AlertLevel
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.vitals import LastLook, Population
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.replica import Reads

_POPULATION: Final = """
SELECT (SELECT count(*) FROM users),
       (SELECT count(*) FROM chats WHERE active),
       count(DISTINCT s.wallet_id),
       count(*)
  FROM subscriptions s
  JOIN chats c ON c.id = s.chat_id
 WHERE c.active
"""

_LOOKED: Final = """
SELECT 'sweep',
       CASE WHEN bool_and(slot IS NOT NULL) THEN min(slot) END,
       CASE WHEN bool_and(slot IS NOT NULL) THEN min(at) END
  FROM sweep_shards
 UNION ALL
SELECT 'stream', max(slot), max(at) FROM followers
"""


class PostgresStatistics:
    """Figures of the whole system.

    Args:
        reads: Where figures are counted, which may be some seconds old.
    """

    def __init__(self, database: Database, reads: Reads) -> None:
        self._database = database
        self._reads = reads

    async def population(self) -> Population:
        """Whom it serves."""

        async def work(connection: Connection) -> Population:
            async with together(connection):
                counted = await connection.execute(_POPULATION)
                alerts = await connection.execute(
                    "SELECT level, count(*) FROM alerts WHERE resolved_at IS NULL GROUP BY level"
                )
            row = await counted.fetchone()
            assert row is not None
            users, chats, wallets, subscriptions = row
            by_level = dict(await alerts.fetchall())
            open_alerts = {level.value: by_level.get(level, 0) for level in AlertLevel}
            return Population(users, chats, wallets, subscriptions, open_alerts)

        return await self._reads.run(work)

    async def looked(self) -> Sequence[LastLook]:
        """How far the sweep (all of its shards) and the stream have come."""

        async def work(connection: Connection) -> Sequence[LastLook]:
            cursor = await connection.execute(_LOOKED)
            return [LastLook(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def deliveries(self, since: datetime) -> Mapping[DeliveryStatus, int]:
        """How many ledger entries made since then have which status; every status is there."""

        async def work(connection: Connection) -> Mapping[DeliveryStatus, int]:
            cursor = await connection.execute(
                "SELECT status, count(*) FROM deliveries WHERE created_at >= %s GROUP BY status", [since]
            )
            by_status = dict(await cursor.fetchall())
            return {status: by_status.get(status, 0) for status in DeliveryStatus}

        return await self._reads.run(work)
