"""What rules are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from walletwatch.domain.activities import Activity


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Something happened to a wallet.

    Attributes:
        at: When, as well as it is known.
        new_assets: Tokens that came with it for the first time.
    """

    at: datetime
    activity: Activity
    new_assets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """Something happened to a wallet, and this to others of the same chat.

    Attributes:
        others: Within the longest window before and after it.
    """

    at: datetime
    activity: Activity
    others: Sequence[Activity]


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """A wallet was scanned again.

    Attributes:
        cause: Names the look.
        before: The score of the look before, by the same rules.
    """

    at: datetime
    wallet: str
    cause: str
    before: int
    score: int


@dataclass(frozen=True, slots=True)
class BalanceFacts:
    """What a wallet holds of the rule's asset, in base units.

    Attributes:
        before: What it held at the start of the rule's window, or when it began to be watched.
    """

    at: datetime
    amount: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """What the rule's asset is worth, in dollars.

    Attributes:
        samples: What it was worth within the rule's window, or the lowest and the highest of that.
    """

    at: datetime
    usd: Decimal
    samples: Sequence[Decimal] = ()


@dataclass(frozen=True, slots=True)
class LastActivity:
    """The newest that is stored of a wallet.

    Attributes:
        slot: In which it was.
        at: When it was, or when it was stored, where the block's time is not known.
    """

    signature: str
    slot: int
    at: datetime


@dataclass(frozen=True, slots=True)
class InactivityFacts:
    """When something happened to the rule's wallet for the last time.

    Attributes:
        since: Then, or when anybody began to look.
        last: Names it; None where nothing is known of the wallet.
    """

    at: datetime
    since: datetime
    last: str | None


type Facts = EventFacts | ClusterFacts | RiskFacts | BalanceFacts | PriceFacts | InactivityFacts
