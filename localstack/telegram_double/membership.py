"""Who is in a chat: joining, leaving, blocking, promoting, migrating, deleting accounts and groups."""

import time

from telegram_double.double import Double
from telegram_double.errors import ControlError
from telegram_double.model import Chat, ChatType, MemberStatus, User
from telegram_double.people import announce, queue_of
from telegram_double.texts import FormattedText
from telegram_double.world import member_object


def set_member(
    double: Double, chat: Chat, user: User, status: MemberStatus, *, by: User | None = None
) -> None:
    """Changes somebody's status in a chat, with the updates and the notice it causes.

    They do it themself unless ``by`` names another.

    Raises:
        ControlError: It is a private chat.
    """
    if chat.is_private:
        raise ControlError("a private chat has no members; block or unblock the bot", 409)
    _change(double, chat, user, status, by or user)
    joined = status.present
    notice = {"new_chat_members": [user.wire()]} if joined else {"left_chat_member": user.wire()}
    if chat.type in {ChatType.GROUP, ChatType.SUPERGROUP} and not status.privileged:
        message = double.world.add_message(chat, by or user, FormattedText(), attachment=notice)
        if user.id != double.bot.id or joined:
            announce(double, chat, message)


def set_blocked(double: Double, user: User, *, blocked: bool) -> None:
    """A person blocks or unblocks the bot."""
    chat = double.world.private_chat(user)
    status = MemberStatus.KICKED if blocked else MemberStatus.MEMBER
    if chat.members.get(double.bot.id, MemberStatus.MEMBER) is not status:
        _change(double, chat, double.bot, status, user)


def migrate(double: Double, chat: Chat) -> Chat:
    """Makes a supergroup of a group, as Telegram does by itself.

    Raises:
        ControlError: It is no basic group.
    """
    if chat.type is not ChatType.GROUP or chat.migrated_to is not None:
        raise ControlError("only a basic group becomes a supergroup", 409)
    world = double.world
    upgraded = world.add_chat(ChatType.SUPERGROUP, title=chat.title, members=dict(chat.members))
    creator = next((world.users[number] for number in chat.members if number != double.bot.id), double.bot)
    left = world.add_message(chat, creator, FormattedText(), attachment={"migrate_to_chat_id": upgraded.id})
    announce(double, chat, left)
    arrived = world.add_message(
        upgraded, creator, FormattedText(), attachment={"migrate_from_chat_id": chat.id}
    )
    announce(double, upgraded, arrived)
    chat.migrated_to = upgraded.id
    double.events.publish("chat", chat_id=chat.id)
    return upgraded


def deactivate(double: Double, user: User) -> None:
    """The person deletes their account; the bot is not told."""
    user.deactivated = True
    double.events.publish("chat", chat_id=user.id)


def delete_chat(double: Double, chat: Chat) -> None:
    """A group is deleted by its owner.

    Raises:
        ControlError: It is a private chat.
    """
    if chat.is_private:
        raise ControlError("a private chat cannot be deleted for the bot", 409)
    chat.deleted = True
    double.events.publish("chat", chat_id=chat.id)


def _change(double: Double, chat: Chat, user: User, status: MemberStatus, by: User) -> None:
    old = chat.members.get(user.id, MemberStatus.MEMBER if chat.is_private else MemberStatus.LEFT)
    chat.members[user.id] = status
    payload = {
        "chat": double.world.wire_chat(chat),
        "from": by.wire(),
        "date": int(time.time()),
        "old_chat_member": member_object(user, old, chat.type),
        "new_chat_member": member_object(user, status, chat.type),
    }
    kind = "my_chat_member" if user.id == double.bot.id else "chat_member"
    double.updates.add(kind, payload, queue_of(chat.id))
    double.events.publish("chat", chat_id=chat.id)
