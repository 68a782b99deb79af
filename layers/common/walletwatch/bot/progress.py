"""Editing messages that tell how far something is."""

from typing import Final

from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError

from walletwatch.bot.markup import to_markup
from walletwatch.bot.messenger import translate
from walletwatch.domain.errors import DeliveryUnavailable
from walletwatch.domain.work import RenderedMessage

_NOT_MODIFIED: Final = "message is not modified"


class TelegramProgress:
    """`ports.broadcasting.ProgressMessages` over python-telegram-bot's Bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def edit(self, chat_id: int, message_id: int, message: RenderedMessage) -> bool:
        """Let it become this one; False for a message that is gone.

        Raises:
            DeliveryUnavailable: Telegram was not reached, or asks to wait.
        """
        try:
            await self._bot.edit_message_text(
                message.html,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=to_markup(message.keyboard) if message.keyboard else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            meaning = translate(error)
            if isinstance(meaning, DeliveryUnavailable):
                raise meaning from error
            return _NOT_MODIFIED in error.message.lower()
        return True
