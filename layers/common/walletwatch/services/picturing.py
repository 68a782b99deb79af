"""The values of pictures, read from the chain and from what is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from walletwatch.domain.addresses import shortened
from walletwatch.domain.browsing import WalletChoice
from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.chats import Subscription
from walletwatch.domain.currencies import DOLLARS, Exchange
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable
from walletwatch.domain.inspection.network import Contact, Network
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.pictures import (
    MAX_BARS,
    MAX_NODES,
    MAX_SLICES,
    Allocation,
    BalanceHistory,
    Chart,
    DrawRequest,
    Edge,
    Flow,
    Flows,
    NetworkChart,
    Node,
    NothingToDraw,
    PictureKind,
    Point,
    Profit,
    Profits,
    Slice,
    UseChart,
)
from walletwatch.domain.pnl import Result
from walletwatch.domain.prices import Price, value_usd
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.domain.tokens import TokenIdentity
from walletwatch.ports.chain import Chain, Prices, Tokens
from walletwatch.ports.common import Clock
from walletwatch.ports.media import Movements, Surroundings
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.analysing import Analysing
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.currencies import FreshRates

STEPS: Final = {
    Lookback.WEEK: timedelta(hours=1),
    Lookback.MONTH: timedelta(hours=6),
    Lookback.QUARTER: timedelta(days=1),
    Lookback.YEAR: timedelta(days=1),
}
"""How long a step of a balance lasts at least: some hundred points, whatever happened."""
DAYS_IN_COLUMN: Final = {Lookback.WEEK: 1, Lookback.MONTH: 1, Lookback.QUARTER: 3, Lookback.YEAR: 7}
MAX_CONTACTS: Final = 7
MAX_PER_CONTACT: Final = 3


class Picturing:
    """Reads what is to be drawn. A failure is raised, and never drawn as nothing."""

    def __init__(
        self,
        *,
        subscriptions: SubscriptionStore,
        movements: Movements,
        analysing: Analysing,
        chain: Chain,
        tokens: Tokens,
        prices: Prices,
        surroundings: Surroundings,
        analytics: Analytics,
        rates: FreshRates,
        profile: ChainProfile,
        clock: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._movements = movements
        self._analysing = analysing
        self._chain = chain
        self._tokens = tokens
        self._prices = prices
        self._surroundings = surroundings
        self._analytics = analytics
        self._rates = rates
        self._profile = profile
        self._clock = clock

    async def chart(self, request: DrawRequest) -> Chart:
        """What the request asks for; everything behind its ids is looked up in its chat.

        Raises:
            NothingToDraw: There is nothing to be seen, or the chat does not watch the wallet any more.
            ChainUnavailable: The chain could not be read.
            PriceUnavailable: No price could be asked for.
        """
        match request.kind:
            case PictureKind.BALANCE:
                return await self._balance(await self._subscription(request), request)
            case PictureKind.FLOWS:
                return await self._flows(await self._subscription(request), request)
            case PictureKind.ALLOCATION:
                return await self._allocation(request)
            case PictureKind.PNL:
                return await self._profits(await self._subscription(request), request)
            case PictureKind.NETWORK:
                return await self._network(request)
            case PictureKind.USE:
                return await self._use()

    async def _subscription(self, request: DrawRequest) -> Subscription:
        found = None
        if request.subscription_id is not None:
            found = await self._subscriptions.subscription(request.chat_id, request.subscription_id)
        if found is None:
            raise NothingToDraw("gone")
        return found

    async def _balance(self, subscription: Subscription, request: DrawRequest) -> BalanceHistory:
        """Back from what the wallet holds now, by what is stored of its movements.

        Where that leads below nothing, something is missing (a time in which nobody watched the wallet), and
        what was before is not known.
        """
        now = self._clock.now()
        begin = request.period.begins(now)
        assert begin is not None
        balance, (symbol, decimals), known = await asyncio.gather(
            self._chain.wallet_balance(subscription.address),
            self._asset(request.asset),
            self._movements.known_since(subscription.wallet_id),
        )
        since = max(begin, known or now)
        changes = await self._movements.changes(
            subscription.wallet_id,
            request.asset,
            since=since,
            up_to_slot=balance.slot,
            step=STEPS[request.period],
        )
        held = _held(balance, request.asset)
        first = held - sum(amount for _, amount in changes)
        amounts = list(accumulate((amount for _, amount in changes), initial=first))
        moments = [since, *(max(at, since) for at, _ in changes)]
        broken = max((index for index, amount in enumerate(amounts) if amount < 0), default=-1)
        points = [
            Point(at, to_decimal(amount, decimals))
            for at, amount in zip(moments[broken + 1 :], amounts[broken + 1 :], strict=True)
        ]
        points.append(Point(now, to_decimal(held, decimals)))
        if not any(point.value for point in points):
            raise NothingToDraw("empty")
        return BalanceHistory(
            _name(subscription), symbol, tuple(points), partial=since > begin or broken >= 0
        )

    async def _flows(self, subscription: Subscription, request: DrawRequest) -> Flows:
        now = self._clock.now()
        begin = request.period.begins(now)
        assert begin is not None
        zone = ZoneInfo(request.timezone)
        (symbol, decimals), found, known = await asyncio.gather(
            self._asset(request.asset),
            self._movements.flows(
                subscription.wallet_id, request.asset, since=begin, timezone=request.timezone
            ),
            self._movements.known_since(subscription.wallet_id),
        )
        if not found:
            raise NothingToDraw("empty")
        days = DAYS_IN_COLUMN[request.period]
        first, last = begin.astimezone(zone).date(), now.astimezone(zone).date()
        return Flows(
            _name(subscription),
            symbol,
            _columns(found, first, last, days, decimals),
            days,
            partial=known is None or known > begin,
        )

    async def _asset(self, asset: str) -> tuple[str, int]:
        """What an asset is called, and how many decimals it has.

        Raises:
            NothingToDraw: There is no such token.
        """
        if asset == NATIVE:
            return self._profile.native_symbol, NATIVE_DECIMALS
        identity = (await self._tokens.identities([asset])).get(asset)
        if identity is None:
            raise NothingToDraw("unknown")
        return identity.symbol or shortened(asset), identity.decimals

    async def _allocation(self, request: DrawRequest) -> Allocation:
        if request.subscription_id is None:
            watched = await self._subscriptions.subscriptions(request.chat_id)
        else:
            watched = [await self._subscription(request)]
        if not watched:
            raise NothingToDraw("gone")
        balances = await asyncio.gather(*(self._chain.wallet_balance(each.address) for each in watched))
        amounts = _amounts(balances)
        if not amounts:
            raise NothingToDraw("empty")
        identities, prices = await asyncio.gather(
            self._tokens.identities([asset for asset in amounts if asset != NATIVE]),
            self._prices.prices(list(amounts)),
        )
        values = {
            asset: value
            for asset, (amount, decimals) in amounts.items()
            if (value := _believed(amount, decimals, prices.get(asset), identities.get(asset))) is not None
        }
        if not values:
            raise NothingToDraw("unpriced")
        name = None if request.subscription_id is None else _name(watched[0])
        exchange = await self._exchange(watched[0])
        worth = {
            self._called(asset, identities): value if (told := exchange.of(value)) is None else told
            for asset, value in values.items()
        }
        unpriced = len(amounts) - len(values)
        return Allocation(name, _slices(worth), unpriced, exchange.denomination)

    async def _exchange(self, subscription: Subscription) -> Exchange:
        """Into what the chat is told values in, where a rate of today is known; else into dollars."""
        chat = subscription.chat
        await self._rates.ready([chat])
        exchange = self._rates.known.exchange(chat.settings.currency)
        return DOLLARS if exchange.rate() is None else exchange

    def _called(self, asset: str, identities: Mapping[str, TokenIdentity]) -> str:
        if asset == NATIVE:
            return self._profile.native_symbol
        listed = self._profile.tokens.get(asset)
        if listed is not None:
            return listed.symbol
        identity = identities.get(asset)
        own = (identity.symbol or identity.name) if identity else None
        # Anybody may call a token anything: what nobody vouches for has the beginning of its mint beside it.
        return f"{own} {asset[:4]}" if own else shortened(asset)

    async def _profits(self, subscription: Subscription, request: DrawRequest) -> Profits:
        choice = WalletChoice(subscription_id=subscription.id)
        exchange = await self._exchange(subscription)
        gains = await self._analysing.gains(request.chat_id, choice, None, exchange)
        if not gains.results:
            raise NothingToDraw("empty")
        if not gains.priced:
            raise PriceUnavailable("nobody could be asked what tokens are worth")
        said = [each for each in gains.results if each.position.realised or each.unrealised is not None]
        if not said:
            raise NothingToDraw("unpriced")
        shown = sorted(said, key=_reach, reverse=True)[:MAX_BARS]
        mints = [each.position.asset for each in shown if each.position.asset != NATIVE]
        identities = await self._tokens.identities(mints)
        profits = (
            Profit(self._called(each.position.asset, identities), each.position.realised, each.unrealised)
            for each in shown
        )
        return Profits(
            _name(subscription),
            tuple(profits),
            left_out=len(gains.results) - len(shown),
            partial=gains.subject.since is not None,
            currency=gains.currency,
        )

    async def _network(self, request: DrawRequest) -> NetworkChart:
        if request.address is None:
            raise NothingToDraw("gone")
        network, listed = await self._surroundings(request.address)
        if isinstance(network, Unknown):
            if network.reason is UnknownReason.UNAVAILABLE:
                raise ChainUnavailable("the history of the wallet could not be read")
            raise NothingToDraw("unknown")
        if not network.contacts:
            raise NothingToDraw("empty")
        watched = await self._subscriptions.subscriptions(request.chat_id)
        labels = {each.address: each.label for each in watched if each.label}
        warned = frozenset() if isinstance(listed, Unknown) else frozenset(listed.sources)
        return self._around(network, labels, warned)

    async def _use(self) -> UseChart:
        growth, wallets, quality = await asyncio.gather(
            self._analytics.growth(), self._analytics.wallets(), self._analytics.quality()
        )
        return UseChart(
            growth.total,
            growth.new,
            growth.active,
            wallets,
            quality.statuses[DeliveryStatus.SENT],
            quality.statuses[DeliveryStatus.FAILED],
        )

    def _around(self, network: Network, labels: Mapping[str, str], warned: frozenset[str]) -> NetworkChart:
        near = sorted(network.contacts, key=_weight, reverse=True)
        # Whom people were warned of is worth a place, however little was moved.
        near = sorted(near, key=lambda contact: contact.address not in warned)[:MAX_CONTACTS]
        shown = {network.wallet, *(contact.address for contact in near)}
        edges = [edge for contact in near for edge in _edges(network.wallet, contact)]
        links = () if isinstance(network.links, Unknown) else network.links
        counts: dict[str, int] = {}
        beyond: list[str] = []
        for link in sorted(links, key=lambda link: _weight(link.beyond), reverse=True):
            other, contact = link.beyond.address, link.contact
            if contact not in shown or other == network.wallet or counts.get(contact, 0) >= MAX_PER_CONTACT:
                continue
            if other not in shown:
                if len(shown) >= MAX_NODES:
                    continue
                shown.add(other)
                beyond.append(other)
            counts[contact] = counts.get(contact, 0) + 1
            edges += _edges(contact, link.beyond)
        grouped = {member for group in network.groups for member in group.members}
        nodes = [
            Node(
                address,
                self._named(address, labels),
                listed=address in warned,
                grouped=address in grouped and address != network.wallet,
            )
            for address in (network.wallet, *(contact.address for contact in near), *beyond)
        ]
        everybody = {contact.address for contact in network.contacts} | {
            link.beyond.address for link in links
        }
        return NetworkChart(
            self._profile.native_symbol,
            tuple(nodes),
            tuple(dict.fromkeys(edges)),
            hidden=len(everybody - shown),
            complete=network.complete,
        )

    def _named(self, address: str, labels: Mapping[str, str]) -> str:
        known = self._profile.labels.get(address)
        return labels.get(address) or (known.name if known else shortened(address))


def _name(subscription: Subscription) -> str:
    return subscription.label or shortened(subscription.address)


def _held(balance: WalletBalance, asset: str) -> int:
    """Base units of an asset; wrapped native counts as native."""
    mint = WRAPPED_NATIVE_MINT if asset == NATIVE else asset
    own = balance.lamports if asset == NATIVE else 0
    return own + sum(holding.amount for holding in balance.holdings if holding.mint == mint)


def _amounts(balances: Sequence[WalletBalance]) -> dict[str, tuple[int, int]]:
    """Base units and decimals of what is held, by asset."""
    amounts: dict[str, tuple[int, int]] = {}
    for balance in balances:
        held = [(NATIVE, balance.lamports, NATIVE_DECIMALS)]
        held += [
            (NATIVE if each.mint == WRAPPED_NATIVE_MINT else each.mint, each.amount, each.decimals)
            for each in balance.holdings
        ]
        for asset, amount, decimals in held:
            if amount:
                amounts[asset] = amounts.get(asset, (0, 0))[0] + amount, decimals
    return amounts


def _believed(
    amount: int, decimals: int, price: Price | None, identity: TokenIdentity | None
) -> Decimal | None:
    """What a holding is worth in dollars; None where that is not known, or could not be had for it."""
    if price is None or (identity is not None and identity.impostor_of):
        return None
    value = value_usd(amount, decimals, price)
    if price.liquidity_usd is not None and value > price.liquidity_usd:
        return None
    return value or None


def _slices(values: Mapping[str, Decimal]) -> tuple[Slice, ...]:
    ordered = sorted(values.items(), key=lambda item: item[1], reverse=True)
    if len(ordered) <= MAX_SLICES:
        return tuple(Slice(name, value) for name, value in ordered)
    shown, rest = ordered[: MAX_SLICES - 1], ordered[MAX_SLICES - 1 :]
    with localcontext(prec=60):
        others = sum((value for _, value in rest), Decimal())
    return (*(Slice(name, value) for name, value in shown), Slice(None, others))


def _columns(
    found: Sequence[tuple[date, int, int]], first: date, last: date, days: int, decimals: int
) -> tuple[Flow, ...]:
    """Columns of so many days each, the last one of which ends with the last day."""
    count = -(-((last - first).days + 1) // days)
    begin = last - timedelta(days=count * days - 1)
    came, went = [0] * count, [0] * count
    for day, received, sent in found:
        index = min(max(0, (day - begin).days // days), count - 1)
        came[index] += received
        went[index] += sent
    return tuple(
        Flow(
            begin + timedelta(days=index * days),
            to_decimal(came[index], decimals),
            to_decimal(went[index], decimals),
        )
        for index in range(count)
    )


def _reach(result: Result) -> Decimal:
    return max(abs(result.position.realised), abs(result.unrealised or Decimal()))


def _weight(contact: Contact) -> tuple[int, int]:
    return contact.received + contact.sent, contact.movements_of_tokens


def _edges(centre: str, contact: Contact) -> list[Edge]:
    """Arrows between somebody and a contact of theirs: one for each direction in which something went."""
    found = []
    if contact.received or contact.tokens_in:
        found.append(Edge(contact.address, centre, to_decimal(contact.received, NATIVE_DECIMALS)))
    if contact.sent or contact.tokens_out:
        found.append(Edge(centre, contact.address, to_decimal(contact.sent, NATIVE_DECIMALS)))
    return found
