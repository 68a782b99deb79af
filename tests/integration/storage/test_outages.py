"""The servers are killed while they are used: the answer is `StoreUnavailable`, and then it works again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from tests.contract.things import WALLET, activity, candidates_of, contact, record, tell_all
from tests.fakes.metrics import FakeMetrics
from tests.servers import Server
from walletwatch.domain.admission import Arrival, Quota, SessionChange, Settlement
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import Session
from walletwatch.runtime import SystemClock
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.leases import RedisLeases
from walletwatch.storage.redis.limits import RedisRateLimits, RedisSendLimits
from walletwatch.storage.redis.marks import RedisSentMarks
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.settlements import RedisSettlements

pytestmark = pytest.mark.integration

CHAT = 11
HALF_A_SECOND = timedelta(seconds=0.5)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def database(mortal_postgres: Server) -> AsyncIterator[Database]:
    await migrate(mortal_postgres.url)
    database = Database(mortal_postgres.url, max_connections=4, acquire_timeout=HALF_A_SECOND)
    yield database
    await database.close()


@pytest.fixture
async def redis(mortal_valkey: Server) -> AsyncIterator[RedisServer]:
    server = RedisServer(mortal_valkey.url, timeout=HALF_A_SECOND)
    yield server
    await server.close()


async def subscribed(database: Database) -> Subscription:
    store = PostgresSubscriptionStore(database)
    await store.remember(contact(CHAT))
    return (await store.subscribe(CHAT, WALLET, None, slot=100, limit=5)).subscription


async def terminate_all(url: str) -> None:
    """What a failover does to the connections."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND application_name = 'walletwatch'"
        )


class TestPostgres:
    async def test_killed_and_restarted(self, database: Database, mortal_postgres: Server) -> None:
        subscription = await subscribed(database)
        mortal_postgres.kill()
        store = PostgresSubscriptionStore(database)
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await store.subscriptions(CHAT)
        assert time.monotonic() - started < 4
        mortal_postgres.start()
        assert await _eventually(lambda: store.subscriptions(CHAT)) == [subscription]

    async def test_a_lost_connection_is_replaced_without_an_error(
        self, database: Database, mortal_postgres: Server
    ) -> None:
        subscription = await subscribed(database)
        store = PostgresSubscriptionStore(database)
        for _ in range(5):
            await asyncio.gather(*(database.ping() for _ in range(4)))
            await terminate_all(mortal_postgres.url)
            assert await store.subscriptions(CHAT) == [subscription]

    async def test_killed_in_the_middle_of_recording(
        self, database: Database, mortal_postgres: Server
    ) -> None:
        subscription = await subscribed(database)
        ledger = PostgresLedger(database, SystemClock())
        done = [activity(f"s{number}", 101 + number) for number in range(300)]
        candidates = candidates_of(done, subscription)
        recorded: set[str] = set()
        failures = 0

        async def check(index: int) -> None:
            nonlocal failures
            while True:
                try:
                    pending = await record(
                        ledger, subscription.wallet_id, [done[index]], [candidates[index]], tell_all
                    )
                except StoreUnavailable:
                    failures += 1
                    await asyncio.sleep(0.05)
                else:
                    recorded.add(pending[0].key)
                    return

        async def disturb() -> None:
            while len(recorded) < 50:  # noqa: ASYNC110 - whatever the tasks have done by then
                await asyncio.sleep(0.005)
            await asyncio.to_thread(mortal_postgres.kill)
            await asyncio.sleep(0.7)
            await asyncio.to_thread(mortal_postgres.start)

        disturbing = asyncio.create_task(disturb())
        gate = asyncio.Semaphore(4)

        async def limited(index: int) -> None:
            async with gate:
                await check(index)

        await asyncio.gather(*(limited(index) for index in range(300)))
        await disturbing
        assert failures > 0
        keys = [candidate.key for candidate in candidates]
        statuses = await ledger.statuses(keys)
        assert statuses == dict.fromkeys(keys, DeliveryStatus.PENDING)
        found = await PostgresSubscriptionStore(database).service(CHAT, SystemClock().now() - MINUTE)
        counts = found.deliveries
        assert sum(counts.values()) == 300

    async def test_one_that_does_not_answer(self, mortal_postgres: Server) -> None:
        database = Database(
            mortal_postgres.url, acquire_timeout=HALF_A_SECOND, statement_timeout=HALF_A_SECOND
        )
        await database.ping()
        with mortal_postgres.paused():
            for _ in range(2):
                started = time.monotonic()
                with pytest.raises(StoreUnavailable):
                    await database.ping()
                assert time.monotonic() - started < 9
        await _eventually(database.ping)
        await database.close()

    async def test_a_statement_that_waits_too_long(self, mortal_postgres: Server) -> None:
        await migrate(mortal_postgres.url)
        database = Database(mortal_postgres.url, statement_timeout=HALF_A_SECOND)
        await subscribed(database)
        with psycopg.connect(mortal_postgres.url) as other:
            other.execute("LOCK TABLE subscriptions")
            started = time.monotonic()
            with pytest.raises(StoreUnavailable, match="too long"):
                await PostgresSubscriptionStore(database).subscriptions(CHAT)
            assert time.monotonic() - started < 1.5
        assert len(await PostgresSubscriptionStore(database).subscriptions(CHAT)) == 1
        await database.close()

    async def test_more_work_than_connections(self, database: Database) -> None:
        await subscribed(database)
        store = PostgresSubscriptionStore(database)
        answers = await asyncio.gather(*(store.subscriptions(CHAT) for _ in range(100)))
        assert {len(answer) for answer in answers} == {1}

    async def test_a_closed_one_says_so(self, mortal_postgres: Server) -> None:
        database = Database(mortal_postgres.url)
        await database.ping()
        await database.close()
        with pytest.raises(StoreUnavailable):
            await database.ping()

    async def test_a_wrong_address_is_found_out_with_the_first_operation(self) -> None:
        database = Database("postgresql://postgres@127.0.0.1:1/none", acquire_timeout=HALF_A_SECOND)
        with pytest.raises(StoreUnavailable):
            await database.ping()
        await database.close()


class TestRedis:
    async def test_killed_and_restarted(self, redis: RedisServer, mortal_valkey: Server) -> None:
        cache = RedisCache(redis, FakeMetrics())
        await cache.set("key", b"1", MINUTE)
        mortal_valkey.kill()
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await cache.get("key")
        assert time.monotonic() - started < 1
        mortal_valkey.start()
        assert await cache.get("key") is None
        await cache.set("key", b"2", MINUTE)
        assert await cache.get("key") == b"2"

    async def test_idle_connections_that_were_lost_are_replaced_without_an_error(
        self, redis: RedisServer, mortal_valkey: Server
    ) -> None:
        settlements = settlements_of(redis)
        for _ in range(2):
            assert (
                await asyncio.gather(
                    *(settlements.settle(Settlement(arrival(update), done=True)) for update in range(8))
                )
                == [True] * 8
            )
            mortal_valkey.kill()
            mortal_valkey.start()

    async def test_one_that_does_not_answer(self, redis: RedisServer, mortal_valkey: Server) -> None:
        await redis.ping()
        with mortal_valkey.paused():
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await redis.ping()
            assert time.monotonic() - started < 1
        await redis.ping()

    async def test_a_settlement_without_an_answer_can_be_made_again(
        self, redis: RedisServer, mortal_valkey: Server
    ) -> None:
        settlements = settlements_of(redis)
        await redis.ping()

        change = SessionChange(CHAT, CHAT, None, Session(CHAT, CHAT, "watch", (), SystemClock().now()))
        settlement = Settlement(arrival(7), True, change)
        with mortal_valkey.paused():
            settling = asyncio.create_task(settlements.settle(settlement))
            await asyncio.sleep(0.7)
        with pytest.raises(StoreUnavailable):
            await settling
        assert await settlements.settle(settlement)
        assert await settlements.settled(arrival(7))

    async def test_a_holder_loses_its_lease_with_the_servers_memory_and_tokens_go_on(
        self, redis: RedisServer, mortal_valkey: Server
    ) -> None:
        leases = RedisLeases(redis)
        held = await leases.acquire("sweep", MINUTE, patience=timedelta(0))
        assert held is not None
        mortal_valkey.kill()
        with pytest.raises(StoreUnavailable):
            await held.renew()
        mortal_valkey.start()
        assert not await held.renew()
        successor = await leases.acquire("sweep", MINUTE, patience=timedelta(0))
        assert successor is not None
        assert successor.token > held.token

    async def test_waiting_for_a_lease_outlasts_a_restart(
        self, redis: RedisServer, mortal_valkey: Server
    ) -> None:
        leases = RedisLeases(redis)
        assert await leases.acquire("sweep", MINUTE, patience=timedelta(0)) is not None
        waiting = asyncio.create_task(leases.acquire("sweep", MINUTE, patience=timedelta(seconds=20)))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(mortal_valkey.kill)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(mortal_valkey.start)
        assert await waiting is not None

    async def test_every_key_has_our_prefix_and_an_end(self, redis_url: str) -> None:
        server = RedisServer(redis_url)
        await server.command("FLUSHDB")
        await use_everything(server)
        keys: list[bytes] = await server.command("KEYS", "*")
        assert len(keys) >= 12
        for key in keys:
            assert key.startswith(b"ww:1:")
            assert await server.command("PTTL", key) > 0
        await server.close()


async def use_everything(server: RedisServer) -> None:
    leases = RedisLeases(server)
    await RedisCache(server, FakeMetrics()).set("key", b"1", MINUTE)
    settlements = settlements_of(server)
    await settlements.settle(Settlement(replace(arrival(8), user_id=None), done=True))
    assert await leases.acquire("sweep", MINUTE, patience=timedelta(0)) is not None
    assert await leases.acquire("sweep", MINUTE, patience=timedelta(0)) is None
    await RedisSendLimits(server).reserve(-5)
    await RedisSendLimits(server).hold(-5, 60)
    await RedisRateLimits(server).allow(7, "scan", limit=1, window=MINUTE)
    await RedisSentMarks(server).mark("key", 1)
    await RedisCache(server, FakeMetrics()).increment("number", ttl=MINUTE)
    await RedisCache(server, FakeMetrics()).look(["a"], holder="me", lock_for=MINUTE, stale_for=MINUTE)
    change = SessionChange(1, 1, "", Session(1, 1, "watch", (), SystemClock().now()))
    assert await settlements.settle(Settlement(arrival(9), True, change))


def settlements_of(server: RedisServer) -> RedisSettlements:
    return RedisSettlements(server, RedisTelemetryBoard(server, SystemClock()), FakeMetrics())


def arrival(update_id: int) -> Arrival:
    return Arrival(update_id, CHAT, Quota("update", 60, MINUTE), CHAT)


async def _eventually[T](operation: Callable[[], Awaitable[T]], seconds: float = 5.0) -> T:
    """The first answer, as a queue that tries again would get it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await operation()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
