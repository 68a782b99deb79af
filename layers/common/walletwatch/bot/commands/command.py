"""What a command is, and an area of them: one for each part of what the bot does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.talk import Talk

type Handler = Callable[[Talk, Dialogue], Awaitable[None]]
type LinkHandler = Callable[[Talk, Dialogue, str], Awaitable[None]]
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
        names_wallet: Its words may name a watched wallet: these are read in the look that greets the chat.
        names_alert: Its words name an alert of the chat: these are read in that look too.
        recalls: It depends on the question that it ends.
    """

    name: str
    run: Handler
    private: bool = False
    takes_file: bool = False
    names_wallet: bool = False
    names_alert: bool = False
    recalls: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """The commands of a topic, and the buttons that only they show.

    Attributes:
        buttons: By the action in their data. Those of `Topic.ADMIN` are outdated for everybody else.
        links: By the prefix of a deep link's payload, such as `w` of `w_<address>` (Bot API, deep linking).
    """

    topic: Topic
    commands: tuple[Command, ...] = ()
    buttons: Mapping[Action, ButtonHandler] = field(default_factory=lambda: MappingProxyType({}))
    links: Mapping[str, LinkHandler] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All areas, for those commands that are about the others."""

    areas: tuple[Area, ...]

    def topics(self, *, private: bool = True) -> tuple[Topic, ...]:
        """What everybody's commands are about, in the order of the topics; `private` as for `commands`."""
        return tuple(topic for topic in Topic if self.commands(topic, private=private))

    def commands(self, topic: Topic | None = None, *, private: bool = True) -> tuple[Command, ...]:
        """Everybody's commands, or those of a topic.

        Args:
            topic: None for all.
            private: Whether those that are for private chats only are among them.
        """
        return tuple(
            command
            for area in self.areas
            if area.topic is not Topic.ADMIN and topic in {None, area.topic}
            for command in area.commands
            if private or not command.private
        )

    def link(self, payload: str) -> tuple[LinkHandler, str] | None:
        """Who handles a deep link, and what is behind its prefix; None where nobody does."""
        prefix, separator, rest = payload.partition("_")
        for area in self.areas:
            if separator and prefix in area.links:
                return area.links[prefix], rest
        return None
