"""`ports.WatchStore` on PostgreSQL. Every operation is one round trip, whatever the number of accounts."""

from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.domain.wallets import AccountState, Cursor, NewAccount, Progress, Wallet, WatchedAccount
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import ACCOUNT_COLUMNS, to_account

_WATCHED: Final = """
w.watch_slot IS NOT NULL
AND EXISTS (SELECT FROM subscriptions s
              JOIN chats c ON c.id = s.chat_id
             WHERE s.wallet_id = w.id AND c.active)
"""
"""Of wallets w."""

_ACCOUNTS: Final = f"""
SELECT {ACCOUNT_COLUMNS}
  FROM watched_accounts a
  JOIN wallets w ON w.id = a.wallet_id
 WHERE a.cursor_slot IS NOT NULL AND {_WATCHED}
"""

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

_TAKE_FOR_DISCOVERY: Final = f"""
WITH due AS MATERIALIZED (
    SELECT w.id, w.discovered_at
      FROM wallets w
     WHERE {_WATCHED}
     ORDER BY w.discovered_at, w.id
     LIMIT %(limit)s
), mine AS MATERIALIZED (
    SELECT w.id
      FROM due
      JOIN wallets w ON w.id = due.id AND w.discovered_at = due.discovered_at
     ORDER BY w.id
       FOR NO KEY UPDATE OF w SKIP LOCKED
), taken AS (
    UPDATE wallets w
       SET discovered_at = clock_timestamp()
      FROM mine
     WHERE w.id = mine.id
    RETURNING w.id, w.address, w.watch_slot
)
SELECT taken.* FROM taken JOIN due ON due.id = taken.id ORDER BY due.discovered_at, due.id
"""
"""A wallet that another caller took since this statement began is either locked, and skipped, or has another
`discovered_at` by the time it is locked here, and does not join any more."""

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
INSERT INTO progress AS p (watcher, slot, at) VALUES ('sweep', %(slot)s, %(at)s)
    ON CONFLICT (watcher) DO UPDATE SET slot = excluded.slot, at = excluded.at WHERE p.slot <= excluded.slot
"""

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

    async def accounts(self) -> Sequence[WatchedAccount]:
        """The accounts of all wallets that have a start and are watched by at least one active chat."""

        async def work(connection: Connection) -> Sequence[WatchedAccount]:
            cursor = await connection.execute(_ACCOUNTS, binary=True)
            return [to_account(row) for row in await cursor.fetchall()]

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

    async def take_for_discovery(self, limit: int) -> Sequence[Wallet]:
        """Those of `accounts` whose token accounts were not looked for the longest; marks them as looked for.

        Two callers at once never get the same wallet.
        """

        async def work(connection: Connection) -> Sequence[Wallet]:
            cursor = await connection.execute(_TAKE_FOR_DISCOVERY, {"limit": limit})
            return [Wallet(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def record_states(self, states: Mapping[int, AccountState]) -> None:
        """Store what was last seen, by account id. An older slot never replaces a newer one."""
        values = {
            "ids": list(states),
            "digests": [state.digest for state in states.values()],
            "slots": [state.slot for state in states.values()],
        }
        if states:
            await self._update(_RECORD_STATES, values)

    async def record_progress(self, progress: Progress) -> None:
        """Store how far the sweep has come, where that is not further back."""

        async def work(connection: Connection) -> None:
            await connection.execute(_PROGRESS, {"slot": progress.slot, "at": progress.at})

        await self._database.run(work)

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
