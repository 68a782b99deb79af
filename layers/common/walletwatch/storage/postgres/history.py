"""`ports.History` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.domain.suspicion import Counterparty
from walletwatch.storage.postgres.database import Connection
from walletwatch.storage.postgres.replica import Reads

_COUNTERPARTIES: Final = """
SELECT leg ->> 'counterparty',
       bool_or((leg ->> 'amount')::numeric < 0),
       coalesce(max((leg ->> 'amount')::numeric) FILTER (WHERE leg ->> 'asset' = 'native'), 0)
  FROM (SELECT payload FROM activities WHERE wallet_id = %(wallet_id)s ORDER BY slot DESC, id DESC
         LIMIT %(limit)s) recent
 CROSS JOIN LATERAL jsonb_array_elements(recent.payload -> 'legs') leg
 WHERE leg ->> 'counterparty' IS NOT NULL
 GROUP BY 1
 ORDER BY 1
"""


class PostgresHistory:
    """What is remembered of a wallet's activities."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def counterparties(self, wallet_id: int, limit: int) -> Sequence[Counterparty]:
        """Whom the wallet dealt with in its newest activities, each once."""

        async def work(connection: Connection) -> Sequence[Counterparty]:
            cursor = await connection.execute(_COUNTERPARTIES, {"wallet_id": wallet_id, "limit": limit})
            return [
                Counterparty(address, paid, max(0, int(most)))
                for address, paid, most in await cursor.fetchall()
            ]

        return await self._reads.run(work)

    async def token_accounts(self, wallet_id: int) -> Mapping[str, int]:
        """How many token accounts of each mint are known to be the wallet's."""

        async def work(connection: Connection) -> Mapping[str, int]:
            cursor = await connection.execute(
                "SELECT mint, count(*) FROM watched_accounts"
                " WHERE wallet_id = %s AND mint IS NOT NULL GROUP BY mint",
                [wallet_id],
            )
            return dict(await cursor.fetchall())

        return await self._reads.run(work)
