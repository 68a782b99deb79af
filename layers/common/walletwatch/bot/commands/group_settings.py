"""/groupsettings: who may ask in a group, and where its alerts go."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from walletwatch.bot.commands.command import ButtonHandler
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.keyboards import Action, wished
from walletwatch.bot.talk import Talk
from walletwatch.domain.chats import ChatSettings


async def group_settings(talk: Talk, dialogue: Dialogue) -> None:
    """Show how a group is served."""
    if not talk.in_group:
        raise Complaint("groupsettings.in_group")
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    await talk.show(dialogue.views.groups.settings(talk.chat, len(watched), talk.topic, talk.say))


async def switch_admins_only(talk: Talk, dialogue: Dialogue, wish: str) -> None:
    """Let everybody ask the bot, or only administrators."""
    await _change(talk, dialogue, replace(talk.chat.settings, admins_only=wished(wish)))


async def alerts_here(talk: Talk, dialogue: Dialogue) -> None:
    """Let alerts go to the topic in which the button was pressed; outside of any, to the general one."""
    await _change(talk, dialogue, replace(talk.chat.settings, topic=talk.topic))


async def alerts_general(talk: Talk, dialogue: Dialogue) -> None:
    """Let alerts go to the general topic."""
    await _change(talk, dialogue, replace(talk.chat.settings, topic=None))


async def _change(talk: Talk, dialogue: Dialogue, changed: ChatSettings) -> None:
    if not talk.in_group:
        raise Complaint("groupsettings.in_group")
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    talk.meet(await dialogue.watching.change_settings(talk.chat_id, changed))
    await group_settings(talk, dialogue)


BUTTONS: Final[Mapping[Action, ButtonHandler]] = {
    Action.GROUP_SETTINGS: lambda talk, dialogue, _data: group_settings(talk, dialogue),
    Action.GROUP_ADMINS: lambda talk, dialogue, data: switch_admins_only(talk, dialogue, data.argument),
    Action.GROUP_TOPIC: lambda talk, dialogue, _data: alerts_here(talk, dialogue),
    Action.GROUP_GENERAL: lambda talk, dialogue, _data: alerts_general(talk, dialogue),
}
