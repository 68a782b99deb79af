"""Reports of a day or a week, on demand and when they are due."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from walletwatch.domain.chats import Chat
from walletwatch.domain.currencies import DOLLARS, Exchange
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import (
    DueReport,
    ReportPeriod,
    Schedule,
    Summary,
    span_before,
    summarise,
)
from walletwatch.domain.work import Notification, Priority, RenderedMessage
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.reporting import ReportSchedules
from walletwatch.ports.telling import Ledger
from walletwatch.ports.volatile import Leases
from walletwatch.services.currencies import FreshRates

ACTIVITIES: Final = 10_000
PAGE: Final = 100
LEASE: Final = "reports"
LEASE_TTL: Final = timedelta(seconds=30)
LEAVE_SECONDS: Final = 10.0
"""So long before its end an invocation begins no further report."""
TOO_LATE: Final = timedelta(hours=12)
"""A report that could not be written for so long is left out: the next one is nearer."""

_log = logging.getLogger("walletwatch.reporting")


class RendersReports(Protocol):
    """As much of a renderer as is needed here."""

    def report(self, summary: Summary, period: ReportPeriod, chat: Chat) -> RenderedMessage:
        """A report in the reader's language and time zone."""


class Summaries:
    """What a period brought to a chat."""

    def __init__(self, chronicle: Chronicle) -> None:
        self._chronicle = chronicle

    async def summary(self, chat_id: int, span: Span, zone: tzinfo, exchange: Exchange = DOLLARS) -> Summary:
        """What a period brought to all wallets of the chat."""
        gathered = await self._chronicle.gather_for_report(chat_id, span, limit=ACTIVITIES)
        found, carried, told, ordered = gathered
        activities = [record.activity for record in found.records]
        return summarise(
            activities, found.wallets, carried, told, span, zone, exchange, is_cut=found.more, ordered=ordered
        )


class ReportRequests:
    """The use case behind /report."""

    def __init__(self, summaries: Summaries, schedules: ReportSchedules, clock: Clock) -> None:
        self._summaries = summaries
        self._schedules = schedules
        self._clock = clock

    async def now(
        self, chat_id: int, period: ReportPeriod, zone: tzinfo, exchange: Exchange = DOLLARS
    ) -> Summary:
        """The day or the week that ends now."""
        span = span_before(self._clock.now(), period, zone)
        return await self._summaries.summary(chat_id, span, zone, exchange)

    async def order(self, chat_id: int, schedule: Schedule, zone: tzinfo) -> datetime:
        """Write one regularly; says when the first one comes."""
        due = schedule.next_due(self._clock.now(), zone)
        await self._schedules.order(chat_id, schedule, due)
        return due

    async def cancel(self, chat_id: int) -> int:
        """Write none regularly any more; how many were ordered."""
        return await self._schedules.cancel(chat_id)


class Reporting:
    """Writes the reports that are due. Safe to run twice at once, and to be killed: each is told once."""

    def __init__(
        self,
        *,
        summaries: Summaries,
        schedules: ReportSchedules,
        leases: Leases,
        ledger: Ledger,
        queues: Queues,
        renderer: RendersReports,
        rates: FreshRates,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._summaries = summaries
        self._schedules = schedules
        self._leases = leases
        self._ledger = ledger
        self._queues = queues
        self._renderer = renderer
        self._rates = rates
        self._clock = clock
        self._metrics = metrics

    async def run(self, remaining: Callable[[], float]) -> int:
        """Queue what is due, as far as there is time; how many there were.

        Args:
            remaining: Seconds until this invocation ends.

        Raises:
            TransientError: There may be more; the next run goes on.
        """
        lease = await self._leases.adopt(LEASE, LEASE_TTL)
        if lease is None:
            return 0
        written = 0
        try:
            after: DueReport | None = None
            while page := await self._schedules.due(self._clock.now(), after=after, limit=PAGE):
                for due in page:
                    if remaining() < LEAVE_SECONDS or not await lease.renew():
                        return written
                    written += await self._write(due)
                after = page[-1]
        finally:
            await lease.release()
            self._metrics.count("ReportsQueued", written)
        return written

    async def _write(self, due: DueReport) -> bool:
        """Queue one report, and only then move its schedule on; whether there was one."""
        chat, period = due.chat, due.schedule.period
        zone = ZoneInfo(chat.settings.timezone)
        now = self._clock.now()
        queued = False
        if now - due.due_at < TOO_LATE and not chat.settings.muted and not chat.owner.banned:
            queued = await self._queue(due, zone)
        next_due = due.schedule.next_due(now, zone)
        await self._schedules.advance(chat.chat_id, period, due.due_at, next_due)
        return queued

    async def _queue(self, due: DueReport, zone: tzinfo) -> bool:
        chat, period = due.chat, due.schedule.period
        key = delivery_key(DeliveryKind.REPORT, chat.chat_id, period.value, due.due_at.isoformat())
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.REPORT, chat.chat_id, None, None))
        if status is not DeliveryStatus.PENDING:
            return False
        await self._rates.ready([chat])
        exchange = self._rates.known.exchange(chat.settings.currency)
        span = span_before(due.due_at, period, zone)
        summary = await self._summaries.summary(chat.chat_id, span, zone, exchange)
        message = self._renderer.report(summary, period, chat)
        now = self._clock.now()
        topic = chat.settings.topic
        await self._queues.notify(
            [Notification(key, chat.chat_id, message, now, priority=Priority.BULK, topic=topic)]
        )
        return True
