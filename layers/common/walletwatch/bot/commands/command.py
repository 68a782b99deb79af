"""What a command is, and an area of them: one for each part of what the bot does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.talk import Talk

type Handler = Callable[[Talk, Dialogue], Awaitable[None]]
type ButtonHandler = Callable[[Talk, Dialogue, CallbackData], Awaitable[None]]


class Topic(StrEnum):
    """What a command is about: /help and docs/commands.md go by it. Its name is the text `topic.<value>`."""

    BASICS = "basics"
    WALLETS = "wallets"
    MONEY = "money"
    HISTORY = "history"
    ALERTS = "alerts"
    SECURITY = "security"
    EXPORT = "export"
    GROUPS = "groups"
    PLAN = "plan"
    ADMIN = "admin"
    """For those whom the configuration names; nobody else is told of them."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command; its description is the text `command.<name>`.

    Attributes:
        private: It is offered in private chats only.
        takes_file: A file may have it in its caption, or answer its question.
    """

    name: str
    run: Handler
    private: bool = False
    takes_file: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """The commands of a topic, and the buttons that only they show.

    Attributes:
        buttons: By the action in their data. Those of `Topic.ADMIN` are outdated for everybody else.
    """

    topic: Topic
    commands: tuple[Command, ...] = ()
    buttons: Mapping[Action, ButtonHandler] = field(default_factory=lambda: MappingProxyType({}))
