"""Chats: what they are, who is in them, what is pinned."""

from telegram_double import membership
from telegram_double.arguments import Arguments, Kind
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Json
from telegram_double.methods.registry import MethodTable
from telegram_double.model import Chat, ChatType, MemberStatus
from telegram_double.texts import FormattedText

METHODS = MethodTable()

_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
)
_GIFT_TYPES = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


@METHODS.method("getChat", chat_id=Kind.CHAT)
def get_chat(double: Double, arguments: Arguments) -> Json:
    """A chat's ChatFullInfo."""
    chat = double.world.accessible(arguments.chat())
    answer: Json = {
        **double.world.wire_chat(chat),
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFT_TYPES, False),
    }
    if chat.pinned:
        answer["pinned_message"] = double.world.wire_message(chat.messages[chat.pinned[-1]])
    if chat.type in {ChatType.GROUP, ChatType.SUPERGROUP}:
        answer["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    return answer


@METHODS.method("getChatMember", chat_id=Kind.CHAT, user_id=Kind.INTEGER)
def get_chat_member(double: Double, arguments: Arguments) -> Json:
    """Somebody's status in a chat."""
    chat = double.world.accessible(arguments.chat())
    user_id = arguments.integer("user_id")
    if user_id is None or user_id not in double.world.users:
        raise bad_request("invalid user_id specified")
    return double.world.wire_member(chat, user_id)


@METHODS.method("getChatAdministrators", chat_id=Kind.CHAT, return_bots=Kind.BOOLEAN)
def get_chat_administrators(double: Double, arguments: Arguments) -> list[Json]:
    """Owner and administrators; other bots are left out unless asked for."""
    chat = double.world.accessible(arguments.chat())
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    listed = [user_id for user_id, status in chat.members.items() if status.privileged]
    return double.world.wire_members(chat, listed)


@METHODS.method("getChatMemberCount", chat_id=Kind.CHAT)
def get_chat_member_count(double: Double, arguments: Arguments) -> int:
    """How many are in a chat."""
    chat = double.world.accessible(arguments.chat())
    return 2 if chat.is_private else sum(1 for status in chat.members.values() if status.present)


@METHODS.method("leaveChat", chat_id=Kind.CHAT)
def leave_chat(double: Double, arguments: Arguments) -> bool:
    """The bot leaves a group or channel."""
    chat = double.world.accessible(arguments.chat())
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    membership.set_member(double, chat, double.bot, MemberStatus.LEFT)
    return True


@METHODS.method(
    "pinChatMessage",
    business_connection_id=Kind.TEXT,
    chat_id=Kind.CHAT,
    message_id=Kind.INTEGER,
    disable_notification=Kind.BOOLEAN,
)
def pin_chat_message(double: Double, arguments: Arguments) -> bool:
    """Pins a message and says so in the chat."""
    chat = _where_pinning_is_allowed(double, arguments)
    message = double.world.message(chat, arguments.integer("message_id"), "message to pin not found")
    if message.message_id in chat.pinned:
        raise bad_request("CHAT_NOT_MODIFIED")
    chat.pinned.append(message.message_id)
    notice = {"pinned_message": double.world.wire_message(message, nested=True)}
    double.world.add_message(chat, double.bot, FormattedText(), attachment=notice)
    double.events.publish("pin", chat_id=chat.id)
    return True


@METHODS.method(
    "unpinChatMessage", business_connection_id=Kind.TEXT, chat_id=Kind.CHAT, message_id=Kind.INTEGER
)
def unpin_chat_message(double: Double, arguments: Arguments) -> bool:
    """Unpins a message, or the latest pinned one."""
    chat = _where_pinning_is_allowed(double, arguments)
    number = arguments.integer("message_id")
    if number is None and chat.pinned:
        number = chat.pinned[-1]
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    double.events.publish("pin", chat_id=chat.id)
    return True


@METHODS.method("unpinAllChatMessages", chat_id=Kind.CHAT)
def unpin_all_chat_messages(double: Double, arguments: Arguments) -> bool:
    """Unpins everything."""
    chat = _where_pinning_is_allowed(double, arguments)
    chat.pinned.clear()
    double.events.publish("pin", chat_id=chat.id)
    return True


def _where_pinning_is_allowed(double: Double, arguments: Arguments) -> Chat:
    chat = double.world.sendable(arguments.chat())
    if chat.type in {ChatType.SUPERGROUP, ChatType.CHANNEL} and not chat.members[double.bot.id].privileged:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat
