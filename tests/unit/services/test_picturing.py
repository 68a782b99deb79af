"""What is read for pictures, and what is said where it cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.things import activity, contact
from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.chronicle import FakeChronicle
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.money import FakeOwnAccounts
from tests.fakes.movements import FakeMovements
from tests.fakes.people import FakePeople
from tests.fakes.prices import FakePrices
from tests.fakes.rates import FakeFxRates
from tests.fakes.stores import FakeStores
from tests.fakes.tokens import FakeTokens
from tests.fakes.usage import FakeUsage
from tests.pool_accounts import CLASSIC, address
from tests.unit.chain.test_money_readers import stake
from walletwatch.chain.account_sums import ChainSums
from walletwatch.domain.activities import REWARD_PREFIX, ActivityKind, Leg
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.analytics import ACTIVE_PEOPLE, ACTIVE_WALLETS, DAYS, DELIVERIES
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.chain import AccountData, TokenHolding
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.currencies import Currency, Rates
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable
from walletwatch.domain.inspection.network import Bond, Contact, Group, Link, Listed, Network
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import (
    MAX_BARS,
    MAX_NODES,
    MAX_SLICES,
    Allocation,
    BalanceHistory,
    Chart,
    DrawRequest,
    Flows,
    NetworkChart,
    NothingToDraw,
    PictureKind,
    Profits,
    Theme,
    UseChart,
)
from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import SYSTEM
from walletwatch.domain.risk import Unknown, UnknownReason
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.ports.currencies import RateSheet
from walletwatch.services.analysing import Analysing
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.currencies import FreshRates
from walletwatch.services.picture_courses import PictureCourses
from walletwatch.services.picture_names import PictureNames
from walletwatch.services.picture_networks import PictureNetworks
from walletwatch.services.picture_values import PictureValues
from walletwatch.services.picturing import Picturing
from walletwatch.services.portfolio import Portfolios
from walletwatch.services.valuation import Valuation

XNT = 10**9
WALLET, SECOND, MINT, SPAM = (address(name) for name in ("wallet", "second", "mint", "spam"))
CHAT, STRANGER = 1, 2


@dataclass
class World:
    """A chat that watches wallets."""

    clock: FakeClock = field(default_factory=FakeClock)
    network: Network | Unknown = field(default_factory=lambda: Unknown(UnknownReason.REFUSED))
    listed: Listed | Unknown = field(default_factory=lambda: Unknown(UnknownReason.UNAVAILABLE))

    def __post_init__(self) -> None:
        self.stores, self.chain = FakeStores(self.clock), FakeChain()
        self.prices, self.tokens = FakePrices(self.clock), FakeTokens()
        self.movements = FakeMovements(self.stores.tables)
        self.fx = FakeFxRates(self.stores.tables)
        self.usage = FakeUsage(FakePeople(self.stores))
        profile = PROFILES["x1-mainnet"]
        names = PictureNames(self.tokens, profile)
        analysing = Analysing(FakeChronicle(self.stores.tables), self.prices, self.clock)
        rates = FreshRates(Rates("XNT"), self.fx, self.clock, FakeMetrics())
        metrics, history = FakeMetrics(), self.stores.samples
        portfolios = Portfolios(
            FakeOwnAccounts(self.stores.tables, history),
            ChainSums(self.chain),
            Valuation(self.prices, self.tokens),
            FakeCache(self.clock),
            self.clock,
            metrics,
            profile=profile,
        )
        self.service = Picturing(
            subscriptions=self.stores.subscriptions,
            courses=PictureCourses(self.chain, self.movements, names, self.clock),
            values=PictureValues(portfolios, analysing, self.tokens, names, rates),
            networks=PictureNetworks(self.stores.subscriptions, self.surroundings, profile),
            analytics=Analytics(self.usage, self.clock),
        )

    async def surroundings(self, wallet: str) -> tuple[Network | Unknown, Listed | Unknown]:
        return self.network, self.listed

    async def watch(self, wallet: str = WALLET, label: str | None = "Savings", chat: int = CHAT) -> int:
        await self.stores.subscriptions.remember(contact(chat))
        watched = await self.stores.subscriptions.subscribe(chat, wallet, label, slot=1, limit=9)
        self.wallet_id = watched.subscription.wallet_id
        return watched.subscription.id

    async def moved(self, ago: timedelta, *legs: Leg, slot: int = 50, **fields: Any) -> None:
        at = int((self.clock.now() - ago).timestamp())
        number = len(self.stores.tables.activities)
        signature = f"{REWARD_PREFIX}{number}" if fields.get("kind") is ActivityKind.REWARD else f"s{number}"
        wallet = self.stores.tables.wallets[self.wallet_id].address
        await self.stores.ledger.keep(
            self.wallet_id, [activity(signature, slot, wallet, block_time=at, legs=legs, **fields)]
        )

    def hold(self, wallet: str, mint: str, amount: int, decimals: int = 6) -> None:
        holding = TokenHolding(
            address(f"{wallet} {mint} held"), AccountKind.TOKEN, mint, amount, decimals, lamports=1
        )
        self.chain.holdings.setdefault(wallet, []).append(holding)

    def fund(self, wallet: str, lamports: int) -> None:
        self.chain.data[wallet] = AccountData(wallet, SYSTEM, lamports, b"", slot=1)

    async def owns(self, wallet: str, mint: str, amount: int) -> None:
        """A token account that is watched."""
        held = decode_address(mint) + decode_address(wallet) + amount.to_bytes(8, "little")
        data = held + bytes(36) + b"\1" + bytes(56)
        account = AccountData(address(f"{wallet} {mint}"), CLASSIC, 1, data, slot=1)
        self.chain.data[account.address] = account
        await self._watch_account(wallet, NewAccount(account.address, AccountKind.TOKEN, mint))

    async def stakes(self, wallet: str, lamports: int) -> None:
        account = stake(f"stake of {wallet}", lamports, wallet=wallet)
        self.chain.data[account.address] = account
        await self._watch_account(wallet, NewAccount(account.address, AccountKind.STAKE))

    async def _watch_account(self, wallet: str, account: NewAccount) -> None:
        row = self.stores.tables.wallet_at(wallet)
        assert row is not None
        await self.stores.watch.add_accounts(row.id, [account])

    def name(self, mint: str, symbol: str | None, *, impostor_of: str | None = None) -> None:
        source = IdentitySource.METAPLEX
        self.tokens.known[mint] = TokenIdentity(mint, 6, symbol, None, None, source, impostor_of)

    async def chart(self, kind: PictureKind, subscription_id: int | None, **fields: Any) -> Chart:
        values: dict[str, Any] = {"chat_id": CHAT, "period": Lookback.MONTH, "address": None, "asset": NATIVE}
        values |= {"timezone": "UTC"} | fields
        values |= {"request_id": "0" * 32, "theme": Theme.LIGHT, "language": "en", "edits": None}
        return await self.service.chart(DrawRequest(kind=kind, subscription_id=subscription_id, **values))


@pytest.fixture
def world() -> World:
    return World()


DAY = timedelta(days=1)


def _values(chart: Chart) -> Sequence[str]:
    assert isinstance(chart, BalanceHistory)
    return [f"{point.value:f}" for point in chart.points]


class TestBalance:
    async def test_it_is_reckoned_back_from_what_is_held_now(self, world: World) -> None:
        watched = await world.watch()
        world.chain.lamports[WALLET] = 7 * XNT
        world.hold(WALLET, WRAPPED_NATIVE_MINT, 3 * XNT, 9)
        await world.moved(60 * DAY, Leg(NATIVE, 100 * XNT, 9))
        await world.moved(20 * DAY, Leg(NATIVE, 4 * XNT, 9), fee=XNT)
        await world.moved(10 * DAY, Leg(NATIVE, -2 * XNT, 9))
        await world.moved(5 * DAY, Leg(NATIVE, 50 * XNT, 9), kind=ActivityKind.REWARD)
        await world.moved(DAY, Leg(NATIVE, XNT, 9), slot=world.chain.current_slot + 1)
        chart = await world.chart(PictureKind.BALANCE, watched)
        assert _values(chart) == ["9.000000000", "12.000000000", "10.000000000", "10.000000000"]
        assert isinstance(chart, BalanceHistory)
        assert (chart.name, chart.symbol, chart.partial) == ("Savings", "XNT", False)
        moments = [point.at for point in chart.points]
        assert moments == sorted(moments)
        assert moments[0] == world.clock.now() - 30 * DAY

    async def test_of_a_token(self, world: World) -> None:
        watched = await world.watch()
        world.name(MINT, "PEPE")
        world.hold(WALLET, MINT, 2_500_000)
        await world.moved(3 * DAY, Leg(MINT, 500_000, 6), fee=5)
        chart = await world.chart(PictureKind.BALANCE, watched, asset=MINT)
        assert _values(chart) == ["2.000000", "2.500000", "2.500000"]
        assert isinstance(chart, BalanceHistory)
        assert chart.symbol == "PEPE"
        with pytest.raises(NothingToDraw, match="unknown"):
            await world.chart(PictureKind.BALANCE, watched, asset=SPAM)

    async def test_it_begins_where_the_wallet_was_first_known(self, world: World) -> None:
        watched = await world.watch()
        world.chain.lamports[WALLET] = XNT
        began = world.clock.now() - 3 * DAY
        world.movements.began[world.wallet_id] = began
        chart = await world.chart(PictureKind.BALANCE, watched)
        assert isinstance(chart, BalanceHistory)
        assert (chart.points[0].at, chart.partial) == (began, True)

    async def test_what_cannot_have_been_is_not_drawn(self, world: World) -> None:
        watched = await world.watch()
        world.chain.lamports[WALLET] = XNT
        await world.moved(9 * DAY, Leg(NATIVE, 3 * XNT, 9))
        await world.moved(8 * DAY, Leg(NATIVE, XNT, 9))
        chart = await world.chart(PictureKind.BALANCE, watched)
        assert _values(chart) == ["0.000000000", "1.000000000", "1.000000000"]
        assert isinstance(chart, BalanceHistory)
        assert chart.partial

    async def test_nothing_at_all(self, world: World) -> None:
        with pytest.raises(NothingToDraw, match="empty"):
            await world.chart(PictureKind.BALANCE, await world.watch())

    async def test_a_chain_that_fails_is_no_balance_of_zero(self, world: World) -> None:
        watched = await world.watch()
        world.chain.down = True
        with pytest.raises(ChainUnavailable):
            await world.chart(PictureKind.BALANCE, watched)


class TestFlows:
    @pytest.mark.parametrize(("period", "columns"), [("7d", 8), ("30d", 31), ("90d", 31), ("1y", 53)])
    async def test_every_day_has_a_place(self, world: World, period: str, columns: int) -> None:
        watched = await world.watch()
        await world.moved(DAY, Leg(NATIVE, 3 * XNT, 9), Leg(NATIVE, -XNT, 9))
        await world.moved(2 * DAY, Leg(NATIVE, 4 * XNT, 9))
        chart = await world.chart(PictureKind.FLOWS, watched, period=Lookback(period))
        assert isinstance(chart, Flows)
        assert len(chart.flows) == columns
        assert sum(flow.received for flow in chart.flows) == 7
        assert sum(flow.sent for flow in chart.flows) == 1
        last = chart.flows[-1].day + timedelta(days=chart.days - 1)
        assert last == world.clock.now().date()

    async def test_nothing_came_or_went(self, world: World) -> None:
        with pytest.raises(NothingToDraw, match="empty"):
            await world.chart(PictureKind.FLOWS, await world.watch())


class TestAllocation:
    async def test_of_all_wallets_the_largest_first(self, world: World) -> None:
        await world.watch()
        await world.watch(SECOND)
        world.prices.usd |= {NATIVE: Decimal(2), MINT: Decimal(3)}
        world.name(MINT, "PEPE")
        world.fund(WALLET, XNT)
        world.fund(SECOND, XNT)
        await world.owns(WALLET, WRAPPED_NATIVE_MINT, XNT)
        await world.owns(SECOND, MINT, 5_000_000)
        await world.owns(SECOND, SPAM, 10**18)
        chart = await world.chart(PictureKind.ALLOCATION, None)
        assert isinstance(chart, Allocation)
        found = {each.name: int(each.value) for each in chart.slices}
        assert list(found.items()) == [(f"PEPE {MINT[:4]}", 15), ("XNT", 6)]
        assert (chart.name, chart.unpriced, int(chart.total)) == (None, 1, 21)

    async def test_false_tokens_and_thin_markets_are_worth_nothing_known(self, world: World) -> None:
        watched = await world.watch()
        world.prices.usd |= {NATIVE: Decimal(2), MINT: Decimal(1), SPAM: Decimal(10**6)}
        world.prices.liquidity_usd = Decimal(1000)
        world.name(MINT, "USDC", impostor_of=address("real"))
        world.name(SPAM, "PUMP")
        world.fund(WALLET, XNT)
        await world.owns(WALLET, MINT, 5_000_000)
        await world.owns(WALLET, SPAM, 5_000_000)
        chart = await world.chart(PictureKind.ALLOCATION, watched)
        assert isinstance(chart, Allocation)
        assert [each.name for each in chart.slices] == ["XNT"]
        assert chart.unpriced == 2

    async def test_many_tokens_are_summed_up(self, world: World) -> None:
        watched = await world.watch()
        for number in range(12):
            mint = address(f"token {number}")
            world.prices.usd[mint] = Decimal(1)
            world.name(mint, f"T{number}")
            await world.owns(WALLET, mint, (number + 1) * 10**6)
        chart = await world.chart(PictureKind.ALLOCATION, watched)
        assert isinstance(chart, Allocation)
        assert len(chart.slices) == MAX_SLICES
        assert chart.slices[-1].name is None
        assert chart.total == sum(range(1, 13))

    async def test_what_is_missing_is_said(self, world: World) -> None:
        with pytest.raises(NothingToDraw, match="gone"):
            await world.chart(PictureKind.ALLOCATION, None)
        watched = await world.watch()
        with pytest.raises(NothingToDraw, match="empty"):
            await world.chart(PictureKind.ALLOCATION, watched)
        world.clock.advance(60)
        world.fund(WALLET, XNT)
        with pytest.raises(NothingToDraw, match="unpriced"):
            await world.chart(PictureKind.ALLOCATION, watched)
        world.prices.down = True
        with pytest.raises(PriceUnavailable):
            await world.chart(PictureKind.ALLOCATION, watched)
        world.clock.advance(60)
        world.chain.down = True
        with pytest.raises(ChainUnavailable):
            await world.chart(PictureKind.ALLOCATION, None)

    async def test_it_has_the_figures_of_the_portfolio(self, world: World) -> None:
        """Stakes are in it; the native token counts however thin its market; what nobody named does not."""
        watched = await world.watch()
        world.prices.usd |= {NATIVE: Decimal(2), MINT: Decimal(3)}
        world.prices.liquidity_usd = Decimal(100)
        world.fund(WALLET, 70 * XNT)
        await world.stakes(WALLET, 30 * XNT)
        await world.owns(WALLET, MINT, 5_000_000)
        chart = await world.chart(PictureKind.ALLOCATION, watched)
        assert isinstance(chart, Allocation)
        assert [(each.name, each.value) for each in chart.slices] == [("XNT", Decimal(200))]
        assert chart.unpriced == 1

    async def test_one_wallet_is_not_the_others(self, world: World) -> None:
        watched = await world.watch()
        await world.watch(SECOND, "Other")
        world.prices.usd[NATIVE] = Decimal(2)
        world.fund(WALLET, XNT)
        world.fund(SECOND, 9 * XNT)
        for subscription, total in ((watched, 2), (None, 20)):
            chart = await world.chart(PictureKind.ALLOCATION, subscription)
            assert isinstance(chart, Allocation)
            assert chart.total == total


class TestProfits:
    async def test_realised_and_unrealised_by_token(self, world: World) -> None:
        watched = await world.watch()
        world.prices.usd[MINT] = Decimal(4)
        world.name(MINT, "PEPE")

        def note(usd: str) -> Annotation:
            return Annotation({MINT: AssetNote("PEPE", None, 6, listed=False, usd=Decimal(usd))})

        await world.moved(3 * DAY, Leg(MINT, 10_000_000, 6), slot=1, annotation=note("1"))
        await world.moved(2 * DAY, Leg(MINT, -4_000_000, 6), slot=2, annotation=note("2"))
        await world.moved(DAY, Leg(SPAM, 5, 6), slot=3)
        chart = await world.chart(PictureKind.PNL, watched)
        assert isinstance(chart, Profits)
        ((one,), left_out) = chart.profits, chart.left_out
        assert (one.name, one.realised, one.unrealised) == (f"PEPE {MINT[:4]}", Decimal(4), Decimal(18))
        assert left_out == 1
        del world.prices.usd[MINT]
        chart = await world.chart(PictureKind.PNL, watched)
        assert isinstance(chart, Profits)
        assert chart.profits[0].unrealised is None

    async def test_those_of_most_weight(self, world: World) -> None:
        watched = await world.watch()
        for number in range(MAX_BARS + 3):
            mint = address(f"token {number}")
            world.name(mint, f"T{number}")
            world.prices.usd[mint] = Decimal(number)
            note = AssetNote(None, None, 6, listed=False, usd=Decimal(0))
            await world.moved(DAY, Leg(mint, 10**6, 6), slot=number, annotation=Annotation({mint: note}))
        chart = await world.chart(PictureKind.PNL, watched)
        assert isinstance(chart, Profits)
        assert [each.unrealised for each in chart.profits] == list(range(MAX_BARS + 2, 2, -1))
        assert chart.left_out == 3

    async def test_nothing_that_could_be_reckoned(self, world: World) -> None:
        watched = await world.watch()
        with pytest.raises(NothingToDraw, match="empty"):
            await world.chart(PictureKind.PNL, watched)
        await world.moved(DAY, Leg(SPAM, 5, 6))
        with pytest.raises(NothingToDraw, match="unpriced"):
            await world.chart(PictureKind.PNL, watched)


def person(name: object, received: int = 0, sent: int = 0, tokens_in: int = 0) -> Contact:
    return Contact(address(str(name)), received * XNT, sent * XNT, tokens_in, 0, "sig", 7)


class TestNetwork:
    async def test_the_most_important_are_shown_with_their_names(self, world: World) -> None:
        await world.watch(address("friend"), "Anna")
        friend, bad, trader = person("friend", 5, 2), person("bad", 1), person("trader", tokens_in=3)
        beyond = Link(friend.address, person("beyond", sent=9))
        group = Group(Bond.PAID_ALIKE, WALLET, (trader.address,), (1, 2), (), ("sig",), 7)
        world.network = Network(WALLET, (friend, bad, trader), (beyond,), (group,), None, complete=False)
        world.listed = Listed({bad.address: "seed"})
        chart = await world.chart(PictureKind.NETWORK, None, address=WALLET)
        assert isinstance(chart, NetworkChart)
        assert chart.nodes[0].address == WALLET
        names = {node.address: node.name for node in chart.nodes}
        assert names[friend.address] == "Anna"
        assert "…" in names[bad.address]
        assert [node.address for node in chart.nodes if node.listed] == [bad.address]
        assert [node.address for node in chart.nodes if node.grouped] == [trader.address]
        edges = {(edge.source, edge.target): edge.amount for edge in chart.edges}
        assert edges == {
            (friend.address, WALLET): Decimal(5),
            (WALLET, friend.address): Decimal(2),
            (bad.address, WALLET): Decimal(1),
            (trader.address, WALLET): Decimal(0),
            (friend.address, beyond.beyond.address): Decimal(9),
        }
        assert (chart.hidden, chart.complete) == (0, False)

    async def test_there_are_never_more_than_can_be_read(self, world: World) -> None:
        contacts = tuple(person(number, number + 1) for number in range(40))
        links = tuple(
            Link(contact.address, person((contact.address, number), number + 1))
            for contact in contacts
            for number in range(9)
        )
        world.network = Network(WALLET, contacts, links, (), None, complete=True)
        world.listed = Listed({contacts[0].address: "seed"})
        chart = await world.chart(PictureKind.NETWORK, None, address=WALLET)
        assert isinstance(chart, NetworkChart)
        assert len(chart.nodes) == MAX_NODES
        shown = {node.address for node in chart.nodes}
        assert contacts[0].address in shown
        assert all({edge.source, edge.target} <= shown for edge in chart.edges)
        assert chart.hidden == 40 + 360 - (MAX_NODES - 1)

    async def test_what_is_missing_is_said(self, world: World) -> None:
        for reason, error in (
            (UnknownReason.REFUSED, NothingToDraw),
            (UnknownReason.UNAVAILABLE, ChainUnavailable),
        ):
            world.network = Unknown(reason)
            with pytest.raises(error):
                await world.chart(PictureKind.NETWORK, None, address=WALLET)
        world.network = Network(WALLET, (), (), (), None, complete=True)
        with pytest.raises(NothingToDraw, match="empty"):
            await world.chart(PictureKind.NETWORK, None, address=WALLET)
        with pytest.raises(NothingToDraw, match="gone"):
            await world.chart(PictureKind.NETWORK, None)


OF_A_WALLET = sorted(set(PictureKind) - {PictureKind.NETWORK, PictureKind.USE})


@pytest.mark.parametrize("kind", OF_A_WALLET)
async def test_a_wallet_of_another_chat_is_not_there(world: World, kind: PictureKind) -> None:
    watched = await world.watch(chat=STRANGER)
    world.chain.lamports[WALLET] = XNT
    with pytest.raises(NothingToDraw, match="gone"):
        await world.chart(kind, watched)


async def test_the_clock_of_the_tests_is_in_utc(world: World) -> None:
    assert world.clock.now().tzinfo is UTC
    assert isinstance(world.clock.now(), datetime)


async def test_how_the_bot_is_used(world: World) -> None:
    await world.watch()
    today = world.clock.now().date()
    for name, count in ((ACTIVE_PEOPLE, 3), (ACTIVE_WALLETS, 5), ("sent", 7), ("failed", 2)):
        what = name if "." in name else f"{DELIVERIES}{name}"
        world.usage.counts[today, what] = count
        world.usage.counts[today - timedelta(days=DAYS), what] = 99
    chart = await world.chart(PictureKind.USE, None)
    assert isinstance(chart, UseChart)
    assert chart.people == 1
    shown = (chart.active, chart.wallets, chart.sent, chart.failed)
    assert [series.values[-1] for series in shown] == [3, 5, 7, 2]
    assert all(len(series.values) == DAYS and series.total == series.values[-1] for series in shown)


async def test_values_are_of_the_chats_currency_where_a_rate_is_known() -> None:
    world = World()
    subscription = await world.watch()
    world.fund(WALLET, 4 * XNT)
    world.prices.usd = {NATIVE: Decimal(3)}
    await world.stores.subscriptions.change_settings(CHAT, ChatSettings(currency=Currency.EUR))
    told = await world.chart(PictureKind.ALLOCATION, subscription)
    assert isinstance(told, Allocation)
    assert (told.total, told.currency.code) == (Decimal(12), "USD")
    await world.fx.keep(RateSheet(world.clock.now().date(), {Currency.EUR: Decimal("0.5")}))
    world.clock.advance(3700)
    told = await world.chart(PictureKind.ALLOCATION, subscription)
    assert isinstance(told, Allocation)
    assert (told.total, told.currency.code) == (Decimal(6), "EUR")
