"""Letting an update of Telegram in, and what is kept once it was handled."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from walletwatch.domain.sessions import Session


class Claim(Enum):
    """What became of the wish to take an update."""

    TAKEN = "taken"
    IN_PROGRESS = "in progress"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many updates of one user are handled.

    Attributes:
        counted_as: Names the window that an update counts towards.
        limit: In a window.
        window: How long one is; it begins with its first update.
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
class Admitted:
    """What became of an arrival.

    Attributes:
        allowed: False for one more than the quota; it is done then, and nothing is to be settled.
        session: The question that is open in its conversation, with its full time again.
        session_known: False where nobody knows whether there is one.
    """

    claim: Claim
    allowed: bool = True
    session: Session | None = None
    session_known: bool = False


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a conversation waits for now.

    Attributes:
        replaced: The version it had before; empty where there was no session. Another one by now stays.
        session: In its place; None to forget it.
    """

    chat_id: int
    user_id: int
    replaced: str
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
