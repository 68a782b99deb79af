"""What has to be known before an update is answered, by the handler that takes it."""

from collections.abc import Sequence
from typing import Final

from telegram import Message, Update

from walletwatch.bot.commands.command import Command
from walletwatch.bot.commands.table import COMMANDS_BY_NAME
from walletwatch.bot.keyboards import Action, CallbackData, StaleData
from walletwatch.bot.pasted import addresses_in
from walletwatch.domain.admission import Knock
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.greeting import Wanted
from walletwatch.domain.sessions import Session

RECALLING: Final = frozenset({Action.CHOOSE})
"""Buttons that leave the question open which they belong to."""


def of_nobody(update: Update, found: object, contact: Contact | None) -> Knock:
    """An update that is no part of a conversation."""
    del update, found, contact
    return Knock()


def of_somebody(update: Update, found: object, contact: Contact | None) -> Knock | None:
    """An update that ends whatever was asked."""
    del update, found
    return None if contact is None else Knock(contact)


def of_command(update: Update, found: object, contact: Contact | None) -> Knock | None:
    """A command: what its words may name is read with the greeting."""
    del update
    assert isinstance(found, Sequence)
    name, *words = found
    command = COMMANDS_BY_NAME[name]
    wanted = _wanted(command) if words else Wanted()
    return None if contact is None else Knock(contact, command.recalls, lambda _: wanted)


def of_button(update: Update, found: object, contact: Contact | None) -> Knock | None:
    """The press of a button."""
    del found
    data = update.callback_query.data if update.callback_query else None
    return None if contact is None else Knock(contact, _recalls(data or ""))


def of_text(update: Update, found: object, contact: Contact | None) -> Knock | None:
    """A text: the answer to a question, or an address, which may be a watched one."""
    del found
    message = update.effective_message
    names_address = message is not None and bool(addresses_in(message.text or ""))

    def wanted(session: Session | None) -> Wanted:
        return Wanted(watched=names_address) if session is None else _wanted_by(session)

    return None if contact is None else Knock(contact, recalls=True, wanted=wanted)


def of_file(update: Update, username: str, contact: Contact | None) -> Knock | None:
    """A file, which may be the answer to a question; in a group one without a command is for its people.

    Args:
        update: It has a document.
        username: The bot's.
        contact: Who sent it.
    """
    message = update.effective_message
    if message is None or contact is None:
        return None
    try:
        named, _ = captioned(message, username)
    except NotOurs:
        return None
    if named is None and contact.chat_kind is not ChatKind.PRIVATE:
        return None
    return Knock(contact, recalls=named is None)


class NotOurs(Exception):
    """The command is another bot's."""


def captioned(message: Message, username: str) -> tuple[Command | None, str]:
    """The command that a file's caption begins with, and what is behind it.

    Raises:
        NotOurs: It is another bot's.
    """
    caption = message.caption or ""
    word, *rest = caption.split(maxsplit=1) if caption.startswith("/") else ("", caption)
    name, _, addressee = word.removeprefix("/").partition("@")
    if addressee and addressee.lower() != username.lower():
        raise NotOurs
    return COMMANDS_BY_NAME.get(name.lower()), "".join(rest)


def _recalls(data: str) -> bool:
    try:
        decoded = CallbackData.decode(data)
    except StaleData:
        return False
    if decoded.action is Action.RUN:
        command = COMMANDS_BY_NAME.get(decoded.argument)
        return command is not None and command.recalls
    return decoded.action in RECALLING


def _wanted_by(session: Session) -> Wanted:
    command = COMMANDS_BY_NAME.get(session.command)
    return Wanted() if command is None else _wanted(command)


def _wanted(command: Command) -> Wanted:
    return Wanted(watched=command.names_wallet, rules=command.names_alert)
