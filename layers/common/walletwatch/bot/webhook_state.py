"""Asking Telegram how it gets on with our webhook (Bot API, getWebhookInfo)."""

from typing import Final

from telegram import Bot
from telegram.error import TelegramError

from walletwatch.bot.messenger import translate
from walletwatch.domain.vitals import TelegramVitals

MAX_ERROR_LENGTH: Final = 200


class TelegramWebhookState:
    """`ports.WebhookState` over python-telegram-bot's Bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def read(self) -> TelegramVitals:
        """Ask Telegram."""
        try:
            info = await self._bot.get_webhook_info()
        except TelegramError as error:
            raise translate(error) from error
        error_text = info.last_error_message
        return TelegramVitals(
            is_set=bool(info.url),
            pending_updates=info.pending_update_count,
            last_error_at=info.last_error_date,
            last_error=error_text[:MAX_ERROR_LENGTH] if error_text else None,
        )
