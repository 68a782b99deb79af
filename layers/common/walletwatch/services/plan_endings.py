"""Telling people that their premium ends soon, or has ended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.plans import NEVER, TOLD_BEFORE, Ending
from walletwatch.domain.work import Notification, Priority, RenderedMessage
from walletwatch.ports.common import Clock
from walletwatch.ports.plans import PlanStore
from walletwatch.ports.queueing import Queues
from walletwatch.ports.telling import Ledger

TOLD_LATE: Final = timedelta(days=2)
"""What ended longer ago is not told any more: the cleanup did not run for so long."""
AT_ONCE: Final = 5000
ORDERS_KEPT: Final = timedelta(days=30)

type RenderEnding = Callable[[Ending, bool], RenderedMessage]
"""Makes the message of an ending, or, if that is true, of an end that has come."""


class PlanEndings:
    """A use case of the cleanup function. Everybody is told once of each end, however often it runs."""

    def __init__(
        self, store: PlanStore, ledger: Ledger, queues: Queues, render: RenderEnding, clock: Clock
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._queues = queues
        self._render = render
        self._clock = clock

    async def run(self) -> int:
        """Tell whom it concerns, and forget old orders; how many messages were queued."""
        now = self._clock.now()
        await self._store.forget_orders(now - ORDERS_KEPT)
        told = await self._tell(now - TOLD_LATE, now, ended=True)
        return told + await self._tell(now, min(now + TOLD_BEFORE, NEVER), ended=False)

    async def _tell(self, after: datetime, before: datetime, *, ended: bool) -> int:
        endings = await self._store.endings(after, before, AT_ONCE)
        return sum([await self._tell_one(ending, ended=ended) for ending in endings])

    async def _tell_one(self, ending: Ending, *, ended: bool) -> bool:
        word = "ended" if ended else "ending"
        # A premium that was prolonged ends at another time, and is told of again then.
        end = ending.premium_until.isoformat()
        key = delivery_key(DeliveryKind.NOTICE, "premium", word, ending.user_id, end)
        entry = NewDelivery(key, DeliveryKind.NOTICE, ending.user_id, None, None)
        if await self._ledger.add(entry) is not DeliveryStatus.PENDING:
            return False
        message = self._render(ending, ended)
        await self._queues.notify(
            [Notification(key, ending.user_id, message, self._clock.now(), Priority.BULK)]
        )
        return True
