"""Whether a chat wants to hear of an activity."""

from enum import StrEnum

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.chats import Subscription

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
    UNWATCHED = "unwatched"


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


def suppression(activity: Activity, subscription: Subscription) -> Suppression | None:
    """The first reason not to tell the chat, or None to tell it."""
    settings = subscription.chat.settings
    if not subscription.chat.active:
        return Suppression.CHAT_INACTIVE
    if subscription.paused:
        return Suppression.PAUSED
    if settings.muted:
        return Suppression.MUTED
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
