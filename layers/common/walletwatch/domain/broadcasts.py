"""Messages to many people at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from walletwatch.domain.delivery import DeliveryKind, delivery_key

STEP: Final = timedelta(seconds=5)
"""How often messages are queued: a few at a time, so that those of the watching are never behind many."""
RATES: Final = (5, 10, 20)
"""Messages a second that can be chosen; Telegram takes 30 from a bot, and the watching needs some."""
DEFAULT_RATE: Final = 10
MAX_LINK_TEXT: Final = 64
MAX_URL: Final = 2048


class Segment(StrEnum):
    """Who is meant. Banned people, chats that cannot be written to, and who wants no news never are."""

    ALL = "all"
    WEEK = "active7"
    MONTH = "active30"
    PREMIUM = "premium"
    FREE = "free"
    ADMINS = "admins"
    LANGUAGE = "lang"

    @property
    def days(self) -> int | None:
        """Within how many days they were seen; None where that does not matter."""
        return {Segment.WEEK: 7, Segment.MONTH: 30}.get(self)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant.

    Attributes:
        language: Of `Segment.LANGUAGE`, and only of that.
        people: Of `Segment.ADMINS`: who they are.
    """

    segment: Segment
    language: str = ""
    people: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.segment.value}-{self.language}" if self.language else self.segment.value

    @classmethod
    def read(cls, text: str, people: Iterable[int] = ()) -> Self:
        """The audience of this name, such as `active7` or `lang-es`.

        Args:
            text: The name.
            people: Who the administrators are.

        Raises:
            ValueError: There is none.
        """
        name, _, language = text.partition("-")
        segment = Segment(name)
        if (segment is Segment.LANGUAGE) != bool(language) or not (language or "x").isalpha():
            raise ValueError(text)
        return cls(segment, language[:16], tuple(people) if segment is Segment.ADMINS else ())


class BroadcastState(StrEnum):
    """How far a broadcast is."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    """Every message is queued."""


@dataclass(frozen=True, slots=True)
class Link:
    """A button below the message."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the messages that were queued.

    Attributes:
        failed: Refused, or given up; `blocked` are those whose chat cannot be written to any more.
        suppressed: Stopped, or not wanted any more.
    """

    sent: int = 0
    pending: int = 0
    failed: int = 0
    blocked: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A message to many.

    Attributes:
        html: Telegram HTML, as it was accepted for the preview.
        per_second: How many are sent a second.
        expected: How many people it was meant for when it was written, about.
        queued: How many messages were queued.
        reached: All chats up to this id were seen to; None before the first.
        next_at: Before this nothing more is queued.
        progress: The chat and the message that tell how far it is.
        outcome: What became of it in the end; None before that.
    """

    id: int
    created_by: int
    audience: Audience
    html: str
    link: Link | None
    per_second: int
    state: BroadcastState
    expected: int
    queued: int
    reached: int | None
    next_at: datetime | None
    progress: tuple[int, int] | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None

    @property
    def page(self) -> int:
        """How many messages are queued at a time."""
        return round(self.per_second * STEP.total_seconds())

    @property
    def lasts(self) -> timedelta:
        """How long all of it takes, about."""
        return timedelta(seconds=self.expected / self.per_second)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat that is to be told.

    Attributes:
        language: What it is spoken to in.
    """

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Page:
    """The next recipients of a broadcast.

    Attributes:
        recipients: Those that are not told yet.
        count: How many the page has in all.
        last: The last chat of the page; None where nobody is left.
    """

    recipients: tuple[Recipient, ...]
    count: int
    last: int | None


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """What an administrator wrote."""

    created_by: int
    audience: Audience
    html: str
    expected: int
    per_second: int = DEFAULT_RATE


def broadcast_key(broadcast_id: int, chat_id: int) -> str:
    """The ledger key of a broadcast in a chat: it is told once, however often a step is repeated."""
    return delivery_key(DeliveryKind.BROADCAST, broadcast_id, chat_id)
