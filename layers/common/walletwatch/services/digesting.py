"""Telling what is new: at once, and what is too much for that in digests.

A digest is an entry of the ledger that is open for an interval. While it is open, further activities are
merged into it; when it is due, it is closed, under the lock under which they are merged, and only then
rendered and queued. So its message tells all that is merged into it, whoever is killed in between. Who opens
a digest also asks the balance queue for its end, unless that is hours away: then whoever looks every minute
for what is overdue closes it.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.delivery import Candidate, DeliveryKind, NewDelivery, PendingDelivery
from walletwatch.domain.digests import Burst, DigestPolicy, Outgoing, plan_deliveries
from walletwatch.domain.work import DigestDue, Notification, Priority
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.telling import Ledger, Renderer

SOON: Final = timedelta(minutes=15)
"""The longest that the queue delays a message; what is due later is closed by the alerts function."""
MAX_LOGGED: Final = 3
"""Signatures in a log line; the ledger has them all."""

_log = logging.getLogger("walletwatch.digesting")


class Digesting:
    """Writes the ledger, and queues what it says is to be sent."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        queues: Queues,
        renderer: Renderer,
        clock: Clock,
        metrics: Metrics,
        retention: timedelta,
        policy: DigestPolicy,
    ) -> None:
        self._ledger = ledger
        self._queues = queues
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._retention = retention
        self._policy = policy

    async def tell(
        self, wallet_id: int, activities: Sequence[Activity], candidates: Sequence[Candidate]
    ) -> None:
        """Store the activities, and tell the candidates' chats. Safe to repeat and to run twice at once.

        Args:
            wallet_id: Of the wallet that all of this is about.
            activities: New or known.
            candidates: Who may have to hear of them, oldest activity first.

        Raises:
            TransientError: Something may not be queued yet; repeat it.
        """
        since = self._clock.now() - self._policy.interval
        outgoing = await self._ledger.record(wallet_id, activities, candidates, self._plan, since=since)
        await self._queue(outgoing)
        self._metrics.count("Activities", len(activities))

    async def close(self, due: DigestDue) -> None:
        """Close a digest and queue its message; one that is not due yet is asked for again.

        Raises:
            TransientError: The message may not be queued yet; repeat it.
        """
        await self._queue(await self._ledger.close_digest(due.digest_key))

    async def close_overdue(self, limit: int) -> int:
        """Close the digests whose end nobody was asked for, or nobody saw; returns how many.

        Raises:
            TransientError: There may be more.
        """
        overdue = await self._ledger.overdue_digests(limit)
        for due in overdue:
            await self.close(due)
        return len(overdue)

    async def queue_again(self, older_than: timedelta, limit: int) -> int:
        """Queue messages that have been pending for longer than this; returns how many.

        Raises:
            TransientError: There may be more.
        """
        stuck = await self._ledger.stuck(older_than, limit)
        await self._queue(Outgoing(pending=stuck))
        return len(stuck)

    async def _queue(self, outgoing: Outgoing) -> None:
        await self._queues.notify([self._notification(delivery) for delivery in outgoing.pending])
        soon = self._clock.now() + SOON
        await self._queues.close_digests([due for due in outgoing.open if due.due_at <= soon])
        for delivery in outgoing.pending:
            signatures = [activity.signature for activity in delivery.activities[:MAX_LOGGED]]
            _log.info("queued", extra={"ledger_key": delivery.key, "signatures": signatures})
        self._metrics.count("NotificationsQueued", len(outgoing.pending))
        digests = sum(delivery.kind is DeliveryKind.DIGEST for delivery in outgoing.pending)
        self._metrics.count("DigestsQueued", digests)

    def _notification(self, delivery: PendingDelivery) -> Notification:
        bulk = delivery.kind is DeliveryKind.DIGEST
        return Notification(
            ledger_key=delivery.key,
            chat_id=delivery.subscription.chat.chat_id,
            message=self._renderer.delivery(delivery),
            created_at=delivery.created_at,
            priority=Priority.BULK if bulk else Priority.INTERACTIVE,
            block_time=None if bulk else delivery.activities[0].block_time,
            topic=delivery.subscription.chat.settings.topic,
        )

    def _plan(self, candidates: Sequence[Candidate], bursts: Mapping[int, Burst]) -> Sequence[NewDelivery]:
        now = self._clock.now()
        return plan_deliveries(candidates, bursts, policy=self._policy, now=now, oldest=now - self._retention)
