"""Reply markup: the four kinds Telegram knows, checked as Telegram checks them."""

from collections.abc import Callable
from urllib.parse import urlsplit

from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.html_mode import normalised_url
from telegram_double.texts import utf16_length

MAX_BUTTONS = 100
MAX_ROW_BUTTONS = 8
MAX_CALLBACK_BYTES = 64
MAX_COPY_UNITS = 256
MAX_PLACEHOLDER_UNITS = 64

_STYLES = {"danger", "success", "primary"}
_KEYBOARD_REQUESTS = (
    "request_users",
    "request_chat",
    "request_contact",
    "request_location",
    "request_poll",
    "request_managed_bot",
    "web_app",
)
_INLINE_CONTEXT = "can't parse inline keyboard button"
_KEYBOARD_CONTEXT = "can't parse keyboard button"


def parse_reply_markup(value: Json | None, *, invoice: bool = False) -> Json | None:
    """Checks a ``reply_markup`` parameter.

    Args:
        value: The object sent, if any.
        invoice: The message is an invoice, so the first button may (and must) be a pay button.

    Returns:
        The markup; None if there is none or an inline keyboard without buttons.

    Raises:
        ApiError: 400 in Telegram's words.
    """
    if value is None:
        return None
    if "inline_keyboard" in value:
        return _inline_keyboard(value, invoice=invoice)
    if "keyboard" in value:
        return _keyboard(value)
    if "remove_keyboard" in value:
        fields = Fields(value, known={"remove_keyboard", "selective"})
        fields.boolean("selective")
        return value if fields.boolean("remove_keyboard") else None
    if "force_reply" in value:
        fields = Fields(value, known={"force_reply", "input_field_placeholder", "selective"})
        fields.boolean("selective")
        _check_placeholder(fields)
        return value if fields.boolean("force_reply") else None
    if not value:
        return None
    raise bad_request("can't parse reply keyboard markup JSON object")


def parse_inline_keyboard(value: Json | None) -> Json | None:
    """Checks a ``reply_markup`` that must be an inline keyboard, as in edits."""
    if value and "inline_keyboard" not in value:
        raise bad_request("inline keyboard expected")
    return parse_reply_markup(value)


def _inline_keyboard(value: Json, *, invoice: bool) -> Json | None:
    rows = Fields(value, known={"inline_keyboard"}).array("inline_keyboard") or []
    total = 0
    for row in rows:
        if not isinstance(row, list):
            raise bad_request('field "inline_keyboard" must be an Array of Arrays')
        if len(row) > MAX_ROW_BUTTONS:
            raise bad_request("REPLY_MARKUP_TOO_LONG")
        for button in row:
            _inline_button(button, pay_allowed=invoice and total == 0)
            total += 1
    if total > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    if invoice and total and "pay" not in next(button for row in rows for button in row):
        raise bad_request("the first button of an invoice must be a pay button")
    filled = [row for row in rows if row]
    return {"inline_keyboard": filled} if filled else None


def _inline_button(value: object, *, pay_allowed: bool) -> None:
    known = {"text", "icon_custom_emoji_id", "style", "pay", *_ACTION_CHECKS}
    fields = Fields(value, known=known, context=_INLINE_CONTEXT)
    _check_label(fields)
    actions = [name for name in ("pay", *_ACTION_CHECKS) if name in fields]
    if not actions or (actions == ["callback_data"] and fields.text("callback_data") == ""):
        raise fields.complaint("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise fields.complaint("exactly one action of a button must be specified")
    if actions[0] == "pay":
        if not (fields.boolean("pay") and pay_allowed):
            raise bad_request("BUTTON_TYPE_INVALID")
    else:
        _ACTION_CHECKS[actions[0]](fields)


def _check_url(fields: Fields) -> None:
    check_button_url(fields.required("url", fields.text("url")))


def _check_callback_data(fields: Fields) -> None:
    data = fields.required("callback_data", fields.text("callback_data"))
    if len(data.encode("utf-8", "surrogatepass")) > MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_copy_text(fields: Fields) -> None:
    copied = Fields(fields.object("copy_text"), known={"text"}, context=_INLINE_CONTEXT)
    length = utf16_length(copied.required("text", copied.text("text")))
    if not 1 <= length <= MAX_COPY_UNITS:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_inline_web_app(fields: Fields) -> None:
    _check_web_app(fields, _INLINE_CONTEXT, "inline keyboard button")


def _refuse_game(fields: Fields) -> None:
    del fields
    raise bad_request("BUTTON_TYPE_INVALID")


def _refuse_login(fields: Fields) -> None:
    # Needs a domain linked to the bot in BotFather, which no bot of the double has.
    del fields
    raise bad_request("BOT_DOMAIN_INVALID")


def _check_switch(fields: Fields) -> None:
    fields.text("switch_inline_query")
    fields.text("switch_inline_query_current_chat")


def _check_chosen_chat(fields: Fields) -> None:
    flags = ("allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats")
    name = "switch_inline_query_chosen_chat"
    chosen = Fields(fields.object(name), known={"query", *flags}, context=_INLINE_CONTEXT)
    chosen.text("query")
    allowed = [chosen.boolean(flag) for flag in flags]
    if not any(allowed):
        raise chosen.complaint("at least one chat type must be allowed")


def check_button_url(url: str) -> None:
    """Refuses a button's URL that Telegram would refuse.

    Raises:
        ApiError: 400, "inline keyboard button URL '…' is invalid: …".
    """
    scheme = urlsplit(url).scheme.lower() if "://" in url else ""
    prefix = f"inline keyboard button URL '{url}' is invalid"
    if not url:
        raise bad_request(f"{prefix}: URL host is empty")
    if scheme and scheme not in {"http", "https", "tg", "ton", "tonsite"}:
        raise bad_request(f"{prefix}: Unsupported URL protocol")
    if normalised_url(url) is None:
        raise bad_request(f"{prefix}: Wrong HTTP URL")


def _check_web_app(fields: Fields, context: str, what: str) -> None:
    app = Fields(fields.object("web_app"), known={"url"}, context=context)
    url = app.required("url", app.text("url"))
    if not url.startswith("https://") or normalised_url(url) is None:
        raise bad_request(f"{what} Web App URL '{url}' is invalid: Only HTTPS links are allowed")


def _check_label(fields: Fields) -> None:
    label = fields.required("text", fields.text("text"))
    if not label.strip():
        raise fields.complaint('field "text" must be non-empty')
    fields.text("icon_custom_emoji_id")
    style = fields.text("style")
    if style is not None and style not in _STYLES:
        raise fields.complaint("invalid button style specified")


def _keyboard(value: Json) -> Json:
    flags = ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective")
    fields = Fields(value, known={"keyboard", "input_field_placeholder", *flags})
    for flag in flags:
        fields.boolean(flag)
    _check_placeholder(fields)
    rows = fields.array("keyboard") or []
    total = 0
    for row in rows:
        if not isinstance(row, list):
            raise bad_request('field "keyboard" must be an Array of Arrays')
        for button in row:
            if not isinstance(button, str):
                _keyboard_button(button)
            total += 1
    if total > MAX_BUTTONS * 3:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return value


def _keyboard_button(value: object) -> None:
    known = {"text", "icon_custom_emoji_id", "style", *_KEYBOARD_REQUESTS}
    fields = Fields(value, known=known, context=_KEYBOARD_CONTEXT)
    _check_label(fields)
    requests = [name for name in _KEYBOARD_REQUESTS if name in fields]
    if len(requests) > 1:
        raise fields.complaint("at most one request of a button may be specified")
    for name in ("request_contact", "request_location"):
        fields.boolean(name)
    for name in ("request_users", "request_chat"):
        request = fields.object(name)
        if request is not None and "request_id" not in request:
            raise fields.complaint('can\'t find field "request_id"')
    if "web_app" in fields:
        _check_web_app(fields, _KEYBOARD_CONTEXT, "keyboard button")


def _check_placeholder(fields: Fields) -> None:
    placeholder = fields.text("input_field_placeholder")
    if placeholder is not None and not 1 <= utf16_length(placeholder) <= MAX_PLACEHOLDER_UNITS:
        raise bad_request("input field placeholder must have 1-64 characters")


_ACTION_CHECKS: dict[str, Callable[[Fields], None]] = {
    "url": _check_url,
    "callback_data": _check_callback_data,
    "web_app": _check_inline_web_app,
    "login_url": _refuse_login,
    "switch_inline_query": _check_switch,
    "switch_inline_query_current_chat": _check_switch,
    "switch_inline_query_chosen_chat": _check_chosen_chat,
    "copy_text": _check_copy_text,
    "callback_game": _refuse_game,
}
