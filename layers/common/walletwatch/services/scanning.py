"""Asking for a security scan, and running it."""

from datetime import timedelta
from functools import partial
from typing import Final

import msgspec

from walletwatch.domain.chain import MintFacts, WalletBalance
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.scans import ScanReport, TokenScan, WalletScan
from walletwatch.domain.work import Notification, SecurityScan, SubjectKind
from walletwatch.ports import Cache, Chain, Clock, Ledger, Metrics, Queues, Renderer
from walletwatch.services.caching import Cached

TOKEN_TTL: Final = timedelta(seconds=60)
"""What a mint's authorities are changes once or never, and everybody asks about the same new token."""
WALLET_TTL: Final = timedelta(seconds=5)
"""Whoever has just revoked an approval scans again to see it gone."""


class _Token(msgspec.Struct, frozen=True, tag="token"):
    facts: MintFacts


class _Wallet(msgspec.Struct, frozen=True, tag="wallet"):
    balance: WalletBalance


type _Read = _Token | _Wallet
"""What was read of the chain for a scan; everything else follows from it."""


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


class ScanReports:
    """What the chain says about an address, read once in a while. Works without the cache, only slower."""

    def __init__(self, chain: Chain, cache: Cache, metrics: Metrics) -> None:
        self._chain = chain
        self._reads = Cached[_Read](
            cache,
            metrics,
            decode=msgspec.json.Decoder(_Token | _Wallet).decode,
            ttl=lambda read: TOKEN_TTL if isinstance(read, _Token) else WALLET_TTL,
        )

    async def report(self, subject: str, kind: SubjectKind) -> ScanReport:
        """What the chain says about the subject, at most `TOKEN_TTL` or `WALLET_TTL` old.

        Raises:
            ChainUnavailable: A part of it could not be read; nothing is kept.
        """
        is_wallet = kind is SubjectKind.WALLET
        key = f"scan:1:{SubjectKind.WALLET if is_wallet else SubjectKind.AUTO}:{subject}"
        read = await self._reads.get_or_load(key, partial(self._read, subject, is_wallet=is_wallet))
        return TokenScan(read.facts) if isinstance(read, _Token) else WalletScan.of(read.balance)

    async def _read(self, subject: str, *, is_wallet: bool) -> _Read:
        if not is_wallet:
            facts = await self._chain.mint(subject)
            if facts is not None:
                return _Token(facts)
        return _Wallet(await self._chain.wallet_balance(subject))


class Scanning:
    """Tells the chat that asked what the chain says about an address."""

    def __init__(
        self, reports: ScanReports, ledger: Ledger, queues: Queues, renderer: Renderer, clock: Clock
    ) -> None:
        self._reports = reports
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
        report = await self._reports.report(scan.subject, scan.subject_kind)
        message = self._renderer.scan(report, scan.language)
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.SCAN, scan.chat_id, None, None))
        if status is DeliveryStatus.PENDING:
            now = self._clock.now()
            await self._queues.notify([Notification(key, scan.chat_id, message, now, reply_to=scan.reply_to)])
