"""How far the watchers have come, as a chat is told."""

from datetime import UTC, datetime

from walletwatch.domain.wallets import Progress
from walletwatch.ports.watching import SubscriptionStore


async def progress_of(subscriptions: SubscriptionStore) -> Progress | None:
    return (await subscriptions.service(0, datetime.now(UTC))).progress
