"""Text messages: sending, forwarding, copying, deleting, reacting."""

from typing import cast

from telegram_double.arguments import Arguments, Kind
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.methods.registry import MethodTable
from telegram_double.methods.sending import (
    CAPTION,
    SENDING,
    caption_text,
    charge,
    link_preview,
    message_text,
    send,
)
from telegram_double.model import Chat, Message

METHODS = MethodTable()

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_MAX_BATCH = 100


@METHODS.method(
    "sendMessage",
    SENDING,
    text=Kind.TEXT,
    parse_mode=Kind.TEXT,
    entities=Kind.ARRAY,
    link_preview_options=Kind.OBJECT,
    disable_web_page_preview=Kind.BOOLEAN,
)
def send_message(double: Double, arguments: Arguments) -> Json:
    """Sends text."""
    content = message_text(double, arguments)
    message = send(double, arguments, content, extra=link_preview(arguments))
    return double.world.wire_message(message)


@METHODS.method(
    "sendChatAction",
    chat_id=Kind.CHAT,
    action=Kind.TEXT,
    message_thread_id=Kind.INTEGER,
    business_connection_id=Kind.TEXT,
)
def send_chat_action(double: Double, arguments: Arguments) -> bool:
    """Shows "typing…" and the like for five seconds."""
    chat = double.world.sendable(arguments.chat())
    action = arguments.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    double.events.publish("action", chat_id=chat.id, action=action)
    return True


@METHODS.method(
    "forwardMessage",
    chat_id=Kind.CHAT,
    from_chat_id=Kind.CHAT,
    message_id=Kind.INTEGER,
    message_thread_id=Kind.INTEGER,
    direct_messages_topic_id=Kind.INTEGER,
    video_start_timestamp=Kind.INTEGER,
    disable_notification=Kind.BOOLEAN,
    protect_content=Kind.BOOLEAN,
    message_effect_id=Kind.TEXT,
    suggested_post_parameters=Kind.OBJECT,
)
def forward_message(double: Double, arguments: Arguments) -> Json:
    """Sends a message again with its origin."""
    source = double.world.accessible(arguments.chat("from_chat_id"))
    original = double.world.message(source, arguments.integer("message_id"), "message to forward not found")
    if original.is_service:
        raise bad_request("message can't be forwarded")
    return double.world.wire_message(_forward(double, arguments, original))


@METHODS.method(
    "forwardMessages",
    chat_id=Kind.CHAT,
    from_chat_id=Kind.CHAT,
    message_ids=Kind.ARRAY,
    message_thread_id=Kind.INTEGER,
    direct_messages_topic_id=Kind.INTEGER,
    disable_notification=Kind.BOOLEAN,
    protect_content=Kind.BOOLEAN,
)
def forward_messages(double: Double, arguments: Arguments) -> list[Json]:
    """Forwards those of several messages that can be; refused if none can."""
    source = double.world.accessible(arguments.chat("from_chat_id"))
    originals = _existing(source, _identifiers(arguments, "message_ids"))
    if not originals:
        raise bad_request("there are no messages to forward")
    return [{"message_id": _forward(double, arguments, original).message_id} for original in originals]


@METHODS.method(
    "copyMessage",
    SENDING,
    CAPTION,
    from_chat_id=Kind.CHAT,
    message_id=Kind.INTEGER,
    video_start_timestamp=Kind.INTEGER,
)
def copy_message(double: Double, arguments: Arguments) -> Json:
    """Sends a message again without its origin."""
    source = double.world.accessible(arguments.chat("from_chat_id"))
    original = double.world.message(source, arguments.integer("message_id"), "message to copy not found")
    if original.is_service:
        raise bad_request("message can't be copied")
    content = original.content
    if original.has_caption and "caption" in arguments:
        content = caption_text(double, arguments)
    copy = send(double, arguments, content, attachment=original.attachment)
    return {"message_id": copy.message_id}


@METHODS.method(
    "copyMessages",
    chat_id=Kind.CHAT,
    from_chat_id=Kind.CHAT,
    message_ids=Kind.ARRAY,
    message_thread_id=Kind.INTEGER,
    direct_messages_topic_id=Kind.INTEGER,
    disable_notification=Kind.BOOLEAN,
    protect_content=Kind.BOOLEAN,
    remove_caption=Kind.BOOLEAN,
)
def copy_messages(double: Double, arguments: Arguments) -> list[Json]:
    """Copies those of several messages that can be; refused if none can."""
    source = double.world.accessible(arguments.chat("from_chat_id"))
    originals = _existing(source, _identifiers(arguments, "message_ids"))
    if not originals:
        raise bad_request("there are no messages to copy")
    bare = arguments.flag("remove_caption")
    copies = []
    for original in originals:
        content = type(original.content)() if bare and original.has_caption else original.content
        copies.append(send(double, arguments, content, attachment=original.attachment))
    return [{"message_id": copy.message_id} for copy in copies]


@METHODS.method("deleteMessage", chat_id=Kind.CHAT, message_id=Kind.INTEGER)
def delete_message(double: Double, arguments: Arguments) -> bool:
    """Takes a message out of a chat, up to 48 hours after it was sent."""
    chat = double.world.accessible(arguments.chat())
    message = double.world.message(chat, arguments.integer("message_id"), "message to delete not found")
    if not _deletable(double, chat, message):
        raise bad_request("message can't be deleted")
    double.world.delete_message(message)
    return True


@METHODS.method("deleteMessages", chat_id=Kind.CHAT, message_ids=Kind.ARRAY)
def delete_messages(double: Double, arguments: Arguments) -> bool:
    """Deletes several messages; those that are not there are skipped."""
    chat = double.world.accessible(arguments.chat())
    for message in _existing(chat, _identifiers(arguments, "message_ids"), service=True):
        if not _deletable(double, chat, message):
            raise bad_request("message can't be deleted")
        double.world.delete_message(message)
    return True


@METHODS.method(
    "setMessageReaction",
    chat_id=Kind.CHAT,
    message_id=Kind.INTEGER,
    reaction=Kind.ARRAY,
    is_big=Kind.BOOLEAN,
)
def set_message_reaction(double: Double, arguments: Arguments) -> bool:
    """Sets the bot's reaction to a message; at most one, none to take it back."""
    chat = double.world.accessible(arguments.chat())
    message = double.world.message(chat, arguments.integer("message_id"), "message to react not found")
    reactions = arguments.array("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in reactions:
        fields = Fields(
            reaction, known=("type", "emoji", "custom_emoji_id"), context="can't parse reaction type"
        )
        kind = fields.required("type", fields.text("type"))
        if kind == "emoji":
            fields.required("emoji", fields.text("emoji"))
        elif kind != "custom_emoji":
            raise bad_request("REACTION_INVALID")
    message.reactions[double.bot.id] = cast("list[Json]", reactions)
    message.changed_seq = double.events.publish("reaction", chat_id=chat.id, message_id=message.message_id)
    return True


def _forward(double: Double, arguments: Arguments, original: Message) -> Message:
    chat = double.world.sendable(arguments.chat())
    charge(double, chat, original.content)
    origin = original.extra.get("forward_origin") or _origin(double, original)
    return double.world.add_message(
        chat, double.bot, original.content, attachment=original.attachment, extra={"forward_origin": origin}
    )


def _origin(double: Double, original: Message) -> Json:
    date = int(original.accepted_at)
    if original.signed:
        return {"type": "user", "sender_user": double.world.users[original.author_id].wire(), "date": date}
    chat = double.world.wire_chat(double.world.chats[original.chat_id])
    return {"type": "channel", "chat": chat, "message_id": original.message_id, "date": date}


def _identifiers(arguments: Arguments, name: str) -> list[int]:
    values = arguments.array(name) or []
    if not values:
        raise bad_request("message identifiers are not specified")
    if len(values) > _MAX_BATCH:
        raise bad_request("too many message identifiers specified")
    numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(numbers) != len(values):
        raise bad_request("message identifier is not a number")
    return numbers


def _existing(chat: Chat, numbers: list[int], *, service: bool = False) -> list[Message]:
    found = [chat.messages[number] for number in numbers if number in chat.messages]
    return [
        message for message in found if message.deleted_at is None and (service or not message.is_service)
    ]


def _deletable(double: Double, chat: Chat, message: Message) -> bool:
    if double.clock.now() - message.accepted_clock > double.policy.deletable_s:
        return False
    if chat.is_private or message.author_id == double.bot.id:
        return True
    return chat.members[double.bot.id].privileged
