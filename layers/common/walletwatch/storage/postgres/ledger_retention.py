"""`ports.LedgerRetention` on PostgreSQL."""

from datetime import datetime
from typing import Final

from walletwatch.storage.postgres.batches import DELETE_BATCH, in_batches
from walletwatch.storage.postgres.carrying import delete_activities
from walletwatch.storage.postgres.database import Connection, Database

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


class PostgresLedgerRetention:
    """Deletes what is past its retention."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_scans_before(self, moment: datetime) -> int:
        """Delete settled entries of what people asked for and is older than this; how many there were."""
        return await self._delete(_DELETE_SCANS, moment)

    async def delete_before(self, moment: datetime) -> int:
        """Delete settled entries older than this, and activities that no entry refers to any more."""
        deleted = await self._delete(_DELETE_ENTRIES, moment)
        await in_batches(
            self._database, lambda connection: delete_activities(connection, moment, DELETE_BATCH)
        )
        return deleted

    async def _delete(self, statement: str, moment: datetime) -> int:
        async def work(connection: Connection) -> int:
            cursor = await connection.execute(statement, {"moment": moment, "limit": DELETE_BATCH})
            return cursor.rowcount

        return await in_batches(self._database, work)
