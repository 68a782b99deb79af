"""What wallets hold and are worth: over the real readers, with every request to the node counted."""

import asyncio
import struct
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.alerting import FakeSamples
from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.money import money_over
from tests.fakes.outage import Outage
from tests.fakes.prices import FakePrices
from tests.fakes.rows import Tables
from tests.fakes.stores import FakeStores
from tests.fakes.tokens import FakeTokens
from tests.pool_accounts import CLASSIC, MadePool, address
from walletwatch.chain.account_sums import HEAD
from walletwatch.chain.prices.cached import CachedPrices
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.pools import PoolPrices
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.client import Answer
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.tokens.cached import CachedTokens
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.addresses import decode, decode_address, encode_address
from walletwatch.domain.chain import AccountData, TokenHolding
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.currencies import DOLLARS
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import Price
from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import SYSTEM
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.services import portfolio
from walletwatch.services.money import Money
from walletwatch.services.price_recording import RecordedPrices

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
WALLET = address("wallet")
PRICE = Decimal("0.5")


@dataclass
class Node:
    """A `Caller` that answers from accounts, and counts HTTP requests."""

    accounts: dict[str, AccountData] = field(default_factory=dict)
    requests: list[list[str]] = field(default_factory=list)
    down: bool = False

    async def call(self, method: str, *params: object) -> Any:
        (answer,) = await self.call_many([(method, params)])
        return answer.get()

    async def call_many(self, calls: Sequence[tuple[str, Sequence[object]]]) -> Sequence[Answer]:
        self.requests.append([method for method, _ in calls])
        if self.down:
            raise ChainUnavailable("the node is down")
        await asyncio.sleep(0)
        return [Answer(self._answer(method, params), None) for method, params in calls]

    def _answer(self, method: str, params: Sequence[Any]) -> Any:
        match method:
            case "getBalance":
                account = self.accounts.get(params[0])
                return _in_context(account.lamports if account else 0)
            case "getTokenAccountsByOwner":
                owner, program = decode_address(params[0]), params[1]["programId"]
                write = _parsed if params[2]["encoding"] == "jsonParsed" else _listed
                return _in_context(
                    [
                        write(account)
                        for account in self.accounts.values()
                        if account.owner == program and account.data[32:64] == owner
                    ]
                )
            case "getMultipleAccounts":
                head = params[1].get("dataSlice", {}).get("length")
                found = [self.accounts.get(each) for each in params[0]]
                return _in_context([None if each is None else _raw(each, head) for each in found])
            case "getProgramAccounts":
                wanted = params[1]["filters"]
                return _in_context(
                    [
                        {"pubkey": each.address, "account": _raw(each, None, params[1]["dataSlice"])}
                        for each in self.accounts.values()
                        if each.owner == params[0] and _passes(each, wanted)
                    ]
                )
        raise AssertionError(method)


def _in_context(value: Any) -> Any:
    return {"context": {"slot": 77}, "value": value}


def _raw(account: AccountData, head: int | None, part: dict[str, int] | None = None) -> Any:
    data = account.data[:head]
    if part is not None:
        data = data[part["offset"] : part["offset"] + part["length"]]
    return {
        "owner": account.owner,
        "lamports": account.lamports,
        "data": [b64encode(data).decode(), "base64"],
    }


def _listed(account: AccountData) -> Any:
    return {"pubkey": account.address, "account": _raw(account, HEAD)}


def _passes(account: AccountData, filters: Sequence[Any]) -> bool:
    for each in filters:
        if "dataSize" in each and len(account.data) != each["dataSize"]:
            return False
        if "memcmp" in each:
            wanted = decode(each["memcmp"]["bytes"])
            if not account.data[each["memcmp"]["offset"] :].startswith(wanted):
                return False
    return True


def _parsed(account: AccountData) -> Any:
    amount = int.from_bytes(account.data[64:72], "little")
    info = {
        "mint": encode_address(account.data[:32]),
        "tokenAmount": {"amount": str(amount), "decimals": 6},
        "state": "initialized",
    }
    return {
        "pubkey": account.address,
        "account": {"lamports": account.lamports, "data": {"parsed": {"info": info}}},
    }


def token(name: str, owner: str, mint: str, amount: int) -> AccountData:
    data = decode_address(mint) + decode_address(owner) + struct.pack("<Q", amount)
    return AccountData(address(name), CLASSIC, 2_039_280, data + bytes(36) + b"\1" + bytes(56), 77)


def mint(name: str) -> AccountData:
    data = struct.pack("<I32sQBBI32s", 0, bytes(32), 10**15, 6, 1, 0, bytes(32))
    return AccountData(address(name), CLASSIC, 1, data, 77)


def rounded(value: Decimal | None) -> Decimal:
    """Prices of pools are roots and quotients, known to 50 digits."""
    assert value is not None
    return round(value, 12)


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    node: Node = field(default_factory=Node)
    history: FakeSamples = field(default_factory=lambda: FakeSamples(Tables(), Outage()))
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    stores: FakeStores = field(init=False)
    money: Money = field(init=False)

    def __post_init__(self) -> None:
        self.stores = FakeStores(self.clock)
        chain, cache = RpcChain(BatchingCaller(self.node)), FakeCache(self.clock)
        assert PROFILE.exchange is not None
        directory = PoolDirectory(
            chain, PROFILE.exchange, cache=cache, clock=self.clock, metrics=self.metrics
        )
        pools = PoolPrices(chain, PROFILE.exchange, directory, self.clock, min_liquidity_usd=Decimal(100))
        self.money = money_over(
            chain,
            self.stores,
            self.clock,
            self.metrics,
            PROFILE,
            prices=CachedPrices(pools, cache, self.clock, self.metrics, chain=PROFILE.name),
            tokens=CachedTokens(ChainTokens(chain, PROFILE), cache, self.metrics, chain=PROFILE.name),
            history=self.history,
        )
        pool = MadePool((WRAPPED_NATIVE_MINT, USDC), (10**14, 5 * 10**10), program=PROFILE.exchange.program)
        self.put(*pool.accounts().values())

    def put(self, *accounts: AccountData) -> None:
        self.node.accounts.update({account.address: account for account in accounts})

    def fund(self, wallet: str, lamports: int) -> None:
        self.put(AccountData(wallet, SYSTEM, lamports, b"", 77))


@pytest.fixture
def world() -> World:
    return World()


async def test_a_cold_balance_costs_three_requests_and_a_warm_one_none(world: World) -> None:
    world.fund(WALLET, 10 * 10**9)
    world.put(token("dollars", WALLET, USDC, 7 * 10**6))
    for number in range(20):
        world.put(mint(f"m{number}"), token(f"t{number}", WALLET, address(f"m{number}"), 5))
    held = await world.money.holdings.of(WALLET)
    assert len(world.node.requests) <= 3, world.node.requests
    assert rounded(held.total.usd) == 12
    assert held.total.unpriced == 20
    assert [each.mint for each in held.valued] == [USDC]
    world.node.requests.clear()
    assert await world.money.holdings.of(WALLET) == held
    assert world.node.requests == []


async def test_a_portfolio_of_ten_wallets_costs_four_requests_and_a_warm_one_none(world: World) -> None:
    await world.stores.subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    for wallet in range(10):
        name = address(f"wallet {wallet}")
        added = await world.stores.subscriptions.subscribe(1, name, None, slot=1, limit=10)
        world.fund(name, 10**9)
        found = []
        for number in range(5):
            made = mint(f"mint {wallet} {number}")
            account = token(f"account {wallet} {number}", name, made.address, 9)
            world.put(made, account)
            found.append(NewAccount(account.address, AccountKind.TOKEN, made.address))
        await world.stores.watch.add_accounts(added.subscription.wallet_id, found)
    first = await world.money.portfolios.of(1)
    assert first is not None
    assert len(world.node.requests) <= 4, world.node.requests
    assert rounded(first.total.usd) == 5
    assert first.total.unpriced == 50
    assert len(first.parts) == 10
    world.node.requests.clear()
    again = await world.money.portfolios.of(1)
    assert again is not None
    assert again.slices == first.slices
    assert world.node.requests == []


async def _spammed(world: World, name: str, number: int, *, chat_id: int = 1) -> str:
    """A wallet with so many worthless token accounts, the newest of which holds seven dollars."""
    wallet = address(name)
    added = await world.stores.subscriptions.subscribe(chat_id, wallet, None, slot=1, limit=10)
    world.fund(wallet, 10**9)
    accounts = [token(f"{name} {each}", wallet, address(f"spam {each}"), 5) for each in range(number)]
    accounts.append(token(f"{name} dollars", wallet, USDC, 7 * 10**6))
    world.put(*accounts)
    await world.stores.watch.add_accounts(
        added.subscription.wallet_id,
        [NewAccount(each.address, AccountKind.TOKEN, encode_address(each.data[:32])) for each in accounts],
    )
    return wallet


async def test_what_is_worth_something_counts_behind_thousands_of_accounts(world: World) -> None:
    await world.stores.subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    await _spammed(world, "spammed", 4000)
    found = await world.money.portfolios.of(1)
    assert found is not None
    assert rounded(found.total.usd) == Decimal("7.5")
    assert (found.total.unpriced, found.partial) == (4000, ())
    (part,) = found.parts
    assert (rounded(part.total.usd), part.total.unpriced) == (Decimal("7.5"), 4000)
    # Three for its known accounts, two for all of them, and what names and prices take.
    calls = [method for request in world.node.requests for method in request]
    assert calls.count("getTokenAccountsByOwner") == 2
    assert len(calls) <= 20


async def test_of_wallets_beyond_all_bounds_the_smaller_are_added_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolio, "WHOLE_ACCOUNTS", 600)
    await world.stores.subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    larger, smaller = await _spammed(world, "larger", 400), await _spammed(world, "smaller", 300)
    found = await world.money.portfolios.of(1)
    assert found is not None
    assert [each.address for each in found.partial] == [larger]
    assert {part.address: rounded(part.total.usd) for part in found.parts} == {
        larger: Decimal("0.5"),
        smaller: Decimal("7.5"),
    }


async def test_what_the_chain_did_not_tell_is_in_no_sum(world: World) -> None:
    await world.stores.subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    await world.stores.subscriptions.subscribe(1, WALLET, "Mine", slot=1, limit=10)
    world.node.down = True
    found = await world.money.portfolios.of(1)
    assert found is not None
    assert [each.label for each in found.unread] == ["Mine"]
    assert (found.parts, found.slices, found.total.usd) == ((), (), None)
    with pytest.raises(ChainUnavailable):
        await world.money.holdings.of(WALLET)


async def test_the_change_of_a_day_is_that_of_what_is_held_now(world: World) -> None:
    await world.stores.subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    added = await world.stores.subscriptions.subscribe(1, WALLET, None, slot=1, limit=10)
    world.fund(WALLET, 30 * 10**9)
    world.put(token("dollars", WALLET, USDC, 5 * 10**6))
    await world.stores.watch.add_accounts(
        added.subscription.wallet_id, [NewAccount(address("dollars"), AccountKind.TOKEN, USDC)]
    )
    unknown = await world.money.portfolios.of(1)
    assert unknown is not None
    assert unknown.change is None
    yesterday = world.clock.now() - timedelta(days=1)
    await world.history.keep({NATIVE: Decimal("0.4")}, yesterday + timedelta(minutes=20))
    found = await world.money.portfolios.of(1)
    assert found is not None
    assert found.change is not None
    assert rounded(found.change.share) == Decimal("0.25")
    assert rounded(found.change.covered) == Decimal("0.75")


def simple(clock: FakeClock, prices: FakePrices, tokens: FakeTokens, chain: Any) -> Money:
    return money_over(
        chain,
        FakeStores(clock),
        clock,
        FakeMetrics(),
        PROFILE,
        prices=prices,
        tokens=tokens,
        history=FakeSamples(Tables(), Outage()),
    )


def holding(
    name: str, amount: int, *, frozen: bool = False, decimals: int = 6, mint: str = ""
) -> TokenHolding:
    return TokenHolding(
        address(f"account {name}"), AccountKind.TOKEN, mint or address(name), amount, decimals, 1, frozen
    )


def identity(name: str, impostor_of: str | None = None) -> TokenIdentity:
    return TokenIdentity(address(name), 6, name, None, None, IdentitySource.METAPLEX, impostor_of)


class TestHoldings:
    async def test_accounts_of_one_mint_are_added_up(self) -> None:
        clock, chain = FakeClock(), FakeChain()
        foo = address("foo")
        chain.holdings[WALLET] = [
            holding("a", 5, mint=foo),
            holding("b", 6, mint=foo, frozen=True),
            holding("c", 0),
        ]
        held = await simple(clock, FakePrices(clock), FakeTokens(), chain).holdings.of(WALLET)
        (token_,) = held.tokens
        assert (token_.amount, token_.frozen, held.empty) == (11, 6, 1)

    async def test_what_cannot_be_believed_has_no_value(self) -> None:
        clock, chain = FakeClock(), FakeChain()
        names = ["good", "false", "nameless", "too much"]
        chain.holdings[WALLET] = [
            *(holding(name, 10**6) for name in names[:3]),
            holding("too much", 10**9),
        ]
        tokens = FakeTokens(
            {
                address("good"): identity("good"),
                address("false"): identity("false", USDC),
                address("too much"): identity("too much"),
            }
        )
        prices = FakePrices(clock, {address(name): Decimal(2) for name in names}, liquidity_usd=Decimal(1000))
        held = await simple(clock, prices, tokens, chain).holdings.of(WALLET)
        assert [each.mint for each in held.valued] == [address("good")]
        assert held.total.usd == Decimal(2)
        assert held.total.unpriced == 3

    @pytest.mark.parametrize("lacking", ["prices", "tokens"])
    async def test_without_names_or_prices_it_is_shown_all_the_same_and_soon_read_again(
        self, lacking: str
    ) -> None:
        clock, chain = FakeClock(), FakeChain()
        chain.lamports[WALLET] = 10**9
        chain.holdings[WALLET] = [holding("foo", 5)]
        prices, tokens = FakePrices(clock, {NATIVE: PRICE}), FakeTokens()
        money = simple(clock, prices, tokens, chain)
        prices.down, tokens.down = lacking == "prices", lacking == "tokens"
        held = await money.holdings.of(WALLET)
        assert (held.priced, held.named) == (lacking != "prices", lacking != "tokens")
        assert held.lamports == 10**9
        prices.down = tokens.down = False
        await clock.sleep(3)
        held = await money.holdings.of(WALLET)
        assert held.priced
        assert held.named


class TestRecording:
    async def test_a_sample_for_an_asset_and_five_minutes(self) -> None:
        clock, metrics, history = FakeClock(), FakeMetrics(), FakeSamples(Tables(), Outage())
        prices = FakePrices(clock, {NATIVE: PRICE, USDC: Decimal(1)})
        recorded = RecordedPrices(prices, history, clock, metrics)
        for _ in range(3):
            assert (await recorded.prices([NATIVE]))[NATIVE].usd == PRICE
        prices.usd[NATIVE] = Decimal(9)
        await recorded.prices([NATIVE, USDC])
        await recorded.settle()
        moments = {at for _, at in history.tables.samples}
        assert {asset: usd for (asset, _), usd in history.tables.samples.items()} == {
            NATIVE: PRICE,
            USDC: Decimal(1),
        }
        assert all(at.minute % 5 == 0 and at.second == 0 for at in moments)
        await clock.sleep(300)
        await recorded.prices([NATIVE])
        await recorded.settle()
        assert sorted(usd for (asset, _), usd in history.tables.samples.items() if asset == NATIVE) == [
            PRICE,
            9,
        ]

    async def test_what_is_not_remembered_is_counted_and_harms_nobody(self) -> None:
        clock, metrics, history = FakeClock(), FakeMetrics(), FakeSamples(Tables(), Outage())
        history.outage.down = True
        recorded = RecordedPrices(FakePrices(clock, {NATIVE: PRICE}), history, clock, metrics)
        found = await recorded.prices([NATIVE])
        assert isinstance(found[NATIVE], Price)
        await recorded.settle()
        assert metrics.counts["PriceSamplesLost"] == 1

    async def test_a_source_that_fails_leaves_no_sample(self) -> None:
        clock, history = FakeClock(), FakeSamples(Tables(), Outage())
        recorded = RecordedPrices(FakePrices(clock, down=True), history, clock, FakeMetrics())
        with pytest.raises(PriceUnavailable):
            await recorded.prices([NATIVE])
        assert not history.tables.samples


class TestConversion:
    async def test_the_impact_goes_by_the_pools_on_the_way(self, world: World) -> None:
        known = await world.money.assets.known(1, "XNT", "USDC.x")
        native, dollars = known.scope.resolve("XNT").best, known.scope.resolve("usdc.x").best
        assert native is not None
        assert dollars is not None
        done = await world.money.quoting.convert(Decimal(100_000), native, dollars, known)
        assert done is not None
        assert rounded(done.result) == 50_000
        # As many as the pool holds: half of the value is lost.
        assert done.impact == Decimal("0.5")
        to_usd = await world.money.quoting.convert(Decimal(100_000), native, DOLLARS, known)
        assert to_usd is not None
        assert (rounded(to_usd.result), to_usd.impact) == (Decimal(50_000), Decimal("0.5"))

    async def test_without_a_price_there_is_no_result(self, world: World) -> None:
        world.put(mint("foo"))
        known = await world.money.assets.known(1, address("foo"))
        foo = known.scope.of(address("foo"))
        assert foo is not None
        assert await world.money.quoting.convert(Decimal(1), foo, DOLLARS, known) is None

    async def test_the_same_on_both_sides_moves_nothing(self, world: World) -> None:
        known = await world.money.assets.known(1)
        done = await world.money.quoting.convert(Decimal(3), DOLLARS, DOLLARS, known)
        assert done is not None
        assert (done.result, done.rate) == (Decimal(3), Decimal(1))
        assert done.impact is None
        assert done.oldest is None
