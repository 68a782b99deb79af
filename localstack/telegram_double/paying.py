"""People pay in Stars."""

import time

from telegram_double.double import Double
from telegram_double.errors import ControlError
from telegram_double.fields import Json
from telegram_double.model import User
from telegram_double.people import announce, queue_of
from telegram_double.queries import Payment, PreCheckout
from telegram_double.texts import FormattedText

SUBSCRIPTION_PERIOD_S = 30 * 24 * 3600


def pay_message(double: Double, *, chat_id: int, user_id: int, message_id: int) -> PreCheckout:
    """A person presses the pay button of an invoice.

    Raises:
        ControlError: There is no invoice.
    """
    message = double.world.existing_chat(chat_id).messages.get(message_id)
    if message is None or message.deleted_at is not None or "invoice" not in message.attachment:
        raise ControlError("there is no invoice in this message", 409)
    payload = double.questions.invoice_payloads[chat_id, message_id]
    return _ask(double, double.world.user(user_id), message.attachment["invoice"], payload)


def pay_link(double: Double, *, user_id: int, link: str) -> PreCheckout:
    """A person follows an invoice link.

    Raises:
        ControlError: The bot made no such link.
    """
    invoice = double.questions.invoice_links.get(link)
    if invoice is None:
        raise ControlError("no such invoice link", 404)
    return _ask(double, double.world.user(user_id), invoice, invoice["payload"])


def complete(double: Double, query: PreCheckout) -> None:
    """The bot approved: the Stars change hands and the chat gets its successful_payment."""
    payment = Payment(
        charge_id=f"stx{double.questions.new_id()}",
        user_id=query.user_id,
        amount=query.amount,
        payload=query.payload,
        at=time.time(),
    )
    double.questions.payments[payment.charge_id] = payment
    query.approved, query.charge_id = True, payment.charge_id
    _notice(double, payment, {"successful_payment": {**_facts(payment), "provider_payment_charge_id": ""}})
    double.events.publish("payment", pre_checkout_query_id=query.id, charge_id=payment.charge_id)


def refund(double: Double, payment: Payment) -> None:
    """The bot gives the Stars back, and the chat says so."""
    payment.refunded = True
    _notice(double, payment, {"refunded_payment": _facts(payment)})


def _ask(double: Double, user: User, invoice: Json, payload: str) -> PreCheckout:
    lifetime = double.policy.pre_checkout_lifetime_s
    query = PreCheckout(
        id=double.questions.new_id(),
        user_id=user.id,
        amount=invoice["total_amount"],
        payload=payload,
        expires_at=double.clock.now() + lifetime,
    )
    double.questions.pre_checkouts[query.id] = query
    update = {
        "id": query.id,
        "from": user.wire(),
        "currency": "XTR",
        "total_amount": query.amount,
        "invoice_payload": payload,
    }
    double.updates.add("pre_checkout_query", update, queue_of(user.id), lifetime)
    return query


def _facts(payment: Payment) -> Json:
    return {
        "currency": "XTR",
        "total_amount": payment.amount,
        "invoice_payload": payment.payload,
        "telegram_payment_charge_id": payment.charge_id,
    }


def _notice(double: Double, payment: Payment, attachment: Json) -> None:
    user = double.world.users[payment.user_id]
    chat = double.world.private_chat(user)
    message = double.world.add_message(chat, user, FormattedText(), attachment=attachment)
    announce(double, chat, message)
