"""The delivery ledger: one entry for every (transaction, wallet, chat), whatever became of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import Subscription


class DeliveryStatus(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    SENT = "sent"
    MERGED = "merged"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class DeliveryKind(StrEnum):
    """What a message tells."""

    ACTIVITY = "activity"
    GROUP = "group"
    """Activities that came together, told at once."""
    DIGEST = "digest"
    SCAN = "scan"
    PICTURE = "picture"
    EXPORT = "export"
    ALERT = "alert"
    REPORT = "report"
    NOTICE = "notice"
    """Of the bot itself: about a plan, or a chat."""
    BROADCAST = "broadcast"


def delivery_key(*parts: object) -> str:
    """The ledger key of a message: the same parts give the same key on every instance.

    32 hexadecimal digits, which is also a valid SQS MessageDeduplicationId.
    """
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def activity_key(chat_id: int, wallet: str, signature: str) -> str:
    """The ledger key of what one transaction did to one wallet, told to one chat."""
    return delivery_key(DeliveryKind.ACTIVITY, chat_id, wallet, signature)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A ledger entry to be written.

    Attributes:
        reason: Why it is suppressed or failed.
        digest_key: The group or digest that tells this one too, where it is merged.
        due_at: When a digest ends, which takes in more until then.
    """

    key: str
    kind: DeliveryKind
    chat_id: int
    wallet_id: int | None
    signature: str | None
    status: DeliveryStatus = DeliveryStatus.PENDING
    reason: str | None = None
    digest_key: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An activity that a subscription may have to hear of."""

    activity: Activity
    subscription: Subscription

    @property
    def key(self) -> str:
        """Its ledger key."""
        return activity_key(
            self.subscription.chat.chat_id, self.subscription.address, self.activity.signature
        )


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A ledger entry that still has to be sent, with all that is needed to render it.

    Attributes:
        activities: One for an activity; all merged ones, oldest first, for a group or a digest.
        names: The labels of the chat's wallets by address; None for one that has none.
    """

    key: str
    kind: DeliveryKind
    subscription: Subscription
    activities: tuple[Activity, ...]
    created_at: datetime
    names: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
