"""Whether a chat wants to hear of an activity."""

from datetime import datetime
from enum import StrEnum

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.chats import Subscription
from walletwatch.domain.filters import Filter, is_from_blocked, unwanted

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
    WALLET_MUTED = "wallet_muted"
    KIND_OFF = "kind_off"
    SENDER_BLOCKED = "sender_blocked"
    TOKEN_BLOCKED = "token_blocked"  # noqa: S105 - a reason
    TOKEN_NOT_ALLOWED = "token_not_allowed"  # noqa: S105 - a reason
    DIRECTION_OFF = "direction_off"
    BELOW_MINIMUM = "below_minimum"
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


def suppression(
    activity: Activity, subscription: Subscription, *, oldest: datetime, now: datetime
) -> Suppression | None:
    """The first reason not to tell the chat, or None to tell it.

    Args:
        activity: What happened.
        subscription: As it is now.
        oldest: What happened before has lost its ledger entries, so it may have been told already.
        now: The present moment.
    """
    if is_too_old(activity, oldest):
        return Suppression.TOO_OLD
    return of_everything(subscription, now) or _of_this(activity, subscription)


def of_everything(subscription: Subscription, now: datetime) -> Suppression | None:
    """Why nothing at all is told of this wallet in this chat; None where something may be."""
    chat = subscription.chat
    if not chat.active:
        return Suppression.CHAT_INACTIVE
    if subscription.chat.owner.banned:
        return Suppression.BANNED
    if subscription.paused:
        return Suppression.PAUSED
    if chat.settings.is_muted(now):
        return Suppression.MUTED
    until = subscription.filter.muted_until
    return Suppression.WALLET_MUTED if until is not None and until > now else None


def effective(subscription: Subscription) -> Filter:
    """What counts for this wallet in this chat: its own filter, before the chat's, before the switches."""
    settings = subscription.chat.settings
    switches = Filter(failed=settings.failed, dust=settings.dust, spam=settings.spam)
    return subscription.filter.over(settings.filter.over(switches))


def _of_this(activity: Activity, subscription: Subscription) -> Suppression | None:
    wanted = effective(subscription)
    if not activity.success and not wanted.failed:
        return Suppression.FAILED_OFF
    if is_from_blocked(activity, wanted.senders):
        return Suppression.SENDER_BLOCKED
    annotation = activity.annotation
    if annotation is not None and annotation.lookalike is not None:
        # A warning is told to whoever wants to hear anything at all.
        return None
    if not wanted.dust and is_dust(activity):
        return Suppression.DUST_OFF
    if not wanted.spam and annotation is not None and annotation.is_spam:
        return Suppression.SPAM_OFF
    reason = unwanted(activity, wanted)
    return None if reason is None else Suppression(reason.value)
