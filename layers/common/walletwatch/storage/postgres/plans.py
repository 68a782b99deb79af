"""`ports.plans.PlanStore` on PostgreSQL. Every operation is one round trip."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from walletwatch.domain.chats import DEFAULT_TIMEZONE
from walletwatch.domain.plans import NEVER, Ending, Offer, Order, Payment, Quota, Settled
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import Row, storable

MAX_CHARGE_LENGTH: Final = 256
MAX_PAYLOAD_LENGTH: Final = 128

_USED: Final = """
WITH theirs AS (
    SELECT id FROM chats WHERE owner_id = %(owner_id)s OR (id = %(owner_id)s AND owner_id IS NULL)
)
SELECT (SELECT count(DISTINCT s.wallet_id) FROM subscriptions s WHERE s.chat_id IN (SELECT id FROM theirs)),
       (SELECT count(*) FROM alert_rules a
         WHERE a.chat_id IN (SELECT id FROM theirs) AND a.ended_at IS NULL)
"""

_PAYMENT: Final = "p.charge_id, p.user_id, p.days, p.stars, p.paid_at, p.refund_by, p.refunded_at"
"""Of payments p."""

_PAID: Final = f"""
WITH paid AS (
    INSERT INTO payments AS p (charge_id, order_id, user_id, days, stars, paid_at)
    SELECT %(charge_id)s, %(order_id)s, %(user_id)s,
           coalesce((SELECT o.days FROM orders o WHERE o.id = %(order_id)s AND o.user_id = %(user_id)s), 0),
           %(stars)s, %(at)s
    ON CONFLICT (charge_id) DO NOTHING
    RETURNING {_PAYMENT}
), closed AS (
    UPDATE orders o SET paid_at = %(at)s FROM paid WHERE o.id = %(order_id)s AND o.user_id = paid.user_id
), prolonged AS (
    UPDATE users u
       SET premium_until = CASE
               WHEN u.premium_until >= %(never)s THEN u.premium_until
               ELSE least(greatest(u.premium_until, %(at)s) + make_interval(days => paid.days), %(never)s)
           END
      FROM paid
     WHERE u.id = paid.user_id AND paid.days > 0
    RETURNING u.premium_until
)
SELECT true, coalesce((SELECT premium_until FROM prolonged),
                      (SELECT premium_until FROM users u WHERE u.id = paid.user_id)), paid.*
  FROM paid
 UNION ALL
SELECT false, (SELECT premium_until FROM users u WHERE u.id = p.user_id), {_PAYMENT}
  FROM payments p
 WHERE p.charge_id = %(charge_id)s
"""
"""The payment and what it gives, together or not at all. The second part sees only what was there before."""

_BEGIN_REFUND: Final = f"""
UPDATE payments p
   SET refund_by = %(by)s
 WHERE p.charge_id = %(charge_id)s AND p.user_id = %(user_id)s AND p.refunded_at IS NULL
   AND (p.refund_by IS NULL OR p.refund_by = %(by)s)
   AND (%(after)s::timestamptz IS NULL OR p.days = 0 OR p.refund_by = %(by)s
        OR (p.paid_at >= %(after)s
            AND NOT EXISTS (SELECT FROM payments before
                             WHERE before.user_id = %(user_id)s AND before.refund_by = %(by)s
                               AND before.days > 0)))
RETURNING {_PAYMENT}
"""

_END_REFUND: Final = f"""
WITH refunded AS (
    UPDATE payments p
       SET refunded_at = %(at)s
     WHERE p.charge_id = %(charge_id)s AND p.user_id = %(user_id)s AND p.refunded_at IS NULL
    RETURNING {_PAYMENT}
), shortened AS (
    UPDATE users u
       SET premium_until = CASE
               WHEN u.premium_until >= %(never)s THEN u.premium_until
               WHEN u.premium_until - make_interval(days => refunded.days) > %(at)s
                   THEN u.premium_until - make_interval(days => refunded.days)
           END
      FROM refunded
     WHERE u.id = refunded.user_id AND refunded.days > 0
    RETURNING u.premium_until
)
SELECT true, CASE WHEN refunded.days > 0 THEN (SELECT premium_until FROM shortened)
                  ELSE (SELECT premium_until FROM users u WHERE u.id = refunded.user_id) END, refunded.*
  FROM refunded
 UNION ALL
SELECT false, (SELECT premium_until FROM users u WHERE u.id = p.user_id), {_PAYMENT}
  FROM payments p
 WHERE p.charge_id = %(charge_id)s AND p.user_id = %(user_id)s AND p.refunded_at IS NOT NULL
"""
"""What is left of a premium after that is none if it is over."""

_GIVE_UP_REFUND: Final = f"""
WITH given_up AS (
    UPDATE payments p
       SET refund_by = NULL
     WHERE p.charge_id = %(charge_id)s AND p.user_id = %(user_id)s AND p.refunded_at IS NULL
    RETURNING {_PAYMENT}
)
SELECT true, (SELECT premium_until FROM users u WHERE u.id = given_up.user_id), given_up.* FROM given_up
"""

_ENDINGS: Final = """
SELECT u.id, u.premium_until, coalesce(c.settings->>'language', c.language),
       coalesce(c.settings->>'timezone', %(timezone)s)
  FROM users u
  JOIN chats c ON c.id = u.id AND c.active
 WHERE u.premium_until > %(after)s AND u.premium_until <= %(before)s AND u.banned_at IS NULL
 ORDER BY u.premium_until
 LIMIT %(limit)s
"""


class PostgresPlanStore:
    """Premium, quotas, orders and payments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self, owner_id: int) -> Mapping[Quota, int]:
        """How many wallets and alerts somebody has in all chats that are theirs."""
        row = await self._one(_USED, {"owner_id": owner_id})
        assert row is not None
        return {Quota.WALLETS: row[0], Quota.ALERTS: row[1]}

    async def order(self, order: Order) -> None:
        """Keep what somebody was sent an invoice for."""
        await self._change(
            "INSERT INTO orders (id, user_id, days, stars, created_at)"
            " VALUES (%(id)s, %(user_id)s, %(days)s, %(stars)s, %(at)s) ON CONFLICT (id) DO NOTHING",
            {
                "id": order.id,
                "user_id": order.user_id,
                "days": order.offer.days,
                "stars": order.offer.stars,
                "at": order.created_at,
            },
        )

    async def ordered(self, order_id: str) -> Order | None:
        """An order of somebody who is not banned; None where there is none."""
        row = await self._one(
            """
            SELECT o.id, o.user_id, o.days, o.stars, o.created_at, o.paid_at
              FROM orders o
             WHERE o.id = %(id)s
               AND NOT EXISTS (SELECT FROM users u WHERE u.id = o.user_id AND u.banned_at IS NOT NULL)
            """,
            {"id": storable(order_id)},
        )
        if row is None:
            return None
        known, user_id, days, stars, created_at, paid_at = row
        return Order(known, user_id, Offer(days, stars), created_at, paid_at is not None)

    async def paid(self, payment: Payment, order_id: str) -> Settled:
        """Keep a payment, and prolong the premium of who paid by what they had ordered."""
        row = await self._one(
            _PAID,
            {
                "charge_id": storable(payment.charge_id, MAX_CHARGE_LENGTH),
                "order_id": storable(order_id, MAX_PAYLOAD_LENGTH),
                "user_id": payment.user_id,
                "stars": payment.offer.stars,
                "at": payment.paid_at,
                "never": NEVER,
            },
        )
        if row is None:
            # Another instance has just kept it: its row is not in this statement's view.
            return await self.paid(payment, order_id)
        return _settled(row)

    async def payments(self, user_id: int, limit: int) -> Sequence[Payment]:
        """What somebody paid, the newest first."""

        async def work(connection: Connection) -> Sequence[Payment]:
            cursor = await connection.execute(
                f"SELECT {_PAYMENT} FROM payments p WHERE p.user_id = %s"
                " ORDER BY p.paid_at DESC, p.charge_id LIMIT %s",
                [user_id, limit],
            )
            return [_payment(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def begin_refund(
        self, user_id: int, charge_id: str, by: int, *, paid_after: datetime | None
    ) -> Payment | None:
        """Note that a payment is to be given back, and return it."""
        values = {"user_id": user_id, "charge_id": storable(charge_id), "by": by, "after": paid_after}

        async def work(connection: Connection) -> Payment | None:
            async with together(connection):
                # By statements of their own, so that the second sees what another instance has just begun.
                await connection.execute("SELECT FROM users WHERE id = %(user_id)s FOR NO KEY UPDATE", values)
                begun = await connection.execute(_BEGIN_REFUND, values)
            row = await begun.fetchone()
            return None if row is None else _payment(row)

        return await self._database.run(work)

    async def end_refund(self, user_id: int, charge_id: str, at: datetime | None) -> Settled | None:
        """The Stars are back, and the premium is as much shorter; or, with no time, they cannot be."""
        values = {"user_id": user_id, "charge_id": storable(charge_id), "at": at, "never": NEVER}
        row = await self._one(_GIVE_UP_REFUND if at is None else _END_REFUND, values)
        return None if row is None else _settled(row)

    async def endings(self, after: datetime, before: datetime, limit: int) -> Sequence[Ending]:
        """Premiums that end between these, of people whose private chat is written to."""
        values = {"after": after, "before": before, "limit": limit, "timezone": DEFAULT_TIMEZONE}

        async def work(connection: Connection) -> Sequence[Ending]:
            cursor = await connection.execute(_ENDINGS, values)
            return [Ending(*row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def forget_orders(self, made_before: datetime) -> int:
        """Delete orders that were made before this."""

        async def work(connection: Connection) -> int:
            cursor = await connection.execute("DELETE FROM orders WHERE created_at < %s", [made_before])
            return cursor.rowcount

        return await self._database.run(work)

    async def _one(self, statement: str, values: dict[str, object]) -> Row | None:
        async def work(connection: Connection) -> Row | None:
            return await (await connection.execute(statement, values)).fetchone()

        return await self._database.run(work)

    async def _change(self, statement: str, values: dict[str, object]) -> bool:
        async def work(connection: Connection) -> bool:
            return (await connection.execute(statement, values)).rowcount > 0

        return await self._database.run(work)


def _payment(row: Row) -> Payment:
    charge_id, user_id, days, stars, paid_at, refund_by, refunded_at = row
    return Payment(charge_id, user_id, Offer(days, stars), paid_at, refund_by, refunded_at)


def _settled(row: Row) -> Settled:
    new, premium_until, *payment = row
    return Settled(_payment(payment), new, premium_until)
