"""Payments in Telegram Stars (currency XTR)."""

from telegram_double import paying
from telegram_double.arguments import Arguments, Kind, Spec
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.methods.registry import MethodTable
from telegram_double.methods.sending import SENDING, send
from telegram_double.texts import FormattedText, utf16_length

METHODS = MethodTable()

_INVOICE: Spec = {
    "title": Kind.TEXT,
    "description": Kind.TEXT,
    "payload": Kind.TEXT,
    "provider_token": Kind.TEXT,
    "currency": Kind.TEXT,
    "prices": Kind.ARRAY,
    "max_tip_amount": Kind.INTEGER,
    "suggested_tip_amounts": Kind.ARRAY,
    "provider_data": Kind.TEXT,
    "photo_url": Kind.TEXT,
    "photo_size": Kind.INTEGER,
    "photo_width": Kind.INTEGER,
    "photo_height": Kind.INTEGER,
    "need_name": Kind.BOOLEAN,
    "need_phone_number": Kind.BOOLEAN,
    "need_email": Kind.BOOLEAN,
    "need_shipping_address": Kind.BOOLEAN,
    "send_phone_number_to_provider": Kind.BOOLEAN,
    "send_email_to_provider": Kind.BOOLEAN,
    "is_flexible": Kind.BOOLEAN,
}
_TITLE_UNITS, _DESCRIPTION_UNITS, _PAYLOAD_BYTES = range(1, 33), range(1, 256), range(1, 129)
_MAX_STARS = 25_000


@METHODS.method("sendInvoice", SENDING, _INVOICE, start_parameter=Kind.TEXT)
def send_invoice(double: Double, arguments: Arguments) -> Json:
    """Sends an invoice with a pay button."""
    invoice = parse_invoice(arguments)
    message = send(
        double,
        arguments,
        FormattedText(),
        attachment={"invoice": {**invoice, "start_parameter": arguments.text("start_parameter") or ""}},
        invoice=True,
    )
    if message.reply_markup is None:
        label = f"Pay ⭐️{invoice['total_amount']}"
        message.reply_markup = {"inline_keyboard": [[{"text": label, "pay": True}]]}
    # The payload is between the bot and the server: nobody else sees it.
    double.questions.invoice_payloads[message.chat_id, message.message_id] = arguments.text("payload") or ""
    return double.world.wire_message(message)


@METHODS.method(
    "createInvoiceLink",
    _INVOICE,
    business_connection_id=Kind.TEXT,
    subscription_period=Kind.INTEGER,
)
def create_invoice_link(double: Double, arguments: Arguments) -> str:
    """Makes a link that leads to a payment."""
    invoice = parse_invoice(arguments)
    period = arguments.integer("subscription_period")
    if period is not None and period != paying.SUBSCRIPTION_PERIOD_S:
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    link = f"https://t.me/${double.questions.new_id()}"
    double.questions.invoice_links[link] = {**invoice, "payload": arguments.text("payload") or ""}
    return link


@METHODS.method(
    "answerPreCheckoutQuery",
    pre_checkout_query_id=Kind.TEXT,
    ok=Kind.BOOLEAN,
    error_message=Kind.TEXT,
)
def answer_pre_checkout_query(double: Double, arguments: Arguments) -> bool:
    """Approves or refuses a payment, within ten seconds."""
    query = double.questions.pre_checkouts.get(arguments.text("pre_checkout_query_id") or "")
    if query is None or query.approved is not None or query.expires_at < double.clock.now():
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if "ok" not in arguments:
        raise bad_request("parameter ok is required")
    if arguments.flag("ok"):
        paying.complete(double, query)
    else:
        error = arguments.text("error_message")
        if not error:
            raise bad_request("ERROR_TEXT_EMPTY")
        query.approved, query.error = False, error
        double.events.publish("payment", pre_checkout_query_id=query.id, error=error)
    return True


@METHODS.method("refundStarPayment", user_id=Kind.INTEGER, telegram_payment_charge_id=Kind.TEXT)
def refund_star_payment(double: Double, arguments: Arguments) -> bool:
    """Gives Stars back."""
    payment = double.questions.payments.get(arguments.text("telegram_payment_charge_id") or "")
    if payment is None or payment.user_id != arguments.integer("user_id"):
        raise bad_request("CHARGE_ID_INVALID")
    if payment.refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    paying.refund(double, payment)
    return True


@METHODS.method("getMyStarBalance")
def get_my_star_balance(double: Double, arguments: Arguments) -> Json:  # noqa: ARG001 - has no parameters
    """Stars the bot holds."""
    payments = double.questions.payments.values()
    return {"amount": sum(payment.amount for payment in payments if not payment.refunded)}


@METHODS.method("getStarTransactions", offset=Kind.INTEGER, limit=Kind.INTEGER)
def get_star_transactions(double: Double, arguments: Arguments) -> Json:
    """Payments and refunds, oldest first."""
    transactions: list[Json] = []
    for payment in double.questions.payments.values():
        partner = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": double.world.users[payment.user_id].wire(),
            "invoice_payload": payment.payload,
        }
        entry: Json = {"id": payment.charge_id, "amount": payment.amount, "date": int(payment.at)}
        transactions.append({**entry, "source": partner})
        if payment.refunded:
            transactions.append({**entry, "receiver": partner})
    offset = arguments.integer("offset") or 0
    limit = arguments.integer("limit")
    return {"transactions": transactions[offset:][: 100 if limit is None else limit]}


def parse_invoice(arguments: Arguments) -> Json:
    """The Invoice object of a call.

    Raises:
        ApiError: 400 for missing or overlong texts, another currency than XTR, or wrong prices.
    """
    title, description = arguments.text("title") or "", arguments.text("description") or ""
    if utf16_length(title) not in _TITLE_UNITS:
        raise bad_request("INVOICE_TITLE_INVALID")
    if utf16_length(description) not in _DESCRIPTION_UNITS:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if len((arguments.text("payload") or "").encode()) not in _PAYLOAD_BYTES:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    if arguments.text("currency") != "XTR" or arguments.text("provider_token"):
        # Other currencies need a payment provider, and the double has none.
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    prices = arguments.array("prices") or []
    if len(prices) != 1:
        raise bad_request("STARS_INVOICE_INVALID")
    fields = Fields(prices[0], known=("label", "amount"), context="can't parse labeled price")
    fields.required("label", fields.text("label"))
    amount = fields.required("amount", fields.integer("amount"))
    if not 1 <= amount <= _MAX_STARS:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    return {"title": title, "description": description, "currency": "XTR", "total_amount": amount}
