"""Answers to pressed buttons and inline queries."""

from telegram_double.arguments import Arguments, Kind
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.formatting import formatted
from telegram_double.keyboards import parse_reply_markup
from telegram_double.methods.registry import MethodTable
from telegram_double.texts import utf16_length

METHODS = MethodTable()

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_CALLBACK_TEXT_UNITS = 200
_MAX_RESULTS = 50
_RESULT_ID_BYTES = range(1, 65)
_RESULT_CONTEXT = "can't parse inline query result"
_RESULT_FIELDS = (
    "type",
    "id",
    "title",
    "input_message_content",
    "reply_markup",
    "url",
    "hide_url",
    "description",
    "thumbnail_url",
    "thumbnail_width",
    "thumbnail_height",
)


@METHODS.method(
    "answerCallbackQuery",
    callback_query_id=Kind.TEXT,
    text=Kind.TEXT,
    show_alert=Kind.BOOLEAN,
    url=Kind.TEXT,
    cache_time=Kind.NUMBER,
)
def answer_callback_query(double: Double, arguments: Arguments) -> bool:
    """Ends the spinning of a pressed button, with a toast or an alert if there is text."""
    query = double.questions.callbacks.get(arguments.text("callback_query_id") or "")
    if query is None or query.expires_at < double.clock.now():
        raise bad_request(_TOO_OLD)
    text = arguments.text("text")
    if text is not None and utf16_length(text) > _CALLBACK_TEXT_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    if query.answer is None:
        query.answer = {
            "text": text,
            "show_alert": arguments.flag("show_alert"),
            "url": arguments.text("url"),
        }
        double.events.publish(
            "callback_answer", callback_query_id=query.id, chat_id=query.chat_id, answer=query.answer
        )
    return True


@METHODS.method(
    "answerInlineQuery",
    inline_query_id=Kind.TEXT,
    results=Kind.ARRAY,
    cache_time=Kind.NUMBER,
    is_personal=Kind.BOOLEAN,
    next_offset=Kind.TEXT,
    button=Kind.OBJECT,
)
def answer_inline_query(double: Double, arguments: Arguments) -> bool:
    """Shows up to 50 results; the double knows articles."""
    results = arguments.array("results")
    if results is None:
        raise bad_request("results are not specified")
    if len(results) > _MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    parsed = [_result(double, value) for value in results]
    if len({result["id"] for result in parsed}) < len(parsed):
        raise bad_request("RESULT_ID_DUPLICATE")
    query = double.questions.inline.get(arguments.text("inline_query_id") or "")
    if query is None or query.expires_at < double.clock.now():
        raise bad_request(_TOO_OLD)
    query.answer = {
        "results": parsed,
        "next_offset": arguments.text("next_offset") or "",
        "button": _button(arguments.object("button")),
    }
    double.events.publish("inline_answer", inline_query_id=query.id)
    return True


def _result(double: Double, value: object) -> Json:
    fields = Fields(value, known=_RESULT_FIELDS, context=_RESULT_CONTEXT)
    kind = fields.required("type", fields.text("type"))
    if kind != "article":
        raise fields.complaint(f"the double has no results of type {kind}")
    number = fields.required("id", fields.text("id"))
    if len(number.encode()) not in _RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    title = fields.required("title", fields.text("title"))
    given = fields.required("input_message_content", fields.object("input_message_content"))
    message = Fields(
        given,
        known=("message_text", "parse_mode", "entities", "link_preview_options"),
        context=_RESULT_CONTEXT,
    )
    text = message.required("message_text", message.text("message_text"))
    content = formatted(text, message.text("parse_mode"), message.array("entities"))
    if not content.text:
        raise fields.complaint("message text is empty")
    if content.units > double.policy.text_units:
        raise bad_request("MESSAGE_TOO_LONG")
    return {
        "id": number,
        "title": title,
        "description": fields.text("description"),
        "text": content.text,
        "entities": [entity.wire() for entity in content.entities],
        "reply_markup": parse_reply_markup(fields.object("reply_markup")),
    }


def _button(value: Json | None) -> Json | None:
    if value is None:
        return None
    fields = Fields(value, known=("text", "web_app", "start_parameter"), context="can't parse results button")
    fields.required("text", fields.text("text"))
    fields.text("start_parameter")
    return value
