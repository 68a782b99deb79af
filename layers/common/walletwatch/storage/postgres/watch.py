"""`ports.WatchStore` on PostgreSQL. Every operation is one round trip, whatever the number of accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from walletwatch.domain.sweep import Belongings, Shard, SweptWallet, bucket_of
from walletwatch.domain.wallets import AccountState, Cursor, NewAccount, Progress, Wallet, WatchedAccount
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import ACCOUNT_COLUMNS, SWEPT_COLUMNS, to_account, to_swept

_WATCHED: Final = """
w.watch_slot IS NOT NULL
AND EXISTS (SELECT FROM subscriptions s
              JOIN chats c ON c.id = s.chat_id
             WHERE s.wallet_id = w.id AND c.active)
"""
"""Of wallets w."""

_WALLET_ACCOUNTS: Final = f"""
SELECT {ACCOUNT_COLUMNS}
  FROM watched_accounts a
  JOIN wallets w ON w.id = a.wallet_id
 WHERE a.cursor_slot IS NOT NULL AND w.watch_slot IS NOT NULL AND w.id = %(wallet_id)s
"""

_START: Final = (
    "UPDATE wallets SET watch_slot = %(slot)s WHERE id = %(wallet_id)s AND watch_slot IS NULL",
    "UPDATE subscriptions SET from_slot = %(slot)s WHERE wallet_id = %(wallet_id)s AND from_slot IS NULL",
    """
    UPDATE watched_accounts SET cursor_slot = %(slot)s
     WHERE wallet_id = %(wallet_id)s AND cursor_slot IS NULL
    """,
)

_ADD_ACCOUNTS: Final = """
INSERT INTO watched_accounts (wallet_id, address, kind, mint, cursor_slot)
SELECT w.id, n.address, n.kind, n.mint, w.watch_slot
  FROM wallets w,
       unnest(%(addresses)s::text[], %(kinds)s::text[], %(mints)s::text[])
       WITH ORDINALITY n (address, kind, mint, position)
 WHERE w.id = %(wallet_id)s
 ORDER BY n.position
ON CONFLICT (wallet_id, address) DO NOTHING
"""

_SWEPT: Final = f"""
WITH page AS MATERIALIZED (
    SELECT w.bucket, w.id, w.address, w.discovered_at, w.stakes_discovered_at
      FROM wallets w
     WHERE (w.bucket, w.id) > (%(bucket)s, %(wallet_id)s) AND w.bucket < %(end)s AND {_WATCHED}
     ORDER BY w.bucket, w.id
     LIMIT %(limit)s
)
SELECT {SWEPT_COLUMNS}
  FROM page w
  LEFT JOIN LATERAL (
       SELECT a.id, a.address, a.kind, a.state_digest, a.state_slot
         FROM watched_accounts a
        WHERE a.wallet_id = w.id AND a.cursor_slot IS NOT NULL
       OFFSET 0
  ) a ON true
 ORDER BY w.bucket, w.id, a.id
"""
"""OFFSET keeps the planner from reading all accounts for each page, which it takes for cheaper."""

_SEARCHED: Final[Mapping[Belongings, str]] = {
    Belongings.TOKENS: "UPDATE wallets SET discovered_at = %(at)s WHERE id = ANY(%(ids)s)",
    Belongings.STAKES: "UPDATE wallets SET stakes_discovered_at = %(at)s WHERE id = ANY(%(ids)s)",
}

_RECORD_STATES: Final = """
UPDATE watched_accounts a
   SET state_digest = n.digest, state_slot = n.slot
  FROM unnest(%(ids)s::bigint[], %(digests)s::bytea[], %(slots)s::bigint[]) n (id, digest, slot)
 WHERE a.id = n.id AND (a.state_slot IS NULL OR a.state_slot <= n.slot)
"""

_UNSTARTED: Final = """
SELECT w.address
  FROM wallets w
 WHERE w.watch_slot IS NULL
   AND EXISTS (
       SELECT FROM subscriptions s JOIN chats c ON c.id = s.chat_id WHERE s.wallet_id = w.id AND c.active
   )
 ORDER BY w.id
 LIMIT %s
"""

_PROGRESS: Final = """
UPDATE sweep_shards SET slot = %(slot)s, at = %(at)s
 WHERE shard = %(shard)s AND (slot IS NULL OR slot <= %(slot)s)
   AND (SELECT count(*) FROM sweep_shards) = %(count)s
"""

_RESHARD: Final = (
    "LOCK TABLE sweep_shards IN SHARE ROW EXCLUSIVE MODE",
    """
    INSERT INTO sweep_shards (shard, slot, at)
    SELECT n.shard,
           CASE WHEN bool_and(o.slot IS NOT NULL) THEN min(o.slot) END,
           CASE WHEN bool_and(o.slot IS NOT NULL) THEN min(o.at) END
      FROM generate_series(0, %(wanted)s - 1) n (shard)
      JOIN sweep_shards o
        ON o.shard * %(wanted)s < (n.shard + 1) * %(present)s
       AND n.shard * %(present)s < (o.shard + 1) * %(wanted)s
     WHERE (SELECT count(*) FROM sweep_shards) = %(present)s
     GROUP BY n.shard
    ON CONFLICT (shard) DO UPDATE SET slot = excluded.slot, at = excluded.at
    """,
    """
    DELETE FROM sweep_shards
     WHERE shard >= %(wanted)s AND (SELECT count(*) FROM sweep_shards) = %(present)s
    """,
)
"""Where shards are split, the last statement finds more rows than before, and does nothing."""

_LOCK_UNWATCHED: Final = """
SELECT w.id
  FROM wallets w
 WHERE w.changed_at < %(before)s
   AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.wallet_id = w.id)
   AND (EXISTS (SELECT FROM watched_accounts a WHERE a.wallet_id = w.id)
        OR (NOT EXISTS (SELECT FROM activities a WHERE a.wallet_id = w.id)
            AND NOT EXISTS (SELECT FROM deliveries d WHERE d.wallet_id = w.id)))
 ORDER BY w.id
 LIMIT %(limit)s
   FOR UPDATE OF w SKIP LOCKED
"""
"""Who subscribes locks the wallet first, and a trigger then sets `changed_at`: a wallet that this statement
found unwatched, and that is watched by the time it is locked, no longer fulfils the first condition."""

_FORGET: Final = (
    "DELETE FROM watched_accounts WHERE wallet_id = ANY (%(ids)s)",
    """
    DELETE FROM wallets w
     WHERE w.id = ANY (%(ids)s)
       AND NOT EXISTS (SELECT FROM activities a WHERE a.wallet_id = w.id)
       AND NOT EXISTS (SELECT FROM deliveries d WHERE d.wallet_id = w.id)
    """,
)

_MOVE_CURSORS: Final = """
UPDATE watched_accounts a
   SET cursor_slot = n.slot, cursor_signature = n.signature
  FROM unnest(%(ids)s::bigint[], %(slots)s::bigint[], %(signatures)s::text[]) n (id, slot, signature)
 WHERE a.id = n.id AND a.cursor_slot <= n.slot
"""


class PostgresWatchStore:
    """Watched accounts, their cursors and last states."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wallet(self, address: str) -> Wallet | None:
        """The wallet, if it is known."""

        async def work(connection: Connection) -> Wallet | None:
            cursor = await connection.execute(
                "SELECT id, address, watch_slot FROM wallets WHERE address = %s", [address]
            )
            row = await cursor.fetchone()
            return None if row is None else Wallet(*row)

        return await self._database.run(work)

    async def start(self, wallet_id: int, slot: int) -> None:
        """Set the start of a wallet that has none, of its accounts and of its subscriptions."""
        values = {"wallet_id": wallet_id, "slot": slot}

        async def work(connection: Connection) -> None:
            async with together(connection):
                for statement in _START:
                    await connection.execute(statement, values)

        await self._database.run(work)

    async def unstarted(self, limit: int) -> Sequence[str]:
        """Wallets that are watched by an active chat and have no start, the oldest first."""

        async def work(connection: Connection) -> Sequence[str]:
            cursor = await connection.execute(_UNSTARTED, [limit])
            return [address for (address,) in await cursor.fetchall()]

        return await self._database.run(work)

    async def wallet_accounts(self, wallet_id: int) -> Sequence[WatchedAccount]:
        """The accounts of one wallet; none where it has no start."""

        async def work(connection: Connection) -> Sequence[WatchedAccount]:
            cursor = await connection.execute(f"{_WALLET_ACCOUNTS} ORDER BY a.id", {"wallet_id": wallet_id})
            return [to_account(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def add_accounts(self, wallet_id: int, accounts: Sequence[NewAccount]) -> Sequence[WatchedAccount]:
        """Watch these too, from the wallet's start on; the known ones are returned unchanged."""
        if not accounts:
            return []
        unique = {account.address: account for account in accounts}
        values = {
            "wallet_id": wallet_id,
            "addresses": list(unique),
            "kinds": [account.kind.value for account in unique.values()],
            "mints": [account.mint for account in unique.values()],
        }

        async def work(connection: Connection) -> Sequence[WatchedAccount]:
            async with together(connection):
                await connection.execute(_ADD_ACCOUNTS, values)
                cursor = await connection.execute(
                    f"{_WALLET_ACCOUNTS} AND a.address = ANY(%(addresses)s) ORDER BY a.id", values
                )
            return [to_account(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def swept_wallets(
        self, shard: Shard, *, after: SweptWallet | None, limit: int
    ) -> Sequence[SweptWallet]:
        """The next wallets of this shard that have a start and are watched by an active chat."""
        values = {
            "bucket": shard.buckets.start if after is None else bucket_of(after.address),
            "wallet_id": 0 if after is None else after.id,
            "end": shard.buckets.stop,
            "limit": limit,
        }

        async def work(connection: Connection) -> Sequence[SweptWallet]:
            cursor = await connection.execute(_SWEPT, values, binary=True)
            return to_swept(await cursor.fetchall())

        return await self._database.run(work)

    async def record_search(self, wallet_ids: Sequence[int], belongings: Belongings, at: datetime) -> None:
        """The chain was asked for these belongings of the wallets at that moment."""
        if wallet_ids:
            await self._update(_SEARCHED[belongings], {"ids": list(wallet_ids), "at": at})

    async def record_states(self, states: Mapping[int, AccountState]) -> None:
        """Store what was last seen, by account id. An older slot never replaces a newer one."""
        values = {
            "ids": list(states),
            "digests": [state.digest for state in states.values()],
            "slots": [state.slot for state in states.values()],
        }
        if states:
            await self._update(_RECORD_STATES, values)

    async def shards(self) -> Sequence[Progress | None]:
        """How far each shard of the sweep has come; as many as there are, at least one."""

        async def work(connection: Connection) -> Sequence[Progress | None]:
            cursor = await connection.execute("SELECT slot, at FROM sweep_shards ORDER BY shard")
            return [None if row[0] is None else Progress(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def reshard(self, present: int, wanted: int) -> None:
        """Let there be another number of shards, each as far as the least of those it is made of."""
        values = {"present": present, "wanted": wanted}

        async def work(connection: Connection) -> None:
            async with together(connection):
                for statement in _RESHARD:
                    await connection.execute(statement, values)

        await self._database.run(work)

    async def record_progress(self, shard: Shard, progress: Progress) -> None:
        """Store how far this shard has come, where that is not further back."""
        await self._update(
            _PROGRESS,
            {"shard": shard.index, "count": shard.count, "slot": progress.slot, "at": progress.at},
        )

    async def move_cursors(self, cursors: Mapping[int, Cursor]) -> None:
        """Store up to where was looked, by account id. A cursor never moves to an older slot."""
        values = {
            "ids": list(cursors),
            "slots": [cursor.slot for cursor in cursors.values()],
            "signatures": [cursor.signature for cursor in cursors.values()],
        }
        if cursors:
            await self._update(_MOVE_CURSORS, values)

    async def _update(self, statement: str, values: Mapping[str, object]) -> None:
        async def work(connection: Connection) -> None:
            await connection.execute(statement, values)

        await self._database.run(work)

    async def forget_unwatched(self, watched_before: datetime, limit: int) -> int:
        """Delete the accounts of wallets that nobody subscribes to, and had nobody added since then."""

        async def work(connection: Connection) -> int:
            async with connection.transaction():
                cursor = await connection.execute(_LOCK_UNWATCHED, {"before": watched_before, "limit": limit})
                ids = [row[0] for row in await cursor.fetchall()]
                for statement in _FORGET if ids else ():
                    await connection.execute(statement, {"ids": ids})
                return len(ids)

        return await self._database.run(work)
