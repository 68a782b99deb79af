"""Sessions in a real Valkey: what is not one of ours, how long they last, and a server that goes away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.metrics import FakeMetrics
from tests.servers import Server
from walletwatch.domain.admission import Arrival, Quota, SessionChange, Settlement
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import MAX_ARGUMENT_LENGTH, MAX_ARGUMENTS, SESSION_TTL, Session
from walletwatch.domain.telemetry import Instance, Report, Tally
from walletwatch.runtime import SystemClock
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.settlements import RedisSettlements

pytestmark = pytest.mark.integration

ANNA = 11
KEY = "ww:1:{user:11}:session:11"
ASKED = Session(ANNA, ANNA, "watch", (), SystemClock().now())
GOOD = b'"command":"watch","before":[],"started_at":"2026-11-01T12:00:00Z"'
QUOTA = Quota("update", 10**6, timedelta(minutes=1))
UPDATES = count(1)


@dataclass
class Sessions:
    """An instance, as its updates find and leave a conversation."""

    server: RedisServer
    ttl: timedelta = SESSION_TTL
    metrics: FakeMetrics = field(default_factory=FakeMetrics)

    def __post_init__(self) -> None:
        board = RedisTelemetryBoard(self.server, SystemClock())
        self._settlements = RedisSettlements(self.server, board, self.metrics, session_ttl=self.ttl)

    async def find(self) -> Session | None:
        arrival = Arrival(next(UPDATES), ANNA, QUOTA, ANNA)
        return await self._settlements.session(arrival)

    async def save(self, session: Session, replaced: Session | None = None) -> bool:
        return await self._settle(SessionChange(ANNA, ANNA, replaced.version if replaced else "", session))

    async def end(self, session: Session) -> bool:
        return await self._settle(SessionChange(ANNA, ANNA, session.version, None))

    async def _settle(self, change: SessionChange) -> bool:
        arrival = Arrival(next(UPDATES), ANNA, QUOTA, ANNA)
        return await self._settlements.settle(Settlement(arrival, True, change))


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
    sessions = Sessions(redis)
    await redis.command("SET", KEY, stored)
    assert await sessions.find() is None
    assert sessions.metrics.counts == {"SessionsUnreadable": 1}
    assert await sessions.save(ASKED)


async def test_a_value_of_another_kind_is_none_too(redis: RedisServer) -> None:
    sessions = Sessions(redis)
    await redis.command("LPUSH", KEY, "1")
    assert await sessions.find() is None
    assert sessions.metrics.counts == {"SessionsUnreadable": 1}
    assert not await redis.command("EXISTS", KEY)


async def test_the_good_one_of_these_is_a_session(redis: RedisServer) -> None:
    await redis.command("SET", KEY, b"v" * 32 + b"{" + GOOD + b"}")
    session = await Sessions(redis).find()
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
    sessions = Sessions(server)
    assert await sessions.save(session)
    found = await sessions.find()
    assert found is not None
    assert (found.command, found.before, found.started_at) == ("backfill", tuple(arguments), at)
    await server.close()


async def test_it_lasts_as_long_as_the_person_goes_on(redis: RedisServer) -> None:
    sessions = Sessions(redis, ttl=timedelta(seconds=0.4))
    await sessions.save(ASKED)
    for _ in range(3):
        await asyncio.sleep(0.25)
        assert await sessions.find() is not None
    await asyncio.sleep(0.5)
    assert await sessions.find() is None


async def test_it_goes_from_one_instance_to_another(redis: RedisServer, redis_url: str) -> None:
    other = RedisServer(redis_url)
    here, there = Sessions(redis), Sessions(other)
    await here.save(ASKED)
    session = await there.find()
    for number in range(10):
        assert session is not None
        taken, left = (there, here) if number % 2 else (here, there)
        assert await taken.save(ASKED, session)
        assert not await left.save(ASKED, session)
        moved = await left.find()
        assert moved != session
        session = moved
    await other.close()


async def test_of_many_who_write_at_once_one_does_each_time(redis: RedisServer) -> None:
    sessions = Sessions(redis)
    await sessions.save(ASKED)
    for _ in range(10):
        session = await sessions.find()
        assert session is not None
        saved = await asyncio.gather(*(sessions.save(ASKED, session) for _ in range(10)))
        assert saved.count(True) == 1


async def test_a_valkey_that_stops_and_starts_loses_sessions_and_nothing_else(
    mortal_valkey: Server,
) -> None:
    server = RedisServer(mortal_valkey.url)
    sessions = Sessions(server)
    await sessions.save(ASKED)
    session = await sessions.find()
    assert session is not None
    mortal_valkey.kill()
    for operation in (sessions.find(), sessions.save(ASKED, session), sessions.end(session)):
        with pytest.raises(StoreUnavailable):
            await operation
    mortal_valkey.start()
    assert await sessions.find() is None
    assert not await sessions.save(ASKED, session)
    assert await sessions.end(session)
    assert await sessions.save(ASKED)
    await server.close()


async def test_a_report_counts_once_though_the_script_has_to_be_sent_anew(redis: RedisServer) -> None:
    now = SystemClock().now()
    tally = Tally()
    tally.count("webhook", "UpdatesHandled", 1)
    board = RedisTelemetryBoard(redis, SystemClock())
    settlements = RedisSettlements(redis, board, FakeMetrics())
    await redis.command("SCRIPT", "FLUSH")
    arrival = Arrival(next(UPDATES), ANNA, QUOTA, ANNA)
    change = SessionChange(ANNA, ANNA, "", ASKED)
    report = Report(Instance("i", "webhook", now, now, 1, 1, None), tally)
    assert await settlements.settle(Settlement(arrival, True, change), report)
    assert (await board.total()).of("UpdatesHandled") == 1
    assert await Sessions(redis).find() is not None
