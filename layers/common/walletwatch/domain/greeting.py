"""What is known when somebody writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from walletwatch.domain.administration import Maintenance
from walletwatch.domain.alert_rules.rule import Rule
from walletwatch.domain.chats import Chat, Subscription


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a chat is read in the look that greets it.

    Attributes:
        watched: What it watches.
        rules: Its alerts.
    """

    watched: bool = False
    rules: bool = False


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is known when somebody writes.

    Attributes:
        maintenance: People are asked to come back later; None where not.
        watched: What the chat watches, in the order it was added; None where that was not asked for.
        sender_banned: Whether whoever writes is kept out.
        rules: The chat's alerts, by number; None where they were not asked for.
    """

    chat: Chat
    maintenance: Maintenance | None = None
    watched: Sequence[Subscription] | None = None
    sender_banned: bool = False
    rules: Sequence[Rule] | None = None

    @property
    def turns_away(self) -> bool:
        """Whether there is no answer: who writes is kept out, or who answers for the chat is."""
        return self.sender_banned or self.chat.owner.banned
