"""What the wallets of a chat did, in figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.browsing import Found, OwnWallet, WalletChoice
from walletwatch.domain.errors import UnknownWallet
from walletwatch.domain.flows import Flows, flows_of
from walletwatch.domain.periods import Period
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.common import Clock

ACTIVITIES: Final = 10_000
"""So many are reckoned with at once; what is left out is said."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures they are, and of which time.

    Attributes:
        wallets: All that the chat watches.
        chosen: Those that are reckoned with.
        since: Unix seconds of the oldest activity, where older ones of the period are left out; else None.
    """

    wallets: Sequence[OwnWallet]
    chosen: Sequence[OwnWallet]
    period: Period
    since: int | None

    @property
    def subscription_id(self) -> int | None:
        """Of the only wallet; None for all."""
        return self.chosen[0].subscription_id if len(self.chosen) == 1 < len(self.wallets) else None


@dataclass(frozen=True, slots=True)
class FlowsOf:
    """What came in and went out."""

    subject: Subject
    flows: Flows
    warned: Mapping[str, str]


class Analysing:
    """The use cases behind /flows and /top."""

    def __init__(self, chronicle: Chronicle, clock: Clock) -> None:
        self._chronicle = chronicle
        self._clock = clock

    async def flows(self, chat_id: int, choice: WalletChoice, period: Period, zone: tzinfo) -> FlowsOf:
        """What came in and went out in a period.

        Raises:
            UnknownWallet: No wallet of the chat is called that, or has this subscription.
        """
        span = period.span(self._clock.now(), zone)
        found, warned = await self._chronicle.gather_with_warnings(chat_id, choice, span, limit=ACTIVITIES)
        subject = subject_of(found, choice, period)
        own = {wallet.address for wallet in subject.chosen}
        return FlowsOf(subject, flows_of(activities_of(found), own, zone), warned)


def subject_of(found: Found, choice: WalletChoice, period: Period) -> Subject:
    """Whose figures are reckoned.

    Raises:
        UnknownWallet: No wallet of the chat is meant.
    """
    if found.wallets and ((choice.name is not None and not found.is_named) or not found.chosen):
        raise UnknownWallet(choice.name or "")
    oldest = found.records[0].activity.block_time if found.records and found.more else None
    return Subject(found.wallets, found.chosen, period, oldest)


def activities_of(found: Found) -> Sequence[Activity]:
    """Those that were gathered."""
    return [record.activity for record in found.records]
