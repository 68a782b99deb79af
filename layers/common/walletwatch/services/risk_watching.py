"""Looking at the risk of watched wallets again, and telling those who watch that it got worse."""

from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.risk import ENOUGH_CONFIDENCE
from walletwatch.domain.risk_watch import KnownRisk, has_worsened, is_comparable
from walletwatch.domain.rules import of_everything
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import Notification, RiskCheck, SubjectKind
from walletwatch.ports.common import Clock
from walletwatch.ports.queueing import Queues
from walletwatch.ports.scanning import Risks
from walletwatch.ports.telling import Ledger, Renderer
from walletwatch.ports.watching import SubscriptionStore, WatchStore
from walletwatch.services.alerting import Alerting
from walletwatch.services.scanning import ScanReports


class RiskWatching:
    """The use case behind a `RiskCheck`."""

    def __init__(
        self,
        reports: ScanReports,
        *,
        watch: WatchStore,
        subscriptions: SubscriptionStore,
        risks: Risks,
        ledger: Ledger,
        queues: Queues,
        renderer: Renderer,
        alerting: Alerting,
        clock: Clock,
    ) -> None:
        self._reports = reports
        self._watch = watch
        self._subscriptions = subscriptions
        self._risks = risks
        self._ledger = ledger
        self._queues = queues
        self._renderer = renderer
        self._alerting = alerting
        self._clock = clock

    async def run(self, check: RiskCheck) -> None:
        """Scan the wallet and compare. Safe to repeat: each chat is told once of one cause.

        Raises:
            TransientError: To be tried again; nothing is remembered that was not told.
        """
        wallet = await self._watch.wallet(check.wallet)
        if wallet is None:
            return
        watchers = await self._subscriptions.watchers(wallet.id)
        if not watchers:
            return
        report = await self._reports.report(check.wallet, SubjectKind.WALLET)
        verdict = report.verdict
        before = await self._risks.last(wallet.id)
        if before is not None and has_worsened(before, verdict):
            for watcher in watchers:
                if watcher.chat.settings.risk and of_everything(watcher, self._clock.now()) is None:
                    await self._tell(check, watcher.chat, report, before)
        if before is not None and before.rules == verdict.rules and verdict.confidence >= ENOUGH_CONFIDENCE:
            await self._alerting.tell_risk(
                watchers, cause=check.cause, before=before.score, score=verdict.score
            )
        if is_comparable(before, verdict):
            await self._risks.keep(
                wallet.id, KnownRisk(verdict.score, verdict.level, verdict.rules, self._clock.now())
            )

    async def _tell(self, check: RiskCheck, chat: Chat, report: ScanReport, before: KnownRisk) -> None:
        chat_id = chat.chat_id
        key = delivery_key(DeliveryKind.SCAN, chat_id, "risk", check.wallet, check.cause)
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.SCAN, chat_id, None, None))
        if status is DeliveryStatus.PENDING:
            message = self._renderer.risk_worse(report, before, chat.spoken_language)
            topic = chat.settings.topic
            await self._queues.notify([Notification(key, chat_id, message, self._clock.now(), topic=topic)])
