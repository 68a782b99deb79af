"""Answers to the questions that Telegram asks about payments, each within ten seconds."""

import logging
from typing import Final

from telegram import PreCheckoutQuery
from telegram.error import BadRequest

from walletwatch.bot.commands.plans import STARS
from walletwatch.bot.texts import supported, texts
from walletwatch.ports.common import Metrics
from walletwatch.services.plans import Plans

TOO_OLD: Final = "query is too old"

_log = logging.getLogger("walletwatch.payments")


async def answer_checkout(query: PreCheckoutQuery, plans: Plans, metrics: Metrics) -> None:
    """Let somebody pay an order that is theirs, unpaid, and has this price; else say why not.

    Raises:
        StoreUnavailable: Nobody knows of the order; Telegram asks again, or the payment is not made.
        TelegramError: Telegram did not take the answer.
    """
    reason: str | None = "currency"
    if query.currency == STARS:
        reason = await plans.refusal(query.invoice_payload, query.from_user.id, query.total_amount)
    say = texts(supported(query.from_user.language_code))
    try:
        if reason is None:
            await query.answer(ok=True)
            return
        metrics.count("CheckoutsRefused")
        _log.warning("checkout refused", extra={"reason": reason, "user_id": query.from_user.id})
        await query.answer(ok=False, error_message=say("buy.refused"))
    except BadRequest as error:
        # Nothing is charged then; the person tries again.
        if TOO_OLD not in error.message.lower():
            raise
