"""What has to be done once an hour."""

import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from walletwatch.domain.admission import DONE_PERIOD
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.work import BalanceCheck, CheckReason
from walletwatch.ports.alerting import Samples
from walletwatch.ports.claims import UpdateClaims
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.listing import Dealings
from walletwatch.ports.operations import Alerts, TelemetryBoard
from walletwatch.ports.queueing import Queues
from walletwatch.ports.telling import LedgerRetention
from walletwatch.ports.wallets import WalletBook
from walletwatch.ports.watching import WatchStore
from walletwatch.services.analysing_use import UsageKeeping
from walletwatch.services.broadcasting import BroadcastSteps
from walletwatch.services.digesting import Digesting
from walletwatch.services.looking_again import DEALT_WITHIN
from walletwatch.services.plan_endings import PlanEndings

STUCK_AFTER: Final = timedelta(minutes=30)
"""Longer than all tries of the notification queue take, and than SQS deduplicates (five minutes)."""
STUCK_LIMIT: Final = 1000
KEPT_LONGER: Final = timedelta(hours=1)
"""How much older than the retention an entry gets, since a block's time is an estimate and may be ahead.

What is older than the retention is not told, so nothing is told again for want of its entry.
"""


SCANS_KEPT: Final = timedelta(days=7)
ALERTS_KEPT: Final = timedelta(days=90)
SAMPLES_KEPT: Final = timedelta(days=31)
"""As far as the preview of an alert looks back."""
INSTANCES_KEPT: Final = timedelta(minutes=15)
UNWATCHED_FOR: Final = timedelta(days=7)
"""Accounts of a wallet that nobody watches are kept this long after its last new watcher."""
FORGOTTEN_AT_ONCE: Final = 1000

_log = logging.getLogger("walletwatch.housekeeping")


@dataclass(frozen=True, slots=True)
class Housekept:
    """What a run did.

    Attributes:
        closed: Digests whose end nobody had seen.
        requeued: Stuck messages queued again.
        restarted: Wallets whose first check was queued again.
        deleted: Ledger entries past the retention, with the activities that only they kept.
        scans: Ledger entries of scans.
        wallets: Wallets that nobody watches, with their accounts.
        alerts: Alerts that have long been over.
        samples: Samples of prices that are older than any alert looks back.
        claims: Claims to updates that Telegram delivers no more.
        shares: Lists of wallets whose link has ended.
        dealings: With whom wallets dealt longer ago than a change of the lists concerns.
        instances: Environments that are gone; None where the registry could not be asked.
        endings: Messages about premiums that end, or have ended.
        woken: Broadcasts that had come to a halt.
        carried_over: Whether what was used could be added to the figures of the day.
    """

    closed: int
    requeued: int
    restarted: int
    deleted: int
    scans: int
    wallets: int
    alerts: int
    samples: int
    claims: int
    shares: int
    dealings: int
    instances: int | None
    endings: int
    woken: int
    carried_over: bool


class Housekeeping:
    """The use case of the cleanup function. Safe to run twice at once: each step takes what is left to do."""

    def __init__(
        self,
        *,
        watch: WatchStore,
        ledger: LedgerRetention,
        queues: Queues,
        digesting: Digesting,
        alerts: Alerts,
        samples: Samples,
        claims: UpdateClaims,
        book: WalletBook,
        dealings: Dealings,
        board: TelemetryBoard,
        endings: PlanEndings,
        broadcasts: BroadcastSteps,
        usage: UsageKeeping,
        clock: Clock,
        metrics: Metrics,
        retention: timedelta,
    ) -> None:
        self._watch = watch
        self._ledger = ledger
        self._queues = queues
        self._digesting = digesting
        self._alerts = alerts
        self._samples = samples
        self._claims = claims
        self._book = book
        self._dealings = dealings
        self._board = board
        self._endings = endings
        self._broadcasts = broadcasts
        self._usage = usage
        self._clock = clock
        self._metrics = metrics
        self._retention = retention

    async def run(self) -> Housekept:
        """Close and queue again what was left behind, and delete what is past its retention."""
        now = self._clock.now()
        closed = await self._digesting.close_overdue(STUCK_LIMIT)
        requeued = await self._digesting.queue_again(STUCK_AFTER, STUCK_LIMIT)
        # A wallet whose first check failed in every try would never be looked at otherwise.
        unstarted = await self._watch.unstarted(STUCK_LIMIT)
        await self._queues.check([BalanceCheck(wallet, CheckReason.WATCH_STARTED) for wallet in unstarted])
        done = Housekept(
            closed=closed,
            requeued=requeued,
            restarted=len(unstarted),
            deleted=await self._ledger.delete_before(now - self._retention - KEPT_LONGER),
            scans=await self._ledger.delete_scans_before(now - SCANS_KEPT),
            wallets=await self._watch.forget_unwatched(now - UNWATCHED_FOR, FORGOTTEN_AT_ONCE),
            alerts=await self._alerts.forget(now - ALERTS_KEPT),
            samples=await self._samples.forget(now - SAMPLES_KEPT),
            claims=await self._claims.forget(now - DONE_PERIOD),
            shares=await self._book.forget_shares(now),
            dealings=await self._dealings.forget((now - DEALT_WITHIN).date()),
            instances=await self._forget_instances(),
            endings=await self._endings.run(),
            woken=await self._broadcasts.wake(),
            carried_over=await self._usage.run(),
        )
        _log.info("cleaned up", extra={"done": asdict(done)})
        self._metrics.count("DigestsOverdue", done.closed)
        self._metrics.count("DeliveriesRequeued", done.requeued)
        self._metrics.count("DeliveriesDeleted", done.deleted + done.scans)
        self._metrics.count("WatchesRestarted", done.restarted)
        self._metrics.count("WalletsForgotten", done.wallets)
        self._metrics.count("AlertsForgotten", done.alerts)
        self._metrics.count("SharesForgotten", done.shares)
        self._metrics.count("InstancesForgotten", done.instances or 0)
        return done

    async def _forget_instances(self) -> int | None:
        try:
            return await self._board.forget(INSTANCES_KEPT)
        except StoreUnavailable:
            # Redis forgets them with everything else, or an hour later.
            return None
