"""A primary and a replica that follows it: reads, their age, and a failover in the middle of work."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from devstack import services
from devstack.processes import NOBODY, free_port
from tests.fakes.metrics import FakeMetrics
from tests.servers import Server
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.storage.postgres import replica as module
from walletwatch.storage.postgres.database import Connection, Database
from walletwatch.storage.postgres.replica import ReplicaReads

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)


@dataclass
class Pair:
    primary: Server
    replica: Server


@pytest.fixture
def pair(mortal_postgres: Server) -> Iterator[Pair]:
    """A replica of the server, made by pg_basebackup and fed by streaming replication."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="walletwatch-replica-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o755)
    port = free_port()
    root = os.geteuid() == 0
    # `postgres` makes the folder as the server needs it, and takes the data that it finds there.
    (folder / "data").mkdir(mode=0o700)
    if root:
        os.chown(folder / "data", NOBODY, NOBODY)
    backup = services.postgres_tool(folder, "pg_basebackup")
    subprocess.run(
        [
            str(backup), "-h", "127.0.0.1", "-p", str(_port(mortal_postgres)), "-U", "postgres",
            "-D", str(folder / "data"), "-R", "-X", "stream", "-c", "fast",
        ],
        check=True, capture_output=True, cwd=folder, user=NOBODY if root else None,
        group=NOBODY if root else None, extra_groups=[] if root else None,
    )  # fmt: skip
    replica = Server(services.postgres(folder, port), services.database_url(port))
    try:
        replica.start()
        with psycopg.connect(mortal_postgres.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE notes (id bigint PRIMARY KEY)")
        yield Pair(mortal_postgres, replica)
    finally:
        replica.stop()
        shutil.rmtree(folder)


async def _write(database: Database, number: int) -> None:
    async def work(connection: Connection) -> None:
        await connection.execute("INSERT INTO notes VALUES (%s) ON CONFLICT DO NOTHING", [number])

    await database.run(work)


async def _count(connection: Connection) -> tuple[int, bool]:
    """How many there are, and whether a replica says so."""
    cursor = await connection.execute("SELECT count(*), pg_is_in_recovery() FROM notes")
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]


@asynccontextmanager
async def _databases(pair: Pair) -> AsyncIterator[tuple[Database, Database]]:
    primary = Database(pair.primary.url, acquire_timeout=SECOND)
    replica = Database(pair.replica.url, acquire_timeout=SECOND, writes=False)
    yield primary, replica
    await primary.close()
    await replica.close()


async def _until(expected: bool, reads: ReplicaReads) -> int:
    """Read until a replica answers, or not any more; what it counted."""
    for _ in range(400):
        count, from_replica = await reads.run(_count)
        if from_replica is expected:
            return count
        await asyncio.sleep(0.05)
    pytest.fail(f"the replica {'never answers' if expected else 'goes on answering'}")


async def test_reads_go_to_the_replica_while_it_is_fresh(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASKED_EVERY_SECONDS", 0.1)
    metrics = FakeMetrics()
    async with _databases(pair) as (primary, replica):
        reads = ReplicaReads(primary, replica, max_lag=SECOND, metrics=metrics)
        await _write(primary, 1)
        assert await _until(True, reads) == 1
        with psycopg.connect(pair.replica.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            await _write(primary, 2)
            assert await _until(False, reads) == 2, "the primary answers, and knows it"
            assert metrics.counts["ReplicaStale"] > 0
            connection.execute("SELECT pg_wal_replay_resume()")
        assert await _until(True, reads) == 2


async def test_nothing_written_is_not_stale(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASKED_EVERY_SECONDS", 0.1)
    async with _databases(pair) as (primary, replica):
        reads = ReplicaReads(primary, replica, max_lag=SECOND / 2, metrics=FakeMetrics())
        await _until(True, reads)
        await asyncio.sleep(0.8)
        for _ in range(5):
            assert (await reads.run(_count))[1] is True


async def test_a_replica_that_is_lost_is_done_without(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = FakeMetrics()
    async with _databases(pair) as (primary, replica):
        reads = ReplicaReads(primary, replica, max_lag=SECOND, metrics=metrics)
        await _until(True, reads)
        pair.replica.kill()
        for _ in range(3):
            assert (await reads.run(_count))[1] is False
        assert metrics.counts["ReplicaFailed"] == 1, "it is left alone for a while"
        monkeypatch.setattr(module, "REST_SECONDS", 0.0)
        monkeypatch.setattr(module, "ASKED_EVERY_SECONDS", 0.1)
        pair.replica.start()
        await _until(True, reads)


async def test_without_a_replica_the_primary_is_read(pair: Pair) -> None:
    async with _databases(pair) as (primary, _):
        reads = ReplicaReads(primary, None, max_lag=SECOND, metrics=FakeMetrics())
        assert await reads.run(_count) == (0, False)


async def test_a_server_that_takes_no_writes_is_not_connected_to(pair: Pair) -> None:
    database = Database(pair.replica.url, acquire_timeout=SECOND)
    with pytest.raises(StoreUnavailable):
        await _write(database, 1)
    await database.close()


def _port(server: Server) -> int:
    return int(str(psycopg.conninfo.conninfo_to_dict(server.url)["port"]))


class Forwarder:
    """An address that leads to one server and then to another, as a name does in a failover."""

    def __init__(self, port: int) -> None:
        self.target = port
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            writers.append(back)
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        except OSError:
            # As a host that is down: whoever connects is sent away.
            pass
        finally:
            for each in writers:
                each.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
        raise ConnectionResetError


async def test_a_failover_loses_nothing_that_was_acknowledged(pair: Pair) -> None:
    """The primary is killed under load and the replica promoted; the work goes on by itself."""
    with psycopg.connect(pair.primary.url, autocommit=True) as connection:
        # As RDS does across zones: what is acknowledged is on both.
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
    ports = [_port(each) for each in (pair.primary, pair.replica)]
    forwarder = Forwarder(ports[0])
    port = await forwarder.start()
    database = Database(
        psycopg.conninfo.make_conninfo(pair.primary.url, host="127.0.0.1", port=port),
        max_connections=4,
        acquire_timeout=timedelta(seconds=20),
    )
    acknowledged: list[int] = []
    refused = 0
    end = asyncio.Event()
    more = asyncio.Condition()

    async def acknowledge(number: int) -> None:
        acknowledged.append(number)
        async with more:
            more.notify_all()

    async def until(count: int) -> None:
        async with more:
            await more.wait_for(lambda: len(acknowledged) >= count)

    async def worker(first: int) -> None:
        nonlocal refused
        number = first
        while not end.is_set():
            try:
                await _write(database, number)
            except StoreUnavailable:
                refused += 1
                continue
            await acknowledge(number)
            number += 4
            await asyncio.sleep(0.002)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for first in range(4):
            group.create_task(worker(first))
        await until(200)
        pair.primary.kill()
        await asyncio.sleep(0.3)
        # The name leads to the replica before that takes writes, as it may do for a while.
        forwarder.target = ports[1]
        await asyncio.sleep(0.3)
        with psycopg.connect(pair.replica.url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
        await until(len(acknowledged) + 200)
        end.set()
    await database.close()
    await forwarder.stop()
    with psycopg.connect(pair.replica.url) as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM notes")}
    assert set(acknowledged) <= kept
    assert refused < 50
