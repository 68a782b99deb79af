"""`ports.linking.LinkedChats` on PostgreSQL. Every operation is one round trip."""

from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.domain.linking import Link, LinkedChat, LinkedWallet
from walletwatch.domain.rules import Suppression
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import CHAT_COLUMNS, to_chat

MAX_CHATS: Final = 50

_OWNED: Final = f"""
SELECT (SELECT count(*) FROM subscriptions s WHERE s.chat_id = c.id), {CHAT_COLUMNS}
  FROM chats c
 WHERE c.owner_id = %(user_id)s AND c.kind <> 'private'
 ORDER BY c.title, c.id
 LIMIT %(limit)s
"""

_MINE: Final = f"SELECT {CHAT_COLUMNS} FROM chats c WHERE c.id = %(chat_id)s AND c.owner_id = %(user_id)s"

_WALLETS: Final = """
SELECT w.id, w.address,
       coalesce(max(s.label) FILTER (WHERE s.chat_id = %(chat_id)s), max(s.label)),
       bool_or(s.chat_id = %(chat_id)s)
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
 WHERE s.chat_id IN (%(chat_id)s, %(user_id)s)
   AND EXISTS (SELECT FROM chats c WHERE c.id = %(chat_id)s AND c.owner_id = %(user_id)s)
 GROUP BY w.id
 ORDER BY min(s.id)
"""

_CLAIM: Final = """
UPDATE chats
   SET owner_id = %(user_id)s
 WHERE id = %(chat_id)s AND kind <> 'private' AND migrated_to IS NULL
   AND (owner_id IS NULL OR owner_id IN (%(user_id)s, %(instead_of)s))
"""

_HUSH: Final = (
    """
    DELETE FROM subscriptions
     WHERE chat_id = %(chat_id)s AND (%(all)s OR wallet_id = ANY(%(wallet_ids)s))
    """,
    """
    UPDATE deliveries
       SET status = 'suppressed', reason = %(reason)s, settled_at = now()
     WHERE chat_id = %(chat_id)s AND status = 'pending'
       AND wallet_id IS NOT NULL AND (%(all)s OR wallet_id = ANY(%(wallet_ids)s))
    """,
)

_SILENCE: Final = (
    *_HUSH,
    "UPDATE chats SET owner_id = NULL WHERE id = %(chat_id)s AND kind <> 'private'",
)


class PostgresLinkedChats:
    """Groups and channels with their owners."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owned(self, user_id: int) -> Sequence[LinkedChat]:
        """The groups and channels that somebody answers for."""

        async def work(connection: Connection) -> Sequence[LinkedChat]:
            cursor = await connection.execute(_OWNED, {"user_id": user_id, "limit": MAX_CHATS})
            return [LinkedChat(to_chat(row), count) for count, *row in await cursor.fetchall()]

        return await self._database.run(work)

    async def link(self, user_id: int, chat_id: int) -> Link | None:
        """One of them, with all wallets that it hears of or could."""
        values = {"user_id": user_id, "chat_id": chat_id}

        async def work(connection: Connection) -> Link | None:
            async with connection.pipeline():
                mine = await connection.execute(_MINE, values)
                wallets = await connection.execute(_WALLETS, values)
            row = await mine.fetchone()
            if row is None:
                return None
            return Link(to_chat(row), [LinkedWallet(*each) for each in await wallets.fetchall()])

        return await self._database.run(work)

    async def claim(self, chat_id: int, user_id: int, *, instead_of: int | None) -> bool:
        """Let somebody answer for a known group or channel."""
        values = {"chat_id": chat_id, "user_id": user_id, "instead_of": instead_of}
        return await self._change(_CLAIM, values)

    async def release(self, chat_id: int, user_id: int) -> bool:
        """Nobody answers for it any more."""
        return await self._change(
            "UPDATE chats SET owner_id = NULL WHERE id = %(chat_id)s AND owner_id = %(user_id)s",
            {"chat_id": chat_id, "user_id": user_id},
        )

    async def hush(self, chat_id: int, wallet_ids: Sequence[int]) -> None:
        """A group or channel hears of these wallets no longer."""
        await self._unsubscribe(_HUSH, chat_id, list(wallet_ids), everything=False)

    async def silence(self, chat_id: int) -> int:
        """Nobody answers for a group or channel any more, and it hears of nothing."""
        return await self._unsubscribe(_SILENCE, chat_id, [], everything=True)

    async def _unsubscribe(
        self, statements: Sequence[str], chat_id: int, wallet_ids: list[int], *, everything: bool
    ) -> int:
        values = {
            "chat_id": chat_id,
            "wallet_ids": wallet_ids,
            "all": everything,
            "reason": Suppression.UNWATCHED.value,
        }

        async def work(connection: Connection) -> int:
            async with together(connection):
                deleted, *_ = [await connection.execute(statement, values) for statement in statements]
            return deleted.rowcount

        return await self._database.run(work)

    async def _change(self, statement: str, values: Mapping[str, object]) -> bool:
        async def work(connection: Connection) -> bool:
            return (await connection.execute(statement, values)).rowcount > 0

        return await self._database.run(work)
