"""Sessions in a real Valkey: what is not one of ours, how long they last, and a server that goes away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.metrics import FakeMetrics
from tests.servers import Server
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS, Session
from walletwatch.runtime import SystemClock
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.sessions import RedisSessions

pytestmark = pytest.mark.integration

ANNA = 11
KEY = "ww:1:session:11:11"
ASKED = Session(ANNA, ANNA, "watch", (), SystemClock().now())
GOOD = b'"command":"watch","before":[],"started_at":"2026-11-01T12:00:00Z"'


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisServer]:
    server = RedisServer(redis_url)
    await server.command("FLUSHDB")
    yield server
    await server.close()


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"x",
        b"v" * 32,
        b"{" + GOOD + b"}",
        b"\xff" * 32 + b"{" + GOOD + b"}",
        b"v" * 32 + b"{" + GOOD + b',"admin":true}',
        b"v" * 32 + b"{" + GOOD.replace(b"watch", b"../watch") + b"}",
        b"v" * 32 + b"{" + GOOD.replace(b"watch", b"watch\\n") + b"}",
        b"v" * 32 + b"{" + GOOD.replace(b"[]", b"[" + b",".join([b'"1"'] * 13) + b"]") + b"}",
        b"v" * 32 + b"{" + GOOD.replace(b"[]", b'["' + b"x" * 129 + b'"]') + b"}",
        b"v" * 32 + b"{" + GOOD.replace(b"00Z", b"00") + b"}",
        b"v" * 32 + b"[" * 1000,
        b"v" * 32 + b"{" + GOOD + b" " * 100_000 + b"}",
    ],
    ids=lambda stored: f"{len(stored)} {stored[32:72]!r}",
)
async def test_what_is_no_session_is_none_and_makes_room_for_one(redis: RedisServer, stored: bytes) -> None:
    metrics = FakeMetrics()
    sessions = RedisSessions(redis, metrics)
    await redis.command("SET", KEY, stored)
    assert await sessions.find(ANNA, ANNA) is None
    assert metrics.counts == {"SessionsUnreadable": 1}
    assert await sessions.save(ASKED) is not None


async def test_a_value_of_another_kind_is_none_too(redis: RedisServer) -> None:
    metrics = FakeMetrics()
    await redis.command("LPUSH", KEY, "1")
    assert await RedisSessions(redis, metrics).find(ANNA, ANNA) is None
    assert metrics.counts == {"SessionsUnreadable": 1}
    assert not await redis.command("EXISTS", KEY)


async def test_the_good_one_of_these_is_a_session(redis: RedisServer) -> None:
    await redis.command("SET", KEY, b"v" * 32 + b"{" + GOOD + b"}")
    session = await RedisSessions(redis, FakeMetrics()).find(ANNA, ANNA)
    assert session is not None
    assert (session.command, session.version) == ("watch", "v" * 32)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(max_size=MAX_ARGUMENT_LENGTH, alphabet=st.characters(exclude_categories=["Cs"])),
        max_size=MAX_ARGUMENTS,
    ),
    st.datetimes(timezones=st.just(SystemClock().now().tzinfo)),
)
async def test_any_session_comes_back_as_it_was(redis_url: str, arguments: list[str], at: object) -> None:
    server = RedisServer(redis_url)
    session = Session(ANNA, ANNA, "backfill", tuple(arguments), at)  # type: ignore[arg-type]
    await server.command("DEL", KEY)
    sessions = RedisSessions(server, FakeMetrics())
    saved = await sessions.save(session)
    assert saved is not None
    assert await sessions.find(ANNA, ANNA) == saved
    await server.close()


async def test_it_lasts_as_long_as_the_person_goes_on(redis: RedisServer) -> None:
    sessions = RedisSessions(redis, FakeMetrics(), ttl=timedelta(seconds=0.4))
    await sessions.save(ASKED)
    for _ in range(3):
        await asyncio.sleep(0.25)
        assert await sessions.find(ANNA, ANNA) is not None
    await asyncio.sleep(0.5)
    assert await sessions.find(ANNA, ANNA) is None


async def test_it_goes_from_one_instance_to_another(redis: RedisServer, redis_url: str) -> None:
    other = RedisServer(redis_url)
    here, there = RedisSessions(redis, FakeMetrics()), RedisSessions(other, FakeMetrics())
    session = await here.save(ASKED)
    for number in range(10):
        assert session is not None
        taken, left = (there, here) if number % 2 else (here, there)
        assert await taken.find(ANNA, ANNA) == session
        moved, late = await taken.save(session), await left.save(session)
        assert late is None
        session = moved
    await other.close()


async def test_of_many_who_write_at_once_one_does_each_time(redis: RedisServer) -> None:
    sessions = RedisSessions(redis, FakeMetrics())
    session = await sessions.save(ASKED)
    for _ in range(10):
        assert session is not None
        saved = await asyncio.gather(*(sessions.save(session) for _ in range(10)))
        (session,) = [each for each in saved if each is not None]
        assert await sessions.find(ANNA, ANNA) == session


async def test_a_valkey_that_stops_and_starts_loses_sessions_and_nothing_else(
    mortal_valkey: Server,
) -> None:
    server = RedisServer(mortal_valkey.url)
    sessions = RedisSessions(server, FakeMetrics())
    session = await sessions.save(ASKED)
    assert session is not None
    mortal_valkey.kill()
    for operation in (sessions.find(ANNA, ANNA), sessions.save(session), sessions.end(session)):
        with pytest.raises(StoreUnavailable):
            await operation
    mortal_valkey.start()
    assert await sessions.find(ANNA, ANNA) is None
    assert await sessions.save(session) is None
    assert await sessions.end(session)
    assert await sessions.save(ASKED) is not None
    await server.close()
