"""/plan, /buy and /refund: what somebody may use, and premium for Telegram Stars."""

import logging
from collections.abc import Sequence
from typing import Final

from telegram import LabeledPrice, Message, SuccessfulPayment
from telegram.error import BadRequest, Forbidden

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import SEPARATOR, Action, StaleData, number_of
from walletwatch.bot.talk import Talk
from walletwatch.domain.plans import NEVER, REFUND_WITHIN, Offer, Payment

STARS: Final = "XTR"
"""Bot API, "Payments in Telegram Stars": the currency, for which there is no provider and one price."""
MAX_DAYS_DIGITS: Final = 4
MAX_USER_ID: Final = 2**52
_REFUNDED_ALREADY: Final = "charge_already_refunded"

_log = logging.getLogger("walletwatch.payments")


async def plan(talk: Talk, dialogue: Dialogue) -> None:
    """Show what the person has, uses and can buy."""
    _person(talk)
    usage = await dialogue.quotas.usage(talk.chat)
    zone = talk.chat.settings.timezone
    await talk.show(dialogue.views.plans.plan(usage, dialogue.plans.offers, zone, talk.say))


async def buy(talk: Talk, dialogue: Dialogue) -> None:
    """/buy [DAYS]: an invoice, or what there is to choose from."""
    _person(talk)
    _offered(talk, dialogue)
    if talk.arguments:
        await buy_days(talk, dialogue, talk.arguments[0])
    else:
        await talk.show(dialogue.views.plans.offers(dialogue.plans.offers, talk.say))


async def open_offers(talk: Talk, dialogue: Dialogue, _payload: str) -> None:
    """Who was forwarded an invoice is shown what there is to buy."""
    talk.arguments = ()
    await buy(talk, dialogue)


async def buy_days(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Send an invoice for so many days of premium."""
    user_id = _person(talk)
    offers = _offered(talk, dialogue)
    number = text if text.isascii() and text.isdecimal() and len(text) <= MAX_DAYS_DIGITS else "0"
    order = await dialogue.plans.order(user_id, int(number))
    if order is None:
        await talk.show(dialogue.views.plans.offers(offers, talk.say))
        return
    label = talk.say("buy.title", time=talk.say("format.days", count=order.offer.days))
    await talk.bot.send_invoice(
        talk.chat_id,
        title=label,
        description=talk.say("buy.description"),
        payload=order.id,
        currency=STARS,
        prices=[LabeledPrice(label, order.offer.stars)],
        provider_token="",
        # Without one, a copy of the invoice that is forwarded could be paid by others.
        start_parameter="p_buy",
    )
    talk.answered = True


async def refund(talk: Talk, dialogue: Dialogue) -> None:
    """Ask whether the newest payment is to be given back; administrators name another's."""
    user_id = _person(talk)
    if talk.arguments and dialogue.operators.may(talk.contact):
        await refund_payment(talk, dialogue)
        return
    payment = await dialogue.plans.refundable(user_id)
    if payment is None:
        raise Complaint("refund.none", days=REFUND_WITHIN.days)
    await talk.show(dialogue.views.plans.refund_question(payment, talk.say))


async def refund_confirmed(talk: Talk, dialogue: Dialogue, tag: str) -> None:
    """Give the payment of the question back."""
    user_id = _person(talk)
    payment = await dialogue.plans.refundable(user_id)
    if payment is None or payment.tag != tag:
        raise StaleData
    await _give_back(talk, dialogue, user_id, payment.charge_id, by=user_id)
    await talk.show(dialogue.views.plans.refunded(payment.offer, talk.say))


async def refund_payment(talk: Talk, dialogue: Dialogue) -> None:
    """/refundpayment USER CHARGE: give any payment back; for administrators."""
    by = talk.contact.user_id
    if len(talk.arguments) != 2 or by is None:
        raise Complaint("payments.refund_usage")
    user_id, charge_id = _user_id(talk.arguments[0], "payments.refund_usage"), talk.arguments[1]
    payment = await _give_back(talk, dialogue, user_id, charge_id, by=by)
    await talk.reply(talk.say("payments.back", user=user_id, stars=payment.offer.stars))


async def payments(talk: Talk, dialogue: Dialogue) -> None:
    """/payments USER: what somebody paid; for administrators."""
    if len(talk.arguments) != 1:
        raise Complaint("payments.usage")
    await show_payments(talk, dialogue, _user_id(talk.arguments[0], "payments.usage"))


async def show_payments(talk: Talk, dialogue: Dialogue, user_id: int) -> None:
    """What they paid, and buttons that give it back."""
    found = await dialogue.plans.payments(user_id)
    zone = talk.chat.settings.timezone
    await talk.show(dialogue.views.plans.payments(user_id, found, zone, talk.say))


async def ask_refund_payment(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Ask whether a payment is to be given back: `<user>.<tag>`, here and below."""
    payment = await _tagged(dialogue, argument)
    zone = talk.chat.settings.timezone
    await talk.show(dialogue.views.plans.refund_payment_question(payment, zone, talk.say))


async def refund_payment_confirmed(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Give it back."""
    payment = await _tagged(dialogue, argument)
    by = talk.contact.user_id
    assert by is not None
    await _give_back(talk, dialogue, payment.user_id, payment.charge_id, by=by)
    await show_payments(talk, dialogue, payment.user_id)


async def settle(talk: Talk, dialogue: Dialogue, message: Message) -> None:
    """A message of Telegram's in a private chat: its person paid, or was paid back."""
    if message.successful_payment is not None:
        await _paid(talk, dialogue, message.successful_payment)
    elif message.refunded_payment is not None:
        await _given_back(talk, dialogue, message.refunded_payment.telegram_payment_charge_id)


async def _paid(talk: Talk, dialogue: Dialogue, payment: SuccessfulPayment) -> None:
    """They get what they ordered, and a receipt."""
    charge_id = payment.telegram_payment_charge_id
    settled = await dialogue.plans.paid(
        talk.chat_id, charge_id, payment.invoice_payload, payment.total_amount
    )
    if not settled.payment.offer.days:
        _log.error("a payment without its order", extra={"charge_id": charge_id, "user_id": talk.chat_id})
    await talk.send(dialogue.views.plans.receipt(settled, talk.chat.settings.timezone, talk.say))


async def _given_back(talk: Talk, dialogue: Dialogue, charge_id: str) -> None:
    """Telegram has given Stars back, for us or by itself."""
    settled = await dialogue.plans.end_refund(talk.chat_id, charge_id)
    if settled is None:
        _log.error("a refund of no payment", extra={"charge_id": charge_id, "user_id": talk.chat_id})
    elif settled.payment.refund_by != talk.chat_id and (settled.new or settled.payment.refund_by):
        # Who took them back by themselves was told below the button; for an administrator, who did
        # not tell them, this may come when the end is kept already.
        await talk.send(dialogue.views.plans.refunded(settled.payment.offer, talk.say))


async def _give_back(talk: Talk, dialogue: Dialogue, user_id: int, charge_id: str, *, by: int) -> Payment:
    """Have Telegram give a payment back, and shorten the premium. Whoever was interrupted can repeat it.

    Raises:
        Complaint: It is none of theirs, was given back before, or Telegram does not do it.
    """
    begun = await dialogue.plans.begin_refund(user_id, charge_id, by)
    if begun is None:
        raise Complaint("refund.unknown")
    try:
        await talk.bot.refund_star_payment(user_id, charge_id)
    except (BadRequest, Forbidden) as error:
        if _REFUNDED_ALREADY not in error.message.lower():
            _log.error("refund refused: %s", error.message, extra={"charge_id": charge_id})
            await dialogue.plans.give_up_refund(user_id, charge_id)
            raise Complaint("refund.refused") from error
    await dialogue.plans.end_refund(user_id, charge_id)
    return begun


def _offered(talk: Talk, dialogue: Dialogue) -> Sequence[Offer]:
    """What the person can buy.

    Raises:
        Complaint: Nothing: there is nothing for sale, or their premium has no end that could be moved.
    """
    if not dialogue.plans.offers:
        raise Complaint("buy.nothing")
    until = talk.chat.owner.premium_until
    if until is not None and until >= NEVER:
        raise Complaint("buy.endless")
    return dialogue.plans.offers


async def _tagged(dialogue: Dialogue, argument: str) -> Payment:
    """The payment of a button.

    Raises:
        StaleData: There is none.
    """
    user, _, tag = argument.partition(SEPARATOR)
    found = await dialogue.plans.payments(number_of(user))
    payment = next((each for each in found if each.tag == tag), None)
    if payment is None:
        raise StaleData
    return payment


def _user_id(text: str, usage: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_USER_ID)) else 0
    if not 0 < number <= MAX_USER_ID:
        raise Complaint(usage)
    return number


def _person(talk: Talk) -> int:
    """The person, in their private chat.

    Raises:
        Complaint: It is no private chat: what somebody pays is nobody else's business.
    """
    if talk.in_group or talk.contact.user_id is None:
        raise Complaint("error.private_only")
    return talk.contact.user_id


AREA: Final = Area(
    Topic.PLAN,
    commands=(
        Command("plan", plan, private=True),
        Command("buy", buy, private=True),
        Command("refund", refund, private=True),
    ),
    buttons={
        Action.PLAN: lambda talk, dialogue, _data: plan(talk, dialogue),
        Action.BUY: lambda talk, dialogue, data: buy_days(talk, dialogue, data.argument),
        Action.REFUND_CONFIRMED: lambda talk, dialogue, data: refund_confirmed(talk, dialogue, data.argument),
    },
    links={"p": open_offers},
)

ADMIN_AREA: Final = Area(
    Topic.ADMIN,
    commands=(Command("payments", payments), Command("refundpayment", refund_payment)),
    buttons={
        Action.PAYMENTS: lambda talk, dialogue, data: show_payments(talk, dialogue, data.number),
        Action.REFUND_PAYMENT: lambda talk, dialogue, data: ask_refund_payment(talk, dialogue, data.argument),
        Action.REFUND_PAYMENT_CONFIRMED: lambda talk, dialogue, data: refund_payment_confirmed(
            talk, dialogue, data.argument
        ),
    },
)
