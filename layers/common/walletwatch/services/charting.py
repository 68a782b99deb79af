"""What charts are drawn of: balances, flows and gains by day, and how holdings are spread."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.browsing import Found, WalletChoice, chosen_of, is_called
from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.errors import UnknownWallet
from walletwatch.domain.flows import flows_of
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.periods import ALL_TIME, Period, Span, day_of
from walletwatch.domain.pnl import reckon
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.series import (
    Allocation,
    FlowsByDay,
    GainsByDay,
    Holding,
    Point,
    allocation_of,
    balance_by_day,
    days_between,
    flows_by_day,
    gains_by_day,
)
from walletwatch.ports.chain import Prices
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.common import Clock
from walletwatch.services.analysing import Subject, subject_of
from walletwatch.services.balances import Balances

ACTIVITIES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Drawn[T]:
    """Values, and whose they are.

    Attributes:
        subject: With `since`, where older activities of the period are left out.
    """

    subject: Subject
    values: T


class Charting:
    """The values behind /chart."""

    def __init__(self, chronicle: Chronicle, balances: Balances, prices: Prices, clock: Clock) -> None:
        self._chronicle = chronicle
        self._balances = balances
        self._prices = prices
        self._clock = clock

    async def balance(
        self, chat_id: int, choice: WalletChoice, asset: str, period: Period, zone: tzinfo
    ) -> Drawn[Sequence[Point]]:
        """What the wallets held of an asset at the end of each day of a period that ends today.

        Days before the oldest activity that was counted have no point.

        Raises:
            UnknownWallet: No wallet of the chat is meant.
            ChainUnavailable: What they hold now is not known.
        """
        span = Span(period.span(self._clock.now(), zone).start)
        found = await self._chronicle.gather(chat_id, choice, span, limit=ACTIVITIES)
        subject = subject_of(found, choice, period)
        held = [holding for holding in await self._held(subject) if holding.asset == asset]
        decimals = next((holding.decimals for holding in held), _decimals(found, asset))
        days = self._days(subject, _activities(found), zone)
        units = sum(holding.units for holding in held)
        return Drawn(subject, balance_by_day(_activities(found), asset, units, decimals, days, zone))

    async def flows(
        self, chat_id: int, choice: WalletChoice, period: Period, zone: tzinfo
    ) -> Drawn[FlowsByDay]:
        """Dollars in and out, by day.

        Raises:
            UnknownWallet: No wallet of the chat is meant.
        """
        span = period.span(self._clock.now(), zone)
        found = await self._chronicle.gather(chat_id, choice, span, limit=ACTIVITIES)
        subject = subject_of(found, choice, period)
        flows = flows_of(_activities(found), {wallet.address for wallet in subject.chosen}, zone)
        return Drawn(subject, flows_by_day(flows, self._days(subject, _activities(found), zone)))

    async def gains(
        self, chat_id: int, choice: WalletChoice, period: Period, zone: tzinfo
    ) -> Drawn[GainsByDay]:
        """Dollars realised by day, reckoned with everything that is known of all wallets of the chat.

        Raises:
            UnknownWallet: No wallet of the chat is meant.
        """
        found, carried = await self._chronicle.gather_with_carried(chat_id, limit=ACTIVITIES)
        named = {wallet.subscription_id for wallet in found.wallets if is_called(wallet, choice.name)}
        chosen = chosen_of(found.wallets, named, choice)
        if (choice.name is not None and not named) or (found.wallets and not chosen):
            raise UnknownWallet(choice.name or "")
        oldest = found.records[0].activity.block_time if found.more else None
        subject = Subject(found.wallets, chosen, period, oldest)
        books = reckon(_activities(found), {wallet.address for wallet in found.wallets}, carried)
        mine = {wallet.address for wallet in chosen}
        realised = [gain for gain in books.realised if gain.wallet in mine]
        return Drawn(subject, gains_by_day(realised, self._days(subject, _activities(found), zone), zone))

    async def allocation(self, chat_id: int, choice: WalletChoice) -> Drawn[Allocation]:
        """How what the wallets hold is spread.

        Raises:
            UnknownWallet: No wallet of the chat is meant.
            ChainUnavailable: What they hold is not known.
            PriceUnavailable: Nobody could be asked for prices.
        """
        found = await self._chronicle.gather(chat_id, choice, Span(), limit=1)
        subject = subject_of(found, choice, ALL_TIME)
        held = await self._held(subject)
        prices = await self._prices.prices({holding.asset for holding in held})
        return Drawn(subject, allocation_of(held, prices))

    async def _held(self, subject: Subject) -> Sequence[Holding]:
        balances = await asyncio.gather(
            *(self._balances.balance(wallet.address) for wallet in subject.chosen)
        )
        return [holding for balance in balances for holding in _holdings(balance)]

    def _days(self, subject: Subject, activities: Sequence[Activity], zone: tzinfo) -> Sequence[date]:
        """Those of the period, from the first that has something to tell."""
        now = self._clock.now()
        span = subject.period.span(now, zone)
        last = day_of(int(now.timestamp()) if span.end is None else span.end - 1, zone)
        times = [activity.block_time for activity in activities if activity.block_time is not None]
        begin = span.start if subject.since is None else max(subject.since, span.start or 0)
        first = begin if begin is not None else min(times, default=None)
        return days_between(last if first is None else min(last, day_of(first, zone)), last)


def _activities(found: Found) -> Sequence[Activity]:
    return [record.activity for record in found.records]


def _holdings(balance: WalletBalance) -> Sequence[Holding]:
    return [
        Holding(NATIVE, balance.lamports, NATIVE_DECIMALS),
        *(
            # As in every leg, what is wrapped is native.
            Holding(NATIVE if held.mint == WRAPPED_NATIVE_MINT else held.mint, held.amount, held.decimals)
            for held in balance.holdings
        ),
    ]


def _decimals(found: Found, asset: str) -> int:
    """Of an asset that is held no more, by its newest movement; none where nothing tells."""
    if asset == NATIVE:
        return NATIVE_DECIMALS
    return next(
        (
            leg.decimals
            for record in reversed(found.records)
            for leg in record.activity.legs
            if leg.asset == asset and leg.decimals is not None
        ),
        0,
    )
