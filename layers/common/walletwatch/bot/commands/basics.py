"""/start, /help, /settings, /status."""

from dataclasses import replace
from typing import Final

from walletwatch.bot.commands.dialogue import Complaint, Dialogue, address_of
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views import SETTINGS
from walletwatch.domain.work import RenderedMessage

DEEP_LINK_WALLET: Final = "w_"


async def start(talk: Talk, dialogue: Dialogue) -> None:
    """Greet; `w_<address>` behind a deep link offers that wallet."""
    payload = talk.arguments[0] if talk.arguments else ""
    if payload.startswith(DEEP_LINK_WALLET):
        address = address_of(payload.removeprefix(DEEP_LINK_WALLET))
        await talk.send(dialogue.views.bare_address(address, talk.say))
        return
    await talk.reply(talk.say("start.text"), dialogue.views.menu(talk.say))


async def cancel(talk: Talk, dialogue: Dialogue) -> None:
    """Say whether there was a question to give up; every command gives it up."""
    del dialogue
    key = "cancel.nothing" if talk.given_up is None else "cancel.done"
    await talk.reply(talk.say(key, name=talk.given_up))


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
    await talk.show(RenderedMessage(Html("\n".join(lines)), dialogue.views.menu(say)))


async def settings(talk: Talk, dialogue: Dialogue) -> None:
    """Show the switches."""
    chat = await dialogue.watching.greet(talk.contact)
    await talk.show(dialogue.views.settings(chat.settings, talk.say))


async def toggle(talk: Talk, dialogue: Dialogue, name: str) -> None:
    """Turn one switch."""
    if name not in SETTINGS:
        raise Complaint("error.outdated")
    if not await talk.may_change():
        raise Complaint("error.admins_only")
    chat = await dialogue.watching.greet(talk.contact)
    changed = replace(chat.settings, **{name: not getattr(chat.settings, name)})
    chat = await dialogue.watching.change_settings(talk.chat_id, changed)
    await talk.show(dialogue.views.settings(chat.settings, talk.say))


async def status(talk: Talk, dialogue: Dialogue) -> None:
    """Show how well this chat is served."""
    await talk.show(dialogue.views.status(await dialogue.watching.status(talk.chat_id), talk.say))
