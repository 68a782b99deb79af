"""`ports.people.People` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.people import Feedback, PeopleOrder, PeopleQuery, Person, PersonCard, Watched
from walletwatch.domain.rules import Suppression
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import storable

PERSON_COLUMNS: Final = """
u.id, u.username, u.language, u.created_at, u.seen_at, u.banned_at, u.ban_reason, u.premium_until, u.quotas
"""
"""Of users u."""

_ORDERS: Final = {PeopleOrder.NEWEST: "u.created_at", PeopleOrder.ACTIVE: "u.seen_at"}

LAST_CHARACTER: Final = "\U0010ffff"

_NAMED: Final = """
(SELECT * FROM users WHERE lower(username) ~>=~ %(from)s AND lower(username) ~<~ %(to)s OFFSET 0)
"""
"""By the index of names. Without OFFSET the planner may read everybody by age, hoping for some soon."""

_CHATS: Final = "SELECT c.id FROM chats c WHERE c.id = %(user_id)s OR c.owner_id = %(user_id)s"

_CARD: Final = f"""
SELECT (SELECT c.active FROM chats c WHERE c.id = u.id AND c.kind = 'private'),
       (SELECT count(*) FROM chats c WHERE c.owner_id = u.id AND c.id <> u.id AND c.migrated_to IS NULL),
       (SELECT count(*) FROM subscriptions s WHERE s.chat_id IN ({_CHATS})),
       (SELECT count(*) FROM alert_rules r WHERE r.chat_id IN ({_CHATS}) AND r.ended_at IS NULL),
       (SELECT count(*) FROM payments p WHERE p.user_id = u.id),
       {PERSON_COLUMNS}
  FROM users u
 WHERE u.id = %(user_id)s
"""

_TOLD: Final = f"""
SELECT status, count(*)
  FROM deliveries
 WHERE chat_id IN ({_CHATS}) AND created_at >= %(since)s
 GROUP BY status
"""

_WALLETS: Final = f"""
SELECT s.id, s.chat_id, w.address, s.paused
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
 WHERE s.chat_id IN ({_CHATS}) AND s.id > %(after)s
 ORDER BY s.id
 LIMIT %(limit)s
"""

_SUPPRESS: Final = f"""
UPDATE deliveries
   SET status = 'suppressed', reason = %(suppressed)s, settled_at = now()
 WHERE status = 'pending' AND chat_id IN ({_CHATS})
"""

_FEEDBACK: Final = """
SELECT f.id, f.user_id, u.username, f.text, f.at, f.answered_at
  FROM feedback f
  LEFT JOIN users u ON u.id = f.user_id
 WHERE %(before)s::bigint IS NULL OR f.id < %(before)s
 ORDER BY f.id DESC
 LIMIT %(limit)s
"""


class PostgresPeople:
    """Who uses the bot, what they may do, and what they say of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, user_id: int) -> Person | None:
        """Somebody; None for a person who is not known."""
        return await self._one(f"SELECT {PERSON_COLUMNS} FROM users u WHERE u.id = %(user_id)s", user_id)

    async def page(self, query: PeopleQuery, *, limit: int) -> Sequence[Person]:
        """At most `limit` people from the query's mark on, in the order of the query."""
        column = _ORDERS[query.order]
        sign, direction = (">", "ASC") if query.backwards else ("<", "DESC")
        source, condition = "users", "true"
        values: dict[str, Any] = {"limit": limit}
        if query.prefix:
            source = _NAMED
            values |= {"from": query.prefix, "to": query.prefix + LAST_CHARACTER}
        if query.mark is not None:
            condition = f"({column}, u.id) {sign} (%(at)s, %(id)s)"
            values |= {"at": query.mark.at, "id": query.mark.user_id}
        statement = (
            f"SELECT {PERSON_COLUMNS} FROM {source} u WHERE {condition}"
            f" ORDER BY {column} {direction}, u.id {direction} LIMIT %(limit)s"
        )

        async def work(connection: Connection) -> list[Person]:
            cursor = await connection.execute(statement, values)
            return [Person(*row) for row in await cursor.fetchall()]

        found = await self._database.run(work)
        return found[::-1] if query.backwards else found

    async def card(self, user_id: int, *, since: datetime) -> PersonCard | None:
        """Somebody and what they do."""
        values = {"user_id": user_id, "since": since}

        async def work(connection: Connection) -> PersonCard | None:
            async with connection.pipeline():
                found = await connection.execute(_CARD, values)
                told = await connection.execute(_TOLD, values)
            row = await found.fetchone()
            if row is None:
                return None
            reachable, groups, wallets, alerts, payments, *person = row
            by_status = dict(await told.fetchall())
            deliveries = {status: by_status.get(status, 0) for status in DeliveryStatus}
            return PersonCard(Person(*person), reachable, groups, wallets, alerts, payments, deliveries)

        return await self._database.run(work)

    async def wallets(self, user_id: int, *, after: int, limit: int) -> Sequence[Watched]:
        """What their chats watch, from behind this subscription on, oldest first."""

        async def work(connection: Connection) -> Sequence[Watched]:
            values = {"user_id": user_id, "after": after, "limit": limit}
            cursor = await connection.execute(_WALLETS, values)
            return [Watched(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def ban(self, user_id: int, reason: str | None, at: datetime) -> Person | None:
        """Keep them out; messages to their chats that are pending are suppressed."""
        values = {
            "user_id": user_id,
            "at": at,
            "reason": None if reason is None else storable(reason),
            "suppressed": Suppression.BANNED.value,
        }

        async def work(connection: Connection) -> Person | None:
            async with together(connection):
                banned = await connection.execute(
                    "UPDATE users u SET banned_at = coalesce(u.banned_at, %(at)s),"
                    " ban_reason = coalesce(%(reason)s, u.ban_reason)"
                    f" WHERE u.id = %(user_id)s RETURNING {PERSON_COLUMNS}",
                    values,
                )
                await connection.execute(_SUPPRESS, values)
            row = await banned.fetchone()
            return None if row is None else Person(*row)

        return await self._database.run(work)

    async def unban(self, user_id: int) -> Person | None:
        """Let them in again."""
        return await self._change("banned_at = NULL, ban_reason = NULL", user_id)

    async def grant(self, user_id: int, time: timedelta, now: datetime) -> Person | None:
        """Give them the premium plan for so much longer."""
        # The year 9999 stands for never.
        return await self._change(
            "premium_until = least(greatest(u.premium_until, %(now)s) + %(time)s, '9999-12-31')",
            user_id,
            now=now,
            time=time,
        )

    async def revoke(self, user_id: int) -> Person | None:
        """Let their premium plan end now."""
        return await self._change("premium_until = NULL", user_id)

    async def set_quota(self, user_id: int, name: str, value: int | None) -> Person | None:
        """Set a quota; None to let the plan's hold again."""
        if value is None:
            return await self._change("quotas = u.quotas - %(name)s::text", user_id, name=name)
        return await self._change("quotas = u.quotas || %(quota)s", user_id, quota=Jsonb({name: value}))

    async def feedback(self, *, before: int | None, limit: int) -> Sequence[Feedback]:
        """What people said, newest first, of those with smaller ids than `before`."""

        async def work(connection: Connection) -> Sequence[Feedback]:
            cursor = await connection.execute(_FEEDBACK, {"before": before, "limit": limit})
            return [Feedback(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def answered(self, user_id: int, at: datetime) -> int:
        """All that this person said was answered; how much of it was not yet."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute(
                "UPDATE feedback SET answered_at = %s WHERE user_id = %s AND answered_at IS NULL",
                [at, user_id],
            )
            return cursor.rowcount

        return await self._database.run(work)

    async def _change(self, change: str, user_id: int, **values: object) -> Person | None:
        return await self._one(
            f"UPDATE users u SET {change} WHERE u.id = %(user_id)s RETURNING {PERSON_COLUMNS}",
            user_id,
            **values,
        )

    async def _one(self, statement: str, user_id: int, **values: object) -> Person | None:
        async def work(connection: Connection) -> Person | None:
            cursor = await connection.execute(statement, {"user_id": user_id, **values})
            row = await cursor.fetchone()
            return None if row is None else Person(*row)

        return await self._database.run(work)
