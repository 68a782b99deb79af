"""What has to be done once an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from walletwatch.domain.delivery import PendingDelivery
from walletwatch.domain.work import BalanceCheck, CheckReason, Notification
from walletwatch.ports import Clock, Ledger, Metrics, Queues, WatchStore

STUCK_AFTER: Final = timedelta(minutes=30)
"""Longer than all tries of the notification queue take, and than SQS deduplicates (five minutes)."""
STUCK_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Housekept:
    """What a run did."""

    requeued: int
    restarted: int
    deleted: int


class Housekeeping:
    """The use case of the cleanup function. Safe to run twice at once."""

    def __init__(
        self,
        *,
        watch: WatchStore,
        ledger: Ledger,
        queues: Queues,
        notification: Callable[[PendingDelivery], Notification],
        clock: Clock,
        metrics: Metrics,
        retention: timedelta,
    ) -> None:
        self._watch = watch
        self._ledger = ledger
        self._queues = queues
        self._notification = notification
        self._clock = clock
        self._metrics = metrics
        self._retention = retention

    async def run(self) -> Housekept:
        """Queue again what got stuck or never began, and delete what is past its retention."""
        stuck = await self._ledger.stuck(STUCK_AFTER, STUCK_LIMIT)
        await self._queues.notify([self._notification(delivery) for delivery in stuck])
        # A wallet whose first check failed in every try would never be looked at otherwise.
        unstarted = await self._watch.unstarted(STUCK_LIMIT)
        await self._queues.check([BalanceCheck(wallet, CheckReason.WATCH_STARTED) for wallet in unstarted])
        deleted = await self._ledger.delete_before(self._clock.now() - self._retention)
        self._metrics.count("DeliveriesRequeued", len(stuck))
        self._metrics.count("DeliveriesDeleted", deleted)
        self._metrics.count("WatchesRestarted", len(unstarted))
        return Housekept(len(stuck), len(unstarted), deleted)
