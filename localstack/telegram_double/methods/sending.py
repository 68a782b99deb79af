"""What all sending methods share."""

from telegram_double.arguments import Arguments, Kind, Spec
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.formatting import formatted
from telegram_double.html_mode import normalised_url
from telegram_double.keyboards import parse_reply_markup
from telegram_double.model import Chat, Message
from telegram_double.texts import FormattedText

SENDING: Spec = {
    "business_connection_id": Kind.TEXT,
    "chat_id": Kind.CHAT,
    "message_thread_id": Kind.INTEGER,
    "direct_messages_topic_id": Kind.INTEGER,
    "disable_notification": Kind.BOOLEAN,
    "protect_content": Kind.BOOLEAN,
    "allow_paid_broadcast": Kind.BOOLEAN,
    "message_effect_id": Kind.TEXT,
    "suggested_post_parameters": Kind.OBJECT,
    "reply_parameters": Kind.OBJECT,
    "reply_markup": Kind.OBJECT,
    # Still understood, though no longer documented.
    "reply_to_message_id": Kind.INTEGER,
    "allow_sending_without_reply": Kind.BOOLEAN,
}
CAPTION: Spec = {
    "caption": Kind.TEXT,
    "parse_mode": Kind.TEXT,
    "caption_entities": Kind.ARRAY,
    "show_caption_above_media": Kind.BOOLEAN,
}

_REPLY_FIELDS = (
    "message_id",
    "chat_id",
    "allow_sending_without_reply",
    "quote",
    "quote_parse_mode",
    "quote_entities",
    "quote_position",
    "checklist_task_id",
    "poll_option_id",
)
_PREVIEW_FLAGS = ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text")


def message_text(double: Double, arguments: Arguments) -> FormattedText:
    """The ``text`` of a call with its entities.

    Raises:
        ApiError: 400 if it is missing, blank, too long or badly marked up.
    """
    text = arguments.text("text")
    if not text:
        raise bad_request("message text is empty")
    content = formatted(text, arguments.text("parse_mode"), arguments.array("entities"))
    if not content.text:
        raise bad_request("text must be non-empty")
    if content.units > double.policy.text_units:
        raise bad_request("message is too long")
    return content


def caption_text(double: Double, arguments: Arguments) -> FormattedText:
    """The ``caption`` of a call with its entities; empty if there is none.

    Raises:
        ApiError: 400 if it is too long or badly marked up.
    """
    caption = arguments.text("caption")
    if not caption:
        return FormattedText()
    content = formatted(caption, arguments.text("parse_mode"), arguments.array("caption_entities"))
    if content.units > double.policy.caption_units:
        raise bad_request("message caption is too long")
    return content


def send(
    double: Double,
    arguments: Arguments,
    content: FormattedText,
    *,
    attachment: Json | None = None,
    extra: Json | None = None,
    invoice: bool = False,
) -> Message:
    """Checks what all sending methods check, asks flood control, and puts the message into its chat."""
    chat = double.world.sendable(arguments.chat())
    _refuse_unsupported(arguments, chat)
    markup = parse_reply_markup(arguments.object("reply_markup"), invoice=invoice)
    reply_to, quote = _reply(double, arguments, chat)
    charge(double, chat, content)
    more = dict(extra or {})
    if arguments.flag("protect_content"):
        more["has_protected_content"] = True
    if "message_thread_id" in arguments:
        more["message_thread_id"] = arguments.integer("message_thread_id")
        more["is_topic_message"] = True
    return double.world.add_message(
        chat,
        double.bot,
        content,
        attachment=attachment,
        reply_markup=markup,
        reply_to=reply_to,
        quote=quote,
        extra=more,
    )


def charge(double: Double, chat: Chat, content: FormattedText) -> None:
    """Asks flood control for one message.

    Raises:
        ApiError: 429.
    """
    double.flood.charge(chat.id, group=not chat.is_private, units=content.units)


def _refuse_unsupported(arguments: Arguments, chat: Chat) -> None:
    """What this bot has no right to, in the words of the servers."""
    if arguments.text("business_connection_id"):
        raise bad_request("business connection not found")
    if arguments.text("message_effect_id") and not chat.is_private:
        raise bad_request("EFFECT_ID_INVALID")
    if arguments.flag("allow_paid_broadcast"):
        raise bad_request("FLOODSKIP_NOT_ALLOWED")
    if arguments.object("suggested_post_parameters") is not None:
        raise bad_request("suggested posts can be sent only to channel direct messages")
    if "message_thread_id" in arguments and not chat.is_forum:
        raise bad_request("message thread not found")


def _reply(double: Double, arguments: Arguments, chat: Chat) -> tuple[Message | None, Json | None]:
    """The message a call answers, with the quote taken from it."""
    parameters = arguments.object("reply_parameters")
    if parameters is None:
        number = arguments.integer("reply_to_message_id")
        parameters = {} if number is None else {"message_id": number}
    if not parameters:
        return None, None
    fields = Fields(parameters, known=_REPLY_FIELDS)
    number = fields.required("message_id", fields.integer("message_id"))
    optional = fields.boolean("allow_sending_without_reply") or arguments.flag("allow_sending_without_reply")
    source = double.world.accessible(parameters["chat_id"]) if "chat_id" in fields else chat
    message = source.messages.get(number)
    if message is None or message.deleted_at is not None:
        if optional:
            return None, None
        raise bad_request("message to be replied not found")
    quoted = fields.text("quote")
    if quoted is None:
        return message, None
    quote = formatted(quoted, fields.text("quote_parse_mode"), fields.array("quote_entities"))
    if quote.text not in message.content.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    position = len(message.content.text[: message.content.text.index(quote.text)].encode("utf-16-le")) // 2
    return message, {"text": quote.text, "position": position, "is_manual": True}


def link_preview(arguments: Arguments) -> Json:
    """The ``link_preview_options`` as the message keeps them.

    Raises:
        ApiError: 400 for a wrong field or URL.
    """
    options = arguments.object("link_preview_options")
    if options is None:
        return {"link_preview_options": {"is_disabled": True}} if disabled_preview(arguments) else {}
    fields = Fields(options, known=("url", *_PREVIEW_FLAGS))
    for flag in _PREVIEW_FLAGS:
        fields.boolean(flag)
    url = fields.text("url")
    if url and normalised_url(url if "." in url else "") is None:
        raise bad_request("WEBPAGE_URL_INVALID")
    return {"link_preview_options": options} if options else {}


def disabled_preview(arguments: Arguments) -> bool:
    """The old parameter for switching previews off."""
    return "disable_web_page_preview" in arguments and arguments.flag("disable_web_page_preview")
