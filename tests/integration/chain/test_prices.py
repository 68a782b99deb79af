"""Prices from pools on the SVM node, over JSON-RPC, with token accounts that really hold the money."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from svm_node.faults import Fault
from svm_node.programs import TOKEN_PROGRAM
from svm_node.testing import RunningNode, running_node
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.pool_accounts import PROGRAM, MadePool
from traffic.actions import Chain
from traffic.instructions import associated_account
from traffic.mints import Extensions
from walletwatch.chain.prices.directory import PoolDirectory
from walletwatch.chain.prices.pools import PoolPrices
from walletwatch.chain.prices.xdex_api import XdexApiPrices
from walletwatch.chain.rpc import client as rpc_client
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, Exchange
from walletwatch.runtime import SystemClock

pytestmark = pytest.mark.integration

WHOLE = 10**9


@dataclass
class World:
    """A chain on which a pool of the native token and a stable one has vaults with money."""

    node: RunningNode
    acts: Chain
    chain: RpcChain
    metrics: FakeMetrics
    owner: Keypair
    dollar: str
    pool: MadePool

    def strike(self, kind: str, *methods: str, **options: Any) -> None:
        self.node.node.faults.add(Fault.from_json({"kind": kind, "methods": list(methods), **options}))

    def put(self, pool: MadePool) -> None:
        account = Account(10**7, pool.data(), Pubkey.from_string(pool.program))
        self.node.chain.set_account(Pubkey.from_string(pool.address), account)
        for _ in range(2):
            self.node.chain.advance()

    def prices(self, *named: str) -> PoolPrices:
        exchange = Exchange(PROGRAM, frozenset({self.dollar}), named)
        clock = FakeClock()
        directory = PoolDirectory(
            self.chain, exchange, cache=FakeCache(clock), clock=clock, metrics=self.metrics
        )
        return PoolPrices(self.chain, exchange, directory, clock, min_liquidity_usd=Decimal(1000))

    async def native_usd(self, *named: str) -> Decimal:
        return round((await self.prices(*named).prices([NATIVE]))[NATIVE].usd, 20)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(rpc_client, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(rpc_client, "MAX_BACKOFF_SECONDS", 0.002)
    async with running_node(slot_ms=10) as node, Chain(node.url) as acts:
        owner = Keypair()
        await acts.airdrop(owner.pubkey(), 100 * WHOLE)
        fees = Extensions(transfer_fee=(100, 10**12))
        mint, _ = await acts.create_mint(owner, decimals=6, extensions=fees)
        await acts.mint_to(mint, owner, owner.pubkey(), 3_600 * 10**6)
        await acts.wrap_native(owner, 50 * WHOLE)
        wrapped = Pubkey.from_string(WRAPPED_NATIVE_MINT)
        vaults = (
            str(associated_account(owner.pubkey(), wrapped, TOKEN_PROGRAM)),
            str(associated_account(owner.pubkey(), mint.address, mint.program)),
        )
        pool = MadePool(
            (WRAPPED_NATIVE_MINT, str(mint.address)),
            (0, 0),
            protocol_fees=(0, 60 * 10**6),
            fund_fees=(0, 40 * 10**6),
            known_vaults=vaults,
        )
        metrics = FakeMetrics()
        client = RpcClient([node.url], metrics=metrics, timeout=2.0)
        world = World(node, acts, RpcChain(client), metrics, owner, str(mint.address), pool)
        world.put(pool)
        yield world
        await client.close()


class TestPools:
    async def test_a_price_is_that_of_the_money_in_the_vaults(self, world: World) -> None:
        prices = world.prices()
        native = (await prices.prices([NATIVE, world.dollar]))[NATIVE]
        assert round(native.usd, 20) == 70
        assert native.liquidity_usd is not None
        assert round(native.liquidity_usd, 20) == 7000
        await world.acts.wrap_native(world.owner, 20 * WHOLE)
        for _ in range(2):
            world.node.chain.advance()
        assert round((await prices.prices([NATIVE]))[NATIVE].usd, 20) == 50

    async def test_a_node_that_refuses_to_list_leaves_the_named_pool(self, world: World) -> None:
        world.strike("rpc_error", "getProgramAccounts", code=-32010, message="excluded from the index")
        with pytest.raises(PriceUnavailable):
            await world.native_usd()
        assert await world.native_usd(world.pool.address) == 70
        assert world.metrics.counts["PoolDiscoveryFailures"] == 2

    async def test_a_node_that_does_not_answer_leaves_no_price(self, world: World) -> None:
        world.strike("rate_limit", "getMultipleAccounts")
        with pytest.raises(PriceUnavailable):
            await world.native_usd(world.pool.address)


class TestAccounts:
    async def test_more_than_one_call_takes_are_read(self, world: World) -> None:
        nobody = [str(Keypair().pubkey()) for _ in range(150)]
        accounts = await world.chain.accounts([*nobody, world.pool.address, *world.pool.vaults])
        assert len(accounts) == 153
        assert all(accounts[address] is None for address in nobody)
        pool = accounts[world.pool.address]
        assert pool is not None
        assert (pool.address, pool.owner, pool.lamports) == (world.pool.address, PROGRAM, 10**7)
        assert pool.data == world.pool.data()
        assert 0 < pool.slot <= await world.chain.slot()

    async def test_a_program_has_the_accounts_that_pass_the_filters(self, world: World) -> None:
        async def found(**wanted: Any) -> set[str]:
            options: dict[str, Any] = {
                "size": 637,
                "memcmp": {168: WRAPPED_NATIVE_MINT},
                "slice_": (168, 32),
            } | wanted
            accounts = await world.chain.program_accounts(PROGRAM, **options)
            assert all(account.data == bytes(Pubkey.from_string(WRAPPED_NATIVE_MINT)) for account in accounts)
            return {account.address for account in accounts}

        assert await found() == {world.pool.address}
        assert await found(size=636) == set()
        assert await found(memcmp={168: world.dollar}) == set()
        assert await found(memcmp={168: WRAPPED_NATIVE_MINT, 200: world.dollar}) == {world.pool.address}

    async def test_a_refusal_and_an_outage_are_told_apart(self, world: World) -> None:
        async def ask() -> None:
            await world.chain.program_accounts(PROGRAM, size=1, memcmp={}, slice_=(0, 0))

        world.strike("rpc_error", "getProgramAccounts", code=-32601, message="Method not found")
        with pytest.raises(ChainRefused):
            await ask()
        world.node.node.faults.clear()
        world.strike("node_behind", "getProgramAccounts", slots=9)
        with pytest.raises(ChainUnavailable):
            await ask()


async def test_xdex_api_over_the_wire() -> None:
    rows = [
        {
            "token1_address": WRAPPED_NATIVE_MINT,
            "token2_address": PROGRAM,
            "token1_price": 0.35,
            "token2_price": "1.0",
            "tvl": "5000",
        }
    ]
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.json_response({"success": True, "data": rows})

    app = web.Application()
    app.router.add_get("/api/xendex/pool/list", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    clock = SystemClock()
    prices = XdexApiPrices(
        f"http://{host}:{port}",
        "X1 Mainnet",
        frozenset({PROGRAM}),
        FakeCache(clock),
        clock,
        FakeMetrics(),
        min_liquidity_usd=Decimal(1000),
    )
    try:
        assert round((await prices.prices([NATIVE]))[NATIVE].usd, 20) == Decimal("0.35")
        assert asked == ["/api/xendex/pool/list?network=X1%20Mainnet"]
    finally:
        await prices.close()
        await runner.cleanup()
