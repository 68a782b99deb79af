"""What one update asks of Valkey and writes there: in how many round trips, and in which order."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit

import msgspec
import pytest
from redis.exceptions import ResponseError

from tests.fakes.metrics import FakeMetrics
from tests.wire import Wire
from walletwatch.domain.admission import Arrival, Quota, Settlement
from walletwatch.domain.caching import Looked
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.runtime import SystemClock
from walletwatch.services.caching import Cached
from walletwatch.storage.redis import turn as turn_module
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.limits import RedisRateLimits
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.settlements import RedisSettlements
from walletwatch.storage.redis.turn import Turn

pytestmark = pytest.mark.integration

ANNA = 7
TTL = timedelta(seconds=30)
NOW = timedelta(0)
DAY = timedelta(days=1)
UPDATES = count(1)


class Instance:
    """What the webhook has of Valkey."""

    def __init__(self, server: RedisServer, wire: Wire | None = None) -> None:
        self.server = server
        self.metrics = FakeMetrics()
        self.turn = Turn(server, self.metrics)
        self.cache = RedisCache(server, self.metrics, self.turn)
        self.rates = RedisRateLimits(server, self.turn)
        board = RedisTelemetryBoard(server, SystemClock())
        self.settlements = RedisSettlements(server, board, self.metrics, self.turn)
        self.wire = wire or Wire(0)

    def cached(self) -> Cached[int]:
        return Cached(self.cache, self.metrics, decode=msgspec.json.Decoder(int).decode, ttl=TTL)

    async def settle(self) -> None:
        arrival = Arrival(next(UPDATES), ANNA, Quota("update", 10**6, timedelta(minutes=1)), ANNA)
        assert await self.settlements.settle(Settlement(arrival, done=True))

    async def look(self, *keys: str) -> Mapping[str, Looked]:
        return await self.cache.look(keys, holder="somebody", lock_for=TTL, stale_for=NOW)


async def one() -> int:
    return 1


async def all_of(keys: Sequence[str]) -> Mapping[str, int]:
    return dict.fromkeys(keys, 1)


@pytest.fixture
async def instance(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Instance]:
    wire = Wire(urlsplit(redis_url).port or 6379)
    async with wire.open() as port:
        server = RedisServer(f"redis://127.0.0.1:{port}/0")
        await server.command("FLUSHDB")
        # Long enough for a machine that others use.
        monkeypatch.setattr(turn_module, "WRITE_WITHIN_SECONDS", 5.0)
        found = Instance(server, wire)
        # Scripts are sent in full the first time.
        await found.cached().get_or_load("warm", one)
        await found.settle()
        yield found
        await server.close()


@pytest.fixture
async def other(redis_url: str) -> AsyncIterator[Instance]:
    server = RedisServer(redis_url)
    yield Instance(server)
    await server.close()


async def test_what_is_asked_at_the_same_time_is_one_round_trip(instance: Instance) -> None:
    async def ask() -> None:
        await asyncio.gather(
            instance.cached().get_or_load_many(["a", "b"], all_of),
            instance.cached().get_or_load("c", one),
            instance.cache.get("d"),
            instance.rates.allow(ANNA, "scans", limit=1, window=DAY, request="1"),
        )

    # A script of the rates is sent in full once.
    await ask()
    await instance.settle()
    assert await instance.wire.count(ask) == 1


async def test_what_was_loaded_is_written_with_the_settlement_and_not_asked_for_again(
    instance: Instance, other: Instance
) -> None:
    async def answer() -> None:
        for _ in range(3):
            assert await instance.cached().get_or_load("key", one) == 1

    assert await instance.wire.count(answer) == 1
    # Nobody else loads it meanwhile.
    assert await other.look("key") == {"key": Looked(None, to_load=False)}
    assert await instance.wire.count(instance.settle) == 1
    assert await other.look("key") == {"key": Looked(b"1", to_load=False)}


async def test_others_wait_for_a_slow_answer_no_longer_than_for_the_write(
    instance: Instance, other: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_module, "WRITE_WITHIN_SECONDS", 0.05)
    await instance.cached().get_or_load("key", one)

    async def never() -> int:
        raise AssertionError("it is being loaded")

    # The update is never settled.
    assert await other.cached().get_or_load("key", never) == 1


async def test_writes_go_before_what_is_asked_next(instance: Instance) -> None:
    await instance.cached().get_or_load("key", one)
    assert await instance.cache.get("key") == b"1"
    await instance.cache.delete("key")
    await instance.settle()
    assert await instance.cache.get("key") is None


async def test_a_write_that_is_on_its_way_is_waited_for(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_module, "WRITE_WITHIN_SECONDS", 0.0)
    for key in map(str, range(50)):
        await instance.cached().get_or_load(key, one)
        # The timer is due, and the write has just begun.
        await asyncio.sleep(0)
        assert await instance.cache.get(key) == b"1"


async def test_clearing_is_not_undone_by_a_write(instance: Instance, other: Instance) -> None:
    await instance.cached().get_or_load("key", one)
    assert await instance.cache.clear("k*") == 1
    await instance.settle()
    assert (await other.look("key"))["key"].value is None


async def test_a_load_that_failed_gives_up_its_lock(instance: Instance, other: Instance) -> None:
    async def fail() -> int:
        raise ChainUnavailable("nobody answers")

    with pytest.raises(ChainUnavailable):
        await instance.cached().get_or_load("key", fail)
    await instance.settle()
    assert await other.look("key") == {"key": Looked(None, to_load=True)}


async def test_an_update_sees_nothing_of_the_one_before(instance: Instance, other: Instance) -> None:
    assert await instance.cached().get_or_load("key", one) == 1
    await instance.settle()
    await other.cache.set("key", b"2", TTL)
    await other.settle()
    assert await instance.cached().get_or_load("key", one) == 2


async def test_scripts_that_the_server_forgot_are_sent_in_full(instance: Instance, other: Instance) -> None:
    await instance.cached().get_or_load("key", one)
    await other.server.command("SCRIPT", "FLUSH")
    await instance.settle()
    assert await other.look("key") == {"key": Looked(b"1", to_load=False)}
    await instance.cached().get_or_load_many(["a", "b"], all_of)
    await other.server.command("SCRIPT", "FLUSH")
    # They come behind the writes all the same.
    assert await instance.cache.get_many(["a", "b"]) == {"a": b"1", "b": b"1"}


async def test_a_write_that_fails_is_no_part_of_how_the_update_ended(
    instance: Instance, other: Instance
) -> None:
    # A list in the place of the lock: the script that fills fails.
    await instance.cached().get_or_load("key", one)
    await other.server.command("DEL", "ww:1:lock:{ww:1:cache:key}")
    await other.server.command("RPUSH", "ww:1:lock:{ww:1:cache:key}", "x")
    await instance.settle()
    assert instance.metrics.counts["CacheFailures"] == 1


async def test_an_error_is_the_answer_to_its_own_question(instance: Instance, other: Instance) -> None:
    await other.server.command("RPUSH", "ww:1:cache:list", "x")
    await instance.cached().get_or_load("key", one)
    await other.server.command("DEL", "ww:1:lock:{ww:1:cache:key}")
    await other.server.command("RPUSH", "ww:1:lock:{ww:1:cache:key}", "x")
    value, list_, other_value = await asyncio.gather(
        instance.cache.get("warm"),
        instance.cache.get("list"),
        instance.cached().get_or_load("other", one),
        return_exceptions=True,
    )
    assert (value, other_value) == (b"1", 1)
    assert isinstance(list_, ResponseError)
    assert instance.metrics.counts["CacheFailures"] == 1


async def test_what_was_taken_in_vain_is_given_back_with_the_settlement(instance: Instance) -> None:
    assert await instance.rates.allow(ANNA, "scans", limit=1, window=DAY, request="1")
    before = instance.wire.trips
    await instance.rates.give_back(ANNA, "scans", request="1")
    assert instance.wire.trips == before
    await instance.settle()
    assert await instance.rates.counts(ANNA, ["scans"]) == [0]
