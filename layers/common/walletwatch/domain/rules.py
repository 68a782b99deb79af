"""Whether a chat wants to hear of an activity."""

from datetime import datetime
from enum import StrEnum

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.chats import ChatSettings, Subscription

DUST_LAMPORTS = 100_000
"""Incoming native transfers below this are dust: 0.0001 XNT."""


class Suppression(StrEnum):
    """Why an activity is in the ledger and was not sent."""

    MUTED = "muted"
    PAUSED = "paused"
    FAILED_OFF = "failed_off"
    DUST_OFF = "dust_off"
    SPAM_OFF = "spam_off"
    CHAT_INACTIVE = "chat_inactive"
    BANNED = "banned"
    UNWATCHED = "unwatched"
    TOO_OLD = "too_old"
    STOPPED = "stopped"
    """Of a message to many that was stopped."""


def is_dust(activity: Activity) -> bool:
    """Whether this is nothing but a tiny native amount received."""
    return (
        activity.kind is ActivityKind.TRANSFER_IN
        and len(activity.legs) == 1
        and activity.legs[0].is_native
        and activity.legs[0].amount < DUST_LAMPORTS
    )


def concerns(activity: Activity, subscription: Subscription) -> bool:
    """Whether the activity is after the moment the chat began to watch."""
    return subscription.from_slot is not None and activity.slot > subscription.from_slot


def is_too_old(activity: Activity, oldest: datetime) -> bool:
    """Whether it happened before this moment; what has no known time did not."""
    return activity.block_time is not None and activity.block_time < oldest.timestamp()


def suppression(activity: Activity, subscription: Subscription, *, oldest: datetime) -> Suppression | None:
    """The first reason not to tell the chat, or None to tell it.

    Args:
        activity: What happened.
        subscription: As it is now.
        oldest: What happened before has lost its ledger entries, so it may have been told already.
    """
    if is_too_old(activity, oldest):
        return Suppression.TOO_OLD
    return _of_everything(subscription) or _of_this(activity, subscription.chat.settings)


def _of_everything(subscription: Subscription) -> Suppression | None:
    if not subscription.chat.active:
        return Suppression.CHAT_INACTIVE
    if subscription.chat.owner.banned:
        return Suppression.BANNED
    if subscription.paused:
        return Suppression.PAUSED
    if subscription.chat.settings.muted:
        return Suppression.MUTED
    return None


def _of_this(activity: Activity, settings: ChatSettings) -> Suppression | None:
    if not activity.success and not settings.failed:
        return Suppression.FAILED_OFF
    annotation = activity.annotation
    if annotation is not None and annotation.lookalike is not None:
        # A warning is told to whoever wants to hear anything at all.
        return None
    if not settings.dust and is_dust(activity):
        return Suppression.DUST_OFF
    if not settings.spam and annotation is not None and annotation.is_spam:
        return Suppression.SPAM_OFF
    return None
