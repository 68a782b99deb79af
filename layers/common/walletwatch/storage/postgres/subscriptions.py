"""`ports.SubscriptionStore` on PostgreSQL. Every operation is one round trip."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.chats import Chat, ChatSettings, Contact, Subscribed, Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import QuotaExceeded, UnknownChat
from walletwatch.domain.rules import Suppression
from walletwatch.domain.service import Service
from walletwatch.domain.wallets import Progress
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import (
    CHAT_COLUMNS,
    SUBSCRIPTION_COLUMNS,
    settings_json,
    storable,
    to_chat,
    to_subscription,
)

SEEN_FRESH: Final = timedelta(minutes=15)
"""How exactly it is known when somebody was last seen."""
MAX_LANGUAGE_LENGTH: Final = 35
MAX_USERNAME_LENGTH: Final = 64
MAX_REASON_LENGTH: Final = 200

_REMEMBER: Final = f"""
WITH person AS (
    INSERT INTO users AS u (id, username, language)
    SELECT %(user_id)s, %(username)s, %(language)s
     WHERE %(user_id)s::bigint IS NOT NULL
       AND NOT EXISTS (SELECT FROM users known
                        WHERE known.id = %(user_id)s AND known.language = %(language)s
                          AND known.username IS NOT DISTINCT FROM %(username)s
                          AND known.seen_at > now() - %(fresh)s)
    ON CONFLICT (id) DO UPDATE
       SET username = excluded.username, language = excluded.language, seen_at = now()
), changed AS (
    INSERT INTO chats AS c (id, kind, language)
    SELECT %(chat_id)s, %(kind)s, %(language)s
     WHERE NOT EXISTS (SELECT FROM chats known
                        WHERE known.id = %(chat_id)s AND known.kind = %(kind)s
                          AND (known.kind <> 'private' OR known.language = %(language)s)
                          AND known.active = (known.migrated_to IS NULL)
                          AND known.seen_at > now() - %(fresh)s)
    ON CONFLICT (id) DO UPDATE
       SET kind = excluded.kind,
           language = CASE WHEN excluded.kind = 'private' THEN excluded.language ELSE c.language END,
           active = c.migrated_to IS NULL,
           inactive_reason = CASE WHEN c.migrated_to IS NOT NULL THEN c.inactive_reason END,
           seen_at = now()
    RETURNING {CHAT_COLUMNS}
)
SELECT * FROM changed
UNION ALL
SELECT {CHAT_COLUMNS} FROM chats c WHERE c.id = %(chat_id)s AND NOT EXISTS (SELECT FROM changed)
"""
"""Who was seen a moment ago, and is as they were, costs no write: it is asked at every update."""

_SUBSCRIPTIONS: Final = f"""
SELECT {SUBSCRIPTION_COLUMNS}
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
"""

_LOCK_CHAT: Final = "SELECT FROM chats WHERE id = %(chat_id)s FOR NO KEY UPDATE"

_ADD_WALLET: Final = """
INSERT INTO wallets AS w (address)
SELECT %(address)s
  FROM chats c
 WHERE c.id = %(chat_id)s
   AND (SELECT count(*) FROM subscriptions s WHERE s.chat_id = c.id) < %(limit)s
ON CONFLICT (address) DO UPDATE SET discovered_at = w.discovered_at
"""
"""The update changes nothing; it locks the wallet against others that subscribe to it now."""

_ADD_SUBSCRIPTION: Final = """
WITH wallet AS (
    SELECT w.id, w.address, w.watch_slot,
           EXISTS (SELECT FROM subscriptions s
                     JOIN chats c ON c.id = s.chat_id
                    WHERE s.wallet_id = w.id AND c.active) AS watched
      FROM wallets w
      JOIN chats mine ON mine.id = %(chat_id)s
     WHERE w.address = %(address)s
       AND (SELECT count(*) FROM subscriptions s WHERE s.chat_id = mine.id) < %(limit)s
       AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.chat_id = mine.id AND s.wallet_id = w.id)
), new AS (
    SELECT id, address, watched,
           CASE WHEN watched AND %(slot)s::bigint IS NULL
                THEN greatest(watch_slot, (SELECT max(greatest(a.state_slot, a.cursor_slot))
                                             FROM watched_accounts a
                                            WHERE a.wallet_id = wallet.id),
                                          (SELECT max(f.slot) FROM followers f))
                ELSE %(slot)s::bigint
            END AS start
      FROM wallet
), wallet_start AS (
    UPDATE wallets w
       SET watch_slot = CASE WHEN new.watched THEN least(w.watch_slot, new.start) ELSE new.start END
      FROM new
     WHERE w.id = new.id
), cursors AS (
    UPDATE watched_accounts a
       SET id = DEFAULT,
           cursor_slot = CASE WHEN new.watched THEN least(a.cursor_slot, new.start) ELSE new.start END,
           cursor_signature = CASE WHEN new.watched AND a.cursor_slot <= new.start
                                   THEN a.cursor_signature END,
           state_digest = CASE WHEN new.watched THEN a.state_digest END,
           state_slot = CASE WHEN new.watched THEN a.state_slot END
      FROM new
     WHERE a.wallet_id = new.id
), own_account AS (
    INSERT INTO watched_accounts (wallet_id, address, kind, cursor_slot)
    SELECT id, address, 'system', start FROM new
    ON CONFLICT (wallet_id, address) DO NOTHING
), waiting AS (
    UPDATE subscriptions s
       SET from_slot = new.start
      FROM new
     WHERE s.wallet_id = new.id AND s.from_slot IS NULL
)
INSERT INTO subscriptions (chat_id, wallet_id, label, from_slot)
SELECT %(chat_id)s, id, %(label)s, start FROM new
RETURNING id
"""
"""A wallet that is watched goes on; its cursors never stand behind the new watcher's start.

The accounts get new ids, so that a check which began before, and so knows nothing of this watcher, cannot
move their cursors past what the watcher has to hear.
"""

_RELABEL: Final = """
UPDATE subscriptions s
   SET label = %(label)s
  FROM wallets w
 WHERE w.id = s.wallet_id AND w.address = %(address)s AND s.chat_id = %(chat_id)s
   AND %(label)s::text IS NOT NULL AND s.label IS DISTINCT FROM %(label)s
"""

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

_PROGRESS: Final = """
SELECT slot, at FROM (
    SELECT min(slot) AS slot, min(at) AS at FROM sweep_shards HAVING bool_and(slot IS NOT NULL)
    UNION ALL
    SELECT slot, at FROM followers WHERE slot IS NOT NULL
) watchers ORDER BY slot DESC LIMIT 1
"""

_TOLD: Final = """
SELECT status, CASE WHEN status = 'suppressed' THEN coalesce(reason, '') END, count(*)
  FROM deliveries
 WHERE chat_id = %s AND created_at >= %s
 GROUP BY 1, 2
"""

_MIGRATION: Final = (
    "SELECT FROM chats WHERE id IN (%(old)s, %(new)s) ORDER BY id FOR NO KEY UPDATE",
    """
    INSERT INTO chats (id, kind, language, settings)
    SELECT %(new)s, 'supergroup', language, settings
      FROM chats
     WHERE id = %(old)s AND migrated_to IS NULL
    ON CONFLICT (id) DO UPDATE SET language = excluded.language, settings = excluded.settings
    """,
    """
    UPDATE subscriptions kept
       SET from_slot = least(kept.from_slot, gone.from_slot), label = coalesce(kept.label, gone.label)
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
    DELETE FROM deliveries gone
     USING deliveries kept
     WHERE gone.kind = 'activity' AND gone.chat_id = %(old)s
       AND kept.kind = 'activity' AND kept.chat_id = %(new)s
       AND gone.wallet_id = kept.wallet_id AND gone.signature = kept.signature
    """,
    """
    DELETE FROM deliveries digest
     WHERE digest.kind = 'digest' AND digest.chat_id = %(old)s AND digest.status = 'pending'
       AND NOT EXISTS (SELECT FROM deliveries merged WHERE merged.digest_key = digest.key)
    """,
    "UPDATE deliveries SET chat_id = %(new)s WHERE chat_id = %(old)s",
    """
    UPDATE chats SET active = false, inactive_reason = 'migrated', migrated_to = %(new)s
     WHERE id = %(old)s AND migrated_to IS NULL
    """,
)


class PostgresSubscriptionStore:
    """Who watches what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, contact: Contact) -> Chat:
        """Insert or refresh the user and the chat (active again), and return the chat with its settings."""
        values = {
            "chat_id": contact.chat_id,
            "kind": contact.chat_kind.value,
            "user_id": contact.user_id,
            "username": None if contact.username is None else storable(contact.username, MAX_USERNAME_LENGTH),
            "language": storable(contact.language, MAX_LANGUAGE_LENGTH),
            "fresh": SEEN_FRESH,
        }

        async def work(connection: Connection) -> Chat:
            row = await (await connection.execute(_REMEMBER, values)).fetchone()
            assert row is not None
            return to_chat(row)

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

    async def deactivate(self, chat_id: int, reason: str) -> None:
        """Send nothing to this chat any more, until it is heard of again."""

        async def work(connection: Connection) -> None:
            await connection.execute(
                "UPDATE chats SET active = false, inactive_reason = %s WHERE id = %s AND active",
                [storable(reason, MAX_REASON_LENGTH), chat_id],
            )

        await self._database.run(work)

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
        values = {
            "chat_id": chat_id,
            "address": address,
            "label": None if label is None else storable(label),
            "slot": slot,
            "limit": limit,
        }

        async def work(connection: Connection) -> tuple[bool, bool, Subscription | None]:
            async with together(connection):
                chat = await connection.execute(_LOCK_CHAT, values)
                await connection.execute(_ADD_WALLET, values)
                added = await connection.execute(_ADD_SUBSCRIPTION, values)
                await connection.execute(_RELABEL, values)
                found = await connection.execute(
                    f"{_SUBSCRIPTIONS} WHERE s.chat_id = %(chat_id)s AND w.address = %(address)s", values
                )
            row = await found.fetchone()
            return chat.rowcount > 0, added.rowcount > 0, None if row is None else to_subscription(row)

        known, created, subscription = await self._database.run(work)
        if not known:
            raise UnknownChat("a chat that was never greeted cannot watch")
        if subscription is None:
            raise QuotaExceeded(limit)
        return Subscribed(subscription, created)

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
        return await self._select("s.chat_id = %s", [chat_id])

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
                    f"{_SUBSCRIPTIONS} WHERE s.chat_id = %s ORDER BY s.id", [chat_id]
                )
                looked = await connection.execute(_PROGRESS)
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
            cursor = await connection.execute(f"{_SUBSCRIPTIONS} WHERE {condition} ORDER BY s.id", values)
            return [to_subscription(row) for row in await cursor.fetchall()]

        return await self._database.run(work)
