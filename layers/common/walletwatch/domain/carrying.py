"""What is kept of activities that are deleted: what moved, by wallet, day, asset and own counterparty."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.periods import day_of
from walletwatch.domain.prices import ARITHMETIC
from walletwatch.domain.valuing import decimals_of, movements

SET_ASIDE: Final = frozenset(
    {
        ActivityKind.STAKE,
        ActivityKind.STAKE_DEACTIVATE,
        ActivityKind.STAKE_WITHDRAW,
        ActivityKind.STAKE_CHANGE,
        ActivityKind.LEND,
        ActivityKind.ORDER_OPEN,
        ActivityKind.ORDER_CANCEL,
    }
)
"""Kinds that move what a wallet has to where it is the wallet's still, and back."""


class Nature(StrEnum):
    """What movements mean for what is owned."""

    MARKET = "market"
    """Bought, sold, given or got."""
    ASIDE = "aside"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class CarriedFlow:
    """All that moved of one asset on one day, in base units and in dollars of the time.

    Attributes:
        wallet_id: Of the store.
        wallet: Its address.
        day: In UTC.
        counterparty: Where it was another wallet that somebody watches; else empty.
        received_priced: Of what was received, how much had a known price; `received_usd` is what that was
            worth.
    """

    wallet_id: int
    wallet: str
    day: date
    asset: str
    counterparty: str
    nature: Nature
    decimals: int | None = None
    received: int = 0
    received_priced: int = 0
    received_usd: Decimal = Decimal(0)
    sent: int = 0
    sent_priced: int = 0
    sent_usd: Decimal = Decimal(0)

    @property
    def key(self) -> tuple[int, date, str, str, Nature]:
        """What there is one of."""
        return self.wallet_id, self.day, self.asset, self.counterparty, self.nature

    def plus(self, other: "CarriedFlow") -> "CarriedFlow":
        """Both together."""
        with localcontext(ARITHMETIC):
            return replace(
                self,
                decimals=self.decimals if other.decimals is None else other.decimals,
                received=self.received + other.received,
                received_priced=self.received_priced + other.received_priced,
                received_usd=self.received_usd + other.received_usd,
                sent=self.sent + other.sent,
                sent_priced=self.sent_priced + other.sent_priced,
                sent_usd=self.sent_usd + other.sent_usd,
            )


@dataclass(frozen=True, slots=True)
class Deleted:
    """An activity that goes.

    Attributes:
        created_at: When it was stored, for the day of one whose time is not known.
    """

    wallet_id: int
    activity: Activity
    created_at: datetime


def counterparties_of(deleted: Sequence[Deleted]) -> frozenset[str]:
    """Everybody these activities dealt with."""
    return frozenset(
        leg.counterparty for each in deleted for leg in each.activity.legs if leg.counterparty is not None
    )


def carried(deleted: Sequence[Deleted], watched: Collection[str]) -> Sequence[CarriedFlow]:
    """What is to be kept of these activities.

    Args:
        deleted: In any order.
        watched: Which of their counterparties are wallets that are watched: only such may be somebody's own.
    """
    flows: dict[tuple[int, date, str, str, Nature], CarriedFlow] = {}
    for each in deleted:
        for flow in _of(each, watched):
            before = flows.get(flow.key)
            flows[flow.key] = flow if before is None else before.plus(flow)
    return list(flows.values())


def _of(deleted: Deleted, watched: Collection[str]) -> Iterator[CarriedFlow]:
    activity = deleted.activity
    at = activity.block_time
    day = deleted.created_at.astimezone(UTC).date() if at is None else day_of(at, UTC)
    nature = Nature.ASIDE if activity.kind in SET_ASIDE else Nature.MARKET
    for movement in movements(activity):
        leg, usd = movement.leg, movement.usd
        flow = CarriedFlow(
            deleted.wallet_id,
            activity.wallet,
            day,
            leg.asset,
            leg.counterparty if leg.counterparty in watched and leg.counterparty else "",
            nature,
            decimals_of(activity, leg),
        )
        units = abs(leg.amount)
        priced, worth = (0, Decimal(0)) if usd is None else (units, usd)
        if leg.amount > 0:
            yield replace(flow, received=units, received_priced=priced, received_usd=worth)
            if activity.stays_in_stake:
                # As if it had come, and been staked.
                yield replace(flow, nature=Nature.ASIDE, sent=units)
        else:
            yield replace(flow, sent=units, sent_priced=priced, sent_usd=worth)
    if activity.fee:
        yield CarriedFlow(
            deleted.wallet_id,
            activity.wallet,
            day,
            NATIVE,
            "",
            Nature.FEE,
            NATIVE_DECIMALS,
            sent=activity.fee,
        )
