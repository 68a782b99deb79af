"""All commands and all buttons, in one place: handlers, menus, /help and docs/commands.md come from here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from walletwatch.bot.commands import admin, basics, lists, money, wallets
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.keyboards import Action, CallbackData, StaleData
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
    Command("blocklist", lists.blocklist),
    Command("report_scam", lists.report_scam),
    Command("appeal", lists.appeal),
    Command("status", basics.status),
    Command("settings", basics.settings),
    Command("cancel", basics.cancel),
    Command("help", basics.help_),
    Command("start", basics.start),
)

COMMANDS_BY_NAME: Final[Mapping[str, Command]] = {command.name: command for command in COMMANDS}

ADMIN_COMMANDS: Final = (
    Command("admin", admin.panel),
    Command("queues", admin.queues),
    Command("retryfailed", admin.retry_failed),
    Command("purge", admin.purge),
    Command("stats_all", admin.statistics),
    Command("rpc", admin.rpc),
    Command("cache", admin.cache),
    Command("sysalerts", admin.alerts),
    Command("ack", admin.acknowledge),
    Command("maintenance", admin.maintenance),
    Command("block", lists.block),
    Command("unblock", lists.unblock),
    Command("allow", lists.allow),
    Command("reviews", lists.reviews),
    Command("audit", admin.audit),
)
"""For those whom the configuration names; nobody else is told of them."""

_PANEL: Final[Mapping[str, Handler]] = {
    "panel": admin.panel,
    "queues": admin.queues,
    "sysalerts": admin.alerts,
    "rpc": admin.rpc,
    "cache": admin.cache,
    "stats_all": admin.statistics,
    "audit": admin.audit,
}


async def _from_panel(talk: Talk, dialogue: Dialogue, data: CallbackData) -> None:
    if data.argument not in _PANEL:
        raise StaleData
    await _PANEL[data.argument](talk, dialogue)


ADMIN_BUTTONS: Final[Mapping[Action, ButtonHandler]] = {
    Action.ADMIN: _from_panel,
    Action.ALERTS: lambda talk, dialogue, _data: admin.alerts(talk, dialogue),
    Action.ACKNOWLEDGE: lambda talk, dialogue, data: admin.acknowledge_one(talk, dialogue, data.number),
    Action.RETRY_FAILED: lambda talk, dialogue, data: admin.retry_queue(talk, dialogue, data.argument),
    Action.PURGE: lambda talk, dialogue, data: admin.ask_purge(talk, dialogue, data.argument),
    Action.PURGE_CONFIRMED: lambda talk, dialogue, data: admin.purge_confirmed(talk, dialogue, data.argument),
    Action.REVIEW: lambda talk, dialogue, data: lists.decide(talk, dialogue, data.argument),
}

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
    Action.BLOCKLIST: lambda talk, dialogue, data: lists.page(talk, dialogue, data.number),
    Action.SCAN_ADDRESS: lambda talk, dialogue, data: money.scan_address(talk, dialogue, data.argument),
    Action.SCAN_DETAILS: lambda talk, dialogue, data: money.scan_details(talk, dialogue, data.argument),
    Action.SCAN_CONNECTIONS: lambda talk, dialogue, data: money.scan_connections(
        talk, dialogue, data.argument
    ),
    Action.SCAN_VERDICT: lambda talk, dialogue, data: money.scan_verdict(talk, dialogue, data.argument),
}
