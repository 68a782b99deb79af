"""What people may do, and what they pay for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.plans import Ending, Order, Payment, Settled


class PlanStore(Protocol):
    """Premium, quotas, orders and payments (PostgreSQL)."""

    async def wallets(self, user_id: int) -> int:
        """How many wallets the person watches in all chats that are theirs; one in two of them is one."""

    async def order(self, order: Order) -> None:
        """Keep what somebody was sent an invoice for."""

    async def ordered(self, order_id: str) -> Order | None:
        """An order; None where there is none."""

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
            paid_after: For people: only what was paid since, and only one in their life. None for no limit.
        """

    async def end_refund(self, user_id: int, charge_id: str, at: datetime | None) -> Settled | None:
        """The Stars are back, and the premium is as much shorter; or, with no time, they cannot be.

        Safe to repeat. None where there is no such payment.
        """

    async def grant(self, user_id: int, until: datetime | None) -> bool:
        """Let a premium end then, or at once; False where nobody of this id is known."""

    async def set_quota(self, user_id: int, quota: str, value: int | None) -> bool:
        """Give somebody another limit, or the plan's again; False where nobody of this id is known."""

    async def endings(self, after: datetime, before: datetime, limit: int) -> Sequence[Ending]:
        """Premiums that end between these, of people whose private chat is written to, the earliest first."""

    async def forget_orders(self, made_before: datetime) -> int:
        """Delete orders that were made before this; how many there were."""
