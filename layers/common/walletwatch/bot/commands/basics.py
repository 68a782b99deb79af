"""/start, /help, /settings, /status."""

from dataclasses import replace
from typing import Any, Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, address_of
from walletwatch.bot.keyboards import Action
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.basics import SETTINGS
from walletwatch.domain.work import RenderedMessage

DEEP_LINK_WALLET: Final = "w_"


async def start(talk: Talk, dialogue: Dialogue) -> None:
    """Greet; `w_<address>` behind a deep link offers that wallet."""
    payload = talk.arguments[0] if talk.arguments else ""
    if payload.startswith(DEEP_LINK_WALLET):
        address = address_of(payload.removeprefix(DEEP_LINK_WALLET))
        await talk.send(dialogue.views.wallets.bare_address(address, talk.say))
        return
    await talk.reply(talk.say("start.text"), dialogue.views.basics.menu(talk.say))


async def cancel(talk: Talk, dialogue: Dialogue) -> None:
    """Say whether there was a question to give up; every command gives it up."""
    del dialogue
    key = "cancel.nothing" if talk.given_up is None else "cancel.done"
    await talk.reply(talk.say(key, name=talk.given_up.command if talk.given_up else ""))


async def help_(talk: Talk, dialogue: Dialogue) -> None:
    """List the commands."""
    from walletwatch.bot.commands.table import COMMANDS  # noqa: PLC0415 - the table names this module

    say = talk.say
    lines = [say("help.title"), Html("")]
    lines += [
        say("help.line", name=command.name, description=say(f"command.{command.name}"))
        for command in COMMANDS
    ]
    lines += [Html(""), say("help.footer")]
    await talk.show(RenderedMessage(Html("\n".join(lines)), dialogue.views.basics.menu(say)))


async def settings(talk: Talk, dialogue: Dialogue) -> None:
    """Show the switches."""
    await talk.show(dialogue.views.basics.settings(talk.chat.settings, talk.say))


async def toggle(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """Turn one switch."""
    if name not in SETTINGS:
        raise Complaint("error.outdated")
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    present = talk.chat.settings
    turned: dict[str, Any] = {name: not getattr(present, name)}
    changed = replace(present, **turned)
    chat = await dialogue.watching.change_settings(talk.chat_id, changed)
    await talk.show(dialogue.views.basics.settings(chat.settings, talk.say))


async def status(talk: Talk, dialogue: Dialogue) -> None:
    """Show how well this chat is served."""
    await talk.show(dialogue.views.basics.status(await dialogue.watching.status(talk.chat_id), talk.say))


AREA: Final = Area(
    Topic.BASICS,
    commands=(
        Command("status", status),
        Command("settings", settings),
        Command("cancel", cancel),
        Command("help", help_),
        Command("start", start),
    ),
    buttons={
        Action.SETTINGS: lambda talk, dialogue, _data: settings(talk, dialogue),
        Action.TOGGLE: lambda talk, dialogue, data: toggle(talk, dialogue, data.argument),
        Action.HELP: lambda talk, dialogue, _data: help_(talk, dialogue),
        Action.STATUS: lambda talk, dialogue, _data: status(talk, dialogue),
    },
)
