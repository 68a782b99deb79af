"""How a chat is served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.wallets import Progress


@dataclass(frozen=True, slots=True)
class Service:
    """What a chat watches, how far that was looked at, and what became of its messages.

    Attributes:
        subscriptions: In the order they were added.
        progress: The last look at all wallets; None before the first.
        deliveries: How many ledger entries have which status; every status is there.
        suppressed: How many were suppressed, by the reason that the ledger has.
    """

    subscriptions: Sequence[Subscription]
    progress: Progress | None
    deliveries: Mapping[DeliveryStatus, int]
    suppressed: Mapping[str, int]
