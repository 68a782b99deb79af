"""Asking for a security scan, and running it."""

from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.scans import ScanReport, TokenScan, WalletScan
from walletwatch.domain.work import Notification, SecurityScan, SubjectKind
from walletwatch.ports import Chain, Clock, Ledger, Queues, Renderer


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
            )
        )


class Scanning:
    """Reads what the chain says about an address and tells the chat that asked."""

    def __init__(
        self, chain: Chain, ledger: Ledger, queues: Queues, renderer: Renderer, clock: Clock
    ) -> None:
        self._chain = chain
        self._ledger = ledger
        self._queues = queues
        self._renderer = renderer
        self._clock = clock

    async def run(self, scan: SecurityScan) -> None:
        """Scan and queue the answer. Safe to repeat: a scan that was answered is not answered again.

        Raises:
            ChainUnavailable: To be tried again; nothing was told.
        """
        key = scan.request_id
        statuses = await self._ledger.statuses([key])
        if statuses.get(key, DeliveryStatus.PENDING) is not DeliveryStatus.PENDING:
            return
        report = await self.report(scan.subject, scan.subject_kind)
        message = self._renderer.scan(report, scan.language)
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.SCAN, scan.chat_id, None, None))
        if status is DeliveryStatus.PENDING:
            now = self._clock.now()
            await self._queues.notify([Notification(key, scan.chat_id, message, now, reply_to=scan.reply_to)])

    async def report(self, subject: str, kind: SubjectKind) -> ScanReport:
        """What the chain says about the subject now."""
        if kind is not SubjectKind.WALLET:
            facts = await self._chain.mint(subject)
            if facts is not None:
                return TokenScan(facts)
        balance = await self._chain.wallet_balance(subject)
        empty = [holding for holding in balance.holdings if holding.amount == 0 and not holding.frozen]
        return WalletScan(
            balance=balance,
            approvals=[holding for holding in balance.holdings if holding.delegate],
            frozen=[holding for holding in balance.holdings if holding.frozen],
            empty=empty,
            reclaimable_rent=sum(holding.lamports for holding in empty),
        )
