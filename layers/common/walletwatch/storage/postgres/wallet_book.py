"""`ports.WalletBook` on PostgreSQL. Every operation is one round trip."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.chats import Subscription
from walletwatch.domain.errors import TooManyTags, UnknownChat
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.wallet_book import (
    MAX_SHARES,
    MAX_TAGS,
    Resumed,
    Share,
    SharedWallet,
    WalletEntry,
)
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import PROGRESS, SUBSCRIPTION_COLUMNS, Row, storable, to_subscription

USED_FRESH: Final = timedelta(minutes=10)
"""How exactly it is known when a wallet was last used: most uses cost no write."""

_SUBSCRIPTIONS: Final = f"""
SELECT {SUBSCRIPTION_COLUMNS}
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
 WHERE s.chat_id = %(chat_id)s
"""

_MISSED: Final = """
(SELECT count(*) FROM deliveries d
  WHERE d.chat_id = s.chat_id AND d.wallet_id = s.wallet_id
    AND d.status = 'suppressed' AND d.reason = 'paused'
    AND d.created_at >= coalesce(s.paused_at, s.created_at))
"""
"""Of a paused subscription s."""

_ENTRIES: Final = f"""
WITH looked AS ({PROGRESS})
SELECT s.created_at, s.tags, s.note,
       CASE WHEN s.paused THEN coalesce(s.paused_at, s.created_at) END,
       CASE WHEN s.paused THEN {_MISSED} ELSE 0 END,
       last.kind, last.block_time,
       (SELECT count(*) FROM watched_accounts a WHERE a.wallet_id = w.id AND a.kind = 'stake'),
       r.score, r.level, r.rules, r.at,
       looked.at,
       {SUBSCRIPTION_COLUMNS}
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
  LEFT JOIN wallet_risks r ON r.wallet_id = w.id
  LEFT JOIN looked ON true
  LEFT JOIN LATERAL (
       SELECT a.kind, a.block_time
         FROM activities a
        WHERE a.wallet_id = w.id
        ORDER BY a.slot DESC, a.id DESC
        LIMIT 1
       ) last ON true
 WHERE s.chat_id = %(chat_id)s
"""

_ENTRY: Final = f"{_ENTRIES} AND s.id = %(id)s"

_USE: Final = """
WITH used AS (
    UPDATE subscriptions SET used_at = now()
     WHERE chat_id = %(chat_id)s AND id = %(id)s
       AND (used_at IS NULL OR used_at < now() - %(fresh)s)
)
"""

_TAGS: Final = """
ARRAY(SELECT DISTINCT tag COLLATE "C" FROM unnest(tags || %(add)s::text[]) tag
       WHERE tag <> ALL(%(remove)s::text[]) ORDER BY 1)
"""

_RETAG: Final = f"""
UPDATE subscriptions SET tags = {_TAGS}
 WHERE chat_id = %(chat_id)s AND id = %(id)s AND cardinality({_TAGS}) <= %(limit)s
"""

_DESCRIBE: Final = """
UPDATE subscriptions s
   SET tags = ARRAY(SELECT jsonb_array_elements_text(n.fact -> 'tags')), note = n.fact ->> 'note'
  FROM unnest(%(addresses)s::text[], %(facts)s::jsonb[]) n (address, fact)
  JOIN wallets w ON w.address = n.address
 WHERE s.wallet_id = w.id AND s.chat_id = %(chat_id)s
"""

_CHOSEN: Final = "(%(ids)s::bigint[] IS NULL OR s.id = ANY(%(ids)s))"

_PAUSE: Final = f"""
UPDATE subscriptions s SET paused = true, paused_at = %(at)s
  FROM wallets w, chats c
 WHERE w.id = s.wallet_id AND c.id = s.chat_id
   AND s.chat_id = %(chat_id)s AND NOT s.paused AND {_CHOSEN}
RETURNING {SUBSCRIPTION_COLUMNS}
"""

_RESUME: Final = f"""
WITH old AS (
    SELECT s.id FROM subscriptions s
     WHERE s.chat_id = %(chat_id)s AND s.paused AND {_CHOSEN}
       FOR UPDATE
), changed AS (
    UPDATE subscriptions s SET paused = false, paused_at = NULL FROM old WHERE s.id = old.id
    RETURNING s.id
)
SELECT {_MISSED}, {SUBSCRIPTION_COLUMNS}
  FROM changed
  JOIN subscriptions s ON s.id = changed.id
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
 ORDER BY s.id
"""
"""The outer query sees the subscriptions as they were before."""

_SHARE_COLUMNS: Final = "h.id, h.token, h.chat_id, h.addresses, h.labels, h.named, h.created_at, h.expires_at"

_ADD_SHARE: Final = f"""
INSERT INTO shares AS h (token, chat_id, addresses, labels, named, created_at, expires_at)
SELECT %(token)s, c.id, %(addresses)s::text[], %(labels)s::text[], %(named)s, %(at)s, %(expires_at)s
  FROM chats c WHERE c.id = %(chat_id)s
RETURNING {_SHARE_COLUMNS}
"""

_SHARES: Final = f"""
SELECT {_SHARE_COLUMNS} FROM shares h
 WHERE h.chat_id = %(chat_id)s AND h.expires_at > %(now)s ORDER BY h.id DESC
"""

_END_SHARES: Final = """
DELETE FROM shares
 WHERE chat_id = %(chat_id)s
   AND (expires_at <= %(at)s OR id NOT IN (SELECT newest.id FROM shares newest
                                            WHERE newest.chat_id = %(chat_id)s AND newest.expires_at > %(at)s
                                            ORDER BY newest.id DESC LIMIT %(limit)s))
"""


class PostgresWalletBook:
    """What chats write down about their wallets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, chat_id: int) -> Sequence[WalletEntry]:
        """What the chat watches, in the order it was added."""
        rows = await self._rows(f"{_ENTRIES} ORDER BY s.id", {"chat_id": chat_id})
        return [_to_entry(row) for row in rows]

    async def entry(self, chat_id: int, subscription_id: int) -> WalletEntry | None:
        """One of them, which is remembered as used."""
        values = {"chat_id": chat_id, "id": subscription_id, "fresh": USED_FRESH}

        async def work(connection: Connection) -> WalletEntry | None:
            async with together(connection):
                await connection.execute(f"{_USE} SELECT", values)
                found = await connection.execute(_ENTRY, values)
            row = await found.fetchone()
            return None if row is None else _to_entry(row)

        return await self._database.run(work)

    async def use(self, chat_id: int, subscription_id: int) -> Subscription | None:
        """The same without what is known beside it."""
        values = {"chat_id": chat_id, "id": subscription_id, "fresh": USED_FRESH}
        rows = await self._rows(f"{_USE} {_SUBSCRIPTIONS} AND s.id = %(id)s", values)
        return to_subscription(rows[0]) if rows else None

    async def recent(self, chat_id: int) -> Sequence[Subscription]:
        """What the chat watches, the last used first; what was never used in the order it was added."""
        rows = await self._rows(
            f"{_SUBSCRIPTIONS} ORDER BY s.used_at DESC NULLS LAST, s.id", {"chat_id": chat_id}
        )
        return [to_subscription(row) for row in rows]

    async def rename(self, chat_id: int, subscription_id: int, label: str | None) -> Subscription | None:
        """Call it by another name, or by none."""
        rows = await self._rows(
            f"""
            UPDATE subscriptions s SET label = %(label)s
              FROM wallets w, chats c
             WHERE w.id = s.wallet_id AND c.id = s.chat_id AND s.chat_id = %(chat_id)s AND s.id = %(id)s
            RETURNING {SUBSCRIPTION_COLUMNS}
            """,
            {"chat_id": chat_id, "id": subscription_id, "label": _text(label)},
        )
        return to_subscription(rows[0]) if rows else None

    async def retag(
        self, chat_id: int, subscription_id: int, *, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> WalletEntry | None:
        """Add and take away tags.

        Raises:
            TooManyTags: It would have more than `MAX_TAGS`; nothing is changed.
        """
        changed, entry = await self._changed(
            _RETAG,
            {
                "chat_id": chat_id,
                "id": subscription_id,
                "add": [storable(tag) for tag in add],
                "remove": [storable(tag) for tag in remove],
                "limit": MAX_TAGS,
            },
        )
        if entry is not None and not changed:
            raise TooManyTags
        return entry

    async def annotate(self, chat_id: int, subscription_id: int, note: str | None) -> WalletEntry | None:
        """Keep this note, or none."""
        _, entry = await self._changed(
            "UPDATE subscriptions SET note = %(note)s WHERE chat_id = %(chat_id)s AND id = %(id)s",
            {"chat_id": chat_id, "id": subscription_id, "note": _text(note)},
        )
        return entry

    async def describe(self, chat_id: int, facts: Mapping[str, tuple[Collection[str], str | None]]) -> None:
        """Set tags and note of the chat's wallets, by address; whom the chat does not watch is left out."""
        described = [
            _json({"tags": sorted(storable(tag) for tag in set(tags)), "note": _text(note)})
            for tags, note in facts.values()
        ]

        async def work(connection: Connection) -> None:
            await connection.execute(
                _DESCRIBE, {"chat_id": chat_id, "addresses": list(facts), "facts": described}
            )

        await self._database.run(work)

    async def pause(
        self, chat_id: int, subscription_ids: Collection[int] | None, at: datetime
    ) -> Sequence[Subscription]:
        """Tell nothing of these, or of all, from then on; those that this changed."""
        rows = await self._rows(_PAUSE, {"chat_id": chat_id, "ids": _ids(subscription_ids), "at": at})
        return sorted((to_subscription(row) for row in rows), key=lambda each: each.id)

    async def resume(self, chat_id: int, subscription_ids: Collection[int] | None) -> Sequence[Resumed]:
        """Tell of these, or of all, again; those that this changed."""
        rows = await self._rows(_RESUME, {"chat_id": chat_id, "ids": _ids(subscription_ids)})
        return [Resumed(replace(to_subscription(row[1:]), paused=False), row[0]) for row in rows]

    async def share(
        self,
        chat_id: int,
        token: str,
        wallets: Sequence[SharedWallet],
        *,
        named: bool,
        at: datetime,
        expires_at: datetime,
    ) -> Share:
        """Keep a list under a token; the oldest of too many end, as do those past their time."""
        values = {
            "chat_id": chat_id,
            "token": token,
            "addresses": [wallet.address for wallet in wallets],
            "labels": [_text(wallet.label) for wallet in wallets],
            "named": named,
            "at": at,
            "expires_at": expires_at,
            "limit": MAX_SHARES,
        }

        async def work(connection: Connection) -> Share | None:
            async with together(connection):
                added = await connection.execute(_ADD_SHARE, values)
                await connection.execute(_END_SHARES, values)
            row = await added.fetchone()
            return None if row is None else _to_share(row)

        share = await self._database.run(work)
        if share is None:
            raise UnknownChat("a chat that was never greeted cannot share")
        return share

    async def shares(self, chat_id: int, now: datetime) -> tuple[Sequence[WalletEntry], Sequence[Share]]:
        """What the chat watches, as `entries`, and its open lists, the newest first."""
        values = {"chat_id": chat_id, "now": now}

        async def work(connection: Connection) -> tuple[Sequence[Row], Sequence[Row]]:
            async with together(connection):
                entries = await connection.execute(f"{_ENTRIES} ORDER BY s.id", values)
                shares = await connection.execute(_SHARES, values)
            return await entries.fetchall(), await shares.fetchall()

        entries, shares = await self._database.run(work)
        return [_to_entry(row) for row in entries], [_to_share(row) for row in shares]

    async def shared(self, token: str, now: datetime) -> Share | None:
        """The list of a token; None where there is none, or it has ended."""
        rows = await self._rows(
            f"SELECT {_SHARE_COLUMNS} FROM shares h WHERE h.token = %(token)s AND h.expires_at > %(now)s",
            {"token": storable(token), "now": now},
        )
        return _to_share(rows[0]) if rows else None

    async def revoke(self, chat_id: int, share_id: int) -> bool:
        """End a list; False where this chat has none such."""
        rows = await self._rows(
            "DELETE FROM shares WHERE chat_id = %(chat_id)s AND id = %(id)s RETURNING id",
            {"chat_id": chat_id, "id": share_id},
        )
        return bool(rows)

    async def forget_shares(self, before: datetime) -> int:
        """Delete the lists that had ended by then; how many there were."""
        rows = await self._rows(
            "DELETE FROM shares WHERE expires_at <= %(before)s RETURNING id", {"before": before}
        )
        return len(rows)

    async def _rows(self, query: str, values: Mapping[str, object]) -> Sequence[Row]:
        async def work(connection: Connection) -> Sequence[Row]:
            return await (await connection.execute(query, values)).fetchall()

        return await self._database.run(work)

    async def _changed(self, query: str, values: Mapping[str, object]) -> tuple[bool, WalletEntry | None]:
        """Whether the change was made, and the entry as it is then."""

        async def work(connection: Connection) -> tuple[bool, WalletEntry | None]:
            async with together(connection):
                done = await connection.execute(query, values)
                found = await connection.execute(_ENTRY, values)
            row = await found.fetchone()
            return done.rowcount > 0, None if row is None else _to_entry(row)

        return await self._database.run(work)


def _to_entry(row: Row) -> WalletEntry:
    added_at, tags, note, paused_at, missed, kind, block_time, stakes, *others = row
    score, level, rules, at, looked_at, *columns = others
    subscription = to_subscription(columns)
    return WalletEntry(
        subscription,
        added_at,
        tuple(tags),
        note,
        paused_at,
        missed,
        None if kind is None else ActivityKind(kind),
        block_time,
        stakes,
        None if score is None else KnownRisk(score, level, rules, at),
        None if subscription.checked_slot is None else looked_at,
    )


def _to_share(row: Row) -> Share:
    share_id, token, chat_id, addresses, labels, named, created_at, expires_at = row
    wallets = tuple(SharedWallet(*each) for each in zip(addresses, labels, strict=True))
    return Share(share_id, token, chat_id, wallets, named, created_at, expires_at)


def _ids(ids: Collection[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)


def _text(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
