"""What is told by itself, what at once with what came together with it, and what in a digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from walletwatch.domain.chats import Owner
from walletwatch.domain.delivery import (
    Candidate,
    DeliveryKind,
    DeliveryStatus,
    NewDelivery,
    PendingDelivery,
    delivery_key,
)
from walletwatch.domain.plans import Plan, Quota, plan_of
from walletwatch.domain.rules import suppression
from walletwatch.domain.work import DigestDue


@dataclass(frozen=True, slots=True)
class DigestPolicy:
    """How much of a flood a chat hears at once, for each wallet it watches.

    Attributes:
        burst: So many messages are sent at once in any interval.
        interval: For so long a digest takes in what is more than that, and then it is sent.
        premium_interval: The same for those of the premium plan.
    """

    burst: int = 10
    interval: timedelta = timedelta(seconds=60)
    premium_interval: timedelta = timedelta(seconds=15)

    def interval_of(self, owner: Owner, now: datetime) -> timedelta:
        """For how long a digest of this owner's chats takes in more."""
        own = owner.quotas.get(Quota.DIGEST_SECONDS.value)
        if own is not None:
            return timedelta(seconds=own)
        return self.premium_interval if plan_of(owner, now) is Plan.PREMIUM else self.interval


@dataclass(frozen=True, slots=True)
class Burst:
    """What a chat heard of a wallet in the interval that ends now.

    Attributes:
        told: How many messages at once; of no interest, and 0, where a digest is open that is due soon.
        digest_key: The open digest, which takes in what comes until it is due.
        due_at: When that is.
    """

    told: int = 0
    digest_key: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What has to be queued, now that the ledger has it.

    Attributes:
        pending: Messages to be sent, oldest activity first.
        open: Digests that somebody has to close when they are due.
    """

    pending: Sequence[PendingDelivery] = ()
    open: Sequence[DigestDue] = ()


def digest_key(first: Candidate) -> str:
    """The ledger key of the digest that this candidate opens.

    An activity opens one digest at most. So the key is never that of a digest which was closed, sent, or
    suppressed before, as it could be if it named the chat, the wallet and a time.
    """
    return delivery_key(DeliveryKind.DIGEST, first.key)


def group_key(first: Candidate) -> str:
    """The ledger key of the group that this candidate is the first of."""
    return delivery_key(DeliveryKind.GROUP, first.key)


def plan_deliveries(
    candidates: Sequence[Candidate],
    bursts: Mapping[int, Burst],
    *,
    policy: DigestPolicy,
    now: datetime,
    oldest: datetime,
) -> Sequence[NewDelivery]:
    """The ledger entries of new candidates: told, alone or grouped, merged into a digest, or suppressed.

    Args:
        candidates: Oldest first. What is told at once of one subscription is one message: a person who gets
            three payments in a block reads of them in one place.
        bursts: By id of the subscription; one that is missing has heard nothing lately.
        policy: For all chats.
        now: By the clock of the ledger's entries.
        oldest: What happened before this moment is not told any more.
    """
    deliveries: list[NewDelivery] = []
    at_once: dict[int, list[Candidate]] = {}
    present = dict(bursts)
    for candidate in candidates:
        subscription = candidate.subscription
        reason = suppression(candidate.activity, subscription, oldest=oldest, now=now)
        if reason is not None:
            deliveries.append(_entry(candidate, DeliveryStatus.SUPPRESSED, reason=reason.value))
            continue
        burst = present.get(subscription.id, Burst())
        held_until = subscription.chat.settings.timing.held_until(now)
        key = burst.digest_key
        if held_until is None and burst.due_at is not None and burst.due_at > now + policy.interval:
            # It was opened in a time that has been ended since, and waits for nothing that comes now.
            key = None
        if key is None and held_until is None and burst.told < policy.burst:
            at_once.setdefault(subscription.id, []).append(candidate)
            continue
        if key is None:
            key = digest_key(candidate)
            due_at = held_until or now + policy.interval_of(subscription.chat.owner, now)
            present[subscription.id] = Burst(digest_key=key, due_at=due_at)
            deliveries.append(_opened(DeliveryKind.DIGEST, key, candidate, due_at))
        deliveries.append(_entry(candidate, DeliveryStatus.MERGED, digest_key=key))
    for together in at_once.values():
        deliveries += _at_once(together)
    return deliveries


def _at_once(together: Sequence[Candidate]) -> Sequence[NewDelivery]:
    """One message, of one activity or of several."""
    first, *others = together
    if not others:
        return [_entry(first, DeliveryStatus.PENDING)]
    key = group_key(first)
    merged = [_entry(candidate, DeliveryStatus.MERGED, digest_key=key) for candidate in together]
    return [_opened(DeliveryKind.GROUP, key, first, None), *merged]


def _opened(kind: DeliveryKind, key: str, first: Candidate, due_at: datetime | None) -> NewDelivery:
    subscription = first.subscription
    return NewDelivery(
        key=key,
        kind=kind,
        chat_id=subscription.chat.chat_id,
        wallet_id=subscription.wallet_id,
        signature=None,
        due_at=due_at,
    )


def _entry(
    candidate: Candidate, status: DeliveryStatus, *, reason: str | None = None, digest_key: str | None = None
) -> NewDelivery:
    return NewDelivery(
        key=candidate.key,
        kind=DeliveryKind.ACTIVITY,
        chat_id=candidate.subscription.chat.chat_id,
        wallet_id=candidate.subscription.wallet_id,
        signature=candidate.activity.signature,
        status=status,
        reason=reason,
        digest_key=digest_key,
    )
