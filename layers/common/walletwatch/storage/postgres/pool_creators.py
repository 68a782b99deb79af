"""`ports.PoolCreators` on PostgreSQL."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from walletwatch.domain.pools import KnownPool, PoolPull, PoolSeen, SourceState, Suspect
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.rows import storable

MAX_REASON: Final = 200
POOLS_OF_TOKENS: Final = 50
POOLS_OF_CREATOR: Final = 100

_KEEP: Final = """
INSERT INTO pool_creators (pool, creator, mints, vaults, lp_mint, lp_most, slot, seen_at, drained_at,
                           listed_at, tvl_usd)
SELECT pool, creator, ARRAY[mint_0, mint_1], ARRAY[vault_0, vault_1], lp_mint, lp_supply, slot, %(at)s,
       CASE WHEN drained THEN %(at)s::timestamptz END, CASE WHEN listed THEN %(at)s::timestamptz END, tvl
  FROM unnest(%(pools)s::text[], %(creators)s::text[], %(mints_0)s::text[], %(mints_1)s::text[],
              %(vaults_0)s::text[], %(vaults_1)s::text[], %(lp_mints)s::text[], %(lp_supplies)s::numeric[],
              %(slots)s::bigint[], %(drained)s::boolean[], %(listed)s::boolean[],
              %(tvls)s::numeric[])
       n (pool, creator, mint_0, mint_1, vault_0, vault_1, lp_mint, lp_supply, slot, drained, listed, tvl)
 ORDER BY pool
ON CONFLICT (pool) DO UPDATE
   SET lp_most = greatest(pool_creators.lp_most, excluded.lp_most), slot = excluded.slot,
       seen_at = excluded.seen_at,
       drained_at = CASE WHEN excluded.drained_at IS NOT NULL
                         THEN coalesce(pool_creators.drained_at, excluded.drained_at) END,
       listed_at = coalesce(excluded.listed_at, pool_creators.listed_at),
       tvl_usd = CASE WHEN excluded.listed_at IS NULL THEN pool_creators.tvl_usd ELSE excluded.tvl_usd END
 WHERE pool_creators.slot <= excluded.slot
"""

_SUSPECTS: Final = """
SELECT p.creator, array_agg(DISTINCT t.mint ORDER BY t.mint)
  FROM pool_creators p
 CROSS JOIN LATERAL unnest(p.mints) t (mint)
 WHERE p.drained_at IS NOT NULL AND t.mint <> ALL (%(money)s)
 GROUP BY p.creator
HAVING count(DISTINCT t.mint) >= %(least)s AND bool_or(coalesce(p.examined_at < p.drained_at, true))
 ORDER BY min(p.tried_at) NULLS FIRST, p.creator
 LIMIT %(limit)s
"""

_ACCEPT: Final = """
INSERT INTO list_sources (source, count, at) VALUES (%s, %s, %s)
ON CONFLICT (source) DO UPDATE
   SET count = excluded.count, at = excluded.at, refused_at = NULL, reason = NULL
"""
_REFUSE: Final = """
INSERT INTO list_sources (source, reason, refused_at) VALUES (%s, %s, %s)
ON CONFLICT (source) DO UPDATE SET reason = excluded.reason, refused_at = excluded.refused_at
"""


class PostgresPoolCreators:
    """What is remembered of pools and of those who list them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sources(self) -> Sequence[SourceState]:
        """How each list from outside is."""
        rows = await self._rows(
            "SELECT source, count, at, refused_at, reason FROM list_sources ORDER BY source", {}
        )
        return [SourceState(*row) for row in rows]

    async def accept(self, source: str, count: int, at: datetime) -> None:
        """Its answer was good."""
        await self._execute(_ACCEPT, [source, count, at])

    async def refuse(self, source: str, reason: str, at: datetime) -> None:
        """Its answer was not taken; the last good one stays."""
        await self._execute(_REFUSE, [source, storable(reason, MAX_REASON), at])

    async def seen(self) -> Mapping[str, datetime]:
        """When each known pool was last read."""
        return dict(await self._rows("SELECT pool, seen_at FROM pool_creators", {}))

    async def most(self, addresses: Collection[str]) -> Mapping[str, int]:
        """The most LP tokens that each of these was ever seen to have."""
        rows = await self._rows(
            "SELECT pool, lp_most FROM pool_creators WHERE pool = ANY(%(pools)s)", {"pools": list(addresses)}
        )
        return {pool: int(most) for pool, most in rows}

    async def keep(
        self,
        pools: Sequence[PoolSeen],
        drained: Collection[str],
        listed: Mapping[str, Decimal | None],
        at: datetime,
    ) -> None:
        """Remember pools as they were read, in one statement."""
        if not pools:
            return
        values = {
            "at": at,
            "pools": [pool.address for pool in pools],
            "creators": [pool.creator for pool in pools],
            "mints_0": [pool.mints[0] for pool in pools],
            "mints_1": [pool.mints[1] for pool in pools],
            "vaults_0": [pool.vaults[0] for pool in pools],
            "vaults_1": [pool.vaults[1] for pool in pools],
            "lp_mints": [pool.lp_mint for pool in pools],
            "lp_supplies": [Decimal(pool.lp_supply) for pool in pools],
            "slots": [pool.slot for pool in pools],
            "drained": [pool.address in drained for pool in pools],
            "listed": [pool.address in listed for pool in pools],
            "tvls": [listed.get(pool.address) for pool in pools],
        }
        await self._execute(_KEEP, values)

    async def suspects(self, *, money: Collection[str], least: int, limit: int) -> Sequence[Suspect]:
        """Those with drained pools that were not examined since, the longest waiting first."""
        rows = await self._rows(_SUSPECTS, {"money": list(money), "least": least, "limit": limit})
        return [Suspect(creator, tuple(mints)) for creator, mints in rows]

    async def pools_of(self, mints: Collection[str]) -> Mapping[str, str]:
        """The pools that trade any of these, with their LP mints."""
        rows = await self._rows(
            "SELECT pool, lp_mint FROM pool_creators WHERE mints && %(mints)s::text[] ORDER BY pool"
            " LIMIT %(limit)s",
            {"mints": list(mints), "limit": POOLS_OF_TOKENS},
        )
        return dict(rows)

    async def examined(self, creator: str, pulls: Sequence[PoolPull], at: datetime) -> None:
        """A creator was looked into; each pull is noted at the pools of its token."""
        await self._execute(
            """
            UPDATE pool_creators p
               SET examined_at = %(at)s, tried_at = %(at)s,
                   pull = (SELECT each FROM jsonb_array_elements(%(pulls)s::jsonb) each
                            WHERE each ->> 'mint' = ANY(p.mints) LIMIT 1)
             WHERE p.creator = %(creator)s
            """,
            {
                "at": at,
                "creator": creator,
                "pulls": json.dumps([{**asdict(pull), "share": str(pull.share)} for pull in pulls]),
            },
        )

    async def postpone(self, creator: str, at: datetime) -> None:
        """A creator could not be looked into now: the others that wait go first."""
        await self._execute("UPDATE pool_creators SET tried_at = %s WHERE creator = %s", [at, creator])

    async def made_by(self, creator: str) -> Sequence[KnownPool]:
        """The pools that somebody made."""
        rows = await self._rows(
            """
            SELECT pool, mints, drained_at IS NOT NULL, slot, pull FROM pool_creators
             WHERE creator = %(creator)s ORDER BY pull IS NULL, pool LIMIT %(limit)s
            """,
            {"creator": creator, "limit": POOLS_OF_CREATOR},
        )
        return [
            KnownPool(pool, (mints[0], mints[1]), drained, slot, None if pull is None else _pull(pull))
            for pool, mints, drained, slot, pull in rows
        ]

    async def _rows(self, statement: str, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        async def work(connection: Connection) -> Sequence[tuple[Any, ...]]:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall()

        return await self._database.run(work)

    async def _execute(self, statement: str, values: Mapping[str, Any] | Sequence[Any]) -> None:
        async def work(connection: Connection) -> None:
            await connection.execute(statement, values)

        await self._database.run(work)


def _pull(stored: Mapping[str, Any]) -> PoolPull:
    return PoolPull(
        mint=stored["mint"],
        signature=stored["signature"],
        slot=stored["slot"],
        share=Decimal(stored["share"]),
        soon=stored["soon"],
    )
