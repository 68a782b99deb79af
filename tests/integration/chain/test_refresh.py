"""The refresh against an SVM node and PostgreSQL: pools as accounts, liquidity that is really moved."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.token.instructions import burn
from spl.token.models import BurnParams

from svm_node.programs import TOKEN_PROGRAM
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.leases import FakeLeases
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.fakes.queues import FakeQueues
from tests.integration.chain.market import MILLION, WHOLE, WRAPPED, World, market
from tests.pool_accounts import PROGRAM, MadePool
from traffic.instructions import associated_account
from traffic.mints import Mint, transfer
from walletwatch.chain.inspection.pool_makers import PoolMakers
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.lists import ListKind
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pools import CHAIN, POOLS
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT, ChainProfile, Exchange
from walletwatch.domain.work import SubjectKind
from walletwatch.parts.scans import make_scan_reports
from walletwatch.services.looking_again import LookingAgain
from walletwatch.services.pool_suspects import PoolSuspects
from walletwatch.services.refreshing import Refreshed, Refreshing
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.dealings import PostgresDealings
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

pytestmark = pytest.mark.integration

LP = 10**9
PROFILE = ChainProfile("test", "XNT", None, exchange=Exchange(PROGRAM))


@dataclass
class Traded:
    """A pool whose vaults somebody holds, since the exchange's program is not on this chain."""

    pool: MadePool
    mint: Mint
    lp: Mint
    holder: Keypair


@dataclass
class Refreshes:
    world: World
    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    queues: FakeQueues = field(default_factory=FakeQueues)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)

    def __post_init__(self) -> None:
        self.store = PostgresPoolCreators(self.database)
        self.lists = PostgresAddressLists(self.database)
        self.leases = FakeLeases(self.clock)

    async def run(self) -> Refreshed:
        again = LookingAgain(PostgresDealings(self.database), self.queues, self.clock, self.metrics)
        suspects = PoolSuspects(
            self.store,
            self.lists,
            again,
            self.clock,
            self.metrics,
            ordinary={WRAPPED_NATIVE_MINT},
            known=(),
        )
        service = Refreshing(
            lists=(),
            chain=PoolMakers(self.world.chain, PROGRAM),
            store=self.store,
            suspects=suspects,
            leases=self.leases,
            clock=self.clock,
            metrics=self.metrics,
            money={WRAPPED_NATIVE_MINT},
        )
        self.clock.advance(6 * 3600)
        return await service.run(remaining=lambda: 300.0)

    async def open(self) -> Traded:
        """A token with a pool, both by the world's maker, who puts the liquidity in."""
        world, holder = self.world, Keypair()
        mint = await world.token()
        lp, _ = await world.acts.create_mint(world.maker, decimals=9)
        for each in (mint, WRAPPED):
            await world.acts.ensure_account(each, world.maker, holder.pubkey())
        await world.acts.wrap_native(world.maker, 10 * WHOLE)
        await world.acts.transfer_token(WRAPPED, world.maker, holder.pubkey(), 10 * WHOLE)
        await world.acts.mint_to(mint, world.maker, holder.pubkey(), 100 * MILLION)
        await world.acts.mint_to(lp, world.maker, world.maker.pubkey(), LP)
        traded = Traded(self._account(mint, lp, holder, LP + 100), mint, lp, holder)
        self._place(traded.pool)
        return traded

    async def pull(self, traded: Traded) -> str:
        """The maker burns the LP tokens and takes nearly all that is in the vaults."""
        world, maker = self.world, self.world.maker.pubkey()
        await world.acts.ensure_account(WRAPPED, world.maker, maker)
        burned = burn(
            BurnParams(
                program_id=TOKEN_PROGRAM,
                account=associated_account(maker, traded.lp.address, TOKEN_PROGRAM),
                mint=traded.lp.address,
                owner=maker,
                amount=LP,
            )
        )
        action = await world.acts.run(
            "withdraw",
            [
                burned,
                transfer(traded.mint, traded.holder.pubkey(), maker, 95 * MILLION),
                transfer(WRAPPED, traded.holder.pubkey(), maker, 10 * WHOLE - WHOLE // 2),
            ],
            [world.maker, traded.holder],
        )
        self._place(self._account(traded.mint, traded.lp, traded.holder, 100, address=traded.pool.address))
        return action.signature

    def _account(
        self, mint: Mint, lp: Mint, holder: Keypair, lp_supply: int, address: str | None = None
    ) -> MadePool:
        vaults = [
            str(associated_account(holder.pubkey(), each.address, each.program)) for each in (WRAPPED, mint)
        ]
        return MadePool(
            (WRAPPED_NATIVE_MINT, str(mint.address)),
            (0, 0),
            decimals=(9, mint.decimals),
            lp_supply=lp_supply,
            known_vaults=(vaults[0], vaults[1]),
            programs=(str(TOKEN_PROGRAM), str(mint.program)),
            creator=str(self.world.maker.pubkey()),
            known_lp_mint=str(lp.address),
            address=address or str(Keypair().pubkey()),
        )

    def _place(self, pool: MadePool) -> None:
        account = Account(10**7, pool.data(), Pubkey.from_string(PROGRAM))
        self.world.node.chain.set_account(Pubkey.from_string(pool.address), account)
        for _ in range(2):
            self.world.node.chain.advance()


@pytest.fixture
async def refreshes(database_url: str) -> AsyncIterator[Refreshes]:
    await migrate(database_url)
    database = Database(database_url, max_connections=4)
    async with market() as world:
        yield Refreshes(world, database)
    await database.close()


async def test_a_maker_who_pulls_twice_is_found_and_told_of(refreshes: Refreshes) -> None:
    world, maker = refreshes.world, str(refreshes.world.maker.pubkey())
    first, second, honest = [await refreshes.open() for _ in range(3)]
    done = await refreshes.run()
    assert (done.listed, done.read, done.drained, done.examined) == (3, 3, 0, 0)
    assert not any(each.drained for each in await refreshes.store.made_by(maker))

    victim = "Hh4i3HMLjJpNy37CdQSab4j3vvsqGpPpocAAP71YdGNx"
    subscriptions = PostgresSubscriptionStore(refreshes.database)
    await subscriptions.remember(Contact(1, ChatKind.PRIVATE, 1, None, "en"))
    watched = await subscriptions.subscribe(1, victim, None, slot=1, limit=5)
    dealt = Activity(
        "dealt", 5, int(refreshes.clock.now().timestamp()), victim, True, None, ActivityKind.TRANSFER_OUT,
        (Leg(NATIVE, -5, 9, maker),), 0, 0, None, (),
    )  # fmt: skip
    await PostgresLedger(refreshes.database, refreshes.clock).keep(watched.subscription.wallet_id, [dealt])

    signatures = {await refreshes.pull(first), await refreshes.pull(second)}
    done = await refreshes.run()
    assert (done.read, done.drained, done.examined, done.entered) == (3, 2, 1, 1)
    (entry,) = await refreshes.lists.entries([maker])
    assert (entry.kind, entry.source) == (ListKind.BLOCK, POOLS)
    assert all(str(each.mint.address) in entry.reason for each in (first, second))
    assert [each.wallet for each in refreshes.queues.risks] == [maker, victim]
    pools = {each.address: each for each in await refreshes.store.made_by(maker)}
    assert {each.pull.signature for each in pools.values() if each.pull is not None} == signatures
    assert pools[honest.pool.address].pull is None
    assert not pools[honest.pool.address].drained

    # A scan of the third token knows of the other two by no call more, and names the source.
    calls = world.metrics.counts["RpcRequests"]
    reports = make_scan_reports(
        world.client,
        FakeCache(refreshes.clock),
        world.metrics,
        PROFILE,
        FakePrices(refreshes.clock, {}),
        refreshes.lists,
        refreshes.store,
    )
    report = await reports.report(str(honest.mint.address), SubjectKind.TOKEN)
    assert world.metrics.counts["RpcRequests"] - calls <= 12
    found = {each.finding.rule: each.finding for each in report.verdict.findings}
    assert found["creator_serial_pulls"].values["count"] == 2
    assert (found["creator_pools"].values["count"], found["creator_pools"].values["drained"]) == (2, 2)
    assert any(each.value == POOLS for each in found["creator_listed"].evidence)
    assert (await refreshes.run()).examined == 0


async def test_without_a_listing_node_what_is_known_is_read_on(refreshes: Refreshes) -> None:
    traded = await refreshes.open()
    assert (await refreshes.run()).read == 1
    refreshes.world.strike("getProgramAccounts")
    await refreshes.pull(traded)
    done = await refreshes.run()
    assert (done.listed, done.read, done.drained) == (0, 1, 1)
    (state,) = await refreshes.store.sources()
    assert (state.source, state.count, state.refused_at) == (CHAIN, 1, None)
