"""Telling Telegram where updates go and which commands there are."""

from typing import Final

from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from walletwatch.bot.commands.table import COMMANDS
from walletwatch.bot.messenger import make_bot, translate
from walletwatch.bot.texts import LANGUAGES, texts
from walletwatch.domain.chats import DEFAULT_LANGUAGE

ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member")
_SCOPES: Final = (
    BotCommandScopeAllPrivateChats(),
    BotCommandScopeAllGroupChats(),
    BotCommandScopeAllChatAdministrators(),
)


async def register(token: str, api_url: str, *, webhook_url: str, secret: str, max_connections: int) -> None:
    """Set the webhook and the commands. Safe to repeat.

    Args:
        token: Of the bot.
        api_url: Of the Bot API, without `/bot<token>`.
        webhook_url: Where Telegram sends updates.
        secret: What it sends along, in X-Telegram-Bot-Api-Secret-Token.
        max_connections: How many updates it may send at once.

    Raises:
        WalletWatchError: Telegram was not reached, or refused.
    """
    bot = make_bot(token, api_url)
    try:
        await bot.set_webhook(
            webhook_url,
            secret_token=secret,
            max_connections=max_connections,
            allowed_updates=ALLOWED_UPDATES,
        )
        for language in LANGUAGES:
            say = texts(language)
            commands = [BotCommand(command.name, say(f"command.{command.name}")) for command in COMMANDS]
            for scope in _SCOPES:
                code = None if language == DEFAULT_LANGUAGE else language
                await bot.set_my_commands(commands, scope=scope, language_code=code)
    except TelegramError as error:
        raise translate(error) from error
    finally:
        await bot.shutdown()
