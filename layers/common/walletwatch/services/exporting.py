"""Asking for an export, and writing it."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.errors import TransientError, WalletWatchError
from walletwatch.domain.exports import (
    MAX_ACTIVITIES,
    MAX_FILE_BYTES,
    ROWS_IN_FILE,
    ExportFormat,
    ExportRequest,
    Written,
)
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.work import Attachment, MediaKind, Notification, RenderedMessage
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.media import ExportFile, ExportRenderer, HistoryPages, MediaStore, OpenFile
from walletwatch.ports.queueing import MediaQueues, Queues
from walletwatch.ports.telling import Ledger, Messenger, SendLimits
from walletwatch.ports.watching import SubscriptionStore

PAGE: Final = 1000
TOLD_AFTER_TRIES: Final = 3
PROGRESS_EVERY: Final = timedelta(seconds=3)
"""At most so often the message that tells the progress is edited, and never more than once a tenth."""
CONTENT_TYPES: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}

_log = logging.getLogger("walletwatch.exporting")


class ExportRequests:
    """The use case behind /export in the chat: it is queued, and answered by documents."""

    def __init__(self, queues: MediaQueues, clock: Clock) -> None:
        self._queues = queues
        self._clock = clock

    async def request(
        self,
        wanted: ExportFormat,
        *,
        request: str,
        chat_id: int,
        subscription_id: int | None,
        period: Lookback,
        language: str,
        timezone: str,
        progress_id: int,
        topic: int | None,
    ) -> None:
        """Queue an export.

        Args:
            wanted: Its format.
            request: Names the message or the press of a button that asked; asking twice gives one answer.
            chat_id: Who is told.
            subscription_id: One of the chat's, or all of them.
            period: Of what happened.
            language: Of what is said beside the files.
            timezone: Of the local times in them.
            progress_id: The message that tells how far it is.
            topic: Of a forum, in which it was asked for.
        """
        await self._queues.export(
            ExportRequest(
                request_id=delivery_key(DeliveryKind.EXPORT, chat_id, request),
                chat_id=chat_id,
                format=wanted,
                subscription_id=subscription_id,
                period=period,
                language=language,
                timezone=timezone,
                asked_at=self._clock.now(),
                progress_id=progress_id,
                topic=topic,
            )
        )


class _TooLarge(WalletWatchError):
    """A file is larger than a bot may send."""


@dataclass(slots=True)
class _Part:
    file: ExportFile
    folder: Path
    rows: int = 0


@dataclass(slots=True)
class _Tally:
    """What was written so far."""

    activities: int = 0
    rows: int = 0
    first: int | None = None
    last: int | None = None

    def count(self, activity: Activity, rows: int) -> None:
        self.activities += 1
        self.rows += rows
        at = activity.block_time
        if at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)


class Exporting:
    """Writes files, keeps them, and queues them as documents.

    Safe to repeat: the keys of files and documents follow from the request, and what was queued is not queued
    again. Only what had been stored when it was asked for is in it, so that it comes out the same.
    """

    def __init__(
        self,
        *,
        subscriptions: SubscriptionStore,
        pages: HistoryPages,
        open_file: OpenFile,
        media: MediaStore,
        ledger: Ledger,
        queues: Queues,
        messenger: Messenger,
        limits: SendLimits,
        renderer: ExportRenderer,
        clock: Clock,
        metrics: Metrics,
        rows_in_file: int = ROWS_IN_FILE,
    ) -> None:
        self._subscriptions = subscriptions
        self._pages = pages
        self._open_file = open_file
        self._media = media
        self._ledger = ledger
        self._queues = queues
        self._messenger = messenger
        self._limits = limits
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics
        self._rows_in_file = rows_in_file

    async def run(self, request: ExportRequest, *, attempt: int) -> None:
        """Write what was asked for.

        Args:
            request: What was asked for.
            attempt: 1 for the first time. From the third on, whatever ended those before, whoever waits is
                told that it does not work yet.

        Raises:
            TransientError: To be tried again, from the beginning.
        """
        key = request.request_id
        statuses = await self._ledger.statuses([key])
        if statuses.get(key, DeliveryStatus.PENDING) is not DeliveryStatus.PENDING:
            return
        if attempt >= TOLD_AFTER_TRIES:
            await self._answer(request, self._renderer.delayed(request), delivery_key(key, "delayed"))
        wallets = await self._wallets(request)
        if not wallets:
            await self._refuse(request, "gone")
            return
        since = request.period.begins(request.asked_at)
        ids = [each.wallet_id for each in wallets]
        total = await self._pages.count(ids, since=since, until=request.asked_at)
        if total == 0 or total > MAX_ACTIVITIES:
            await self._refuse(request, "empty" if total == 0 else "too_much")
            return
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            try:
                files, tally = await self._write(request, wallets, since, total, Path(folder))
            except _TooLarge:
                await self._refuse(request, "too_large")
                return
        if not files:
            await self._refuse(request, "empty")
            return
        written = Written(len(wallets), tally.activities, tally.rows, tally.first, tally.last)
        self._metrics.count("ExportsWritten")
        self._metrics.count("ExportRows", tally.rows)
        await self._deliver(request, files, written)

    async def _wallets(self, request: ExportRequest) -> Sequence[Subscription]:
        if request.subscription_id is None:
            return await self._subscriptions.subscriptions(request.chat_id)
        found = await self._subscriptions.subscription(request.chat_id, request.subscription_id)
        return [] if found is None else [found]

    async def _write(
        self,
        request: ExportRequest,
        wallets: Sequence[Subscription],
        since: datetime | None,
        total: int,
        folder: Path,
    ) -> tuple[list[tuple[str, str]], _Tally]:
        """The keys and the extensions of the files that were kept."""
        tally, progress = _Tally(), _Progress(self, request, total)
        files: list[tuple[str, str]] = []
        part: _Part | None = None
        async for label, page in self._read(wallets, since, request.asked_at):
            if part is None:
                part = self._begin(request, folder, len(files))
            _append(part, page, label, tally)
            if part.rows >= self._rows_in_file:
                files.append(await self._keep(request, part, len(files)))
                part = None
            await progress.reached(tally.activities)
        if part is not None and part.rows:
            files.append(await self._keep(request, part, len(files)))
        return files, tally

    async def _read(
        self, wallets: Sequence[Subscription], since: datetime | None, until: datetime
    ) -> AsyncIterator[tuple[str | None, Sequence[Activity]]]:
        for wallet in wallets:
            async for page in self._pages.pages(wallet.wallet_id, since=since, until=until, size=PAGE):
                yield wallet.label, page

    def _begin(self, request: ExportRequest, folder: Path, number: int) -> _Part:
        own = folder / str(number)
        own.mkdir()
        return _Part(self._open_file(request.format, own, request.timezone), own)

    async def _keep(self, request: ExportRequest, part: _Part, number: int) -> tuple[str, str]:
        path = await asyncio.to_thread(part.file.close)
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _TooLarge(f"{size} bytes")
        key = f"exports/{_part_key(request, number)}{path.suffix}"
        await self._media.put(key, path, CONTENT_TYPES[path.suffix])
        path.unlink()
        return key, path.suffix

    async def _deliver(
        self, request: ExportRequest, files: Sequence[tuple[str, str]], written: Written
    ) -> None:
        now = self._clock.now()
        lost = self._renderer.lost(request.language)
        documents = []
        for number, (media_key, extension) in enumerate(files):
            key = _part_key(request, number)
            status = await self._ledger.add(
                NewDelivery(key, DeliveryKind.EXPORT, request.chat_id, None, None)
            )
            if status is DeliveryStatus.PENDING:
                name = _file_name(request, number, len(files), extension)
                message = self._renderer.file(number + 1, len(files), written, request)
                attachment = Attachment(MediaKind.DOCUMENT, media_key, name, lost)
                documents.append(
                    Notification(
                        key, request.chat_id, message, now, attachment=attachment, topic=request.topic
                    )
                )
        await self._queues.notify(documents)
        await self._answer(request, self._renderer.finished(written, request), request.request_id)

    async def _refuse(self, request: ExportRequest, reason: str) -> None:
        self._metrics.count("ExportsRefused")
        await self._answer(request, self._renderer.refused(reason, request), request.request_id)

    async def _answer(self, request: ExportRequest, message: RenderedMessage, key: str) -> None:
        """Turn the message that told the progress into this, once; the request's own entry is its end."""
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.EXPORT, request.chat_id, None, None))
        if status is DeliveryStatus.PENDING:
            now = self._clock.now()
            await self._queues.notify(
                [
                    Notification(
                        key,
                        request.chat_id,
                        message,
                        now,
                        edits=request.progress_id,
                        topic=request.topic,
                    )
                ]
            )

    async def show(self, request: ExportRequest, tenths: int) -> None:
        """Tell how far it is, where that takes nobody's place. Whether it works is of no weight."""
        if request.progress_id is None:
            return
        try:
            if await self._limits.reserve(request.chat_id) > 0:
                return
            await self._messenger.send(
                request.chat_id, self._renderer.progress(tenths, request), edits=request.progress_id
            )
        except (TransientError, WalletWatchError) as error:
            self._metrics.count("ProgressUntold")
            _log.info("progress not told", extra={"reason": type(error).__name__})

    def now(self) -> datetime:
        """The time."""
        return self._clock.now()


class _Progress:
    def __init__(self, exporting: Exporting, request: ExportRequest, total: int) -> None:
        self._exporting = exporting
        self._request = request
        self._total = total
        self._told = 0
        self._told_at = exporting.now()

    async def reached(self, activities: int) -> None:
        """Tell each tenth at most once, and not too often."""
        tenths = min(9, activities * 10 // self._total)
        now = self._exporting.now()
        if tenths > self._told and now - self._told_at >= PROGRESS_EVERY:
            self._told, self._told_at = tenths, now
            await self._exporting.show(self._request, tenths)


def _append(part: _Part, page: Sequence[Activity], label: str | None, tally: _Tally) -> None:
    for activity in page:
        rows = part.file.write(activity, label)
        part.rows += rows
        tally.count(activity, rows)


def _part_key(request: ExportRequest, number: int) -> str:
    return delivery_key(request.request_id, "part", number)


def _file_name(request: ExportRequest, number: int, count: int, extension: str) -> str:
    tool = f"-{request.format}" if request.format.extension != request.format.value else ""
    of = f"-{number + 1}of{count}" if count > 1 else ""
    return f"walletwatch{tool}-{request.asked_at:%Y-%m-%d}{of}{extension}"
