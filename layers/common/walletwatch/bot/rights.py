"""Who may do what in a chat, as Telegram says."""

from typing import Final

from telegram import (
    Bot,
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
)
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest

ADMIN_STATUSES: Final = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})
GONE_STATUSES: Final = frozenset({ChatMemberStatus.BANNED, ChatMemberStatus.LEFT})
_NOBODY: Final = ("user not found", "invalid user_id", "participant_id_invalid", "user_id_invalid")
"""In descriptions of a 400 that mean that somebody is not, and never was, in the chat."""


async def is_admin(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether somebody is an administrator of a group or channel.

    Raises:
        TelegramError: Telegram does not say; of a channel it tells only those who administer it.
    """
    try:
        member = await bot.get_chat_member(chat_id, user_id)
    except BadRequest as error:
        if any(nobody in error.message.lower() for nobody in _NOBODY):
            return False
        raise
    return member.status in ADMIN_STATUSES


async def can_post(bot: Bot, chat: ChatFullInfo) -> bool:
    """Whether the bot may write to a group or channel."""
    member = await bot.get_chat_member(chat.id, bot.id)
    if not may_post(member, chat.type):
        return False
    if member.status != ChatMemberStatus.MEMBER or chat.permissions is None:
        return True
    return chat.permissions.can_send_messages is not False


def may_post(member: ChatMember, kind: str) -> bool:
    """Whether a member may write, by what they are: what a group allows to all of its members is left out."""
    if kind == ChatType.CHANNEL:
        if isinstance(member, ChatMemberAdministrator):
            return bool(member.can_post_messages)
        return member.status == ChatMemberStatus.OWNER
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status not in GONE_STATUSES
