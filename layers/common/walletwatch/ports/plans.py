"""What people may do, and what they pay for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.plans import Ending, Order, Payment, Quota, Settled


class PlanStore(Protocol):
    """Premium, quotas, orders and payments (PostgreSQL)."""

    async def used(self, owner_id: int) -> Mapping[Quota, int]:
        """How many wallets and alerts somebody has in all chats that are theirs.

        Args:
            owner_id: The person, or a group that nobody has claimed. A wallet in two of their chats is one.
        """

    async def order(self, order: Order) -> None:
        """Keep what somebody was sent an invoice for."""

    async def ordered(self, order_id: str) -> Order | None:
        """An order of somebody who is not banned; None where there is none."""

    async def paid(self, payment: Payment, order_id: str) -> Settled:
        """Keep a payment, and prolong the premium of who paid by what they had ordered. Safe to repeat.

        Args:
            payment: The days of its offer are those of the order; 0 where they have no such order.
            order_id: Is paid from now on.
        """

    async def payments(self, user_id: int, limit: int) -> Sequence[Payment]:
        """What somebody paid, the newest first."""

    async def begin_refund(
        self, user_id: int, charge_id: str, by: int, *, paid_after: datetime | None
    ) -> Payment | None:
        """Note that a payment is to be given back, and return it. Whoever began it may begin it again.

        None where there is no such payment, it was given back already, or somebody else has begun.

        Args:
            user_id: Who paid.
            charge_id: Of the payment.
            by: Who gives it back.
            paid_after: For people: only what was paid since, and only one in their life; but whatever gave
                them nothing, and whatever they have begun to take back. None for no limit.
        """

    async def end_refund(self, user_id: int, charge_id: str, at: datetime | None) -> Settled | None:
        """The Stars are back, and the premium is as much shorter; or, with no time, they cannot be.

        Safe to repeat. None where there is no such payment.
        """

    async def endings(self, after: datetime, before: datetime, limit: int) -> Sequence[Ending]:
        """Premiums that end between these, of people whose private chat is written to, the earliest first."""

    async def forget_orders(self, made_before: datetime) -> int:
        """Delete orders that were made before this; how many there were."""
