"""Letting an update of Telegram in, and what is kept once it was handled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Greeting, Wanted
from walletwatch.domain.sessions import Session

CLAIM_PERIOD: Final = timedelta(seconds=30)
"""Longer than the webhook function may run; a claim that lapses was held by one that was killed."""
DONE_PERIOD: Final = timedelta(hours=24)
"""As long as Telegram keeps an update for redelivery."""


class Claim(Enum):
    """What became of the wish to take an update."""

    TAKEN = "taken"
    LIMITED = "limited"
    """It is one more than its sender's quota, and comes to nothing."""
    IN_PROGRESS = "in progress"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many updates of one user are handled.

    Attributes:
        counted_as: What is counted by itself.
        limit: Within any `window`.
        window: How far back is counted.
    """

    counted_as: str
    limit: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update, as far as it has to be known to be let in.

    Attributes:
        user_id: Who sent it; None where nobody did, as in a channel.
        quota: Of this user.
        chat_id: The private chat whose conversation it goes on with; None where there is none.
    """

    update_id: int
    user_id: int | None
    quota: Quota
    chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Knock:
    """What has to be known before an update can be answered.

    Attributes:
        contact: Who is greeted; None where nobody is.
        recalls: Whether the answer depends on the question that is open; otherwise it just ends that.
        wanted: What is read with the greeting, by the question that is open.
    """

    contact: Contact | None = None
    recalls: bool = False
    wanted: Callable[[Session | None], Wanted] = lambda _: Wanted()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the claims say of an arrival.

    Attributes:
        greeting: Of the contact, whatever became of the claim; None where nobody was to be greeted.
        lapsed: It is in progress no more: whoever had it was killed, or has settled it elsewhere.
    """

    claim: Claim
    greeting: Greeting | None = None
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of an arrival.

    Attributes:
        greeting: Of its contact.
        recalled: Whether the conversation was read.
        session: The question that is open, with its full time again, where that was read.
        session_known: False where nobody knows whether there is one, nor whether another could be kept.
    """

    claim: Claim
    greeting: Greeting | None = None
    recalled: bool = False
    session: Session | None = None
    session_known: bool = False


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a conversation waits for now.

    Attributes:
        replaced: The version it had before; empty where there was no session. Another one by now stays. None
            where it was not read: only what a later update has asked stays.
        session: In its place; None to forget it.
    """

    chat_id: int
    user_id: int
    replaced: str | None
    session: Session | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How the handling of an update ended.

    Attributes:
        done: It was handled, and is not taken again for as long as Telegram may deliver it; False to give it
            back: a redelivery is welcome.
        change: Stored together with that.
    """

    arrival: Arrival
    done: bool
    change: SessionChange | None = None
