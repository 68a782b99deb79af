"""Who may do what in a chat, as Telegram says."""

from typing import Final

from telegram import Bot, ChatFullInfo, ChatMember, ChatMemberAdministrator, ChatMemberRestricted
from telegram.constants import ChatType

ADMIN_STATUSES: Final = frozenset({ChatMember.OWNER.value, ChatMember.ADMINISTRATOR.value})
GONE_STATUSES: Final = frozenset({ChatMember.BANNED.value, ChatMember.LEFT.value})


async def is_admin(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether somebody is an administrator of a group or channel.

    Raises:
        TelegramError: Telegram does not say; of a channel it tells only those who are in it.
    """
    return (await bot.get_chat_member(chat_id, user_id)).status in ADMIN_STATUSES


async def can_post(bot: Bot, chat: ChatFullInfo) -> bool:
    """Whether the bot may write to a group or channel."""
    member = await bot.get_chat_member(chat.id, bot.id)
    if not may_post(member, chat.type):
        return False
    if member.status != ChatMember.MEMBER or chat.permissions is None:
        return True
    return chat.permissions.can_send_messages is not False


def may_post(member: ChatMember, kind: str) -> bool:
    """Whether a member may write, by what they are; what a group allows all of its members is not looked at."""
    if isinstance(member, ChatMemberAdministrator) and kind == ChatType.CHANNEL:
        return bool(member.can_post_messages)
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status not in GONE_STATUSES and (
        kind != ChatType.CHANNEL or member.status in ADMIN_STATUSES
    )
