"""Several processes that miss the same value at once, and a Valkey that goes away under them."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import msgspec
import pytest

from tests.fakes.metrics import FakeMetrics
from tests.servers import Server
from walletwatch.domain.caching import CacheStats
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.services.caching import Cached
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer

pytestmark = pytest.mark.integration

PROCESSES, TASKS, ROUNDS = 4, 25, 5
TTL = timedelta(seconds=30)


def cached(server: RedisServer, metrics: FakeMetrics) -> Cached[int]:
    return Cached(RedisCache(server, metrics), metrics, decode=msgspec.json.Decoder(int).decode, ttl=TTL)


def ask(url: str, start: Barrier) -> None:
    """One instance: in each round all its tasks ask for the same value; loads are counted in Valkey."""

    async def story() -> None:
        server = RedisServer(url)
        values = cached(server, FakeMetrics())

        async def load() -> int:
            number: int = await server.command("INCR", "loads")
            await asyncio.sleep(0.1)
            return number

        await server.ping()
        for number in range(ROUNDS):
            await asyncio.to_thread(start.wait)
            answers = await asyncio.gather(
                *(values.get_or_load(f"round {number}", load) for _ in range(TASKS))
            )
            assert set(answers) == {number + 1}
        await server.close()

    asyncio.run(story())


async def test_as_many_misses_at_once_are_one_load(redis_url: str) -> None:
    server = RedisServer(redis_url)
    await server.command("FLUSHDB")
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    processes = [context.Process(target=ask, args=(redis_url, start)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    try:
        await asyncio.gather(*(asyncio.to_thread(process.join, 60) for process in processes))
        assert [process.exitcode for process in processes] == [0] * PROCESSES
        assert int(await server.command("GET", "loads")) == ROUNDS
    finally:
        for process in processes:
            process.kill()
        await server.close()


@pytest.fixture
async def redis(mortal_valkey: Server) -> AsyncIterator[RedisServer]:
    server = RedisServer(mortal_valkey.url, timeout=timedelta(seconds=0.3))
    yield server
    await server.close()


async def test_a_loader_that_is_killed_frees_the_lock_by_its_end(redis: RedisServer) -> None:
    cache = RedisCache(redis, FakeMetrics())
    await cache.look(["key"], holder="killed", lock_for=timedelta(seconds=0.5), stale_for=timedelta(0))
    started = time.monotonic()

    async def load() -> int:
        return 1

    assert await cached(redis, FakeMetrics()).get_or_load("key", load) == 1
    assert 0.3 < time.monotonic() - started < 1.5


async def test_a_valkey_that_stops_and_starts_is_found_again_by_itself(
    redis: RedisServer, mortal_valkey: Server
) -> None:
    metrics = FakeMetrics()
    values = cached(redis, metrics)
    loads = 0

    async def load() -> int:
        nonlocal loads
        loads += 1
        return loads

    assert [await values.get_or_load("key", load) for _ in range(3)] == [1, 1, 1]
    mortal_valkey.stop()
    started = time.monotonic()
    # Each costs a load, and none an error.
    assert [await values.get_or_load("key", load) for _ in range(3)] == [2, 3, 4]
    assert time.monotonic() - started < 3
    assert metrics.counts["CacheFailures"] == 3
    mortal_valkey.start()
    assert [await values.get_or_load("key", load) for _ in range(3)] == [5, 5, 5]
    with mortal_valkey.paused():
        started = time.monotonic()
        assert await values.get_or_load("key", load) == 6
        assert time.monotonic() - started < 1
    assert [await values.get_or_load("key", load) for _ in range(3)] == [5, 5, 5]
    assert metrics.counts["CacheFailures"] == 4


async def test_the_statistics_cost_no_round_trip_and_outlive_an_outage(
    redis: RedisServer, mortal_valkey: Server
) -> None:
    metrics = FakeMetrics()
    cache = RedisCache(redis, metrics)
    await cache.set("key", b"1", TTL)

    async def commands() -> int:
        return int((await redis.command("INFO", "stats"))["total_commands_processed"])

    before = await commands()
    for key in ("key", "other"):
        await cache.get(key)
    cache.stats()
    assert await commands() - before == len(["get", "get", "info"])
    mortal_valkey.stop()
    with pytest.raises(StoreUnavailable):
        await cache.get_many(["a", "b", "c"])
    assert cache.stats() == CacheStats(hits=1, misses=4)
    assert metrics.counts == {"CacheHits": 1, "CacheMisses": 4}


async def test_clearing_goes_on_while_others_write_and_blocks_nobody(redis: RedisServer) -> None:
    cache = RedisCache(redis, FakeMetrics())
    keys = [f"balance:{number}" for number in range(20_000)]
    await cache.set_many(dict.fromkeys(keys, b"1"), TTL)
    await redis.command("SET", "elsewhere:balance:1", "1")
    clearing = asyncio.create_task(cache.clear("balance:*"))
    longest = 0.0
    while not clearing.done():
        started = time.perf_counter()
        await cache.set("token", b"1", TTL)
        longest = max(longest, time.perf_counter() - started)
    assert await clearing == len(keys)
    assert longest < 0.5
    assert await cache.get("token") == b"1"
    assert await redis.command("GET", "elsewhere:balance:1") == b"1"
    assert "cmdstat_keys" not in await redis.command("INFO", "commandstats")
