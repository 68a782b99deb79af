"""What happened, with its values in another currency than dollars, each at the rate of its day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from decimal import Decimal, localcontext

from walletwatch.domain.activities import Activity
from walletwatch.domain.carrying import CarriedFlow
from walletwatch.domain.currencies import DOLLARS, Currency, Exchange
from walletwatch.domain.money import NATIVE
from walletwatch.domain.periods import day_of
from walletwatch.domain.prices import ARITHMETIC, Price
from walletwatch.domain.valuing import note_of


class _NoRate(Exception):
    """A day has none."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What happened, in one currency.

    What is called dollars in activities and in what is carried is this currency here.

    Attributes:
        exchange: Into it: dollars where a rate was missing, as a sum is of one currency.
    """

    exchange: Exchange
    activities: Sequence[Activity]
    carried: Sequence[CarriedFlow] = ()

    def price(self, price: Price) -> Price:
        """A price of now."""
        rate = self.exchange.rate()
        assert rate is not None
        with localcontext(ARITHMETIC):
            liquidity = price.liquidity_usd
            return replace(
                price,
                usd=price.usd * rate,
                liquidity_usd=None if liquidity is None else liquidity * rate,
            )


def reckoned(
    exchange: Exchange, activities: Sequence[Activity], carried: Sequence[CarriedFlow] = ()
) -> Reckoned:
    """Values at the rate of their day, if there is one for all of them and for today; else in dollars."""
    if exchange.currency is Currency.USD or exchange.rate() is None:
        return Reckoned(DOLLARS, activities, carried)
    try:
        return Reckoned(
            exchange,
            [_activity(each, exchange) for each in activities],
            [_flow(each, exchange) for each in carried],
        )
    except _NoRate:
        return Reckoned(DOLLARS, activities, carried)


def _activity(activity: Activity, exchange: Exchange) -> Activity:
    annotation = activity.annotation
    if annotation is None or all(note.usd is None for note in annotation.assets.values()):
        return activity
    rate = _rate_of(activity, exchange)
    with localcontext(ARITHMETIC):
        notes = {
            asset: note if note.usd is None else replace(note, usd=note.usd * rate)
            for asset, note in annotation.assets.items()
        }
    return replace(activity, annotation=replace(annotation, assets=notes))


def _rate_of(activity: Activity, exchange: Exchange) -> Decimal:
    """The token's own price was noted with what it moved; else the day's rate counts."""
    native = note_of(activity, NATIVE)
    if exchange.currency is Currency.NATIVE and native is not None and native.usd:
        with localcontext(ARITHMETIC):
            return 1 / native.usd
    at = activity.block_time
    return _known(exchange, None if at is None else day_of(at, UTC))


def _flow(flow: CarriedFlow, exchange: Exchange) -> CarriedFlow:
    if not flow.received_usd and not flow.sent_usd:
        return flow
    rate = _known(exchange, flow.day)
    with localcontext(ARITHMETIC):
        return replace(flow, received_usd=flow.received_usd * rate, sent_usd=flow.sent_usd * rate)


def _known(exchange: Exchange, day: date | None) -> Decimal:
    rate = exchange.rate(day)
    if rate is None:
        raise _NoRate
    return rate
