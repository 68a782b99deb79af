"""Answers to inline queries: what somebody can post who writes the bot's name in any chat."""

import logging
from datetime import timedelta
from typing import Final

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from walletwatch.bot.markup import to_markup
from walletwatch.bot.texts import supported, texts, texts_for
from walletwatch.bot.views.inline import InlineChoice, InlineView
from walletwatch.domain.errors import TransientError
from walletwatch.domain.inline import InlineAnswer
from walletwatch.ports.common import Metrics
from walletwatch.services.currencies import FreshRates
from walletwatch.services.inline_cards import InlineCards

KEPT_FOR: Final = timedelta(seconds=5)
"""As long as a balance is; Telegram shows the answer again to the same person meanwhile."""
START: Final = "menu"
_TOO_OLD: Final = "query is too old"

_log = logging.getLogger("walletwatch.inline")


class InlineMode:
    """Answers are one person's: Telegram keeps them for nobody else."""

    def __init__(
        self, cards: InlineCards, view: InlineView, metrics: Metrics, username: str, rates: FreshRates
    ) -> None:
        self._cards = cards
        self._view = view
        self._metrics = metrics
        self._username = username
        self._rates = rates

    async def answer(self, query: InlineQuery) -> None:
        """Answer in time or not at all: whoever typed it has typed on since."""
        try:
            found = await self._cards.answer(query.from_user.id, query.query.strip(), query.offset)
            if found.chat is not None:
                await self._rates.ready([found.chat])
            await self._send(query, found)
        except (TransientError, TelegramError) as error:
            if isinstance(error, BadRequest) and _TOO_OLD in error.message.lower():
                return
            self._metrics.count("InlineQueriesUnanswered")
            _log.warning("an inline query is not answered: %s", error)

    async def _send(self, query: InlineQuery, found: InlineAnswer) -> None:
        spoken = supported(query.from_user.language_code)
        say = texts(spoken) if found.chat is None else texts_for(found.chat, self._rates.known)
        words = query.query.strip()
        if not found.cards and words and not query.offset:
            prompt = say("inline.nothing")
        elif not found.cards and not query.offset:
            prompt = say("inline.no_wallets")
        else:
            prompt = say("inline.open")
        await query.answer(
            [_article(self._view.choice(card, self._username, say)) for card in found.cards],
            cache_time=KEPT_FOR,
            is_personal=True,
            next_offset=found.next_offset,
            button=InlineQueryResultsButton(prompt, start_parameter=START),
        )


def _article(choice: InlineChoice) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        choice.id,
        choice.title,
        InputTextMessageContent(
            choice.message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        reply_markup=to_markup(choice.message.keyboard),
        description=choice.description,
    )
