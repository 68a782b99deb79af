"""What came in and went out: by asset, by day, by counterparty."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal, localcontext

from walletwatch.domain.activities import Activity
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.periods import day_of
from walletwatch.domain.prices import ARITHMETIC
from walletwatch.domain.valuing import Movement, decimals_of, movements, note_of


@dataclass(slots=True)
class Flow:
    """What came and went, and what it was worth at the time.

    Attributes:
        arrivals: How many movements came in.
        departures: How many went out.
        unpriced: How many of both had no known price; they are in neither sum.
    """

    arrivals: int = 0
    departures: int = 0
    received_worth: Decimal = Decimal(0)
    sent_worth: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def movements(self) -> int:
        """Of both directions."""
        return self.arrivals + self.departures

    @property
    def known_share(self) -> Decimal:
        """The share of the movements that had a price, from 0 to 1."""
        if not self.movements:
            return Decimal(1)
        return Decimal(self.movements - self.unpriced) / self.movements

    def add(self, movement: Movement) -> None:
        """Count a movement."""
        came = movement.leg.amount > 0
        if came:
            self.arrivals += 1
        else:
            self.departures += 1
        if movement.usd is None:
            self.unpriced += 1
            return
        with localcontext(ARITHMETIC):
            if came:
                self.received_worth += movement.usd
            else:
                self.sent_worth += movement.usd


@dataclass(slots=True)
class AssetFlow(Flow):
    """What came and went of one asset, in base units too.

    Attributes:
        decimals: None where nobody told.
        note: The newest that is known of it.
    """

    asset: str = ""
    received: int = 0
    sent: int = 0
    decimals: int | None = None
    note: AssetNote | None = None

    def add(self, movement: Movement) -> None:
        """Count a movement of this asset."""
        Flow.add(self, movement)
        leg = movement.leg
        self.received += max(leg.amount, 0)
        self.sent -= min(leg.amount, 0)
        known = decimals_of(movement.activity, leg)
        self.decimals = self.decimals if known is None else known
        self.note = note_of(movement.activity, leg.asset) or self.note


@dataclass(frozen=True, slots=True)
class Flows:
    """What came and went in a period.

    Attributes:
        total: Of all.
        by_day: The oldest first; what has no time is in none.
        by_asset: By the number of movements.
        by_party: By address; movements with nobody, or with several, are under None.
        internal: How many movements were between the wallets that are looked at; they are in no sum.
        fees: Lamports.
    """

    total: Flow
    by_day: Mapping[date, Flow]
    by_asset: Sequence[AssetFlow]
    by_party: Mapping[str | None, Flow]
    internal: int
    fees: int


@dataclass(slots=True)
class _Sums:
    total: Flow = field(default_factory=Flow)
    by_day: dict[date, Flow] = field(default_factory=dict)
    by_asset: dict[str, AssetFlow] = field(default_factory=dict)
    by_party: dict[str | None, Flow] = field(default_factory=dict)


def flows_of(activities: Sequence[Activity], own: Collection[str], zone: tzinfo) -> Flows:
    """What came to and went from some wallets together.

    A reward that stays in a stake comes when that is withdrawn.

    Args:
        activities: Of these wallets, oldest first.
        own: Their addresses: what moves between them neither comes nor goes.
        zone: Whose days.
    """
    sums = _Sums()
    internal = 0
    for movement in _all(activities):
        leg = movement.leg
        if leg.counterparty in own:
            internal += 1
            continue
        if not leg.amount:
            continue
        sums.total.add(movement)
        at = movement.activity.block_time
        if at is not None:
            sums.by_day.setdefault(day_of(at, zone), Flow()).add(movement)
        sums.by_asset.setdefault(leg.asset, AssetFlow(asset=leg.asset)).add(movement)
        sums.by_party.setdefault(leg.counterparty, Flow()).add(movement)
    return Flows(
        sums.total,
        dict(sorted(sums.by_day.items())),
        sorted(sums.by_asset.values(), key=lambda flow: (-flow.movements, flow.asset)),
        sums.by_party,
        internal,
        sum(activity.fee for activity in activities),
    )


def _all(activities: Sequence[Activity]) -> Iterator[Movement]:
    return (
        movement for activity in activities if not activity.stays_in_stake for movement in movements(activity)
    )
