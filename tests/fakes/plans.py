"""`ports.plans.PlanStore` in memory, over the tables of `FakeStores`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from tests.fakes.outage import Outage
from tests.fakes.rows import Tables
from walletwatch.domain.chats import Owner
from walletwatch.domain.plans import NEVER, Ending, Offer, Order, Payment, Quota, Settled


@dataclass
class FakePlanStore:
    tables: Tables
    outage: Outage = field(default_factory=Outage)
    orders: dict[str, Order] = field(default_factory=dict)

    async def used(self, owner_id: int) -> Mapping[Quota, int]:
        self.outage.check()
        return {
            Quota.WALLETS: len(self.tables.wallets_of(owner_id)),
            Quota.ALERTS: self.tables.alerts_of(owner_id),
        }

    async def order(self, order: Order) -> None:
        self.outage.check()
        self.orders.setdefault(order.id, order)

    async def ordered(self, order_id: str) -> Order | None:
        self.outage.check()
        order = self.orders.get(order_id)
        row = self.tables.chats.get(order.user_id) if order else None
        return None if row is not None and row.chat.owner.banned else order

    async def paid(self, payment: Payment, order_id: str) -> Settled:
        self.outage.check()
        user_id = payment.user_id
        known = self.tables.payments.get(payment.charge_id)
        if known is not None:
            return Settled(known, False, self._until(known.user_id))
        order = self.orders.get(order_id)
        mine = order is not None and order.user_id == user_id
        days = order.offer.days if order is not None and mine else 0
        kept = replace(payment, offer=Offer(days, payment.offer.stars))
        self.tables.payments[payment.charge_id] = kept
        if order is not None and mine:
            self.orders[order_id] = replace(order, paid=True)
        until = self._until(user_id)
        if days and (until is None or until < NEVER):
            begin = max(until or payment.paid_at, payment.paid_at)
            self._set(user_id, premium_until=min(begin + timedelta(days=days), NEVER))
        return Settled(kept, True, self._until(user_id))

    async def payments(self, user_id: int, limit: int) -> Sequence[Payment]:
        self.outage.check()
        mine = [payment for payment in self.tables.payments.values() if payment.user_id == user_id]
        return sorted(mine, key=lambda each: (-each.paid_at.timestamp(), each.charge_id))[:limit]

    async def begin_refund(
        self, user_id: int, charge_id: str, by: int, *, paid_after: datetime | None
    ) -> Payment | None:
        self.outage.check()
        payment = self.tables.payments.get(charge_id)
        if payment is None or payment.user_id != user_id or payment.refunded_at is not None:
            return None
        if payment.refund_by not in {None, by}:
            return None
        if paid_after is not None and payment.offer.days and payment.refund_by is None:
            before = any(
                each.refund_by == by and each.offer.days
                for each in self.tables.payments.values()
                if each.user_id == user_id
            )
            if before or payment.paid_at < paid_after:
                return None
        self.tables.payments[charge_id] = replace(payment, refund_by=by)
        return self.tables.payments[charge_id]

    async def end_refund(self, user_id: int, charge_id: str, at: datetime | None) -> Settled | None:
        self.outage.check()
        payment = self.tables.payments.get(charge_id)
        if payment is None or payment.user_id != user_id:
            return None
        if payment.refunded_at is not None:
            return None if at is None else Settled(payment, False, self._until(user_id))
        if at is None:
            self.tables.payments[charge_id] = replace(payment, refund_by=None)
            return Settled(self.tables.payments[charge_id], True, self._until(user_id))
        self.tables.payments[charge_id] = replace(payment, refunded_at=at)
        until = self._until(user_id)
        if payment.offer.days and until is not None and until < NEVER:
            left = until - timedelta(days=payment.offer.days)
            self._set(user_id, premium_until=left if left > at else None)
        return Settled(self.tables.payments[charge_id], True, self._until(user_id))

    def let(self, user_id: int, until: datetime | None = None, **quotas: int) -> None:
        """What administrators do: a premium that ends then, and limits of one's own."""
        self._set(user_id, premium_until=until, quotas=MappingProxyType(quotas))

    async def endings(self, after: datetime, before: datetime, limit: int) -> Sequence[Ending]:
        self.outage.check()
        found = [
            Ending(chat.chat_id, until, chat.spoken_language, chat.settings.timezone)
            for chat in (row.chat for row in self.tables.chats.values())
            if chat.chat_id > 0 and chat.active and not chat.owner.banned
            if (until := chat.owner.premium_until) is not None and after < until <= before
        ]
        return sorted(found, key=lambda each: each.premium_until)[:limit]

    async def forget_orders(self, made_before: datetime) -> int:
        self.outage.check()
        old = [order.id for order in self.orders.values() if order.created_at < made_before]
        for order_id in old:
            del self.orders[order_id]
        return len(old)

    def _until(self, user_id: int) -> datetime | None:
        row = self.tables.chats.get(user_id)
        return row.chat.owner.premium_until if row else None

    def _set(self, user_id: int, **changes: object) -> None:
        """Of the person, wherever they answer for a chat."""
        for row in self.tables.chats.values():
            if row.chat.owner.user_id == user_id:
                owner: Owner = replace(row.chat.owner, **changes)  # type: ignore[arg-type]
                row.chat = replace(row.chat, owner=owner)
