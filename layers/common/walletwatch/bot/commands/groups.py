"""/link and /unlink: which groups and channels hear of one's wallets; Telegram says who administers them."""

import re
from dataclasses import replace
from typing import Final

from telegram import ChatFullInfo
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.commands.group_settings import BUTTONS as SETTINGS_BUTTONS
from walletwatch.bot.commands.group_settings import group_settings
from walletwatch.bot.keyboards import Action, StaleData
from walletwatch.bot.rights import can_post, is_admin
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.groups import SEPARATOR
from walletwatch.domain.chats import Chat, ChatKind, Contact
from walletwatch.domain.errors import QuotaExceeded
from walletwatch.domain.linking import Link
from walletwatch.domain.plans import Quota

_REFERENCE: Final = re.compile(r"(?:https?://)?(?:t\.me/|@)([A-Za-z][A-Za-z0-9_]{3,31})/?")
_CHAT_ID: Final = re.compile(r"-[0-9]{1,16}")


async def link(talk: Talk, dialogue: Dialogue) -> None:
    """/link in private: one's groups and channels, or another one; /link CODE where it is to be linked."""
    word = talk.arguments[0] if talk.arguments else ""
    if talk.in_group:
        if not word:
            raise Complaint("link.ask_in_private")
        await link_by_code(talk, dialogue, word)
    elif talk.forwarded_from is not None:
        await _link_named(talk, dialogue, talk.forwarded_from)
    elif word:
        name, number = _REFERENCE.fullmatch(word), _CHAT_ID.fullmatch(word)
        if name is None and number is None:
            raise Complaint("link.no_name")
        await _link_named(talk, dialogue, f"@{name[1]}" if name else int(word))
    else:
        await overview(talk, dialogue)


async def overview(talk: Talk, dialogue: Dialogue) -> None:
    """Show the person's groups and channels, and how to add one."""
    user_id = _person(talk)
    chats = await dialogue.linking.chats(user_id)
    code = await dialogue.linking.new_code(user_id)
    await dialogue.conversations.ask(talk.contact, "link")
    await talk.show(dialogue.views.groups.overview(chats, code, talk.bot.username, talk.say))


async def link_by_code(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Link the group in which somebody wrote the code that they were given in private."""
    if not talk.in_group:
        raise Complaint("link.code_in_group")
    code = text.upper()
    user_id = await dialogue.linking.code_owner(code)
    # An anonymous administrator, and who posts to a channel, has no name: the code says who it is.
    writes_as_chat = talk.sender_chat_id == talk.chat_id
    if user_id is None or not (writes_as_chat or talk.contact.user_id == user_id):
        raise Complaint("link.code_unknown")
    if not await is_admin(talk.bot, talk.chat_id, user_id):
        raise Complaint("error.admins_only")
    instead_of = await _replaceable(talk, talk.chat, user_id)
    if not await dialogue.linking.use_code(code):
        raise Complaint("link.code_unknown")
    if not await dialogue.linking.claim(talk.chat, user_id, instead_of=instead_of):
        raise Complaint("link.taken")
    if talk.topic is not None:
        await dialogue.watching.change_settings(talk.chat_id, replace(talk.chat.settings, topic=talk.topic))
    await talk.send(dialogue.views.groups.linked_here(talk.topic is not None, talk.say))
    found = await dialogue.linking.link(user_id, talk.chat_id)
    if found is None:
        return
    try:
        await talk.tell(user_id, dialogue.views.groups.link(found, 0, talk.say))
    except (BadRequest, Forbidden):
        # They blocked the bot in between: /link shows it to them.
        dialogue.metrics.count("NoticesUntold")


async def _link_named(talk: Talk, dialogue: Dialogue, reference: str | int) -> None:
    """Link a channel, or a group, that was named in private."""
    user_id = _person(talk)
    try:
        full = await talk.bot.get_chat(reference)
        if full.type == ChatType.PRIVATE:
            raise Complaint("link.no_name")
        if not await can_post(talk.bot, full):
            raise Complaint("link.cannot_post")
        if not await is_admin(talk.bot, full.id, user_id):
            raise Complaint("link.not_yours")
    except (BadRequest, Forbidden) as error:
        # It does not say whether there is such a chat, and so do we not.
        raise Complaint("link.not_found") from error
    chat = await _greet(talk, dialogue, full)
    instead_of = await _replaceable(talk, chat, user_id)
    if not await dialogue.linking.claim(chat, user_id, instead_of=instead_of):
        raise Complaint("link.taken")
    await show_link(talk, dialogue, chat.chat_id)


async def show_link(talk: Talk, dialogue: Dialogue, chat_id: int, page: int = 0) -> None:
    """Show what a group or channel of the person's hears of."""
    user_id = _person(talk)
    found = await _owned(talk, dialogue, chat_id)
    if not found.chat.active:
        # Perhaps the bot may write there again.
        try:
            full = await talk.bot.get_chat(chat_id)
            if await can_post(talk.bot, full) and await is_admin(talk.bot, chat_id, user_id):
                found = replace(found, chat=await _greet(talk, dialogue, full))
        except (BadRequest, Forbidden):
            pass
    await talk.show(dialogue.views.groups.link(found, page, talk.say))


async def switch_wallet(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Let a chat hear of one wallet, or no longer."""
    chat_id, wallet_id, page, told = _numbers(argument, 4)
    found = await _changeable(talk, dialogue, chat_id)
    wallet = next((wallet for wallet in found.wallets if wallet.wallet_id == wallet_id), None)
    if wallet is None:
        raise StaleData
    await _switch(talk, dialogue, found, [wallet_id], told=bool(told))
    await show_link(talk, dialogue, chat_id, page)


async def switch_all(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Let a chat hear of all wallets, or of none."""
    chat_id, told = _numbers(argument, 2)
    found = await _changeable(talk, dialogue, chat_id)
    await _switch(talk, dialogue, found, [wallet.wallet_id for wallet in found.wallets], told=bool(told))
    await show_link(talk, dialogue, chat_id)


async def speak_alike(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Let a chat be spoken to as this one: in its language, by its clock, in its currency."""
    (chat_id,) = _numbers(argument, 1)
    found = await _changeable(talk, dialogue, chat_id)
    mine = talk.chat.settings
    alike = replace(
        found.chat.settings,
        language=talk.chat.spoken_language,
        timezone=mine.timezone,
        currency=mine.currency,
    )
    await dialogue.watching.change_settings(chat_id, alike)
    await talk.toast(talk.say("link.alike"))


async def unlink(talk: Talk, dialogue: Dialogue) -> None:
    """/unlink: ask which, or, in a group, whether it is meant."""
    if talk.in_group:
        await _need_admin(talk)
        await talk.show(dialogue.views.groups.unlink_question(talk.chat, talk.say, in_group=True))
        return
    chats = await dialogue.linking.chats(_person(talk))
    if not chats:
        raise Complaint("unlink.none")
    await talk.show(dialogue.views.groups.choose_unlink(chats, talk.say))


async def ask_unlink(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Ask whether it is meant."""
    (chat_id,) = _numbers(argument, 1)
    found = await _owned(talk, dialogue, chat_id)
    await talk.show(dialogue.views.groups.unlink_question(found.chat, talk.say, in_group=False))


async def unlink_confirmed(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    """Let a chat hear of nothing any more. Who does not administer it can only leave it to itself."""
    (chat_id,) = _numbers(argument, 1)
    if talk.in_group:
        if chat_id != talk.chat_id:
            raise StaleData
        await _need_admin(talk)
        count = await dialogue.linking.silence(chat_id)
    else:
        user_id = _person(talk)
        found = await _owned(talk, dialogue, chat_id)
        if found.chat.active and not await _administers(talk, chat_id, user_id):
            await dialogue.linking.release(chat_id, user_id)
            await talk.show(dialogue.views.groups.released(found.chat, talk.say))
            return
        count = await dialogue.linking.silence(chat_id)
    await talk.show(dialogue.views.groups.unlinked(count, talk.in_group, talk.say))


async def _switch(talk: Talk, dialogue: Dialogue, found: Link, wallet_ids: list[int], *, told: bool) -> None:
    if not told:
        await dialogue.linking.hush(found, wallet_ids)
        return
    limit = dialogue.quotas.limit(talk.chat.owner, Quota.WALLETS)
    try:
        await dialogue.linking.tell(found, wallet_ids, limit)
    except QuotaExceeded as error:
        raise Complaint("quota.wallets", limit=error.limit) from error


async def _greet(talk: Talk, dialogue: Dialogue, full: ChatFullInfo) -> Chat:
    contact = Contact(full.id, ChatKind(full.type), None, None, talk.say.language, full.title)
    return await dialogue.watching.remember(contact)


async def _replaceable(talk: Talk, chat: Chat, user_id: int) -> int | None:
    """Whom somebody may succeed: an owner who is not an administrator any more.

    Raises:
        Complaint: Another administrator answers for the chat.
    """
    owner = chat.owner.user_id
    if owner is None or owner == user_id:
        return None
    if await is_admin(talk.bot, chat.chat_id, owner):
        raise Complaint("link.taken")
    return owner


async def _owned(talk: Talk, dialogue: Dialogue, chat_id: int) -> Link:
    """A group or channel of the person's.

    Raises:
        StaleData: It is not theirs, or not any more.
    """
    found = await dialogue.linking.link(_person(talk), chat_id)
    if found is None:
        raise StaleData
    return found


async def _changeable(talk: Talk, dialogue: Dialogue, chat_id: int) -> Link:
    """A group or channel of the person's, of which they are an administrator still.

    Raises:
        StaleData: It is not theirs.
        Complaint: They are none.
    """
    found = await _owned(talk, dialogue, chat_id)
    if not await _administers(talk, chat_id, _person(talk)):
        raise Complaint("link.not_yours")
    return found


async def _administers(talk: Talk, chat_id: int, user_id: int) -> bool:
    """Whether somebody is an administrator of a chat; not where the bot is not in it any more."""
    try:
        return await is_admin(talk.bot, chat_id, user_id)
    except (BadRequest, Forbidden):
        return False


async def _need_admin(talk: Talk) -> None:
    if not await talk.may_change():
        raise Complaint("error.admins_only")


def _numbers(argument: str, count: int) -> list[int]:
    """The numbers of a button, the first of which is a chat's.

    Raises:
        StaleData: They are others.
    """
    parts = argument.split(SEPARATOR)
    fits = len(parts) == count and all(
        part.removeprefix("-").isdecimal() and part.isascii() and len(part) <= 20 for part in parts
    )
    if not fits:
        raise StaleData
    return [int(part) for part in parts]


def _person(talk: Talk) -> int:
    """The person, in their private chat.

    Raises:
        Complaint: It is no private chat: others would see what is theirs.
    """
    if talk.in_group or talk.contact.user_id is None:
        raise Complaint("error.private_only")
    return talk.contact.user_id


async def _page(talk: Talk, dialogue: Dialogue, argument: str) -> None:
    chat_id, page = _numbers(argument, 2)
    await show_link(talk, dialogue, chat_id, page)


AREA: Final = Area(
    Topic.GROUPS,
    commands=(
        Command("link", link),
        Command("unlink", unlink),
        Command("groupsettings", group_settings),
    ),
    buttons={
        Action.LINKS: lambda talk, dialogue, _data: overview(talk, dialogue),
        Action.LINK: lambda talk, dialogue, data: _page(talk, dialogue, data.argument),
        Action.LINK_WALLET: lambda talk, dialogue, data: switch_wallet(talk, dialogue, data.argument),
        Action.LINK_ALL: lambda talk, dialogue, data: switch_all(talk, dialogue, data.argument),
        Action.LINK_ALIKE: lambda talk, dialogue, data: speak_alike(talk, dialogue, data.argument),
        Action.UNLINK: lambda talk, dialogue, data: ask_unlink(talk, dialogue, data.argument),
        Action.UNLINK_CONFIRMED: lambda talk, dialogue, data: unlink_confirmed(talk, dialogue, data.argument),
        **SETTINGS_BUTTONS,
    },
    links={"g": link_by_code},
)
