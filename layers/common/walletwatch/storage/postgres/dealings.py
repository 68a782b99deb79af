"""`ports.Dealings` on PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from walletwatch.domain.lists import Dealer
from walletwatch.storage.postgres.database import Connection, Database

DELETED_AT_ONCE: Final = 5000

_DEALERS: Final = """
SELECT d.wallet_id, w.address, d.dealt_on
  FROM dealings d
  JOIN wallets w ON w.id = d.wallet_id
 WHERE d.address = %(address)s AND d.dealt_on >= %(since)s
   AND (%(day)s::date IS NULL OR (d.dealt_on, -d.wallet_id) < (%(day)s::date, -%(wallet_id)s::bigint))
   AND EXISTS (SELECT FROM subscriptions s JOIN chats c ON c.id = s.chat_id
                WHERE s.wallet_id = d.wallet_id AND c.active)
 ORDER BY d.dealt_on DESC, d.wallet_id
 LIMIT %(limit)s
"""
_FORGET: Final = """
DELETE FROM dealings
 WHERE ctid = ANY (ARRAY (SELECT ctid FROM dealings WHERE dealt_on < %(before)s LIMIT %(limit)s))
"""


class PostgresDealings:
    """Whom watched wallets dealt with, to the day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dealers(
        self, address: str, *, since: date, after: Dealer | None, limit: int
    ) -> Sequence[Dealer]:
        """Wallets watched by an active chat that dealt with an address, those of the newest day first."""
        values = {
            "address": address,
            "since": since,
            "day": after and after.dealt_on,
            "wallet_id": after and after.wallet_id,
            "limit": limit,
        }

        async def work(connection: Connection) -> Sequence[Dealer]:
            cursor = await connection.execute(_DEALERS, values)
            return [Dealer(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def forget(self, before: date) -> int:
        """Delete what was last so long ago, in batches; how much there was."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(_FORGET, {"before": before, "limit": DELETED_AT_ONCE})
            return cursor.rowcount

        total = 0
        while True:
            deleted = await self._database.run(work)
            total += deleted
            if deleted < DELETED_AT_ONCE:
                return total
