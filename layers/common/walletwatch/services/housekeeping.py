"""What has to be done once an hour."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from walletwatch.domain.work import BalanceCheck, CheckReason
from walletwatch.ports import Clock, Ledger, Metrics, Queues, WatchStore
from walletwatch.services.digesting import Digesting

STUCK_AFTER: Final = timedelta(minutes=30)
"""Longer than all tries of the notification queue take, and than SQS deduplicates (five minutes)."""
STUCK_LIMIT: Final = 1000
KEPT_LONGER: Final = timedelta(hours=1)
"""How much older than the retention an entry gets, since a block's time is an estimate and may be ahead.

What is older than the retention is not told, so nothing is told again for want of its entry.
"""


@dataclass(frozen=True, slots=True)
class Housekept:
    """What a run did."""

    closed: int
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
        digesting: Digesting,
        clock: Clock,
        metrics: Metrics,
        retention: timedelta,
    ) -> None:
        self._watch = watch
        self._ledger = ledger
        self._queues = queues
        self._digesting = digesting
        self._clock = clock
        self._metrics = metrics
        self._retention = retention

    async def run(self) -> Housekept:
        """Close and queue again what was left behind, and delete what is past its retention."""
        closed = await self._digesting.close_overdue(STUCK_LIMIT)
        requeued = await self._digesting.queue_again(STUCK_AFTER, STUCK_LIMIT)
        # A wallet whose first check failed in every try would never be looked at otherwise.
        unstarted = await self._watch.unstarted(STUCK_LIMIT)
        await self._queues.check([BalanceCheck(wallet, CheckReason.WATCH_STARTED) for wallet in unstarted])
        deleted = await self._ledger.delete_before(self._clock.now() - self._retention - KEPT_LONGER)
        self._metrics.count("DigestsOverdue", closed)
        self._metrics.count("DeliveriesRequeued", requeued)
        self._metrics.count("DeliveriesDeleted", deleted)
        self._metrics.count("WatchesRestarted", len(unstarted))
        return Housekept(closed, requeued, len(unstarted), deleted)
