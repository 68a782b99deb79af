"""What a chat's wallets did and what it was told, as counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.browsing import OwnWallet
from walletwatch.domain.delivery import DeliveryStatus


@dataclass(frozen=True, slots=True)
class Deeds:
    """What one wallet did in a period.

    Attributes:
        kinds: How often what happened.
        failed: How many of them were transactions that failed.
        last_at: Unix seconds of the newest; None where there is none with a time.
    """

    kinds: Mapping[ActivityKind, int]
    failed: int
    last_at: int | None

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a chat's messages in a period.

    Attributes:
        statuses: How many entries of the ledger; digests are no entries of their own.
        reasons: Of those that were not told, how many for which reason of `rules.Suppression`.
    """

    statuses: Mapping[DeliveryStatus, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a chat makes of the bot.

    Attributes:
        wallets: All that it watches.
        is_named: Whether one of them is called what was asked for.
        deeds: By wallet of the store, for those that were chosen.
        first_seen: When the chat was first heard of.
    """

    wallets: Sequence[OwnWallet]
    chosen: Sequence[OwnWallet]
    is_named: bool
    deeds: Mapping[int, Deeds]
    told: Told
    first_seen: datetime
