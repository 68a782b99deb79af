"""Wallets, activities and chats for the contract tests."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.chats import ChatKind, Contact, Subscription
from walletwatch.domain.delivery import (
    Candidate,
    DeliveryKind,
    DeliveryStatus,
    NewDelivery,
    PendingDelivery,
)
from walletwatch.domain.digests import digest_key
from walletwatch.domain.sweep import Shard
from walletwatch.domain.wallets import WatchedAccount
from walletwatch.ports.telling import Ledger
from walletwatch.ports.watching import WatchStore

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def address(name: object) -> str:
    """Something that looks like an address, the same for the same name."""
    digest = sha256(str(name).encode()).digest()
    return "".join(ALPHABET[byte % 58] for byte in digest) + "1" * 11


WALLET = address("wallet")
OTHER_WALLET = address("other wallet")


def contact(chat_id: int, language: str = "en", kind: ChatKind | None = None) -> Contact:
    default = ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP
    return Contact(chat_id, kind or default, abs(chat_id), f"user{abs(chat_id)}", language)


def activity(signature: str, slot: int, wallet: str = WALLET, **fields: Any) -> Activity:
    values: dict[str, Any] = {
        "signature": signature,
        "slot": slot,
        "block_time": 1_760_000_000 + slot,
        "wallet": wallet,
        "success": True,
        "error": None,
        "kind": ActivityKind.TRANSFER_IN,
        "legs": (Leg("native", 2**64 - 1, 9, address("sender")),),
        "fee": 0,
        "rent": 0,
        "program": None,
        "programs": (address("system"),),
    }
    return Activity(**values | fields)


def entry(
    candidate: Candidate,
    status: DeliveryStatus = DeliveryStatus.PENDING,
    *,
    reason: str | None = None,
    digest_key: str | None = None,
) -> NewDelivery:
    subscription = candidate.subscription
    return NewDelivery(
        candidate.key,
        DeliveryKind.ACTIVITY,
        subscription.chat.chat_id,
        subscription.wallet_id,
        candidate.activity.signature,
        status,
        reason,
        digest_key,
    )


def tell_all(candidates: Sequence[Candidate]) -> Sequence[NewDelivery]:
    """A plan: every candidate gets a message."""
    return [entry(candidate) for candidate in candidates]


def digest_all(candidates: Sequence[Candidate]) -> Sequence[NewDelivery]:
    """A plan: all candidates, of one subscription, are merged into a digest."""
    key = digest_key(candidates[0])
    subscription = candidates[0].subscription
    digest = NewDelivery(
        key, DeliveryKind.DIGEST, subscription.chat.chat_id, subscription.wallet_id, signature=None
    )
    merged = [entry(candidate, DeliveryStatus.MERGED, digest_key=key) for candidate in candidates]
    return [digest, *merged]


async def record(
    ledger: Ledger,
    wallet_id: int,
    activities: Sequence[Activity],
    candidates: Sequence[Candidate],
    plan: Callable[[Sequence[Candidate]], Sequence[NewDelivery]],
) -> Sequence[PendingDelivery]:
    """Record by a plan that does not care what was told lately; the messages that are pending then."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    outgoing = await ledger.record(wallet_id, activities, candidates, lambda new, _: plan(new), since=since)
    assert not outgoing.open
    return list(outgoing.pending)


def candidates_of(activities: Sequence[Activity], *subscriptions: Subscription) -> Sequence[Candidate]:
    return [Candidate(done, subscription) for done in activities for subscription in subscriptions]


async def accounts_of(watch: WatchStore) -> list[WatchedAccount]:
    """The accounts of all wallets that have a start and are watched by an active chat."""
    wallets = await watch.swept_wallets(Shard(0, 1), after=None, limit=1000)
    return [account for wallet in wallets for account in await watch.wallet_accounts(wallet.id)]
