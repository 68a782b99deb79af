"""Asking for a security scan, and running it."""

from typing import Final

from walletwatch.domain.connections import Connections, connections_of
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.scans import Inspection, ScanReport
from walletwatch.domain.work import Notification, RenderedMessage, SecurityScan, SubjectKind
from walletwatch.ports.common import Clock
from walletwatch.ports.queueing import Queues
from walletwatch.ports.scanning import Inspector, Judge
from walletwatch.ports.telling import Ledger, Renderer
from walletwatch.services.scan_memory import ScanMemory

TOLD_AFTER_TRIES: Final = 3
"""Who waits is told of the trouble at this try; the scan goes on being tried."""


class ScanRequests:
    """The use case behind /scan in the chat: it is queued, and answered by a message of its own."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    async def request(
        self,
        subject: str,
        *,
        request: str,
        chat_id: int,
        reply_to: int,
        requested_by: int | None,
        language: str,
        progress: int | None = None,
        topic: int | None = None,
        subject_kind: SubjectKind = SubjectKind.AUTO,
    ) -> None:
        """Queue a scan.

        Args:
            subject: A valid address.
            request: Names the message or the press of a button that asked; asking twice gives one answer.
            chat_id: Who is told.
            reply_to: The message that the answer refers to.
            requested_by: Who asked.
            language: Of the answer.
            progress: The message of ours that shows how far it is, and becomes the answer.
            topic: Of a forum, in which it was asked.
            subject_kind: What the address is, if that is known.
        """
        await self._queues.scan(
            SecurityScan(
                request_id=delivery_key(DeliveryKind.SCAN, chat_id, request, subject),
                subject=subject,
                subject_kind=subject_kind,
                chat_id=chat_id,
                reply_to=reply_to,
                requested_by=requested_by,
                language=language,
                progress=progress,
                topic=topic,
            )
        )


class ScanReports:
    """What is to be said about an address."""

    def __init__(self, inspector: Inspector, judge: Judge, memory: ScanMemory, clock: Clock) -> None:
        self._inspector = inspector
        self._judge = judge
        self._memory = memory
        self._clock = clock

    async def report(self, subject: str, kind: SubjectKind) -> ScanReport:
        """A scan, of what was read now or is remembered.

        Raises:
            ChainUnavailable: Not even what the address is could be read.
        """
        known = await self._memory.recall(subject)
        if known is not None and known.is_fresh and kind in {SubjectKind.AUTO, known.kind}:
            return known
        inspection = await self._inspector.inspect(subject, kind)
        report = ScanReport(
            subject=subject,
            kind=inspection.kind,
            identity=inspection.identity,
            verdict=self._judge.judge(inspection),
            trusted=self._judge.trusts(inspection),
            read_at=inspection.read_at,
            fresh_until=inspection.fresh_until,
            asked_at=self._clock.now(),
            connections=_connections(inspection),
        )
        await self._memory.remember(report)
        return report


def _connections(inspection: Inspection) -> Connections | None:
    if inspection.kind is SubjectKind.TOKEN:
        return None
    return connections_of(inspection.subject, inspection.facts)


class Scanning:
    """Tells the chat that asked what there is to say about an address."""

    def __init__(
        self, reports: ScanReports, ledger: Ledger, queues: Queues, renderer: Renderer, clock: Clock
    ) -> None:
        self._reports = reports
        self._ledger = ledger
        self._queues = queues
        self._renderer = renderer
        self._clock = clock

    async def run(self, scan: SecurityScan, *, attempt: int) -> None:
        """Scan and queue the answer. Safe to repeat: a scan that was answered is not answered again.

        Args:
            scan: What was asked.
            attempt: 1 for the first time. At the third, whoever waits is told that it does not work yet.

        Raises:
            ChainUnavailable: To be tried again.
        """
        key = scan.request_id
        statuses = await self._ledger.statuses([key])
        if statuses.get(key, DeliveryStatus.PENDING) is not DeliveryStatus.PENDING:
            return
        if attempt == 1 and scan.progress is not None:
            begun = self._renderer.scan_begun(scan.subject, scan.language)
            await self._tell(delivery_key(key, "begun"), scan, begun)
        try:
            report = await self._reports.report(scan.subject, scan.subject_kind)
        except ChainUnavailable:
            if attempt >= TOLD_AFTER_TRIES:
                delayed = delivery_key(key, "delayed")
                await self._tell(delayed, scan, self._renderer.scan_delayed(scan.subject, scan.language))
            raise
        await self._tell(key, scan, self._renderer.scan(report, scan.language))

    async def _tell(self, key: str, scan: SecurityScan, message: RenderedMessage) -> None:
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.SCAN, scan.chat_id, None, None))
        if status is DeliveryStatus.PENDING:
            now = self._clock.now()
            told = Notification(
                key,
                scan.chat_id,
                message,
                now,
                reply_to=scan.reply_to,
                edits=scan.progress,
                topic=scan.topic,
            )
            await self._queues.notify([told])
