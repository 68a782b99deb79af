"""Nothing is missed and nothing is told twice, whatever fails and whoever is killed.

Real processes over real PostgreSQL, Valkey and a node on which money moves; only the queues are not SQS but
ones that behave worse. `ZERO_MISS=full` runs it with 500 wallets and 20,000 transactions a mode, and
`ZERO_MISS_SEED` with the money of an earlier run; who is killed when is new every time. A failure says what
is known of a missed transaction: the histories, cursors and checks of the wallet's accounts.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, TypedDict

import msgspec
import psycopg
import pytest

from tests.fakes.metrics import FakeMetrics
from tests.servers import database_url, postgres_url, redis_url
from tests.zero_miss import queues, trace, world
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.runtime import SystemClock
from walletwatch.services.watching import Watching
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

__all__ = ["database_url", "postgres_url", "redis_url"]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

FULL = os.environ.get("ZERO_MISS") == "full"
ROLES = {
    "sweep": ("sweep", "sweep", "balance", "balance"),
    "stream": ("stream", "stream", "balance", "balance"),
    "both": ("sweep", "stream", "stream", "balance", "balance"),
}
PATIENCE_SECONDS = 90
"""Without any progress for this long at the end, what is missing counts as missed."""
KILL_EVERY_SECONDS = 3
LATECOMERS = 5
"""One wallet in so many gets its watchers while the money moves already."""


@dataclass
class Workers:
    """The processes; each that is killed comes back."""

    roles: tuple[str, ...]
    environment: dict[str, str]
    queues: str
    folder: Path
    killed: int = 0
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        self.processes = [self._launch(role) for role in self.roles]

    def kill_one(self) -> None:
        index = random.randrange(len(self.roles))
        self.processes[index].kill()
        self.processes[index].wait()
        self.processes[index] = self._launch(self.roles[index])
        self.killed += 1

    def check(self) -> None:
        for role, process in zip(self.roles, self.processes, strict=True):
            assert process.poll() is None, (role, (self.folder / f"{role}.log").read_text()[-3000:])

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def _launch(self, role: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{role}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.zero_miss.worker", role, self.queues],
                env=self.environment,
                stdout=log,
                stderr=log,
            )


@pytest.fixture
def queues_url(postgres_url: str, database_url: str) -> Iterator[str]:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}_queues"')
        url = psycopg.conninfo.make_conninfo(postgres_url, dbname=f"{name}_queues")
        with psycopg.connect(url) as own:
            own.execute(queues.SCHEMA)
            own.execute(trace.CHECKS)
        yield url
        connection.execute(f'DROP DATABASE "{name}_queues" WITH (FORCE)')


@asynccontextmanager
async def _world(settings: world.Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.zero_miss.world", msgspec.json.encode(settings).decode(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> list[str]:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().split()


@pytest.mark.parametrize("mode", ["sweep", "stream", "both"])
async def test_every_transaction_reaches_every_watcher_exactly_once(
    mode: str, database_url: str, queues_url: str, redis_url: str, tmp_path: Path
) -> None:
    settings = world.Settings(
        seed=int(os.environ.get("ZERO_MISS_SEED", random.randrange(2**32))),
        wallets=500 if FULL else 60,
        transactions=20_000 if FULL else 2_000,
        per_slot=120 if FULL else 60,
        slot_seconds=0.4,
        truth=str(tmp_path / "truth.jsonl"),
    )
    sys.stdout.write(f"\nseed {settings.seed}\n")
    await migrate(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(trace.ACCOUNTS)
    database = Database(database_url)
    pending = UnreliableWatching(database, queues.UnreliableQueues(queues_url))
    async with _world(settings) as node:
        _, url, *wallets = await _line(node)
        environment = {
            **os.environ,
            "DATABASE_WRITE_URL": database_url, "REDIS_URL": redis_url, "RPC_URLS": url, "SECRET_ARN": "none",
            "CHAIN_PROFILE": "local", "BALANCE_QUEUE_URL": "none", "SWEEP_INTERVAL_SECONDS": "1",
            "RPC_TIMEOUT_SECONDS": "1.5", "DATABASE_POOL_MAX": "8",
            "PLAN_LIMITS": "digest_seconds=3/3",
        }  # fmt: skip
        workers = Workers(ROLES[mode], environment, queues_url, tmp_path)
        early = [wallet for number, wallet in enumerate(wallets) if number % LATECOMERS]
        late = wallets[::LATECOMERS]
        await pending.watch(url, early)
        workers.start()
        try:
            await _settle(workers, mode, database_url, queues_url)
            assert node.stdin is not None
            node.stdin.write(b"go\n")
            started = time.monotonic()
            ended = asyncio.create_task(_line(node))
            while not ended.done():
                await asyncio.wait({ended}, timeout=KILL_EVERY_SECONDS)
                workers.check()
                workers.kill_one()
                await pending.watch(url, [late.pop() for _ in late[:5]])
            await pending.watch(url, late)
            money_ended = time.monotonic()
            happened = _happened(settings)
            await _all_began(database_url)
            wanted = _wanted(happened, database_url)
            await _wait(workers, database_url, queues_url, wanted)
        finally:
            workers.stop()
        told = _told(database_url)
        missed, invented = wanted - set(told), set(told) - wanted
        explanation = await trace.explain(
            missed,
            {entry["signature"]: entry["slot"] for entry in happened},
            database=database_url,
            queues=queues_url,
            node=url,
        )
        calls = json.loads(" ".join(ended.result()[1:]))
    await database.close()
    await pending.queues.close()
    sys.stdout.write(
        f"\n{mode}: {len(happened)} transactions of {settings.wallets} wallets, {len(wanted)} messages due,"
        f" {workers.killed} processes killed; money moved for {money_ended - started:.0f} s,"
        f" all was told {time.monotonic() - money_ended:.0f} s later\ncalls: {calls}\n"
    )
    assert len(told) == len(set(told))
    assert not missed, f"{len(missed)} missed, seed {settings.seed}, logs in {tmp_path}\n{explanation}"
    assert not invented, f"{len(invented)} invented, such as {sorted(invented)[:5]}"
    assert _unqueued(database_url, queues_url) == set()
    assert _lost_in_digests(database_url) == []


class UnreliableWatching:
    """/watch, as people use it, for two chats a wallet."""

    def __init__(self, database: Database, checks: queues.UnreliableQueues) -> None:
        self._store = PostgresSubscriptionStore(database)
        self.queues = checks
        self._chat = 0

    async def watch(self, url: str, wallets: list[str]) -> None:
        client = RpcClient([url], metrics=FakeMetrics(), timeout=2.0)
        service = Watching(self._store, RpcChain(client), self.queues, SystemClock())
        for wallet in wallets:
            for _ in range(2):
                self._chat += 1
                await service.remember(Contact(self._chat, ChatKind.PRIVATE, self._chat, None, "en"))
                await service.watch(self._chat, wallet, None, limit=1000)
        await client.close()


def _rows(url: str, statement: LiteralString) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


class Happening(TypedDict):
    """A line of the truth."""

    signature: str
    slot: int
    wallets: list[str]


def _happened(settings: world.Settings) -> list[Happening]:
    return [json.loads(line) for line in Path(settings.truth).read_text().splitlines()]


def _wanted(happened: list[Happening], url: str) -> set[tuple[str, str, int]]:
    """What has to be in the ledger: signature, wallet and chat."""
    watchers: dict[str, list[tuple[int, int]]] = {}
    for wallet, chat_id, from_slot in _rows(
        url,
        "SELECT w.address, s.chat_id, s.from_slot FROM subscriptions s JOIN wallets w ON w.id = s.wallet_id",
    ):
        watchers.setdefault(wallet, []).append((chat_id, from_slot))
    return {
        (entry["signature"], wallet, chat_id)
        for entry in happened
        for wallet in entry["wallets"]
        for chat_id, from_slot in watchers.get(wallet, ())
        if entry["slot"] > from_slot
    }


def _told(url: str) -> list[tuple[Any, ...]]:
    return _rows(
        url,
        "SELECT d.signature, w.address, d.chat_id FROM deliveries d JOIN wallets w ON w.id = d.wallet_id"
        " WHERE d.kind = 'activity'",
    )


def _unqueued(url: str, queues_url: str) -> set[str]:
    """Ledger entries that wait for a message which nobody was asked to send."""
    pending = {str(key) for (key,) in _rows(url, "SELECT key FROM deliveries WHERE status = 'pending'")}
    return pending - {str(key) for (key,) in _rows(queues_url, "SELECT key FROM notifications")}


def _lost_in_digests(url: str) -> list[tuple[Any, ...]]:
    """Entries that were merged into a digest of another chat or wallet, or into none."""
    return _rows(
        url,
        "SELECT d.key FROM deliveries d LEFT JOIN deliveries digest ON digest.key = d.digest_key"
        " AND digest.chat_id = d.chat_id AND digest.wallet_id = d.wallet_id"
        " WHERE d.status = 'merged' AND digest.key IS NULL",
    )


async def _settle(workers: Workers, mode: str, url: str, queues_url: str) -> None:
    """Until all watches have begun, so that what is told later is told by the watchers."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        workers.check()
        ((queued,),) = _rows(queues_url, "SELECT count(*) FROM balance")
        followed = mode == "sweep" or _rows(url, "SELECT 1 FROM followers WHERE slot IS NOT NULL")
        if queued == 0 and followed:
            return
        await asyncio.sleep(0.3)
    raise AssertionError("the workers did not begin")


async def _all_began(url: str) -> None:
    """Until every watch has a start; some began while the chain could not be asked."""
    end = time.monotonic() + PATIENCE_SECONDS
    while _rows(url, "SELECT 1 FROM subscriptions WHERE from_slot IS NULL LIMIT 1"):
        assert time.monotonic() < end, "a watch never began"
        await asyncio.sleep(0.3)


async def _wait(workers: Workers, url: str, queues_url: str, wanted: set[tuple[str, str, int]]) -> None:
    """Until everything is told, or nothing moves any more."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < PATIENCE_SECONDS:
        workers.check()
        told = len(_told(url))
        ((queued,),) = _rows(queues_url, "SELECT count(*) FROM balance")
        if told >= len(wanted) and queued == 0:
            # A little longer, for what might be told too much.
            await asyncio.sleep(3)
            return
        if told != last:
            last, since = told, time.monotonic()
        await asyncio.sleep(1)
