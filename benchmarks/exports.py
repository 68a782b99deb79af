"""What an export of a million activities takes: time, memory and bytes, for each format.

The history is in a PostgreSQL of its own, a million transfers of one wallet that differ in their signatures.
Each format is written in a process of its own by the service that the function runs; the files go nowhere.
Memory is the process's own (ru_maxrss).

    python -m benchmarks.exports             a million
    python -m benchmarks.exports 100000      as many as that
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from devstack import services
from devstack.processes import free_port, launch, stop, wait_until_ready
from tests.contract.things import WALLET, activity
from tests.fakes.limits import FakeSendLimits
from tests.fakes.media import FakeMedia
from tests.fakes.messenger import FakeMessenger
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from walletwatch.bot.views.exports import ExportsView
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.chats import Chat, ChatKind, Subscription
from walletwatch.domain.exports import ExportFormat, ExportRequest
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.profile import PROFILES
from walletwatch.exports.files import FileFormats
from walletwatch.runtime import SystemClock
from walletwatch.services.exporting import Exporting
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.movements import PostgresMovements

MILLION = 1_000_000
FIRST_TIME = 1_700_000_000
WIDTHS = (8, 14, 10, 8, 8, 12)


class Nowhere(FakeMedia):
    """Counts the bytes of what it is given, and keeps nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:  # noqa: ARG002
        assert isinstance(content, Path)
        self.sizes.append((await asyncio.to_thread(content.stat)).st_size)


class Watching:
    """A chat that watches the wallet."""

    async def subscriptions(self, chat_id: int) -> Sequence[Subscription]:
        return [Subscription(1, Chat(chat_id, ChatKind.PRIVATE), 1, WALLET, "Savings", None)]


async def fill(url: str, count: int) -> None:
    await migrate(url)
    note = AssetNote(None, None, 9, listed=True, usd=None)
    payload = activity("x", 1, annotation=Annotation({"native": note})).to_stored()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("INSERT INTO wallets (address) VALUES (%s)", [WALLET])
        await connection.execute(
            """
            INSERT INTO activities (wallet_id, signature, slot, block_time, kind, success, payload,
                                    created_at)
            SELECT 1, signature, n, %(first)s + n, 'transfer_in', true,
                   %(payload)s::jsonb || jsonb_build_object('signature', signature, 'slot', n,
                                                            'block_time', %(first)s + n),
                   now()
              FROM generate_series(1, %(count)s) n
             CROSS JOIN LATERAL (
                   SELECT left(encode(sha256(n::text::bytea), 'base64')
                               || encode(sha256((-n)::text::bytea), 'base64'), 88) AS signature
                   ) s
            """,
            {"first": FIRST_TIME, "payload": json.dumps(payload), "count": count},
        )
        await connection.execute("ANALYZE activities")


async def export(url: str, wanted: ExportFormat) -> None:
    database, clock, media = Database(url), SystemClock(), Nowhere()
    stores = FakeStores(clock)
    service = Exporting(
        subscriptions=Watching(),  # type: ignore[arg-type]
        pages=PostgresMovements(database),
        open_file=FileFormats(PROFILES["x1-mainnet"]).open,
        media=media,
        ledger=stores.ledger,
        queues=FakeQueues(),
        messenger=FakeMessenger(),
        limits=FakeSendLimits(clock),
        renderer=ExportsView(),
        clock=clock,
        metrics=FakeMetrics(),
    )
    now = datetime.now(UTC)
    request = ExportRequest("0" * 32, 1, wanted, None, Lookback.ALL, "en", "Asia/Kolkata", now, None)
    before, started = _peak(), time.perf_counter()
    await service.run(request, attempt=1)
    seconds = time.perf_counter() - started
    await database.close()
    row = (seconds, before, _peak(), len(media.sizes), sum(media.sizes) / 10**6, max(media.sizes) / 10**6)
    numbers = (f"{value:{width}.0f}" for value, width in zip(row, WIDTHS, strict=True))
    print(f"{wanted:14}" + "".join(numbers), flush=True)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@asynccontextmanager
async def history(count: int) -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="walletwatch-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)  # noqa: ASYNC240
        service = services.postgres(folder / "postgres", port)
        started = launch(service)
        try:
            wait_until_ready(service, started)
            await fill(services.database_url(port), count)
            yield services.database_url(port)
        finally:
            stop(started, service.stop_signal)


async def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    if len(arguments) == 2:
        await export(arguments[0], ExportFormat(arguments[1]))
        return 0
    count = int(arguments[0]) if arguments else MILLION
    print(f"{count:,} activities")
    print(
        f"{'':14}{'seconds':>8}{'MiB at first':>14}{'MiB most':>10}{'files':>8}{'MB':>10}{'MB largest':>14}"
    )
    async with history(count) as url:
        for wanted in ExportFormat:
            command = [sys.executable, "-m", "benchmarks.exports", url, wanted.value]
            await asyncio.to_thread(subprocess.run, command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
