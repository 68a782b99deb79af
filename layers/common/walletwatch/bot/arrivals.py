"""The bot is brought into a chat, let write there or not, or thrown out."""

import logging
from typing import Final

from telegram import Bot, ChatMemberUpdated
from telegram.constants import ParseMode
from telegram.error import TelegramError

from walletwatch.bot.markup import to_markup
from walletwatch.bot.rights import may_post
from walletwatch.bot.texts import texts
from walletwatch.bot.views.groups import HtmlNotices, welcome
from walletwatch.domain.chats import Chat, ChatKind, Contact
from walletwatch.domain.work import RenderedMessage
from walletwatch.ports.common import Metrics
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.linking import Linking

MAX_REASON: Final = 64

_log = logging.getLogger("walletwatch.bot")


class Arrivals:
    """Who brings the bot into a group or channel answers for it, and is told when it is out again."""

    def __init__(
        self, bot: Bot, subscriptions: SubscriptionStore, linking: Linking, metrics: Metrics
    ) -> None:
        self._bot = bot
        self._subscriptions = subscriptions
        self._linking = linking
        self._metrics = metrics
        self._notices = HtmlNotices()

    async def changed(self, change: ChatMemberUpdated, contact: Contact) -> None:
        """Take in that the bot is something else in a chat now.

        Raises:
            TransientError: It could not be kept; a redelivery is welcome.
        """
        now, before = change.new_chat_member, change.old_chat_member
        kind = contact.chat_kind.value
        # The library lets an update through that lacks them.
        if not isinstance(getattr(now, "status", None), str):
            return
        by = None if change.from_user.is_bot else change.from_user.id
        if not may_post(now, kind):
            gone = await self._subscriptions.deactivate(contact.chat_id, now.status[:MAX_REASON])
            if gone is not None:
                await self._tell_owner(gone, by)
            return
        chat = await self._subscriptions.remember(contact)
        was_in = isinstance(getattr(before, "status", None), str) and may_post(before, kind)
        if contact.chat_kind is ChatKind.PRIVATE or was_in:
            return
        if by is not None:
            await self._linking.claim(chat, by, instead_of=chat.owner.user_id)
        if contact.chat_kind is ChatKind.CHANNEL:
            await self._ask_bringer(chat, by)
        else:
            await self._say(chat.chat_id, welcome(texts(chat.spoken_language)))

    async def _ask_bringer(self, chat: Chat, by: int | None) -> None:
        """In a channel nobody wants to read the bot's greeting: who brought it is asked in private."""
        person = None if by is None else await self._subscriptions.chat(by)
        if person is not None and person.active:
            await self._say(person.chat_id, self._notices.brought(chat, person.spoken_language))

    async def _tell_owner(self, chat: Chat, by: int | None) -> None:
        owner_id = chat.owner.user_id
        if owner_id is None or owner_id in {chat.chat_id, by}:
            return
        owner = await self._subscriptions.chat(owner_id)
        if owner is not None and owner.active:
            await self._say(owner_id, self._notices.unreachable(chat, owner))

    async def _say(self, chat_id: int, message: RenderedMessage) -> None:
        """What nothing depends on: it is tried once."""
        try:
            await self._bot.send_message(
                chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                reply_markup=to_markup(message.keyboard) if message.keyboard else None,
            )
        except TelegramError as error:
            self._metrics.count("NoticesUntold")
            _log.warning("a notice was not told: %s", error.message, extra={"chat_id": chat_id})
