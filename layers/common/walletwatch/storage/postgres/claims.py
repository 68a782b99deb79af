"""`ports.UpdateClaims` on PostgreSQL."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.admission import CLAIM_PERIOD, Arrival, Claim, Entry
from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Wanted
from walletwatch.storage.postgres.batches import DELETE_BATCH, in_batches
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.greeting import Look
from walletwatch.storage.postgres.rows import storable

MAX_COUNTED_LENGTH: Final = 64

_CLAIM: Final = """
INSERT INTO update_claims AS c (update_id, holder, user_id, counted_as, ends_at)
SELECT %(id)s, %(holder)s, %(user_id)s, %(counted_as)s, clock_timestamp() + %(period)s
 WHERE %(user_id)s::bigint IS NULL
    OR EXISTS (SELECT FROM update_claims known WHERE known.update_id = %(id)s)
    OR (SELECT count(*)
          FROM update_claims other
         WHERE other.user_id = %(user_id)s AND other.taken_at > now() - %(window)s
           AND other.counted_as = %(counted_as)s) < %(limit)s
ON CONFLICT (update_id) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
 WHERE c.ends_at = '-infinity'
"""
"""One that was given back has been counted, and is taken as if it were new."""

_HELD: Final = """
SELECT holder IS NOT DISTINCT FROM %(holder)s, done, ends_at <= clock_timestamp()
  FROM update_claims
 WHERE update_id = %(id)s
"""
"""A statement of its own, which sees what was committed while the claim waited for it."""

_TAKE_OVER: Final = """
UPDATE update_claims SET holder = NULL, ends_at = clock_timestamp() + %(period)s
 WHERE update_id = %(id)s AND NOT done AND ends_at <= clock_timestamp()
RETURNING true
"""

_FORGET: Final = """
DELETE FROM update_claims
 WHERE update_id IN (SELECT update_id FROM update_claims WHERE ends_at < %(before)s LIMIT %(limit)s)
"""


class PostgresUpdateClaims:
    """Which updates of Telegram were taken, for as long as Telegram may deliver them.

    Updates of one person that come at the very same moment do not see each other: a few more than the quota
    may pass, as many as there are environments.

    Args:
        database: Of all instances.
        period: After which a claim lapses.
    """

    def __init__(self, database: Database, *, period: timedelta = CLAIM_PERIOD) -> None:
        self._database = database
        self._period = period

    async def admit(self, arrival: Arrival, contact: Contact | None, wanted: Wanted) -> Entry:
        """Claim the update, count it, and greet its contact."""
        # A try whose answer was lost finds its own name.
        values = {
            "id": arrival.update_id,
            "holder": uuid.uuid4(),
            "user_id": arrival.user_id,
            "counted_as": storable(arrival.quota.counted_as, MAX_COUNTED_LENGTH),
            "limit": arrival.quota.limit,
            "window": arrival.quota.window,
            "period": self._period,
        }

        async def work(connection: Connection) -> Entry:
            async with connection.pipeline():
                await connection.execute(_CLAIM, values)
                held = await connection.execute(_HELD, values)
                look = None if contact is None else await Look.at(connection, contact, wanted)
            row = await held.fetchone()
            greeting = None if look is None else await look.greeting()
            if row is None:
                return Entry(Claim.LIMITED, greeting)
            mine, done, lapsed = row
            if mine:
                return Entry(Claim.TAKEN, greeting)
            return Entry(Claim.DONE if done else Claim.IN_PROGRESS, greeting, lapsed)

        return await self._database.run(work)

    async def take_over(self, update_id: int) -> bool:
        """Claim an update whose claim has lapsed."""

        async def work(connection: Connection) -> bool:
            cursor = await connection.execute(_TAKE_OVER, {"id": update_id, "period": self._period})
            return await cursor.fetchone() is not None

        return await self._database.run(work)

    async def done(self, update_id: int) -> None:
        """The update was handled."""

        async def work(connection: Connection) -> None:
            await connection.execute("UPDATE update_claims SET done = true WHERE update_id = %s", [update_id])

        await self._database.run(work)

    async def give_back(self, update_id: int) -> None:
        """The update was not handled after all: a redelivery is welcome."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE update_claims SET ends_at = '-infinity' WHERE update_id = %s AND NOT done",
                [update_id],
            )

        await self._database.run(work)

    async def forget(self, ended_before: datetime) -> int:
        """Delete claims that ended, or would have, before this; how many there were."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(_FORGET, {"before": ended_before, "limit": DELETE_BATCH})
            return cursor.rowcount

        return await in_batches(self._database, work)
