"""Finding the command of a message: one look into a table, however many commands there are."""

from collections.abc import Awaitable, Callable, Container
from typing import Any

from telegram import Message, MessageEntity, Update
from telegram.ext import BaseHandler


class CommandsHandler(BaseHandler[Update, Any, None]):
    """Handles new messages that begin with one of these commands.

    The library's `CommandHandler` is one for each command, asked one after the other. As there, `/name@bot`
    counts where the bot is this one, and capitals do not matter. `context.args` are the command's name and
    its arguments.

    Args:
        channels: Whether posts to channels count too.
    """

    def __init__(
        self,
        names: Container[str],
        callback: Callable[[Update, Any], Awaitable[None]],
        *,
        channels: bool = False,
    ) -> None:
        super().__init__(callback)  # type: ignore[arg-type] # asks for a coroutine, and awaits it
        self._names = names
        self._channels = channels

    def check_update(self, update: object) -> list[str] | None:
        """The command and its arguments; None where the message begins with none of these."""
        message = update.message if isinstance(update, Update) else None
        if message is None and self._channels and isinstance(update, Update):
            message = update.channel_post
        if message is None or not message.text:
            return None
        name = command_name(message)
        return [name, *message.text.split()[1:]] if name in self._names else None

    def collect_additional_context(
        self, context: Any, update: Update, application: Any, check_result: object
    ) -> None:
        """Hand over what was found."""
        del update, application
        context.args = check_result


def command_name(message: Message) -> str:
    """The command that a message begins with, in small letters; empty for another bot's, or none at all."""
    entity = message.entities[0] if message.entities else None
    if entity is None or entity.type != MessageEntity.BOT_COMMAND or entity.offset != 0:
        return ""
    name, at, bot = (message.text or "")[1 : entity.length].lower().partition("@")
    return "" if at and bot != message.get_bot().username.lower() else name
