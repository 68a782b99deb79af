"""Sending notifications once, in order within a chat, within Telegram's limits."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MediaGone,
    MediaUnavailable,
    MessageRefused,
    StoreUnavailable,
    TopicGone,
)
from walletwatch.domain.work import BatchOutcome, Notification, OutgoingFile, RenderedMessage
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.linking import ChatNotices
from walletwatch.ports.media import MediaStore
from walletwatch.ports.telling import Ledger, Messenger, SendLimits, SentMarks
from walletwatch.ports.watching import SubscriptionStore

MAX_WAIT_SECONDS: Final = 3.0
"""A place in Telegram's limits that is nearer than this is waited for; else the queue waits."""
DEFAULT_RETRY_SECONDS: Final = 5.0
SETTLE_TRIES: Final = 4
RESERVE_SECONDS: Final = 8.0
FILE_SECONDS: Final = 22.0
"""An invocation that has less left does not begin to fetch and to send a file."""
FILE_AGAIN_SECONDS: Final = 1.0
FILE_LOST: Final = "the file has expired"

_log = logging.getLogger("walletwatch.delivering")


@dataclass(frozen=True, slots=True)
class Record:
    """A notification and the id of the queue record that brought it."""

    id: str
    notification: Notification


class Delivering:
    """The use case of the notification function.

    Telegram has no idempotency key. So a message is sent only while its ledger entry is pending, and what
    Telegram accepted is remembered in two stores (`SentMarks`, `Ledger`), either of which prevents a second
    send. Only a process that is killed between Telegram's answer and the first of the two can repeat one.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        marks: SentMarks,
        limits: SendLimits,
        messenger: Messenger,
        media: MediaStore,
        subscriptions: SubscriptionStore,
        notices: ChatNotices,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._marks = marks
        self._limits = limits
        self._messenger = messenger
        self._media = media
        self._subscriptions = subscriptions
        self._notices = notices
        self._clock = clock
        self._metrics = metrics

    async def run(self, records: Sequence[Record], *, remaining: Callable[[], float]) -> BatchOutcome:
        """Deliver a batch in its order.

        Returns:
            The records to be shown again. After a record that waits, the later ones of its chat wait too.

        Raises:
            StoreUnavailable: The ledger could not be read; nothing was sent.
        """
        keys = [record.notification.ledger_key for record in records]
        statuses = await self._ledger.statuses(keys)
        marked = await self._marked(keys)
        waiting: dict[int, float] = {}
        retry_after: dict[str, float] = {}
        for record in records:
            notification = record.notification
            status = statuses.get(notification.ledger_key)
            if status is not DeliveryStatus.PENDING:
                self._metrics.count("NotificationsSkipped")
                continue
            if notification.ledger_key in marked:
                await self._settle_sent(notification, marked[notification.ledger_key], first=False)
                continue
            wait = waiting.get(notification.chat_id)
            if wait is None:
                wait = await self._deliver(notification, remaining)
            if wait is not None:
                waiting[notification.chat_id] = wait
                retry_after[record.id] = wait
        return BatchOutcome(retry_after)

    async def _deliver(self, notification: Notification, remaining: Callable[[], float]) -> float | None:
        """Send one message and settle it; or the seconds to wait before it is tried again."""
        chat_id = notification.chat_id
        if notification.attachment is not None and remaining() < FILE_SECONDS:
            self._metrics.count("FilesPostponed")
            return FILE_AGAIN_SECONDS
        wait = await self._place(chat_id, remaining)
        if wait is not None:
            return wait
        try:
            message_id = await self._send(chat_id, notification)
        except DeliveryUnavailable as error:
            self._metrics.count("DeliveriesPostponed")
            if error.retry_after is not None:
                self._metrics.count("TelegramRateLimited")
            wait = error.retry_after or DEFAULT_RETRY_SECONDS
            await self._hold(chat_id, wait)
            return wait
        except MediaUnavailable:
            return DEFAULT_RETRY_SECONDS
        except MediaGone:
            return await self._tell_of_loss(notification)
        except ChatUnreachable as error:
            await self._give_up(notification, error)
            return None
        except MessageRefused as error:
            _log.error("message refused", extra={"ledger_key": notification.ledger_key, "reason": str(error)})
            await self._ledger.settle(notification.ledger_key, DeliveryStatus.FAILED, reason=str(error))
            self._metrics.count("MessagesRefused")
            return None
        await self._settle_sent(notification, message_id, first=True)
        self._count_sent(notification)
        _log.info("sent", extra={"ledger_key": notification.ledger_key, "message_id": message_id})
        return None

    async def _give_up(self, notification: Notification, error: ChatUnreachable) -> None:
        """The chat takes nothing any more: whoever answers for it is told."""
        gone = await self._subscriptions.deactivate(notification.chat_id, str(error))
        await self._ledger.settle(notification.ledger_key, DeliveryStatus.FAILED, reason=str(error))
        self._metrics.count("ChatsDeactivated")
        if gone is not None:
            await self._tell_owner(gone)

    def _count_sent(self, notification: Notification) -> None:
        self._metrics.count("NotificationsSent")
        age = self._clock.now() - notification.created_at
        self._metrics.milliseconds("NotificationAge", age.total_seconds() * 1000)
        if notification.block_time is not None:
            latency = self._clock.now().timestamp() - notification.block_time
            # A block's time is the validators' estimate in whole seconds, and may be ahead of ours.
            self._metrics.milliseconds("DeliveryLatency", max(0.0, latency) * 1000)

    async def _send(self, chat_id: int, notification: Notification) -> int:
        attachment = notification.attachment
        if attachment is None:
            return await self._send_with(chat_id, notification, None)
        async with self._media.opened(attachment.key) as path:
            file = OutgoingFile(attachment.kind, path, attachment.file_name)
            return await self._send_with(chat_id, notification, file)

    async def _send_with(self, chat_id: int, notification: Notification, file: OutgoingFile | None) -> int:
        message = notification.message
        try:
            return await self._messenger.send(
                chat_id,
                message,
                reply_to=notification.reply_to,
                file=file,
                edits=notification.edits,
                topic=notification.topic,
            )
        except ChatMigrated as error:
            await self._subscriptions.migrate(chat_id, error.new_chat_id)
            return await self._messenger.send(error.new_chat_id, message, file=file)
        except TopicGone:
            await self._leave_topic(chat_id, notification.topic)
            return await self._messenger.send(chat_id, message, file=file)

    async def _leave_topic(self, chat_id: int, topic: int | None) -> None:
        """Write to the general topic from now on, and say so once."""
        assert topic is not None
        chat = await self._subscriptions.leave_topic(chat_id, topic)
        if chat is not None:
            await self._say(chat_id, self._notices.topic_gone(chat))

    async def _tell_owner(self, chat: Chat) -> None:
        """Tell whoever answers for a group or channel that it is not written to any more."""
        owner_id = chat.owner.user_id
        if owner_id is None or owner_id == chat.chat_id:
            return
        owner = await self._subscriptions.chat(owner_id)
        if owner is not None and owner.active:
            await self._say(owner_id, self._notices.unreachable(chat, owner))

    async def _say(self, chat_id: int, message: RenderedMessage) -> None:
        """What nothing depends on: it is tried once."""
        try:
            await self._messenger.send(chat_id, message)
        except (DeliveryUnavailable, ChatUnreachable, ChatMigrated, MessageRefused) as error:
            self._metrics.count("NoticesUntold")
            _log.warning("a notice was not told: %s", error, extra={"chat_id": chat_id})

    async def _tell_of_loss(self, notification: Notification) -> float | None:
        """Say that a file is gone, in place of the message; the ledger gets the reason."""
        assert notification.attachment is not None
        self._metrics.count("FilesLost")
        message = RenderedMessage(notification.attachment.lost)
        try:
            await self._send(notification.chat_id, replace(notification, message=message, attachment=None))
        except DeliveryUnavailable as error:
            wait = error.retry_after or DEFAULT_RETRY_SECONDS
            await self._hold(notification.chat_id, wait)
            return wait
        except (ChatUnreachable, MessageRefused) as error:
            _log.warning("loss not told", extra={"reason": str(error)})
        await self._ledger.settle(notification.ledger_key, DeliveryStatus.FAILED, reason=FILE_LOST)
        return None

    async def _place(self, chat_id: int, remaining: Callable[[], float]) -> float | None:
        """Wait for a place within the limits; or the seconds after which to come back."""
        while True:
            try:
                wait = await self._limits.reserve(chat_id)
            except StoreUnavailable:
                # Telegram's own 429 still protects the chat; silence would not.
                self._metrics.count("LimitsUnavailable")
                return None
            if wait <= 0:
                return None
            if wait > min(MAX_WAIT_SECONDS, remaining() - RESERVE_SECONDS):
                return wait
            await self._clock.sleep(wait)

    async def _hold(self, chat_id: int, seconds: float) -> None:
        try:
            await self._limits.hold(chat_id, seconds)
        except StoreUnavailable:
            self._metrics.count("LimitsUnavailable")

    async def _marked(self, keys: Sequence[str]) -> dict[str, int]:
        try:
            return dict(await self._marks.marked(keys))
        except StoreUnavailable:
            self._metrics.count("SentMarksUnavailable")
            return {}

    async def _settle_sent(self, notification: Notification, message_id: int, *, first: bool) -> None:
        """Remember in both stores that Telegram has the message; one of them is enough to go on.

        Raises:
            StoreUnavailable: Neither store took it in any try.
        """
        key = notification.ledger_key
        kept = not first
        for attempt in range(SETTLE_TRIES):
            try:
                if not kept:
                    await self._marks.mark(key, message_id)
                    kept = True
            except StoreUnavailable:
                self._metrics.count("SentMarksUnavailable")
            try:
                await self._ledger.settle(key, DeliveryStatus.SENT, message_id=message_id)
            except StoreUnavailable:
                _log.warning("ledger not settled", extra={"ledger_key": key, "attempt": attempt})
                await self._clock.sleep(0.2 * 2**attempt)
            else:
                return
        self._metrics.count("SettlesFailed")
        raise StoreUnavailable("the message is with Telegram and the ledger could not be told")
