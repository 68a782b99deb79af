"""What the cache saves: session, balance and scan from Valkey, and without it, in one run.

PostgreSQL (its data on the disk, with fsync), Valkey and the SVM node are processes of their own on this
machine. A node at hand answers within milliseconds and a real one does not, so the node's answers are held
back by 50 ms; what the same costs with none of that is printed beside it, and is no part of the targets.

A session has no other home than Valkey. What it is compared with is what there would be otherwise: the same
session in a table, by the same pool, with the same promises. To find one gives it its full time again, so
that either find is a write, and to save one puts it in place of one version only. A step of a conversation is
both. How much that saves depends on what a commit costs, so this ratio is told and its target is no gate: the
disk of a laptop writes in a fraction of a millisecond what RDS has to write in two zones.

Both sides take turns, and the best of some rounds' medians counts: a machine that others use takes three
times as long for a round trip to itself now and then.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import msgspec
import psycopg
from solders.keypair import Keypair

from devstack import services
from devstack.processes import free_port, launch, stop, wait_until_ready
from traffic.actions import Chain as Actions
from walletwatch.chain.prices.fixed import FixedPrices
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.tokens.cached import CachedTokens
from walletwatch.chain.tokens.reader import ChainTokens
from walletwatch.domain.admission import Arrival, Quota, SessionChange, Settlement
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.sessions import SESSION_TTL, Session
from walletwatch.domain.work import SubjectKind
from walletwatch.parts.scans import make_scan_reports
from walletwatch.runtime import SystemClock
from walletwatch.services.balances import Balances
from walletwatch.services.holdings import Holdings
from walletwatch.services.valuation import Valuation
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.settlements import RedisSettlements

if TYPE_CHECKING:
    from collections.abc import Iterator

LATENCY_SECONDS: Final = 0.05
TOKENS: Final = 5
ROUNDS, CACHED_RUNS, UNCACHED_RUNS = 5, 200, 10
CACHED_SHARE: Final = 0.9
"""Of what the cached reads look for, so much is there; else they are none."""
PROFILE: Final = PROFILES["local"]
PRICES: Final = FixedPrices(PROFILE.fixed_prices, SystemClock())
TARGETS: Final = {
    "session": 5,
    "balance": 20,
    "valued balance": 20,
    "scan of a token": 100,
    "scan of a wallet": 100,
}

TABLE: Final = """
CREATE TABLE sessions (
    chat_id bigint, user_id bigint,
    version uuid NOT NULL, content jsonb NOT NULL, ends_at timestamptz NOT NULL,
    PRIMARY KEY (chat_id, user_id)
)
"""
FIND: Final = """
UPDATE sessions SET ends_at = now() + %s WHERE chat_id = %s AND user_id = %s AND ends_at > now()
RETURNING version, content
"""
SAVE: Final = """
INSERT INTO sessions VALUES (%(chat)s, %(user)s, gen_random_uuid(), %(content)s, now() + %(ttl)s)
ON CONFLICT (chat_id, user_id) DO UPDATE
   SET version = excluded.version, content = excluded.content, ends_at = excluded.ends_at
 WHERE sessions.version = %(version)s
RETURNING version
"""

type Step = Callable[[], Awaitable[object]]


class NoMetrics:
    """Nobody counts."""

    def count(self, name: str, value: int = 1) -> None:
        """Not of interest here."""

    def milliseconds(self, name: str, value: float) -> None:
        """Not of interest here."""


class TableSessions:
    """Sessions in PostgreSQL, for comparison."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: object = None

    async def step(self, session: Session) -> None:
        """Find the session and save it."""

        async def find(connection: Connection) -> Any:
            cursor = await connection.execute(FIND, (SESSION_TTL, session.chat_id, session.user_id))
            return await cursor.fetchone()

        async def save(connection: Connection) -> Any:
            content = msgspec.json.encode([session.command, session.before, session.started_at]).decode()
            values = {
                "chat": session.chat_id,
                "user": session.user_id,
                "content": content,
                "ttl": SESSION_TTL,
                "version": self._version,
            }
            cursor = await connection.execute(SAVE, values)
            return await cursor.fetchone()

        found = await self._database.run(find)
        assert found is None or found[0] == self._version
        (self._version,) = await self._database.run(save)


async def milliseconds(step: Step, runs: int) -> float:
    """Median of so many, one after the other."""
    await step()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        await step()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


async def compared(cached: Step, uncached: Step, uncached_runs: int = UNCACHED_RUNS) -> tuple[float, float]:
    """Milliseconds of either, each the best of some rounds."""
    rounds = [
        (await milliseconds(cached, CACHED_RUNS), await milliseconds(uncached, uncached_runs))
        for _ in range(ROUNDS)
    ]
    return min(with_ for with_, _ in rounds), min(without for _, without in rounds)


@contextmanager
def running(folder: Path) -> "Iterator[tuple[str, str, str]]":
    """URLs of PostgreSQL, Valkey and the node."""
    ports = [free_port() for _ in range(3)]
    makers = (services.postgres, services.valkey, services.svm_node)
    folders = (folder / "postgres", folder / "valkey", folder / "chain")
    started = []
    try:
        for maker, place, port in zip(makers, folders, ports, strict=True):
            service = maker(place, port)
            started.append((launch(service), service.stop_signal))
            wait_until_ready(service, started[-1][0])
        yield (
            services.database_url(ports[0]),
            f"redis://127.0.0.1:{ports[1]}/0",
            f"http://127.0.0.1:{ports[2]}",
        )
    finally:
        for process, signal in started:
            stop(process, signal)


@asynccontextmanager
async def latency(url: str, seconds: float) -> AsyncIterator[None]:
    """Hold back every answer of the node."""
    faults = f"{url}/control/faults"
    async with aiohttp.ClientSession() as http:
        fault = {"kind": "latency", "seconds": seconds}
        async with http.post(faults, json=fault) as answer:
            answer.raise_for_status()
        yield
        async with http.delete(faults) as answer:
            answer.raise_for_status()


async def some_wallet(url: str) -> tuple[str, str]:
    """A wallet that holds some tokens, and one of these."""
    owner = Keypair()
    async with Actions(url) as acts:
        await acts.airdrop(owner.pubkey(), 10**11)
        mints = [(await acts.create_mint(owner))[0] for _ in range(TOKENS)]
        for mint in mints:
            await acts.mint_to(mint, owner, owner.pubkey(), 10**6)
    return str(owner.pubkey()), str(mints[0].address)


async def sessions(database: Database, redis: RedisServer) -> tuple[float, float]:
    """Milliseconds of a step of a conversation from Valkey, and from PostgreSQL."""
    session = Session(1, 1, "watch", (), SystemClock().now())
    kept = RedisSettlements(redis, RedisTelemetryBoard(redis, SystemClock()), NoMetrics())
    updates = count(1)

    async def step() -> None:
        arrival = Arrival(next(updates), 1, Quota("update", 10**9, timedelta(minutes=1)), 1)
        found = await kept.session(arrival)
        change = SessionChange(1, 1, found.version if found else "", session)
        assert await kept.settle(Settlement(arrival, True, change))

    table = TableSessions(database)
    return await compared(step, partial(table.step, session), CACHED_RUNS)


def holdings(chain: RpcChain, cache: RedisCache) -> Holdings:
    """What a wallet holds, with names and prices."""
    clock, metrics = SystemClock(), NoMetrics()
    tokens = CachedTokens(ChainTokens(chain, PROFILE), cache, metrics, chain=PROFILE.name)
    return Holdings(chain, Valuation(PRICES, tokens), cache, clock, metrics, PROFILE)


async def reads(
    redis: RedisServer, database: Database, rpc_url: str, wallet: str, mint: str
) -> dict[str, tuple[float, float]]:
    """Milliseconds of each read from the cache, and from the chain."""
    client = RpcClient([rpc_url], metrics=NoMetrics())
    chain = RpcChain(client)
    lists, pools = PostgresAddressLists(database), PostgresPoolCreators(database)
    found = {}
    for name, read in (
        ("balance", lambda cache: Balances(chain, cache, NoMetrics()).balance(wallet)),
        ("valued balance", lambda cache: holdings(chain, cache).of(wallet)),
        (
            "scan of a token",
            lambda cache: make_scan_reports(client, cache, NoMetrics(), PROFILE, PRICES, lists, pools).report(
                mint, SubjectKind.AUTO
            ),
        ),
        (
            "scan of a wallet",
            lambda cache: make_scan_reports(client, cache, NoMetrics(), PROFILE, PRICES, lists, pools).report(
                wallet, SubjectKind.AUTO
            ),
        ),
    ):
        warm = RedisCache(redis, NoMetrics())
        # A scan that is made looks for its parts too: its misses are no part of what the cached reads are.
        cold = RedisCache(redis, NoMetrics())

        async def uncached(read: Any = read, cache: RedisCache = cold) -> None:
            # What is cached is forgotten; a miss and the write of a new value are part of the path.
            await cache.clear("*")
            await read(cache)

        found[name] = await compared(partial(read, warm), uncached)
        # The values end within the run, and some of its reads load them again.
        rate = warm.stats().rate
        assert rate is not None
        assert rate > CACHED_SHARE, f"{name}: only {rate:.0%} of it was cached"
    await client.close()
    return found


async def measure(database_url: str, redis_url: str, rpc_url: str) -> bool:
    """Print the table; False where a gate is missed."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(TABLE)
    # As behind RDS Proxy, where a prepared statement would pin the connection.
    database = Database(database_url, acquire_timeout=timedelta(seconds=5), prepare_threshold=None)
    redis = RedisServer(redis_url)
    await migrate(database_url)
    wallet, mint = await some_wallet(rpc_url)
    near = await reads(redis, database, rpc_url, wallet, mint)
    async with latency(rpc_url, LATENCY_SECONDS):
        found = {
            "session": await sessions(database, redis),
            **await reads(redis, database, rpc_url, wallet, mint),
        }
    print(f"a round trip to Valkey takes {await milliseconds(redis.ping, CACHED_RUNS):.2f} ms")
    print(f"{'':18}{'cached ms':>10}{'without ms':>12}{'ratio':>8}{'target':>8}   with a node at hand")
    for name, (with_, without) in found.items():
        beside = f"{near[name][1]:8.1f} ms, {near[name][1] / near[name][0]:.0f}x" if name in near else ""
        ratio = f"{without / with_:7.0f}x" if without / with_ >= 10 else f"{without / with_:7.1f}x"
        missed = "" if without / with_ >= TARGETS[name] else "missed"
        print(f"{name:18}{with_:10.2f}{without:12.2f}{ratio}{TARGETS[name]:7}x   {beside}{missed}")
    await database.close()
    await redis.close()
    return all(
        without / with_ >= TARGETS[name] for name, (with_, without) in found.items() if name != "session"
    )


def main() -> int:
    """Run it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder)) as urls:
            return 0 if asyncio.run(measure(*urls)) else 1


if __name__ == "__main__":
    sys.exit(main())
