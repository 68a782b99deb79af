"""The people who use the bot, as administrators see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.plans import DIGEST_SECONDS, Quota

QUOTAS: Final = tuple(quota.value for quota in Quota)
"""What there is a limit on, by the names in `Owner.quotas`."""
MAX_QUOTA: Final = 100_000
MAX_REASON_LENGTH: Final = 200


def settable(quota: Quota) -> range:
    """What an administrator may set somebody's limit to."""
    return DIGEST_SECONDS if quota is Quota.DIGEST_SECONDS else range(MAX_QUOTA + 1)


class PeopleOrder(StrEnum):
    """How people are listed."""

    NEWEST = "n"
    ACTIVE = "a"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has written to the bot.

    Attributes:
        username: Without `@`; None for somebody who has none.
        seen_at: To a quarter of an hour.
        quotas: What an administrator has set, by the quota's name; else the plan's hold.
    """

    user_id: int
    username: str | None
    language: str
    created_at: datetime
    seen_at: datetime
    banned_at: datetime | None = None
    ban_reason: str | None = None
    premium_until: datetime | None = None
    quotas: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def is_premium(self, now: datetime) -> bool:
        """Whether the premium plan holds now."""
        return self.premium_until is not None and self.premium_until > now


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person, and what they do with the bot.

    Attributes:
        payments: How often they paid.
        reachable: Whether their private chat is written to; None where there is none.
        groups: How many groups and channels use their quota.
        wallets: How many watches these chats have, their private one included; `alerts` likewise.
        deliveries: What became of the messages to these chats, of late; every status is there.
    """

    person: Person
    reachable: bool | None
    groups: int
    wallets: int
    alerts: int
    payments: int
    deliveries: Mapping[DeliveryStatus, int]


@dataclass(frozen=True, slots=True)
class PageMark:
    """The edge of a page of people: the moment that orders them, and an id for those who share it."""

    at: datetime
    user_id: int


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """Which people are asked for.

    Attributes:
        prefix: How their user names begin, in lower case; empty for everybody.
        mark: The page before this one ended there, or the one behind it begins there; None for the first.
        backwards: Whether the page is the one before the mark.
    """

    order: PeopleOrder = PeopleOrder.NEWEST
    prefix: str = ""
    mark: PageMark | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people.

    Attributes:
        more_before: Whether there are some before it; `more_behind` likewise.
    """

    query: PeopleQuery
    people: tuple[Person, ...]
    more_before: bool
    more_behind: bool

    def mark(self, person: Person) -> PageMark:
        """Where a page would end that ends with this person."""
        at = person.created_at if self.query.order is PeopleOrder.NEWEST else person.seen_at
        return PageMark(at, person.user_id)


@dataclass(frozen=True, slots=True)
class Watched:
    """A wallet in one of a person's chats. What they call it is theirs and not among this.

    Attributes:
        id: Of the subscription; lists go by it.
    """

    id: int
    chat_id: int
    address: str
    paused: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said of the bot."""

    id: int
    user_id: int
    username: str | None
    text: str
    at: datetime
    answered_at: datetime | None
