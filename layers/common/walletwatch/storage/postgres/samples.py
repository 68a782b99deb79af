"""`ports.alerting.Samples` on PostgreSQL. Every operation is one round trip."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from walletwatch.domain.prices import NEAR
from walletwatch.storage.postgres.database import Connection, Database

NEAREST: Final = """
CROSS JOIN LATERAL (
       SELECT p.usd
         FROM price_samples p
        WHERE p.asset = n.asset AND p.at BETWEEN %(moment)s - %(near)s AND %(moment)s + %(near)s
        ORDER BY abs(extract(epoch FROM p.at - %(moment)s)), p.at
        LIMIT 1
) p
"""
"""Of assets n."""

_KEEP: Final = """
INSERT INTO price_samples (asset, at, usd)
SELECT asset, %(at)s, usd FROM unnest(%(assets)s::text[], %(prices)s::numeric[]) n (asset, usd)
ON CONFLICT DO NOTHING
"""

_SINCE: Final = """
SELECT asset, at, usd FROM price_samples WHERE asset = ANY(%(assets)s) AND at >= %(moment)s ORDER BY asset, at
"""
_PRICE_AT: Final = f"SELECT n.asset, p.usd FROM unnest(%(assets)s::text[]) n (asset) {NEAREST}"


class PostgresSamples:
    """What assets were worth."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, prices: Mapping[str, Decimal], at: datetime) -> None:
        """Store prices of one moment; there is one an asset and moment, and the first stays."""
        values = {"assets": list(prices), "prices": list(prices.values()), "at": at}

        async def work(connection: Connection) -> None:
            await connection.execute(_KEEP, values)

        if prices:
            await self._database.run(work)

    async def since(
        self, assets: Collection[str], moment: datetime
    ) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
        """The samples from that moment on, by asset, oldest first."""

        async def work(connection: Connection) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
            cursor = await connection.execute(_SINCE, {"assets": list(assets), "moment": moment})
            found: defaultdict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
            for asset, at, usd in await cursor.fetchall():
                found[asset].append((at, usd))
            return dict(found)

        return await self._database.run(work) if assets else {}

    async def forget(self, before: datetime) -> int:
        """Delete older samples; how many there were."""

        async def work(connection: Connection) -> int:
            return (await connection.execute("DELETE FROM price_samples WHERE at < %s", [before])).rowcount

        return await self._database.run(work)

    async def price_at(self, assets: Collection[str], moment: datetime) -> Mapping[str, Decimal]:
        """The prices nearest to a moment, at most `NEAR` away from it."""
        values = {"assets": list(set(assets)), "moment": moment, "near": NEAR}

        async def work(connection: Connection) -> Mapping[str, Decimal]:
            return dict(await (await connection.execute(_PRICE_AT, values)).fetchall())

        return await self._database.run(work) if assets else {}
