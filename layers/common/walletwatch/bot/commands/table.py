"""All commands and all buttons, in one place: handlers, menus, /help and docs/commands.md come from here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from walletwatch.bot.commands import basics, money, wallets
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.talk import Talk

type Handler = Callable[[Talk, Dialogue], Awaitable[None]]
type ButtonHandler = Callable[[Talk, Dialogue, CallbackData], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command; its description is the text `command.<name>`."""

    name: str
    run: Handler


COMMANDS: Final = (
    Command("watch", wallets.watch),
    Command("unwatch", wallets.unwatch),
    Command("list", wallets.list_),
    Command("backfill", wallets.backfill),
    Command("balance", money.balance),
    Command("scan", money.scan),
    Command("status", basics.status),
    Command("settings", basics.settings),
    Command("cancel", basics.cancel),
    Command("help", basics.help_),
    Command("start", basics.start),
)

COMMANDS_BY_NAME: Final[Mapping[str, Command]] = {command.name: command for command in COMMANDS}

BUTTONS: Final[Mapping[Action, ButtonHandler]] = {
    Action.CARD: lambda talk, dialogue, data: wallets.card(talk, dialogue, data.number),
    Action.BALANCE: lambda talk, dialogue, data: money.balance_of(talk, dialogue, data.number),
    Action.SCAN: lambda talk, dialogue, data: money.scan_of(talk, dialogue, data.number),
    Action.UNWATCH: lambda talk, dialogue, data: wallets.ask_unwatch(talk, dialogue, data.number),
    Action.UNWATCH_CONFIRMED: lambda talk, dialogue, data: wallets.unwatch_confirmed(
        talk, dialogue, data.number
    ),
    Action.LIST: lambda talk, dialogue, data: wallets.page(talk, dialogue, data.number),
    Action.SETTINGS: lambda talk, dialogue, _data: basics.settings(talk, dialogue),
    Action.TOGGLE: lambda talk, dialogue, data: basics.toggle(talk, dialogue, data.argument),
    Action.HELP: lambda talk, dialogue, _data: basics.help_(talk, dialogue),
    Action.STATUS: lambda talk, dialogue, _data: basics.status(talk, dialogue),
    Action.WATCH_ADDRESS: lambda talk, dialogue, data: wallets.watch_address(talk, dialogue, data.argument),
    Action.BALANCE_ADDRESS: lambda talk, dialogue, data: money.balance_of_address(
        talk, dialogue, data.argument
    ),
    Action.SCAN_ADDRESS: lambda talk, dialogue, data: money.scan_address(talk, dialogue, data.argument),
}
