"""`ports.Risks` on PostgreSQL."""

from collections.abc import Sequence

from walletwatch.domain.risk_watch import KnownRisk, WatchedRisk
from walletwatch.storage.postgres.database import Connection, Database


class PostgresRisks:
    """What the last look at each watched wallet's risk came to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, wallet_id: int) -> KnownRisk | None:
        """What the last look came to; None where there was none."""

        async def work(connection: Connection) -> KnownRisk | None:
            cursor = await connection.execute(
                "SELECT score, level, rules, at FROM wallet_risks WHERE wallet_id = %s", [wallet_id]
            )
            row = await cursor.fetchone()
            return None if row is None else KnownRisk(*row)

        return await self._database.run(work)

    async def of_chat(self, chat_id: int) -> Sequence[WatchedRisk]:
        """The wallets that a chat watches, each with what the last look came to."""

        async def work(connection: Connection) -> Sequence[WatchedRisk]:
            cursor = await connection.execute(
                """
                SELECT s.id, w.address, s.label, r.score, r.level, r.rules, r.at
                  FROM subscriptions s
                  JOIN wallets w ON w.id = s.wallet_id
                  LEFT JOIN wallet_risks r ON r.wallet_id = w.id
                 WHERE s.chat_id = %s
                 ORDER BY s.id
                """,
                [chat_id],
            )
            return [
                WatchedRisk(number, address, label, None if risk[0] is None else KnownRisk(*risk))
                for number, address, label, *risk in await cursor.fetchall()
            ]

        return await self._database.run(work)

    async def keep(self, wallet_id: int, risk: KnownRisk) -> None:
        """Remember a look; one that is older than what is remembered is not."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                """
                INSERT INTO wallet_risks (wallet_id, score, level, rules, at) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (wallet_id) DO UPDATE
                   SET score = excluded.score, level = excluded.level,
                       rules = excluded.rules, at = excluded.at
                 WHERE wallet_risks.at <= excluded.at
                """,
                [wallet_id, risk.score, risk.level, risk.rules, risk.at],
            )

        await self._database.run(work)
