"""Values over days, and shares of a whole: what charts are drawn of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.flows import Flow, Flows
from walletwatch.domain.money import NATIVE, to_decimal
from walletwatch.domain.periods import day_of
from walletwatch.domain.pnl import Realised
from walletwatch.domain.prices import ARITHMETIC, Price, value_usd
from walletwatch.domain.valuing import MAX_DECIMALS

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a day."""

    day: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class FlowsByDay:
    """Dollars that came in and went out, a point for each day.

    Attributes:
        unpriced: How many movements of all are in neither, since they had no known price.
    """

    received: Sequence[Point]
    sent: Sequence[Point]
    unpriced: int


@dataclass(frozen=True, slots=True)
class GainsByDay:
    """Dollars realised, a point for each day."""

    daily: Sequence[Point]
    total: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one asset, in base units.

    Attributes:
        decimals: Of the native token or the mint.
    """

    asset: str
    units: int
    decimals: int


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what is held.

    Attributes:
        share: Of the dollars of all parts, from 0 to 1.
    """

    asset: str
    usd: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """How what is held is spread.

    Attributes:
        shares: The largest first.
        unpriced: Assets without a known price: they are in no share.
    """

    shares: Sequence[Share]
    total: Decimal
    unpriced: Sequence[str]


def days_between(first: date, last: date) -> Sequence[date]:
    """All days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def balance_by_day(
    activities: Iterable[Activity], asset: str, units: int, decimals: int, days: Sequence[date], zone: tzinfo
) -> Sequence[Point]:
    """What was held of an asset at the end of each day, reckoned back from what is held now.

    Args:
        activities: Of all wallets that hold it, all since the first day. What moved between them cancels out.
        asset: Native, or a mint.
        units: Held now, in base units.
        decimals: Of the asset.
        days: Ascending, the last one today.
        zone: Whose days.
    """
    changes: dict[date, int] = {}
    for activity in activities:
        if activity.block_time is None:
            continue
        change = sum(leg.amount for leg in activity.legs if leg.asset == asset)
        if asset == NATIVE:
            change -= activity.fee + activity.rent
        if change:
            day = day_of(activity.block_time, zone)
            changes[day] = changes.get(day, 0) + change
    points = []
    held = units
    for day in reversed(days):
        points.append(Point(day, to_decimal(held, decimals)))
        held -= changes.get(day, 0)
    return points[::-1]


def flows_by_day(flows: Flows, days: Sequence[date]) -> FlowsByDay:
    """What came and went on each of these days; a day without any has nothing."""
    none = Flow()
    of_days = [(day, flows.by_day.get(day, none)) for day in days]
    return FlowsByDay(
        [Point(day, flow.received_usd) for day, flow in of_days],
        [Point(day, flow.sent_usd) for day, flow in of_days],
        sum(flow.unpriced for _, flow in of_days),
    )


def gains_by_day(realised: Iterable[Realised], days: Sequence[date], zone: tzinfo) -> GainsByDay:
    """What was realised on each of these days, and since the first of them.

    Args:
        realised: Of the wallets that are wanted; what has no time is left out.
        days: Ascending.
        zone: Whose days.
    """
    sums: dict[date, Decimal] = {}
    total = NOTHING
    daily, totals = [], []
    with localcontext(ARITHMETIC):
        for gain in realised:
            if gain.at is not None:
                day = day_of(gain.at, zone)
                sums[day] = sums.get(day, NOTHING) + gain.usd
        for day in days:
            value = sums.get(day, NOTHING)
            total += value
            daily.append(Point(day, value))
            totals.append(Point(day, total))
    return GainsByDay(daily, totals)


def allocation_of(holdings: Iterable[Holding], prices: Mapping[str, Price]) -> Allocation:
    """How holdings are spread at the prices of now; those of the same asset together."""
    together: dict[str, Holding] = {}
    for held in holdings:
        before = together.get(held.asset)
        units = held.units + (before.units if before else 0)
        together[held.asset] = Holding(held.asset, units, held.decimals)
    values: dict[str, Decimal] = {}
    unpriced = []
    for asset, held in together.items():
        price = prices.get(asset)
        if not held.units:
            continue
        if price is None or held.decimals > MAX_DECIMALS:
            unpriced.append(asset)
        else:
            values[asset] = value_usd(held.units, held.decimals, price)
    with localcontext(ARITHMETIC):
        total = sum(values.values(), NOTHING)
        shares = [Share(asset, usd, usd / total if total else NOTHING) for asset, usd in values.items()]
    return Allocation(sorted(shares, key=lambda share: (-share.usd, share.asset)), total, sorted(unpriced))
