"""What the wallets of a chat did, in figures."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.anomalies import Examined, by_wallet, examine
from walletwatch.domain.browsing import Found, OwnWallet, WalletChoice, chosen_of, is_called
from walletwatch.domain.currencies import DOLLARS, Denomination, Exchange
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable, UnknownWallet
from walletwatch.domain.flows import Flows, flows_of
from walletwatch.domain.lots import NOTHING, Position
from walletwatch.domain.periods import ALL_TIME, Period, Span
from walletwatch.domain.pnl import Result, reckon, result_of
from walletwatch.domain.prices import ARITHMETIC, Price
from walletwatch.domain.reckoning import reckoned
from walletwatch.domain.usage import Usage
from walletwatch.ports.chain import Prices
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.common import Clock

ACTIVITIES: Final = 5_000
"""So many are reckoned with at once; what is left out is said."""
PATIENCE_SECONDS: Final = 3.0
"""Prices are not waited for longer than this."""

_log = logging.getLogger("walletwatch.analysing")


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
    """What came in and went out.

    Attributes:
        currency: What it is reckoned in.
    """

    subject: Subject
    currency: Denomination
    flows: Flows
    warned: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gains:
    """What was gained and lost.

    Attributes:
        currency: What all is reckoned in.
        results: The most valuable first; what has no price behind what has.
        realised: Of these; None where nothing of it could be reckoned.
        unrealised: Of those that have a price and a cost; None where something is held and none has.
        unjudged: How many that are held are not in it.
        priced: Whether prices of now could be asked for.
    """

    subject: Subject
    currency: Denomination
    results: Sequence[Result]
    realised: Decimal | None
    unrealised: Decimal | None
    unjudged: int
    priced: bool


@dataclass(frozen=True, slots=True)
class Oddities:
    """What was unusual, by the wallet's address."""

    subject: Subject
    examined: Mapping[str, Examined]


class Analysing:
    """The use cases behind /flows, /top, /pnl, /stats and /anomalies."""

    def __init__(self, chronicle: Chronicle, prices: Prices, clock: Clock) -> None:
        self._chronicle = chronicle
        self._prices = prices
        self._clock = clock

    async def gains(
        self, chat_id: int, choice: WalletChoice, asset: str | None, exchange: Exchange = DOLLARS
    ) -> Gains:
        """What was gained and lost, of all assets or of one.

        All wallets of the chat are reckoned with, since what comes from one of them brings its cost along.

        Args:
            chat_id: Whose wallets.
            choice: Which of them. A name that no wallet has is taken for the symbol of a token.
            asset: Only this one.
            exchange: Into what is wanted.

        Raises:
            UnknownWallet: No wallet, and no token, is meant.
        """
        found, flows = await self._chronicle.gather_with_carried(chat_id, limit=ACTIVITIES)
        own = {wallet.address for wallet in found.wallets}
        told = reckoned(exchange, activities_of(found), flows)
        books = reckon(told.activities, own, told.carried)
        named = {wallet.subscription_id for wallet in found.wallets if is_called(wallet, choice.name)}
        chosen = chosen_of(found.wallets, named, choice)
        positions = [
            position
            for position in books.of({wallet.address for wallet in chosen})
            if asset is None or position.asset == asset
        ]
        if choice.name is not None and not named:
            positions = [each for each in positions if _is_token(each, choice.name)]
        if found.wallets and (not chosen or (choice.name is not None and not named and not positions)):
            raise UnknownWallet(choice.name or "")
        prices = await self._present_prices(positions)
        worth = {asset: told.price(price) for asset, price in (prices or {}).items()}
        results = [result_of(position, worth.get(position.asset)) for position in positions]
        held = [each.unrealised for each in results if each.position.owned.units]
        oldest = found.records[0].activity.block_time if found.records and found.more else None
        return Gains(
            Subject(found.wallets, chosen, ALL_TIME, oldest),
            told.exchange.denomination,
            sorted(results, key=_worthiness),
            _sum_of_known([each.position.gain for each in results]),
            _sum_of_known(held),
            held.count(None),
            priced=prices is not None,
        )

    async def usage(self, chat_id: int, choice: WalletChoice, period: Period, zone: tzinfo) -> Usage:
        """What the wallets did and the chat was told.

        Raises:
            UnknownWallet: No wallet of the chat is meant.
        """
        span = period.span(self._clock.now(), zone)
        usage = await self._chronicle.usage(chat_id, choice, span)
        if usage.wallets and ((choice.name is not None and not usage.is_named) or not usage.chosen):
            raise UnknownWallet(choice.name or "")
        return usage

    async def anomalies(self, chat_id: int, choice: WalletChoice, period: Period, zone: tzinfo) -> Oddities:
        """What was unusual in a period, for each wallet against all that is stored of it before.

        Raises:
            UnknownWallet: No wallet of the chat is meant.
        """
        now = self._clock.now()
        found = await self._chronicle.gather(chat_id, choice, Span(), limit=ACTIVITIES)
        subject = subject_of(found, choice, period)
        span = period.span(now, zone)
        lives = by_wallet(activities_of(found))
        examined = {
            wallet.address: examine(lives.get(wallet.address, ()), span.start or 0, zone, span.end)
            for wallet in subject.chosen
        }
        return Oddities(subject, examined)

    async def _present_prices(self, positions: Sequence[Position]) -> Mapping[str, Price] | None:
        held = {position.asset for position in positions if position.owned.units}
        if not held:
            return {}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._prices.prices(held)
        except (PriceUnavailable, ChainUnavailable, TimeoutError) as error:
            _log.warning("no prices", extra={"reason": str(error)})
            return None

    async def flows(
        self,
        chat_id: int,
        choice: WalletChoice,
        period: Period,
        zone: tzinfo,
        exchange: Exchange = DOLLARS,
    ) -> FlowsOf:
        """What came in and went out in a period, in the currency that is wanted where its rates are known.

        Raises:
            UnknownWallet: No wallet of the chat is called that, or has this subscription.
        """
        span = period.span(self._clock.now(), zone)
        found, warned = await self._chronicle.gather_with_warnings(chat_id, choice, span, limit=ACTIVITIES)
        subject = subject_of(found, choice, period)
        own = {wallet.address for wallet in subject.chosen}
        told = reckoned(exchange, activities_of(found))
        flows = flows_of(told.activities, own, zone)
        return FlowsOf(subject, told.exchange.denomination, flows, warned)


def _sum_of_known(values: Sequence[Decimal | None]) -> Decimal | None:
    """None where there are some, and none is known."""
    known = [value for value in values if value is not None]
    with localcontext(ARITHMETIC):
        return sum(known, NOTHING) if known or not values else None


def _is_token(position: Position, name: str) -> bool:
    symbol = position.note.symbol if position.note else None
    return position.asset == name or (symbol or "").lower() == name.lower()


def _worthiness(result: Result) -> tuple[bool, Decimal, str]:
    value = result.value
    return value is None, -(NOTHING if value is None else value), result.position.asset


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
