"""Sending notifications through the Bot API."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import ChatMigrated as TelegramChatMigrated
from telegram.request import HTTPXRequest

from walletwatch.bot.html_length import units
from walletwatch.bot.markup import to_markup
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MessageRefused,
    TopicGone,
)
from walletwatch.domain.work import MediaKind, OutgoingFile, RenderedMessage

TIMEOUT_SECONDS: Final = 10.0
UPLOAD_SECONDS: Final = 16.0
"""For a file, Telegram's answer included: a function that delivers has 30 seconds."""
CAPTION_UNITS: Final = 1024
"""Bot API, sendDocument and sendPhoto: UTF-16 units of a caption after its entities are parsed."""
CONNECTIONS: Final = 4
NOT_MODIFIED: Final = "message is not modified"
_NOT_EDITABLE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message",
)
"""In descriptions of a 400 that mean that a message cannot become what it should."""
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
        file: OutgoingFile | None = None,
        edits: int | None = None,
        topic: int | None = None,
    ) -> int:
        """Send, or edit, and return the message id.

        Raises:
            DeliveryUnavailable: Not now; `retry_after` may say when.
            ChatUnreachable: Never again in this chat.
            ChatMigrated: The chat has a new id.
            TopicGone: The topic is closed or deleted.
            MessageRefused: This message is not acceptable.
        """
        try:
            if edits is not None and await self._edit(chat_id, edits, message, file):
                return edits
            if file is None:
                return await self._send_text(chat_id, message, reply_to, topic)
            return await self._send_file(chat_id, message, file, reply_to, topic)
        except TelegramError as error:
            if topic is not None and isinstance(error, BadRequest) and _is_about_topic(error):
                raise TopicGone(error.message) from error
            raise translate(error) from error
        except TimeoutError as error:
            raise DeliveryUnavailable("Telegram did not take the file in time") from error

    async def _send_text(
        self, chat_id: int, message: RenderedMessage, reply_to: int | None, topic: int | None
    ) -> int:
        sent = await self._bot.send_message(
            chat_id,
            message.html,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(message),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=_reply(reply_to),
            message_thread_id=topic,
        )
        return int(sent.message_id)

    async def _send_file(
        self,
        chat_id: int,
        message: RenderedMessage,
        file: OutgoingFile,
        reply_to: int | None,
        topic: int | None,
    ) -> int:
        if units(message.html) > CAPTION_UNITS:
            # Should the text fail, both come again: a file twice is better than one without its text.
            sent = await self._upload(chat_id, RenderedMessage(""), file, reply_to, topic)
            return await self._send_text(chat_id, message, sent.message_id, topic)
        return int((await self._upload(chat_id, message, file, reply_to, topic)).message_id)

    async def _upload(
        self,
        chat_id: int,
        message: RenderedMessage,
        file: OutgoingFile,
        reply_to: int | None,
        topic: int | None,
    ) -> Message:
        async with asyncio.timeout(UPLOAD_SECONDS):
            with _opened(file) as content:
                if file.kind is MediaKind.PHOTO:
                    return await self._bot.send_photo(
                        chat_id,
                        content,
                        caption=message.html or None,
                        parse_mode=ParseMode.HTML,
                        reply_markup=_markup(message),
                        reply_parameters=_reply(reply_to),
                        message_thread_id=topic,
                        read_timeout=UPLOAD_SECONDS,
                        write_timeout=UPLOAD_SECONDS,
                    )
                return await self._bot.send_document(
                    chat_id,
                    content,
                    caption=message.html or None,
                    parse_mode=ParseMode.HTML,
                    reply_markup=_markup(message),
                    reply_parameters=_reply(reply_to),
                    message_thread_id=topic,
                    disable_content_type_detection=True,
                    read_timeout=UPLOAD_SECONDS,
                    write_timeout=UPLOAD_SECONDS,
                )

    async def _edit(
        self, chat_id: int, message_id: int, message: RenderedMessage, file: OutgoingFile | None
    ) -> bool:
        """Turn a message into this one; False where it has to be sent instead."""
        try:
            if file is None:
                await self._bot.edit_message_text(
                    message.html,
                    chat_id=chat_id,
                    message_id=message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=_markup(message),
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
            elif units(message.html) > CAPTION_UNITS:
                return False
            else:
                await self._exchange(chat_id, message_id, message, file)
        except BadRequest as error:
            said = error.message.lower()
            if any(words in said for words in _NOT_EDITABLE):
                return False
            # It has become this one already.
            if NOT_MODIFIED not in said:
                raise
        return True

    async def _exchange(
        self, chat_id: int, message_id: int, message: RenderedMessage, file: OutgoingFile
    ) -> None:
        media = InputMediaPhoto if file.kind is MediaKind.PHOTO else InputMediaDocument
        async with asyncio.timeout(UPLOAD_SECONDS):
            with _opened(file, attach=True) as content:
                await self._bot.edit_message_media(
                    media(content, caption=message.html, parse_mode=ParseMode.HTML),
                    chat_id=chat_id,
                    message_id=message_id,
                    reply_markup=_markup(message),
                    read_timeout=UPLOAD_SECONDS,
                    write_timeout=UPLOAD_SECONDS,
                )


@contextmanager
def _opened(file: OutgoingFile, *, attach: bool = False) -> Iterator[InputFile]:
    """The file as python-telegram-bot streams it: it is never in memory as a whole."""
    with file.path.open("rb") as handle:
        yield InputFile(handle, filename=file.name, attach=attach, read_file_handle=False)


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
