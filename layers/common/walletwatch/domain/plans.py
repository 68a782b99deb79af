"""What a plan allows: one table for all limits; an administrator may set another number for a person."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from walletwatch.domain.chats import Owner

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""A premium that ends then, or later, does not end."""
MAX_STARS: Final = 25_000
"""Of one invoice; what Telegram takes."""
ORDER_VALID: Final = timedelta(days=1)
"""For so long an invoice can be paid at the price it names."""
REFUND_WITHIN: Final = timedelta(days=3)
"""For so long somebody can take back what he bought, once."""
TAG_LENGTH: Final = 16
DIGEST_SECONDS: Final = range(1, 901)
"""Without a pause a flood would be told message by message; SQS delays nothing for longer."""
TOLD_BEFORE: Final = timedelta(days=3)
"""So long before its end the owner of a premium is told of it."""


class Plan(StrEnum):
    """What somebody pays for."""

    FREE = "free"
    PREMIUM = "premium"


class Quota(StrEnum):
    """What is limited. The value is the name in `Owner.quotas`."""

    WALLETS = "wallets"
    ALERTS = "alerts"
    SCANS = "scans"
    """In a day."""
    EXPORTS = "exports"
    """In a day."""
    DIGEST_SECONDS = "digest_seconds"
    """From the first activity that a digest takes in to its message: the less, the better."""


type Limits = Mapping[Quota, Mapping[Plan, int]]


def _of(free: int, premium: int) -> Mapping[Plan, int]:
    return MappingProxyType({Plan.FREE: free, Plan.PREMIUM: premium})


LIMITS: Final[Limits] = MappingProxyType(
    {
        Quota.WALLETS: _of(25, 250),
        Quota.ALERTS: _of(10, 100),
        Quota.SCANS: _of(20, 200),
        Quota.EXPORTS: _of(3, 30),
        Quota.DIGEST_SECONDS: _of(60, 15),
    }
)


@dataclass(frozen=True, slots=True)
class Offer:
    """So many days of premium for so many Telegram Stars."""

    days: int
    stars: int


OFFERS: Final = (Offer(30, 250), Offer(365, 2500))


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody was sent an invoice for. It is theirs alone, and paid once.

    Attributes:
        id: The invoice's payload; nobody can guess it.
        paid: Whether it was paid already.
    """

    id: str
    user_id: int
    offer: Offer
    created_at: datetime
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """Stars that Telegram has charged.

    Attributes:
        charge_id: Telegram's name of the charge; one is never counted twice.
        offer: Its days are 0 where nobody knows what was ordered.
        refund_by: Who asked for the Stars to be given back; None while nobody has.
        refunded_at: When they were.
    """

    charge_id: str
    user_id: int
    offer: Offer
    paid_at: datetime
    refund_by: int | None = None
    refunded_at: datetime | None = None

    @property
    def tag(self) -> str:
        """Tells it from the person's others in a button, for which Telegram's names are too long."""
        return hashlib.sha256(self.charge_id.encode()).hexdigest()[:TAG_LENGTH]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a payment, or its refund, came to.

    Attributes:
        new: False where it was known before, and nothing has changed now.
        premium_until: When the premium of who paid ends now.
    """

    payment: Payment
    new: bool
    premium_until: datetime | None


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of their quotas somebody uses, in all of their chats.

    Attributes:
        used: Scans and exports are those of the last day; absent is what cannot be said now.
        limits: Of the person, for all quotas.
        premium: Of the premium plan.
    """

    plan: Plan
    premium_until: datetime | None
    used: Mapping[Quota, int]
    limits: Mapping[Quota, int]
    premium: Mapping[Quota, int]


@dataclass(frozen=True, slots=True)
class Ending:
    """A premium that ends soon, or has ended; the language of its owner's private chat."""

    user_id: int
    premium_until: datetime
    language: str
    timezone: str


def plan_of(owner: Owner, now: datetime) -> Plan:
    """The plan that somebody has now."""
    return Plan.PREMIUM if owner.premium_until is not None and owner.premium_until > now else Plan.FREE


def limit_of(quota: Quota, owner: Owner, now: datetime, limits: Limits = LIMITS) -> int:
    """How much somebody may have of something."""
    return owner.quotas.get(quota.value, limits[quota][plan_of(owner, now)])


def refusal(order: Order | None, user_id: int, stars: int, now: datetime) -> str | None:
    """Why somebody cannot pay an order: `unknown`, `paid`, `old` or `price`; None if they can.

    Another's order is as unknown as none.
    """
    if order is None or order.user_id != user_id:
        return "unknown"
    if order.paid:
        return "paid"
    if now - order.created_at > ORDER_VALID:
        return "old"
    return "price" if order.offer.stars != stars else None
