"""The same contract tests run on the fakes and on the real adapters."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from psycopg import sql

from tests.fakes.administration import FakeAdministration
from tests.fakes.board import FakeBoard
from tests.fakes.broadcasts import FakeBroadcasts
from tests.fakes.cache import FakeCache
from tests.fakes.chronicle import FakeChronicle
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.clock import FakeClock
from tests.fakes.dealings import FakeDealings
from tests.fakes.history import FakeHistory
from tests.fakes.leases import FakeLeases
from tests.fakes.limits import FakeRateLimits, FakeSendLimits
from tests.fakes.linking import FakeLinkedChats
from tests.fakes.lists import FakeAddressLists
from tests.fakes.marks import FakeSentMarks
from tests.fakes.media import FakeMedia
from tests.fakes.metrics import FakeMetrics
from tests.fakes.money import FakeOwnAccounts
from tests.fakes.movements import FakeMovements
from tests.fakes.people import FakePeople
from tests.fakes.plans import FakePlanStore
from tests.fakes.pools import FakePoolCreators
from tests.fakes.rates import FakeFxRates
from tests.fakes.reporting import FakeReportSchedules
from tests.fakes.risks import FakeRisks
from tests.fakes.settlements import FakeSettlements
from tests.fakes.stores import FakeStores
from tests.fakes.usage import FakeUsage
from tests.servers import aws_url, bucket, postgres_url, redis_url
from walletwatch.domain.admission import Arrival, Quota
from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Greeting, Wanted
from walletwatch.ports.alerting import AlertLedger, AlertRules, Past, Preferences, Samples
from walletwatch.ports.broadcasting import Broadcasts
from walletwatch.ports.chronicle import Chronicle
from walletwatch.ports.claims import UpdateClaims
from walletwatch.ports.common import Clock
from walletwatch.ports.currencies import FxRates
from walletwatch.ports.linking import LinkedChats
from walletwatch.ports.listing import Dealings, PoolCreators
from walletwatch.ports.media import HistoryPages, MediaStore, Movements
from walletwatch.ports.money import OwnAccounts
from walletwatch.ports.operations import Administration, Alerts, TelemetryBoard
from walletwatch.ports.people import People
from walletwatch.ports.plans import PlanStore
from walletwatch.ports.reporting import ReportSchedules
from walletwatch.ports.scanning import AddressLists, Risks
from walletwatch.ports.telling import History, Ledger, LedgerRetention, SendLimits, SentMarks
from walletwatch.ports.usage import Usage
from walletwatch.ports.volatile import Cache, Leases, RateLimits, Settlements
from walletwatch.ports.wallets import WalletBook
from walletwatch.ports.watching import FollowStore, SubscriptionStore, WatchStore
from walletwatch.runtime import SystemClock
from walletwatch.services.alert_memory import AlertMemory
from walletwatch.storage.postgres.administration import PostgresAdministration
from walletwatch.storage.postgres.alert_ledger import PostgresAlertLedger
from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
from walletwatch.storage.postgres.alerts import PostgresAlerts
from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
from walletwatch.storage.postgres.chronicle import PostgresChronicle
from walletwatch.storage.postgres.claims import PostgresUpdateClaims
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.dealings import PostgresDealings
from walletwatch.storage.postgres.following import PostgresFollowStore
from walletwatch.storage.postgres.fx_rates import PostgresFxRates
from walletwatch.storage.postgres.history import PostgresHistory
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.ledger_retention import PostgresLedgerRetention
from walletwatch.storage.postgres.linking import PostgresLinkedChats
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.movements import PostgresMovements
from walletwatch.storage.postgres.own_accounts import PostgresOwnAccounts
from walletwatch.storage.postgres.past import PostgresPast
from walletwatch.storage.postgres.people import PostgresPeople
from walletwatch.storage.postgres.plans import PostgresPlanStore
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.postgres.preferences import PostgresPreferences
from walletwatch.storage.postgres.reporting import PostgresReportSchedules
from walletwatch.storage.postgres.risks import PostgresRisks
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.usage import PostgresUsage
from walletwatch.storage.postgres.wallet_book import PostgresWalletBook
from walletwatch.storage.postgres.watch import PostgresWatchStore
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.leases import RedisLeases
from walletwatch.storage.redis.limits import RedisRateLimits, RedisSendLimits
from walletwatch.storage.redis.marks import RedisSentMarks
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.settlements import RedisSettlements
from walletwatch.storage.redis.turn import Turn
from walletwatch.storage.s3 import S3Media

__all__ = ["aws_url", "bucket", "postgres_url", "redis_url"]

CHAT_BURST = 2
OVERALL_PER_SECOND = 4
GROUP_PER_MINUTE = 3
CLAIM_LASTS = timedelta(seconds=0.5)
REAL = pytest.param("real", marks=pytest.mark.integration)
IN_A_TURN = pytest.param("real in a turn", marks=pytest.mark.integration)
"""As the webhook has its cache."""


@dataclass
class Stores:
    """The stores of one database, and the clock of their entries."""

    subscriptions: SubscriptionStore
    watch: WatchStore
    ledger: Ledger
    retention: LedgerRetention
    follow: FollowStore
    history: History
    movements: Movements
    pages: HistoryPages
    alerts: Alerts
    administration: Administration
    lists: AddressLists
    risks: Risks
    preferences: Preferences
    rules: AlertRules
    alert_ledger: AlertLedger
    samples: Samples
    past: Past
    dealings: Dealings
    pools: PoolCreators
    fx: FxRates
    own_accounts: OwnAccounts
    chronicle: Chronicle
    schedules: ReportSchedules
    plans: PlanStore
    linked: LinkedChats
    people: People
    broadcasts: Broadcasts
    usage: Usage
    clock: FakeClock
    book: WalletBook
    claims: UpdateClaims
    updates: "count[int]" = field(default_factory=lambda: count(1))

    async def greet(self, contact: Contact, wanted: Wanted | None = None) -> Greeting:
        """What is found when somebody writes."""
        quota = Quota("update", 10**6, timedelta(minutes=1))
        arrival = Arrival(next(self.updates), contact.user_id, quota)
        entry = await self.claims.admit(arrival, contact, wanted or Wanted())
        assert entry.greeting is not None
        return entry.greeting


@dataclass
class Volatile:
    """Everything that is kept in Redis; `elapse` lets time pass for it."""

    cache: Cache
    settlements: Settlements
    leases: Leases
    send_limits: SendLimits
    rate_limits: RateLimits
    marks: SentMarks
    board: TelemetryBoard
    clock: Clock
    metrics: FakeMetrics
    elapse: Callable[[float], Awaitable[None]] = field(repr=False)
    updates: int = 0


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> Iterator[str]:
    """A database with the present schema for the whole session."""
    name = "contract"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        url = psycopg.conninfo.make_conninfo(postgres_url, dbname=name)
        asyncio.run(migrate(url))
        yield url
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def empty(url: str) -> None:
    """Take all rows out of the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'"
        ).fetchall()
        connection.execute(
            sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(name) for (name,) in tables))
        )
        connection.execute("INSERT INTO sweep_shards (shard) VALUES (0)")


@pytest.fixture(params=["fake", REAL])
def stores_url(request: pytest.FixtureRequest) -> str | None:
    """The emptied database to use; None for the fakes."""
    if request.param == "fake":
        return None
    url: str = request.getfixturevalue("migrated_url")
    empty(url)
    return url


@pytest.fixture
async def stores(stores_url: str | None) -> AsyncIterator[Stores]:
    clock = FakeClock()
    if stores_url is None:
        fake, lists = FakeStores(clock), FakeAddressLists()
        people = FakePeople(fake)
        sums = FakeMovements(fake.tables)
        yield Stores(
            fake.subscriptions,
            fake.watch,
            fake.ledger,
            fake.ledger,
            fake.follow,
            FakeHistory(fake.tables),
            sums,
            sums,
            AlertMemory(),
            FakeAdministration(fake.tables),
            lists,
            FakeRisks(fake.tables, known=fake.tables.risks),
            fake.preferences,
            fake.rules,
            fake.alerts,
            fake.samples,
            fake.past,
            FakeDealings(fake.tables),
            FakePoolCreators(),
            FakeFxRates(fake.tables),
            FakeOwnAccounts(fake.tables, fake.samples),
            FakeChronicle(fake.tables, lists=lists),
            FakeReportSchedules(fake.tables),
            FakePlanStore(fake.tables),
            FakeLinkedChats(fake.tables),
            people,
            FakeBroadcasts(people),
            FakeUsage(people),
            clock,
            fake.book,
            FakeUpdateClaims(fake, CLAIM_LASTS),
        )
        return
    database = Database(stores_url, max_connections=8)
    yield Stores(
        PostgresSubscriptionStore(database),
        PostgresWatchStore(database),
        PostgresLedger(database, clock),
        PostgresLedgerRetention(database),
        PostgresFollowStore(database),
        PostgresHistory(database),
        PostgresMovements(database),
        PostgresMovements(database),
        PostgresAlerts(database),
        PostgresAdministration(database),
        PostgresAddressLists(database),
        PostgresRisks(database),
        PostgresPreferences(database),
        PostgresAlertRules(database, clock),
        PostgresAlertLedger(database, clock),
        PostgresSamples(database),
        PostgresPast(database),
        PostgresDealings(database),
        PostgresPoolCreators(database),
        PostgresFxRates(database),
        PostgresOwnAccounts(database),
        PostgresChronicle(database, database),
        PostgresReportSchedules(database),
        PostgresPlanStore(database),
        PostgresLinkedChats(database),
        PostgresPeople(database),
        PostgresBroadcasts(database),
        PostgresUsage(database, database),
        clock,
        PostgresWalletBook(database),
        PostgresUpdateClaims(database, period=CLAIM_LASTS),
    )
    await database.close()


@pytest.fixture(params=["fake", REAL, IN_A_TURN])
async def volatile(request: pytest.FixtureRequest) -> AsyncIterator[Volatile]:
    metrics = FakeMetrics()
    if request.param == "fake":
        fake = FakeClock()
        board = FakeBoard(fake)
        yield Volatile(
            FakeCache(fake, metrics=metrics),
            FakeSettlements(fake, board),
            FakeLeases(fake),
            FakeSendLimits(fake, OVERALL_PER_SECOND, CHAT_BURST, GROUP_PER_MINUTE),
            FakeRateLimits(fake),
            FakeSentMarks(),
            board,
            fake,
            metrics,
            fake.sleep,
        )
        return
    clock = SystemClock()
    server = RedisServer(request.getfixturevalue("redis_url"))
    await server.command("FLUSHDB")
    turn = Turn(server, metrics)

    async def elapse(seconds: float) -> None:
        await turn.end()
        await asyncio.sleep(seconds)

    yield Volatile(
        RedisCache(server, metrics, None if request.param == "real" else turn),
        RedisSettlements(server, RedisTelemetryBoard(server, clock), metrics, turn),
        RedisLeases(server),
        RedisSendLimits(
            server,
            overall_per_second=OVERALL_PER_SECOND,
            chat_burst=CHAT_BURST,
            group_per_minute=GROUP_PER_MINUTE,
        ),
        RedisRateLimits(server, None if request.param == "real" else turn),
        RedisSentMarks(server),
        RedisTelemetryBoard(server, clock),
        clock,
        metrics,
        elapse,
    )
    await server.close()


@pytest.fixture(params=["fake", REAL])
def media(request: pytest.FixtureRequest) -> MediaStore:
    if request.param == "fake":
        return FakeMedia()
    return S3Media(request.getfixturevalue("bucket"), FakeMetrics())
