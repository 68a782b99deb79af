"""What movements were worth at the time, as far as it was known then."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.prices import ARITHMETIC

TRADES: Final = frozenset(
    {ActivityKind.SWAP, ActivityKind.ORDER_FILL, ActivityKind.NFT_PURCHASE, ActivityKind.NFT_SALE}
)
MAX_DECIMALS: Final = 40
"""A token with more places has no value that could be reckoned."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A leg with its value.

    Attributes:
        usd: What all of it was worth, never negative; None where nobody knew. It is in dollars, unless the
            activity was reckoned in another currency (`domain.reckoning`).
    """

    activity: Activity
    leg: Leg
    usd: Decimal | None


def movements(activity: Activity) -> Iterator[Movement]:
    """The legs of an activity.

    Of a trade of one asset for another, of which only one had a price, the other was worth as much: that is
    what was paid, or got, for it.
    """
    values = [worth(activity, leg) for leg in activity.legs]
    if activity.kind in TRADES and len(activity.legs) == 2:
        first, second = activity.legs
        if (first.amount > 0) is not (second.amount > 0) and values.count(None) == 1:
            known = values[0] if values[1] is None else values[1]
            values = [known, known]
    for leg, value in zip(activity.legs, values, strict=True):
        yield Movement(activity, leg, value)


def worth(activity: Activity, leg: Leg) -> Decimal | None:
    """What a leg was worth at the price of the time; None where there was none."""
    note = note_of(activity, leg.asset)
    decimals = decimals_of(activity, leg)
    if note is None or note.usd is None or note.impostor_of or decimals is None:
        return None
    if decimals > MAX_DECIMALS:
        return None
    with localcontext(ARITHMETIC):
        return to_decimal(abs(leg.amount), decimals) * note.usd


def note_of(activity: Activity, asset: str) -> AssetNote | None:
    """What was known of an asset at the time."""
    return None if activity.annotation is None else activity.annotation.assets.get(asset)


def decimals_of(activity: Activity, leg: Leg) -> int | None:
    """The places of an asset."""
    if leg.asset == NATIVE:
        return NATIVE_DECIMALS
    note = note_of(activity, leg.asset)
    return leg.decimals if leg.decimals is not None else note.decimals if note else None
