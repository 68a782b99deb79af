"""`ports.Risks` on PostgreSQL."""

from walletwatch.domain.risk_watch import KnownRisk
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
