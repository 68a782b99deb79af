"""`ports.FollowStore` on PostgreSQL: one row, which only the newest holder of the lease may write."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from walletwatch.domain.chain import Position
from walletwatch.domain.errors import FencedOff
from walletwatch.domain.wallets import WatchedWallets
from walletwatch.storage.postgres.database import Connection, Database

FOLLOWER: Final = "stream"
VISIBILITY: Final = timedelta(seconds=60)
"""Longer than any unit of work may last: what was changed before this is committed, or was rolled back."""

_TAKE: Final = """
INSERT INTO followers AS f (name, token) VALUES (%(name)s, %(token)s)
ON CONFLICT (name) DO UPDATE SET token = excluded.token WHERE f.token <= excluded.token
RETURNING slot, blockhash
"""

_BEGIN: Final = """
UPDATE followers SET begun = greatest(begun, %(slot)s) WHERE name = %(name)s AND token = %(token)s
"""

_MOVE: Final = """
UPDATE followers SET slot = %(slot)s, blockhash = %(blockhash)s, at = clock_timestamp()
 WHERE name = %(name)s AND token = %(token)s
"""

_WATCHED: Final = """
SELECT clock_timestamp(), array(
    SELECT w.address
      FROM wallets w
     WHERE (%(since)s::timestamptz IS NULL OR w.changed_at > %(since)s)
       AND EXISTS (SELECT FROM subscriptions s
                     JOIN chats c ON c.id = s.chat_id
                    WHERE s.wallet_id = w.id AND c.active)
)
"""


class PostgresFollowStore:
    """How far the blocks were followed, and for whom."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, token: int) -> Position | None:
        """Keep out whoever has a lower fencing token; None where nothing was followed yet."""

        async def work(connection: Connection) -> Position | None:
            cursor = await connection.execute(_TAKE, {"name": FOLLOWER, "token": token})
            row = await cursor.fetchone()
            if row is None:
                raise FencedOff("the blocks are followed by somebody newer")
            return None if row[0] is None else Position(*row)

        return await self._database.run(work)

    async def begin(self, slot: int, token: int, since: datetime | None) -> WatchedWallets:
        """Note that this block is being matched, and only then read who is watched."""

        async def work(connection: Connection) -> WatchedWallets:
            # Two statements on purpose, each its own transaction: the second must see what was committed
            # after the first was.
            await _write(connection, _BEGIN, {"name": FOLLOWER, "token": token, "slot": slot})
            cursor = await connection.execute(_WATCHED, {"since": since}, binary=True)
            row = await cursor.fetchone()
            assert row is not None
            return WatchedWallets(row[1], row[0] - VISIBILITY)

        return await self._database.run(work)

    async def move(self, position: Position, token: int) -> None:
        """Everything up to this block is queued."""
        values = {
            "name": FOLLOWER,
            "token": token,
            "slot": position.slot,
            "blockhash": position.blockhash,
        }

        async def work(connection: Connection) -> None:
            await _write(connection, _MOVE, values)

        await self._database.run(work)

    async def reached(self) -> int | None:
        """The newest slot that was begun; None where nothing is followed."""

        async def work(connection: Connection) -> int | None:
            cursor = await connection.execute("SELECT begun FROM followers WHERE name = %s", [FOLLOWER])
            row = await cursor.fetchone()
            return None if row is None else row[0]

        return await self._database.run(work)


async def _write(connection: Connection, statement: str, values: Mapping[str, Any]) -> None:
    cursor = await connection.execute(statement, values)
    if cursor.rowcount != 1:
        raise FencedOff("the blocks are followed by somebody newer")
