"""All commands and all buttons, in one place: handlers, menus, /help and docs/commands.md come from here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from walletwatch.bot.commands import (
    admin,
    alerts,
    analytics,
    basics,
    broadcasts,
    explaining,
    exports,
    figures,
    filters,
    gains,
    groups,
    history,
    insights,
    lists,
    money,
    people,
    pictures,
    plans,
    prices,
    report,
    security,
    silence,
    telling,
    wallet_lists,
    wallet_notes,
    wallets,
)
from walletwatch.bot.commands.command import Area, ButtonHandler, Catalogue, Command, Topic
from walletwatch.bot.keyboards import Action

AREAS: Final[tuple[Area, ...]] = (
    wallets.AREA,
    wallet_notes.AREA,
    wallet_lists.AREA,
    money.AREA,
    prices.AREA,
    history.AREA,
    explaining.AREA,
    figures.AREA,
    gains.AREA,
    insights.AREA,
    report.AREA,
    security.AREA,
    pictures.AREA,
    exports.AREA,
    lists.AREA,
    alerts.AREA,
    filters.AREA,
    silence.AREA,
    telling.AREA,
    groups.AREA,
    plans.AREA,
    basics.AREA,
    broadcasts.AREA,
    admin.AREA,
    people.AREA,
    broadcasts.ADMIN_AREA,
    analytics.AREA,
    lists.ADMIN_AREA,
    plans.ADMIN_AREA,
)

CATALOGUE: Final = Catalogue(AREAS)


def _commands(*, for_admins: bool) -> tuple[Command, ...]:
    return tuple(
        command for area in AREAS if (area.topic is Topic.ADMIN) is for_admins for command in area.commands
    )


def _buttons(*, for_admins: bool) -> Mapping[Action, ButtonHandler]:
    found: dict[Action, ButtonHandler] = {}
    for area in AREAS:
        if (area.topic is Topic.ADMIN) is for_admins:
            assert not found.keys() & area.buttons.keys()
            found |= area.buttons
    return MappingProxyType(found)


COMMANDS: Final = _commands(for_admins=False)
ADMIN_COMMANDS: Final = _commands(for_admins=True)
"""For those whom the configuration names; nobody else is told of them."""

COMMANDS_BY_NAME: Final[Mapping[str, Command]] = MappingProxyType(
    {command.name: command for command in COMMANDS}
)
ADMIN_COMMANDS_BY_NAME: Final[Mapping[str, Command]] = MappingProxyType(
    {command.name: command for command in ADMIN_COMMANDS}
)
BUTTONS: Final = _buttons(for_admins=False)
ADMIN_BUTTONS: Final = _buttons(for_admins=True)

assert len({command.name for area in AREAS for command in area.commands}) == len(COMMANDS + ADMIN_COMMANDS)
assert not BUTTONS.keys() & ADMIN_BUTTONS.keys()
