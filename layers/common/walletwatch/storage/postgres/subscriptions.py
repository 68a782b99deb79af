"""`ports.SubscriptionStore` on PostgreSQL. Every operation is one round trip."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from walletwatch.domain.chats import Chat, ChatSettings, Contact, Subscribed, Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import QuotaExceeded, UnknownChat
from walletwatch.domain.greeting import Wanted
from walletwatch.domain.rules import Suppression
from walletwatch.domain.service import Service
from walletwatch.domain.wallets import Progress
from walletwatch.storage.postgres import subscribing
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.greeting import Look
from walletwatch.storage.postgres.rows import (
    CHAT_COLUMNS,
    PROGRESS,
    SUBSCRIPTION_COLUMNS,
    SUBSCRIPTIONS,
    WATCHED,
    settings_json,
    storable,
    to_chat,
    to_subscription,
)

MAX_REASON_LENGTH: Final = 200

_UNSUBSCRIBE: Final = f"""
DELETE FROM subscriptions s
 USING wallets w, chats c
 WHERE w.id = s.wallet_id AND c.id = s.chat_id
   AND s.chat_id = %(chat_id)s AND w.address = %(address)s
RETURNING {SUBSCRIPTION_COLUMNS}
"""

_SUPPRESS_PENDING: Final = """
UPDATE deliveries d
   SET status = 'suppressed', reason = %(reason)s, settled_at = now()
  FROM wallets w
 WHERE w.address = %(address)s AND d.wallet_id = w.id AND d.chat_id = %(chat_id)s AND d.status = 'pending'
   AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.chat_id = d.chat_id AND s.wallet_id = d.wallet_id)
"""
"""A statement of its own, to see what was committed while the deletion waited for the ledger's lock."""

_TOLD: Final = """
SELECT status, CASE WHEN status = 'suppressed' THEN coalesce(reason, '') END, count(*)
  FROM deliveries
 WHERE chat_id = %s AND created_at >= %s
 GROUP BY 1, 2
"""

_MIGRATION: Final = (
    "SELECT FROM chats WHERE id IN (%(old)s, %(new)s) ORDER BY id FOR NO KEY UPDATE",
    """
    INSERT INTO chats AS c (id, kind, language, settings, title, owner_id)
    SELECT %(new)s, 'supergroup', language, settings, title, owner_id
      FROM chats
     WHERE id = %(old)s AND migrated_to IS NULL
    ON CONFLICT (id) DO UPDATE
       SET language = excluded.language, settings = excluded.settings,
           title = coalesce(c.title, excluded.title), owner_id = coalesce(excluded.owner_id, c.owner_id)
    """,
    """
    UPDATE subscriptions kept
       SET from_slot = least(kept.from_slot, gone.from_slot), label = coalesce(kept.label, gone.label),
           filter = coalesce(kept.filter, gone.filter),
           note = coalesce(kept.note, gone.note),
           tags = CASE WHEN kept.tags = '{}' THEN gone.tags ELSE kept.tags END
      FROM subscriptions gone
     WHERE gone.chat_id = %(old)s AND kept.chat_id = %(new)s AND gone.wallet_id = kept.wallet_id
    """,
    """
    DELETE FROM subscriptions gone
     USING subscriptions kept
     WHERE gone.chat_id = %(old)s AND kept.chat_id = %(new)s AND gone.wallet_id = kept.wallet_id
    """,
    """
    UPDATE subscriptions SET chat_id = %(new)s
     WHERE chat_id = %(old)s AND EXISTS (SELECT FROM chats WHERE id = %(new)s)
    """,
    """
    UPDATE shares SET chat_id = %(new)s
     WHERE chat_id = %(old)s AND EXISTS (SELECT FROM chats WHERE id = %(new)s)
    """,
    """
    DELETE FROM deliveries gone
     USING deliveries kept
     WHERE gone.kind = 'activity' AND gone.chat_id = %(old)s
       AND kept.kind = 'activity' AND kept.chat_id = %(new)s
       AND gone.wallet_id = kept.wallet_id AND gone.signature = kept.signature
    """,
    """
    DELETE FROM deliveries digest
     WHERE digest.kind IN ('group', 'digest') AND digest.chat_id = %(old)s AND digest.status = 'pending'
       AND NOT EXISTS (SELECT FROM deliveries merged WHERE merged.digest_key = digest.key)
    """,
    "UPDATE deliveries SET chat_id = %(new)s WHERE chat_id = %(old)s",
    """
    UPDATE alert_rules r
       SET chat_id = %(new)s,
           number = r.number + coalesce((SELECT max(number) FROM alert_rules WHERE chat_id = %(new)s), 0)
     WHERE r.chat_id = %(old)s AND EXISTS (SELECT FROM chats WHERE id = %(new)s)
    """,
    """
    UPDATE report_schedules r SET chat_id = %(new)s
     WHERE chat_id = %(old)s AND EXISTS (SELECT FROM chats WHERE id = %(new)s)
       AND NOT EXISTS (SELECT FROM report_schedules kept
                        WHERE kept.chat_id = %(new)s AND kept.period = r.period)
    """,
    """
    UPDATE chats SET active = false, inactive_reason = 'migrated', migrated_to = %(new)s, owner_id = NULL
     WHERE id = %(old)s AND migrated_to IS NULL
    """,
)


class PostgresSubscriptionStore:
    """Who watches what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, contact: Contact) -> Chat:
        """Insert or refresh the user and the chat (active again), and return the chat with its settings."""

        async def work(connection: Connection) -> Chat:
            async with connection.pipeline():
                look = await Look.at(connection, contact, Wanted())
            return (await look.greeting()).chat

        return await self._database.run(work)

    async def chat(self, chat_id: int) -> Chat | None:
        """The chat, if it is known."""

        async def work(connection: Connection) -> Chat | None:
            cursor = await connection.execute(
                f"SELECT {CHAT_COLUMNS} FROM chats c WHERE c.id = %s",
                [chat_id],
            )
            row = await cursor.fetchone()
            return None if row is None else to_chat(row)

        return await self._database.run(work)

    async def change_settings(self, chat_id: int, settings: ChatSettings) -> Chat:
        """Store the settings of a known chat."""

        async def work(connection: Connection) -> Chat | None:
            cursor = await connection.execute(
                f"UPDATE chats c SET settings = %s WHERE c.id = %s RETURNING {CHAT_COLUMNS}",
                [settings_json(settings), chat_id],
            )
            row = await cursor.fetchone()
            return None if row is None else to_chat(row)

        chat = await self._database.run(work)
        if chat is None:
            raise UnknownChat("settings of a chat that was never greeted")
        return chat

    async def deactivate(self, chat_id: int, reason: str) -> Chat | None:
        """Send nothing to this chat any more; the chat, if that is new."""

        async def work(connection: Connection) -> Chat | None:
            cursor = await connection.execute(
                "UPDATE chats c SET active = false, inactive_reason = %s WHERE c.id = %s AND c.active"
                f" RETURNING {CHAT_COLUMNS}",
                [storable(reason, MAX_REASON_LENGTH), chat_id],
            )
            row = await cursor.fetchone()
            return None if row is None else to_chat(row)

        return await self._database.run(work)

    async def leave_topic(self, chat_id: int, topic: int) -> Chat | None:
        """Alerts go to the general topic from now on, if they went to this one; the chat, if that is new."""

        async def work(connection: Connection) -> Chat | None:
            cursor = await connection.execute(
                "UPDATE chats c SET settings = c.settings - 'topic'"
                f" WHERE c.id = %s AND c.settings->>'topic' = %s RETURNING {CHAT_COLUMNS}",
                [chat_id, str(topic)],
            )
            row = await cursor.fetchone()
            return None if row is None else to_chat(row)

        return await self._database.run(work)

    async def migrate(self, chat_id: int, new_chat_id: int) -> None:
        """The group has a new id: its subscriptions, settings and ledger go with it. Safe to repeat."""
        values = {"old": chat_id, "new": new_chat_id}

        async def work(connection: Connection) -> None:
            async with together(connection):
                for statement in _MIGRATION:
                    await connection.execute(statement, values)

        await self._database.run(work)

    async def subscribe(
        self, chat_id: int, address: str, label: str | None, *, slot: int | None, limit: int
    ) -> Subscribed:
        """Watch the wallet from `slot` on; a known subscription keeps its start and takes a new label."""
        found = await self.subscribe_many(chat_id, {address: label}, slot=slot, limit=limit)
        if address not in found:
            raise QuotaExceeded(limit)
        return found[address]

    async def subscribe_many(
        self, chat_id: int, wanted: Mapping[str, str | None], *, slot: int | None, limit: int
    ) -> Mapping[str, Subscribed]:
        """As `subscribe` for each wallet in turn; those above the limit are left out."""
        values = {
            "chat_id": chat_id,
            "addresses": list(wanted),
            "labels": [None if label is None else storable(label) for label in wanted.values()],
            "slot": slot,
            "limit": limit,
        }

        async def work(connection: Connection) -> tuple[bool, set[int], Sequence[Subscription]]:
            async with together(connection):
                await connection.execute(subscribing.LOCK_OWNER, values)
                chat = await connection.execute(subscribing.LOCK_CHAT, values)
                await connection.execute(subscribing.ADD_WALLETS, values)
                added = await connection.execute(subscribing.ADD_SUBSCRIPTIONS, values)
                await connection.execute(subscribing.RELABEL, values)
                found = await connection.execute(
                    f"{SUBSCRIPTIONS} WHERE s.chat_id = %(chat_id)s AND w.address = ANY(%(addresses)s)",
                    values,
                )
            created = {row[0] for row in await added.fetchall()}
            return chat.rowcount > 0, created, [to_subscription(row) for row in await found.fetchall()]

        known, created, subscriptions = await self._database.run(work)
        if not known:
            raise UnknownChat("a chat that was never greeted cannot watch")
        return {each.address: Subscribed(each, each.id in created) for each in subscriptions}

    async def unsubscribe(self, chat_id: int, address: str) -> Subscription | None:
        """Stop watching; None where the chat did not watch it. Others' subscriptions are untouched."""
        values = {"chat_id": chat_id, "address": address, "reason": Suppression.UNWATCHED.value}

        async def work(connection: Connection) -> Subscription | None:
            async with together(connection):
                deleted = await connection.execute(_UNSUBSCRIBE, values)
                await connection.execute(_SUPPRESS_PENDING, values)
            row = await deleted.fetchone()
            return None if row is None else to_subscription(row)

        return await self._database.run(work)

    async def subscriptions(self, chat_id: int) -> Sequence[Subscription]:
        """What the chat watches, in the order it was added."""

        async def work(connection: Connection) -> Sequence[Subscription]:
            cursor = await connection.execute(WATCHED, {"chat_id": chat_id})
            return [to_subscription(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def subscription(self, chat_id: int, subscription_id: int) -> Subscription | None:
        """One subscription of this chat; None where there is none or it is another chat's."""
        found = await self._select("s.chat_id = %s AND s.id = %s", [chat_id, subscription_id])
        return found[0] if found else None

    async def watchers(self, wallet_id: int) -> Sequence[Subscription]:
        """Everybody who watches this wallet."""
        return await self._select("s.wallet_id = %s", [wallet_id])

    async def service(self, chat_id: int, since: datetime) -> Service:
        """How a chat is served."""

        async def work(connection: Connection) -> Service:
            async with connection.pipeline():
                watched = await connection.execute(
                    f"{SUBSCRIPTIONS} WHERE s.chat_id = %s ORDER BY s.id", [chat_id]
                )
                looked = await connection.execute(PROGRESS)
                told = await connection.execute(_TOLD, [chat_id, since])
            row = await looked.fetchone()
            deliveries = dict.fromkeys(DeliveryStatus, 0)
            suppressed: dict[str, int] = {}
            for status, reason, count in await told.fetchall():
                deliveries[DeliveryStatus(status)] += count
                if reason is not None:
                    suppressed[reason] = count
            return Service(
                [to_subscription(each) for each in await watched.fetchall()],
                None if row is None else Progress(*row),
                deliveries,
                suppressed,
            )

        return await self._database.run(work)

    async def _select(self, condition: str, values: Sequence[object]) -> Sequence[Subscription]:
        async def work(connection: Connection) -> Sequence[Subscription]:
            cursor = await connection.execute(f"{SUBSCRIPTIONS} WHERE {condition} ORDER BY s.id", values)
            return [to_subscription(row) for row in await cursor.fetchall()]

        return await self._database.run(work)
