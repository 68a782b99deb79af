"""Sending notifications through the Bot API."""

from typing import Final, Self

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import ChatMigrated as TelegramChatMigrated
from telegram.request import HTTPXRequest

from walletwatch.bot.markup import to_markup
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MessageRefused,
    TopicGone,
)
from walletwatch.domain.work import RenderedMessage

TIMEOUT_SECONDS: Final = 10.0
CONNECTIONS: Final = 4
NOT_MODIFIED: Final = "message is not modified"
_NOT_EDITABLE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
_TOPIC_GONE: Final = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_GONE: Final = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "bot was kicked",
    "group chat was",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights in the channel",
    "chat_write_forbidden",
)
"""Beginnings of descriptions of a 400 that mean that a chat is gone, or does not let the bot write.

Telegram names no code for them.
"""


def make_bot(token: str, api_url: str) -> Bot:
    """A bot that only sends; it connects with the first call."""
    request = make_request()
    return Bot(token, base_url=f"{api_url}/bot", request=request, get_updates_request=request)


def make_request() -> HTTPXRequest:
    """An HTTP client with a limit on everything it waits for."""
    return HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=3.0,
        read_timeout=TIMEOUT_SECONDS,
        write_timeout=TIMEOUT_SECONDS,
        pool_timeout=3.0,
    )


class TelegramMessenger:
    """`ports.Messenger` over python-telegram-bot's Bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    @classmethod
    def connect(cls, token: str, api_url: str) -> Self:
        """A messenger for this bot; it connects with the first message.

        Args:
            token: Of the bot.
            api_url: Of the Bot API, without `/bot<token>`.
        """
        return cls(make_bot(token, api_url))

    async def send(
        self,
        chat_id: int,
        message: RenderedMessage,
        *,
        reply_to: int | None = None,
        edits: int | None = None,
        topic: int | None = None,
    ) -> int:
        """Send, or put in the place of a message of ours, and return the message id.

        Raises:
            DeliveryUnavailable: Not now; `retry_after` may say when.
            ChatUnreachable: Never again in this chat.
            ChatMigrated: The chat has a new id.
            TopicGone: The topic is closed or deleted.
            MessageRefused: This message is not acceptable.
        """
        try:
            if edits is not None and await self._edit(chat_id, message, edits):
                return edits
            sent = await self._bot.send_message(
                chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(message),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_parameters=_reply(reply_to),
                message_thread_id=topic,
            )
        except TelegramError as error:
            if topic is not None and isinstance(error, BadRequest) and _is_about_topic(error):
                raise TopicGone(error.message) from error
            raise translate(error) from error
        return int(sent.message_id)

    async def _edit(self, chat_id: int, message: RenderedMessage, message_id: int) -> bool:
        """Put a message in the place of another; False where that is gone."""
        try:
            await self._bot.edit_message_text(
                message.html,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(message),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            said = error.message.lower()
            if NOT_MODIFIED in said:
                return True
            if any(gone in said for gone in _NOT_EDITABLE):
                return False
            raise
        return True


def translate(error: TelegramError) -> Exception:
    """What an error of the Bot API means for a message that was to be sent."""
    match error:
        case RetryAfter():
            return DeliveryUnavailable("Telegram asks to wait", retry_after=_seconds(error))
        case Forbidden():
            return ChatUnreachable(error.message)
        case TelegramChatMigrated():
            return ChatMigrated(error.new_chat_id)
        case BadRequest():
            gone = error.message.lower().startswith(_GONE)
            return ChatUnreachable(error.message) if gone else MessageRefused(error.message)
        case NetworkError():
            return DeliveryUnavailable(f"Telegram was not reached: {type(error).__name__}")
        case _:
            return MessageRefused(error.message)


def _is_about_topic(error: BadRequest) -> bool:
    return error.message.lower().startswith(_TOPIC_GONE)


def _seconds(error: RetryAfter) -> float:
    value = error.retry_after
    return float(value) if isinstance(value, int) else value.total_seconds()


def _markup(message: RenderedMessage) -> InlineKeyboardMarkup | None:
    return to_markup(message.keyboard) if message.keyboard else None


def _reply(message_id: int | None) -> ReplyParameters | None:
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)
