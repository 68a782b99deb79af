"""Premium: granted by administrators, or bought with Telegram Stars and given back."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from walletwatch.domain.administration import AuditEntry
from walletwatch.domain.plans import (
    OFFERS,
    REFUND_WITHIN,
    Offer,
    Order,
    Payment,
    Quota,
    Settled,
    refusal,
)
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.operations import Administration
from walletwatch.ports.plans import PlanStore

PAYMENTS_SHOWN: Final = 20
ORDER_BYTES: Final = 16


class Plans:
    """The use cases behind /plan, /buy and /refund, and behind what administrators do about them."""

    def __init__(
        self,
        store: PlanStore,
        administration: Administration,
        clock: Clock,
        metrics: Metrics,
        offers: Sequence[Offer] = OFFERS,
    ) -> None:
        self._store = store
        self._administration = administration
        self._clock = clock
        self._metrics = metrics
        self.offers = tuple(offers)

    async def order(self, user_id: int, days: int) -> Order | None:
        """What an invoice is sent for; None where so many days are not for sale."""
        offer = next((offer for offer in self.offers if offer.days == days), None)
        if offer is None:
            return None
        order = Order(secrets.token_hex(ORDER_BYTES), user_id, offer, self._clock.now())
        await self._store.order(order)
        return order

    async def refusal(self, order_id: str, user_id: int, stars: int) -> str | None:
        """Why somebody cannot pay an order now; None if they can."""
        return refusal(await self._store.ordered(order_id), user_id, stars, self._clock.now())

    async def paid(self, user_id: int, charge_id: str, order_id: str, stars: int) -> Settled:
        """Telegram has charged somebody. Safe to repeat."""
        payment = Payment(charge_id, user_id, Offer(0, stars), self._clock.now())
        settled = await self._store.paid(payment, order_id)
        if settled.new:
            self._metrics.count("PaymentsTaken")
            if not settled.payment.offer.days:
                self._metrics.count("PaymentsUnmatched")
        return settled

    async def payments(self, user_id: int) -> Sequence[Payment]:
        """What somebody paid, the newest first."""
        return await self._store.payments(user_id, PAYMENTS_SHOWN)

    async def refundable(self, user_id: int) -> Payment | None:
        """The newest payment that somebody can take back by themselves; None where there is none."""
        payments = await self._store.payments(user_id, PAYMENTS_SHOWN)
        begun = [payment for payment in payments if payment.refund_by == user_id]
        unfinished = next((payment for payment in begun if payment.refunded_at is None), None)
        if begun:
            return unfinished
        since = self._clock.now() - REFUND_WITHIN
        fresh = (each for each in payments if each.refund_by is None and each.paid_at >= since)
        return next(fresh, None)

    async def begin_refund(self, user_id: int, charge_id: str, by: int) -> Payment | None:
        """Note that a payment is to be given back; None where it cannot be.

        Args:
            user_id: Who paid.
            charge_id: Of the payment.
            by: Themselves, within the rules for people; or an administrator, who may do it at any time.
        """
        paid_after = self._clock.now() - REFUND_WITHIN if by == user_id else None
        return await self._store.begin_refund(user_id, charge_id, by, paid_after=paid_after)

    async def end_refund(self, user_id: int, charge_id: str) -> Settled | None:
        """The Stars are back with who paid: their premium gets as much shorter. Safe to repeat."""
        settled = await self._store.end_refund(user_id, charge_id, self._clock.now())
        if settled is None or not settled.new:
            return settled
        self._metrics.count("PaymentsRefunded")
        by = settled.payment.refund_by
        if by is not None and by != user_id:
            await self._audit(by, "refund", user=user_id, stars=settled.payment.offer.stars, charge=charge_id)
        return settled

    async def give_up_refund(self, user_id: int, charge_id: str) -> None:
        """Telegram does not give these Stars back."""
        await self._store.end_refund(user_id, charge_id, None)

    async def grant(self, user_id: int, until: datetime, by: int) -> bool:
        """Give somebody premium until then; False where nobody of this id is known.

        Args:
            user_id: Who gets it.
            until: `domain.plans.NEVER` for one without an end.
            by: The administrator.
        """
        if not await self._store.grant(user_id, until):
            return False
        await self._audit(by, "grant", user=user_id, until=until.isoformat(timespec="minutes"))
        return True

    async def revoke(self, user_id: int, by: int) -> bool:
        """Let somebody's premium end now; False where nobody of this id is known."""
        if not await self._store.grant(user_id, None):
            return False
        await self._audit(by, "revoke", user=user_id)
        return True

    async def set_quota(self, user_id: int, quota: Quota, value: int | None, by: int) -> bool:
        """Give somebody another limit than their plan's, or, with None, that; False where nobody is known."""
        if not await self._store.set_quota(user_id, quota.value, value):
            return False
        await self._audit(by, "quota", user=user_id, quota=quota.value, value="" if value is None else value)
        return True

    async def _audit(self, by: int, action: str, **details: str | int) -> None:
        await self._administration.audit(AuditEntry(self._clock.now(), by, action, details))
