"""Reports of a day or a week: when they are due, and what they say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.browsing import OwnWallet
from walletwatch.domain.carrying import CarriedFlow
from walletwatch.domain.chats import Chat
from walletwatch.domain.currencies import DOLLARS, Denomination, Exchange
from walletwatch.domain.flows import Flows, flows_of
from walletwatch.domain.lots import NOTHING
from walletwatch.domain.periods import Span
from walletwatch.domain.pnl import reckon
from walletwatch.domain.reckoning import reckoned
from walletwatch.domain.usage import Told
from walletwatch.domain.valuing import Movement, movements

MINUTES: Final = 24 * 60


class ReportPeriod(StrEnum):
    """What a report is about."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def days(self) -> int:
        """How many."""
        return 1 if self is ReportPeriod.DAILY else 7


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a chat wants its reports.

    Attributes:
        minute: Of the day, in the chat's time zone.
        weekday: Of weekly ones; Monday is 0.
    """

    period: ReportPeriod
    minute: int
    weekday: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.minute < MINUTES or (self.period is ReportPeriod.WEEKLY) is (self.weekday is None):
            raise ValueError("a minute of the day, and of a week its day")
        if self.weekday is not None and not 0 <= self.weekday < 7:
            raise ValueError("seven days")

    def next_due(self, after: datetime, zone: tzinfo) -> datetime:
        """The first moment after another, in UTC. An hour that a change of clocks skips comes a bit later."""
        day = after.astimezone(zone).date()
        while True:
            if self.weekday is None or day.weekday() == self.weekday:
                local = datetime.combine(day, time(*divmod(self.minute, 60)), zone)
                due = local.astimezone(UTC)
                if due > after:
                    return due
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that somebody waits for."""

    chat: Chat
    schedule: Schedule
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What a period brought.

    Attributes:
        span: Which period.
        wallets: All of the chat.
        currency: What is reckoned in.
        activities: How many there were.
        failures: How many transactions failed.
        largest_in: The most valuable that came in; None where nothing that came had a price.
        largest_out: The same of what went out.
        new_parties: Whom the wallets had never dealt with before, as far as is stored.
        realised: Gains less losses, where both price and cost were known.
        told: What became of the messages.
        is_cut: Whether there were so many activities that older ones were left out.
        ordered: What the chat is told regularly, the daily one first.
    """

    span: Span
    wallets: Sequence[OwnWallet]
    currency: Denomination
    activities: int
    failures: int
    flows: Flows
    largest_in: Movement | None
    largest_out: Movement | None
    new_parties: Sequence[str]
    realised: Decimal
    told: Told
    is_cut: bool
    ordered: Sequence[Schedule] = ()


def span_before(due: datetime, period: ReportPeriod, zone: tzinfo) -> Span:
    """The day or the week up to a moment, by the clock of a zone: 23 or 25 hours where it was changed."""
    local = due.astimezone(zone).replace(tzinfo=None) - timedelta(days=period.days)
    return Span(int(local.replace(tzinfo=zone).timestamp()), int(due.timestamp()))


def summarise(
    activities: Sequence[Activity],
    wallets: Sequence[OwnWallet],
    carried: Sequence[CarriedFlow],
    told: Told,
    span: Span,
    zone: tzinfo,
    exchange: Exchange = DOLLARS,
    *,
    is_cut: bool,
    ordered: Sequence[Schedule] = (),
) -> Summary:
    """What a period brought to wallets.

    Args:
        activities: All that is stored of them, oldest first, up to the end of the period at least.
        wallets: Of one chat.
        carried: What is left of what was deleted.
        told: In the period.
        span: Closed on both sides.
        zone: Of the chat.
        exchange: Into what is wanted.
        is_cut: Whether older activities were left out.
        ordered: What the chat is told regularly.
    """
    reckoning = reckoned(exchange, activities, carried)
    activities, carried = reckoning.activities, reckoning.carried
    own = {wallet.address for wallet in wallets}
    inside = [activity for activity in activities if _is_within(activity.block_time, span)]
    moved = [
        movement
        for activity in inside
        for movement in movements(activity)
        if movement.leg.counterparty not in own
    ]
    books = reckon(activities, own, carried)
    gains = [gain.usd for gain in books.realised if _is_within(gain.at, span)]
    return Summary(
        span,
        wallets,
        reckoning.exchange.denomination,
        len(inside),
        sum(not activity.success for activity in inside),
        flows_of(inside, own, zone),
        _largest([movement for movement in moved if movement.leg.amount > 0]),
        _largest([movement for movement in moved if movement.leg.amount < 0]),
        _new_parties(activities, inside, own),
        sum(gains, NOTHING),
        told,
        is_cut,
        ordered,
    )


def _is_within(at: int | None, span: Span) -> bool:
    assert span.start is not None
    assert span.end is not None
    return at is not None and span.start <= at < span.end


def _largest(moved: Sequence[Movement]) -> Movement | None:
    priced = [movement for movement in moved if movement.usd]
    return max(priced, key=lambda movement: movement.usd or NOTHING, default=None)


def _new_parties(
    activities: Sequence[Activity], inside: Sequence[Activity], own: Collection[str]
) -> Sequence[str]:
    """In the order they were met; whoever only scattered spam was not dealt with."""
    first: Mapping[int, Activity] = {id(activity): activity for activity in inside}
    before = {
        leg.counterparty for activity in activities if id(activity) not in first for leg in activity.legs
    }
    met = dict.fromkeys(
        leg.counterparty
        for activity in inside
        if activity.annotation is None or not activity.annotation.is_spam
        for leg in activity.legs
    )
    return [party for party in met if party is not None and party not in before and party not in own]
