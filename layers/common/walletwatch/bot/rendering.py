"""The renderer of the functions that write messages without a dialogue."""

from walletwatch.bot.texts import texts, texts_for
from walletwatch.bot.views.alerts import AlertView
from walletwatch.bot.views.delivery import DeliveryView
from walletwatch.bot.views.report import ReportView
from walletwatch.bot.views.scan import ScanView
from walletwatch.domain.alert_rules.firing import PendingAlert
from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import PendingDelivery
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.reports import ReportPeriod, Summary
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import RenderedMessage


class HtmlRenderer:
    """`ports.Renderer` in Telegram HTML."""

    def __init__(self, profile: ChainProfile) -> None:
        self._deliveries = DeliveryView(profile)
        self._scans = ScanView(profile)
        self._alerts = AlertView(profile)
        self._reports = ReportView(profile)

    def delivery(self, delivery: PendingDelivery) -> RenderedMessage:
        """The message of an activity, of a group, or of a digest."""
        return self._deliveries.message(delivery)

    def scan(self, report: ScanReport, language: str) -> RenderedMessage:
        """The message of a security scan."""
        return self._scans.scan(report, texts(language))

    def report(self, summary: Summary, period: ReportPeriod, chat: Chat) -> RenderedMessage:
        """A report of a day or a week."""
        say = texts_for(chat)
        return self._reports.report(summary, period, chat.settings.timezone, say)

    def risk_worse(self, report: ScanReport, before: KnownRisk, language: str) -> RenderedMessage:
        """That the risk of a watched wallet got worse."""
        return self._scans.worse(report, before, texts(language))

    def alert(self, alert: PendingAlert) -> RenderedMessage:
        """The message of an alert, or of several that were held."""
        return self._alerts.message(alert)

    def scan_begun(self, subject: str, language: str) -> RenderedMessage:
        """That a scan is being made."""
        return self._scans.begun(subject, texts(language))

    def scan_delayed(self, subject: str, language: str) -> RenderedMessage:
        """That a scan could not be made yet, and is tried again."""
        return self._scans.delayed(subject, texts(language))
