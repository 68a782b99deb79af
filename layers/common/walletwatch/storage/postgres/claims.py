"""`ports.UpdateClaims` on PostgreSQL, for the time that Redis cannot be asked."""

from datetime import datetime
from typing import Final

from walletwatch.domain.admission import Claim
from walletwatch.storage.claim_periods import CLAIM_PERIOD, DONE_PERIOD
from walletwatch.storage.postgres.database import Connection, Database

_CLAIM: Final = """
INSERT INTO update_claims AS c (update_id, ends_at)
VALUES (%(id)s, clock_timestamp() + %(period)s)
ON CONFLICT (update_id) DO UPDATE SET done = false, ends_at = excluded.ends_at
 WHERE c.ends_at <= clock_timestamp()
RETURNING true
"""

_DONE: Final = """
INSERT INTO update_claims (update_id, done, ends_at) VALUES (%(id)s, true, clock_timestamp() + %(period)s)
ON CONFLICT (update_id) DO UPDATE SET done = true, ends_at = excluded.ends_at
"""


class PostgresUpdateClaims:
    """Which updates of Telegram were taken, by `update_id`, for 24 hours.

    A claim whose answer was lost is held until it ends by itself; the redelivery comes later.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, update_id: int) -> Claim:
        """Take the update for as long as an invocation can last."""

        async def work(connection: Connection) -> Claim:
            cursor = await connection.execute(_CLAIM, {"id": update_id, "period": CLAIM_PERIOD})
            if await cursor.fetchone():
                return Claim.TAKEN
            cursor = await connection.execute(
                "SELECT done FROM update_claims WHERE update_id = %s", [update_id]
            )
            row = await cursor.fetchone()
            # Given back in between, it is free for the next delivery.
            return Claim.DONE if row and row[0] else Claim.IN_PROGRESS

        return await self._database.run(work)

    async def done(self, update_id: int) -> None:
        """The update was handled."""

        async def work(connection: Connection) -> None:
            await connection.execute(_DONE, {"id": update_id, "period": DONE_PERIOD})

        await self._database.run(work)

    async def give_back(self, update_id: int) -> None:
        """The update was not handled after all: a redelivery is welcome."""

        async def work(connection: Connection) -> None:
            await connection.execute("DELETE FROM update_claims WHERE update_id = %s", [update_id])

        await self._database.run(work)

    async def forget(self, ended_before: datetime) -> int:
        """Delete claims that ended before this; how many there were."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute("DELETE FROM update_claims WHERE ends_at < %s", [ended_before])
            return cursor.rowcount

        return await self._database.run(work)
