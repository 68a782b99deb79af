"""Telling Telegram where updates go, which commands there are, and what the bot is."""

import logging
from collections.abc import Collection, Sequence
from typing import Final

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.constants import BotCommandLimit
from telegram.error import BadRequest, Forbidden, TelegramError

from walletwatch.bot.commands.command import Command
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.html_length import plain
from walletwatch.bot.messenger import make_bot, translate
from walletwatch.bot.texts import LANGUAGES, texts
from walletwatch.domain.chats import DEFAULT_LANGUAGE

ALLOWED_UPDATES: Final = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "pre_checkout_query",
)
_IN_GROUPS: Final = tuple(command for command in COMMANDS if not command.private)
_MENUS: Final[tuple[tuple[BotCommandScope, tuple[Command, ...]], ...]] = (
    (BotCommandScopeAllPrivateChats(), COMMANDS),
    (BotCommandScopeAllGroupChats(), _IN_GROUPS),
    (BotCommandScopeAllChatAdministrators(), _IN_GROUPS),
)


_log = logging.getLogger("walletwatch.registration")


async def register(
    token: str,
    api_url: str,
    *,
    webhook_url: str,
    secret: str,
    max_connections: int,
    admins: Collection[int] = (),
) -> None:
    """Set the webhook, the commands and what the bot is said to be. Safe to repeat.

    Args:
        token: Of the bot.
        api_url: Of the Bot API, without `/bot<token>`.
        webhook_url: Where Telegram sends updates.
        secret: What it sends along, in X-Telegram-Bot-Api-Secret-Token.
        max_connections: How many updates it may send at once.
        admins: Users who see the administrators' commands in the menu of their private chat.

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
            for scope, commands in _MENUS:
                await _set_commands(bot, commands, scope, language)
            await _describe(bot, language)
        for admin in admins:
            try:
                # Their own come first: there may not be room for all.
                menu = (*ADMIN_COMMANDS, *COMMANDS)[: BotCommandLimit.MAX_COMMAND_NUMBER]
                await _set_commands(bot, menu, BotCommandScopeChat(admin), DEFAULT_LANGUAGE)
            except (BadRequest, Forbidden) as error:
                # They never wrote to the bot, so that there is no chat; the commands work all the same.
                _log.warning("no menu for an administrator: %s", error.message)
    except TelegramError as error:
        raise translate(error) from error
    finally:
        # `Bot.shutdown` closes nothing of a bot that was never asked who it is.
        await bot.request.shutdown()


async def unregister(token: str, api_url: str, *, webhook_url: str) -> bool:
    """Take the webhook away, if it is this one; another deployment may have the bot by now.

    Raises:
        WalletWatchError: Telegram was not reached, or refused.
    """
    bot = make_bot(token, api_url)
    try:
        known = await bot.get_webhook_info()
        if known.url != webhook_url:
            return False
        return await bot.delete_webhook()
    except TelegramError as error:
        raise translate(error) from error
    finally:
        await bot.request.shutdown()


async def _set_commands(bot: Bot, commands: Sequence[Command], scope: BotCommandScope, language: str) -> None:
    say = texts(language)
    menu = [BotCommand(command.name, say(f"command.{command.name}")) for command in commands]
    await bot.set_my_commands(menu, scope=scope, language_code=_code(language))


async def _describe(bot: Bot, language: str) -> None:
    """Say what the bot is to who has not begun, and to whom it is shared; what is said already is left."""
    say, code = texts(language), _code(language)
    description, short = plain(say("profile.description")), plain(say("profile.short"))
    if (await bot.get_my_description(language_code=code)).description != description:
        await bot.set_my_description(description, language_code=code)
    if (await bot.get_my_short_description(language_code=code)).short_description != short:
        await bot.set_my_short_description(short, language_code=code)


def _code(language: str) -> str | None:
    """None for the language that whoever speaks no other of ours gets."""
    return None if language == DEFAULT_LANGUAGE else language
