"""Editing messages of the bot."""

from telegram_double.arguments import Arguments, Kind, Spec
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Json
from telegram_double.keyboards import parse_inline_keyboard
from telegram_double.methods.media import parse_media
from telegram_double.methods.registry import MethodTable
from telegram_double.methods.sending import caption_text, charge, link_preview, message_text
from telegram_double.model import Chat, Message
from telegram_double.texts import FormattedText

METHODS = MethodTable()

_TARGET: Spec = {
    "business_connection_id": Kind.TEXT,
    "chat_id": Kind.CHAT,
    "message_id": Kind.INTEGER,
    "inline_message_id": Kind.TEXT,
    "reply_markup": Kind.OBJECT,
}
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


@METHODS.method(
    "editMessageText",
    _TARGET,
    text=Kind.TEXT,
    parse_mode=Kind.TEXT,
    entities=Kind.ARRAY,
    link_preview_options=Kind.OBJECT,
    disable_web_page_preview=Kind.BOOLEAN,
)
def edit_message_text(double: Double, arguments: Arguments) -> Json:
    """Changes text and keyboard; without a keyboard the old one goes."""
    content = message_text(double, arguments)
    chat, message = _target(double, arguments)
    if message.has_caption:
        raise bad_request("there is no text in the message to edit")
    link_preview(arguments)
    return _edited(double, chat, message, content, _keyboard(arguments))


@METHODS.method(
    "editMessageCaption",
    _TARGET,
    caption=Kind.TEXT,
    parse_mode=Kind.TEXT,
    caption_entities=Kind.ARRAY,
    show_caption_above_media=Kind.BOOLEAN,
)
def edit_message_caption(double: Double, arguments: Arguments) -> Json:
    """Changes caption and keyboard of a document or photo."""
    content = caption_text(double, arguments)
    chat, message = _target(double, arguments)
    if not message.has_caption:
        raise bad_request("there is no caption in the message to edit")
    return _edited(double, chat, message, content, _keyboard(arguments))


@METHODS.method("editMessageMedia", _TARGET, media=Kind.OBJECT)
def edit_message_media(double: Double, arguments: Arguments) -> Json:
    """Replaces a message's document or photo together with its caption."""
    chat, message = _target(double, arguments)
    attachment, content = parse_media(double, arguments, arguments.object("media"))
    keyboard = _keyboard(arguments)
    message.attachment = attachment
    return _edited(double, chat, message, content, keyboard, replaced=True)


@METHODS.method("editMessageReplyMarkup", _TARGET)
def edit_message_reply_markup(double: Double, arguments: Arguments) -> Json:
    """Changes the keyboard only."""
    chat, message = _target(double, arguments)
    return _edited(double, chat, message, message.content, _keyboard(arguments))


def _keyboard(arguments: Arguments) -> Json | None:
    return parse_inline_keyboard(arguments.object("reply_markup"))


def _target(double: Double, arguments: Arguments) -> tuple[Chat, Message]:
    """The message to edit.

    Raises:
        ApiError: 400 if there is none or it is not the bot's, 403 where the bot may not write.
    """
    if arguments.text("inline_message_id"):
        # Messages sent through inline mode are in chats the bot does not know; none is editable here.
        raise bad_request("MESSAGE_ID_INVALID")
    if arguments.integer("message_id") is None:
        raise bad_request("message identifier is not specified")
    chat = double.world.sendable(arguments.chat())
    message = double.world.message(chat, arguments.integer("message_id"), "message to edit not found")
    if message.author_id != double.bot.id or message.is_service:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(
    double: Double,
    chat: Chat,
    message: Message,
    content: FormattedText,
    keyboard: Json | None,
    *,
    replaced: bool = False,
) -> Json:
    if not replaced and content == message.content and keyboard == message.reply_markup:
        raise bad_request(_NOT_MODIFIED)
    charge(double, chat, content)
    double.world.edit_message(message, content, keyboard)
    return double.world.wire_message(message)
