"""Premium for Telegram Stars, and Stars that are given back."""

import secrets
from collections.abc import Sequence
from typing import Final

from walletwatch.domain.plans import (
    OFFERS,
    REFUND_WITHIN,
    Offer,
    Order,
    Payment,
    Settled,
    refusal,
)
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.plans import PlanStore
from walletwatch.services.auditing import Auditing

PAYMENTS_SHOWN: Final = 20
ORDER_BYTES: Final = 16


class Plans:
    """The use cases behind /plan, /buy and /refund, and behind what administrators do about them."""

    def __init__(
        self,
        store: PlanStore,
        auditing: Auditing,
        clock: Clock,
        metrics: Metrics,
        offers: Sequence[Offer] = OFFERS,
    ) -> None:
        self._store = store
        self._auditing = auditing
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
        """What somebody can take back by themselves, the newest first; None where there is nothing.

        Once something they bought, while it is new; always what gave them nothing, and what they have begun
        to take back.
        """
        payments = await self._store.payments(user_id, PAYMENTS_SHOWN)
        did_once = any(each.refund_by == user_id and each.offer.days for each in payments)
        since = self._clock.now() - REFUND_WITHIN
        for each in payments:
            if each.refunded_at is not None:
                continue
            is_owed = not each.offer.days and each.refund_by is None
            is_fresh = each.refund_by is None and each.paid_at >= since and not did_once
            if is_owed or is_fresh or each.refund_by == user_id:
                return each
        return None

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
            stars = settled.payment.offer.stars
            await self._auditing.record(by, "refund", {"user": user_id, "stars": stars, "charge": charge_id})
        return settled

    async def give_up_refund(self, user_id: int, charge_id: str) -> None:
        """Telegram does not give these Stars back."""
        await self._store.end_refund(user_id, charge_id, None)
