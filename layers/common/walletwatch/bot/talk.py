"""One update's conversation: who asked, with which words, and how to answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from telegram import (
    Bot,
    Document,
    LinkPreviewOptions,
    Message,
    MessageOriginChannel,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from walletwatch.bot.html_length import cut, plain
from walletwatch.bot.markup import to_markup
from walletwatch.bot.messenger import NOT_MODIFIED
from walletwatch.bot.rights import is_admin
from walletwatch.bot.texts import Html, Texts, supported, texts, texts_for
from walletwatch.domain.alert_rules.rule import Rule
from walletwatch.domain.chats import Chat, ChatKind, Contact, Subscription
from walletwatch.domain.currencies import Rates
from walletwatch.domain.errors import DeliveryUnavailable
from walletwatch.domain.sessions import Session
from walletwatch.domain.work import Button, RenderedMessage

DOWNLOAD_SECONDS: Final = 15.0
UPLOAD_SECONDS: Final = 20.0
MAX_TOAST: Final = 200
"""Characters (Bot API, answerCallbackQuery), counted as in messages: in UTF-16 units."""
_TOO_OLD: Final = "query is too old"


class FileRefused(Exception):
    """The file is too large, or there is none."""


@dataclass
class Talk:
    """What a command's handler is given.

    Attributes:
        rates: By which values are told.
        known: The chat as it is remembered; None until `meet`.
        body: What `arguments` are the words of, with its line breaks.
        attachment: A file that came with it.
        sender_chat_id: The chat that a message was written as; None for a person, and for a button.
        topic: Of a forum, in which this is; answers go there too.
        forwarded_from: The channel that a message was forwarded from.
        given_up: The open question that this update ended.
        watched: What the chat watches, where it was read with the greeting.
        rules: The chat's alerts, where they were read with the greeting.
        meant: The wallets that a name may mean, where it is the name of several.
        answered: Whether anything was sent or edited yet; after that a redelivery would repeat it.
    """

    bot: Bot
    contact: Contact
    say: Texts
    message_id: int
    rates: Rates
    arguments: tuple[str, ...] = ()
    body: str = ""
    attachment: Document | None = None
    query_id: str | None = None
    sender_chat_id: int | None = None
    topic: int | None = None
    forwarded_from: int | None = None
    known: Chat | None = None
    given_up: Session | None = None
    watched: Sequence[Subscription] | None = None
    rules: Sequence[Rule] | None = None
    meant: Sequence[Subscription] = ()
    answered: bool = False

    @property
    def chat_id(self) -> int:
        """The chat."""
        return self.contact.chat_id

    @property
    def chat(self) -> Chat:
        """The chat as it is remembered, with its settings and who answers for it."""
        assert self.known is not None
        return self.known

    def written(self, behind: int) -> str:
        """What was written behind so many arguments, with its line breaks."""
        parts = self.body.split(maxsplit=behind)
        return parts[behind].strip() if len(parts) > behind else ""

    def meet(self, chat: Chat) -> None:
        """Speak to the chat as it wishes."""
        self.known = chat
        self.say = texts_for(chat, self.rates)

    @property
    def in_group(self) -> bool:
        """Whether several people write here."""
        return self.contact.chat_kind is not ChatKind.PRIVATE

    async def reply(self, html: Html, keyboard: Sequence[Sequence[Button]] = ()) -> int:
        """Send a message; in a group it names the one it answers. Returns its id."""
        return await self.send(RenderedMessage(html, keyboard))

    async def send(self, message: RenderedMessage) -> int:
        """Send a rendered message, and return its id."""
        reply = ReplyParameters(self.message_id, allow_sending_without_reply=True) if self.in_group else None
        sent = await self.bot.send_message(
            self.chat_id,
            message.html,
            parse_mode=ParseMode.HTML,
            reply_markup=to_markup(message.keyboard) if message.keyboard else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=reply,
            message_thread_id=self.topic,
        )
        self.answered = True
        return sent.message_id

    async def tell(self, chat_id: int, message: RenderedMessage) -> None:
        """Send a message to another chat than this one."""
        await self.bot.send_message(
            chat_id,
            message.html,
            parse_mode=ParseMode.HTML,
            reply_markup=to_markup(message.keyboard) if message.keyboard else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def document(self, name: str, content: bytes, caption: Html) -> None:
        """Send a small file, from memory.

        Args:
            name: Of the file.
            content: At most 50 MB (Bot API, sendDocument).
            caption: At most 1024 UTF-16 units after parsing.
        """
        await self.bot.send_document(
            self.chat_id,
            content,
            filename=name,
            caption=caption,
            parse_mode=ParseMode.HTML,
            message_thread_id=self.topic,
            write_timeout=UPLOAD_SECONDS,
        )
        self.answered = True

    async def replace(self, message_id: int, message: RenderedMessage) -> None:
        """Put a message in the place of one that was sent before."""
        await self.bot.edit_message_text(
            message.html,
            chat_id=self.chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=to_markup(message.keyboard) if message.keyboard else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def show(self, message: RenderedMessage) -> None:
        """Show a view: in place of the message whose button was pressed, or as a new one."""
        if self.query_id is None:
            await self.send(message)
            return
        try:
            await self.bot.edit_message_text(
                message.html,
                chat_id=self.chat_id,
                message_id=self.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=to_markup(message.keyboard) if message.keyboard else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            # A double tap, or nothing has changed since: the view is what it should be.
            if NOT_MODIFIED not in error.message.lower():
                raise
        self.answered = True

    async def turn(self, keyboard: Sequence[Sequence[Button]]) -> None:
        """Show other buttons below the message whose button was pressed."""
        try:
            await self.bot.edit_message_reply_markup(
                chat_id=self.chat_id, message_id=self.message_id, reply_markup=to_markup(keyboard)
            )
        except BadRequest as error:
            if NOT_MODIFIED not in error.message.lower():
                raise
        self.answered = True

    async def download(self, limit: int) -> bytes:
        """The file that came with the message.

        Raises:
            FileRefused: It is larger than `limit` bytes, or Telegram does not have it.
            DeliveryUnavailable: It did not come in time.
        """
        attachment = self.attachment
        if attachment is None or (attachment.file_size or 0) > limit:
            raise FileRefused
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                file = await self.bot.get_file(attachment.file_id)
                if (file.file_size or 0) > limit:
                    raise FileRefused
                content = bytes(await file.download_as_bytearray())
        except BadRequest as error:
            raise FileRefused from error
        except TimeoutError as error:
            raise DeliveryUnavailable("a file did not come in time") from error
        if len(content) > limit:
            raise FileRefused
        return content

    def rest(self, words: int) -> str:
        """What stands behind the first words, with its line breaks."""
        parts = self.body.split(maxsplit=words)
        return parts[words] if len(parts) > words else ""

    async def toast(self, text: str = "", *, alert: bool = False) -> None:
        """Answer the button that was pressed, so that it stops spinning; once.

        Args:
            text: Telegram HTML, of which a toast shows the plain text, cut to what Telegram takes.
            alert: Whether the person has to close it.
        """
        if self.query_id is None:
            return
        query_id, self.query_id = self.query_id, None
        shown = cut(plain(text), MAX_TOAST)
        try:
            await self.bot.answer_callback_query(query_id, shown or None, show_alert=alert)
        except BadRequest as error:
            # Telegram forgets a query within minutes; there is nobody left to answer.
            if _TOO_OLD not in error.message.lower():
                raise

    async def may_change(self) -> bool:
        """Whether the sender may change what this chat watches: in groups its administrators only."""
        if self.contact.chat_kind is ChatKind.PRIVATE:
            return True
        # An anonymous administrator writes as the group, and whoever may write to a channel as the channel.
        if self.sender_chat_id == self.chat_id:
            return True
        return self.contact.user_id is not None and await is_admin(
            self.bot, self.chat_id, self.contact.user_id
        )


def contact_of(update: Update) -> Contact | None:
    """Who caused an update, and where; None for a kind without a chat."""
    chat = update.effective_chat
    if chat is None:
        return None
    user = update.effective_user
    return Contact(
        chat_id=chat.id,
        chat_kind=ChatKind(chat.type),
        user_id=user.id if user else None,
        username=user.username if user else None,
        language=supported(user.language_code if user else None),
        title=chat.title,
    )


def talk_of(update: Update, bot: Bot, rates: Rates) -> Talk | None:
    """The conversation of an update; None for a kind that is none."""
    query = update.callback_query
    message = query.message if query else update.effective_message
    contact = contact_of(update)
    if contact is None or message is None:
        return None
    written = message if isinstance(message, Message) else None
    # A button's message was sent by the bot, and in a channel as the channel: not by who presses it.
    sender = written.sender_chat if written and query is None else None
    origin = written.forward_origin if written and query is None else None
    return Talk(
        bot=bot,
        contact=contact,
        say=texts(contact.language),
        message_id=message.message_id,
        rates=rates,
        query_id=query.id if query else None,
        attachment=message.document if isinstance(message, Message) and query is None else None,
        sender_chat_id=sender.id if sender else None,
        topic=written.message_thread_id if written and written.is_topic_message else None,
        forwarded_from=origin.chat.id if isinstance(origin, MessageOriginChannel) else None,
    )
