"""One round of the sweep over 100,000 accounts whose RPC answers after 50 ms, and what it costs in calls.

PostgreSQL is real, and so are the RPC client and the HTTP between it and the endpoint, a process of its own.
The sweep runs in a child that has loaded what the function loads, so that its memory is the function's. Its
first round sees every account for the first time, and stores and queues them all.
Another number of accounts may be given: `python benchmarks/sweep.py 300000`.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import psycopg

from devstack import services
from devstack.processes import free_port, launch, stop, wait_until_ready
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.programs import TOKEN
from walletwatch.domain.sweep import Shard
from walletwatch.domain.work import Backfill, BalanceCheck, DigestDue, Notification, RiskCheck, SecurityScan
from walletwatch.runtime import SystemClock
from walletwatch.services.sweep_rounds import SweepRounds
from walletwatch.settings.watching import SweepSettings
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.watch import PostgresWatchStore

ACCOUNTS: Final = 100_000
ACCOUNTS_PER_WALLET: Final = 3
LATENCY_SECONDS: Final = 0.05
ROUNDS: Final = 2
ROUNDS_A_MINUTE: Final = 4
NAIVE_CALLS: Final = 2
"""getBalance and getSignaturesForAddress for each wallet, which do not even see its token accounts."""
MAX_SECONDS, MAX_MIB, MAX_CALLS, MIN_RATIO = 10.0, 256.0, 0.0105, 40.0

FILL: Final = """
INSERT INTO chats (id, kind, language) SELECT n, 'private', 'en' FROM generate_series(1, 1000) n;
INSERT INTO wallets (address, watch_slot)
SELECT translate(left(encode(sha256(('w' || n)::bytea), 'hex'), 43), '0', 'z'), 1
  FROM generate_series(1, {wallets}) n;
INSERT INTO subscriptions (chat_id, wallet_id, from_slot) SELECT 1 + id % 1000, id, 1 FROM wallets;
INSERT INTO watched_accounts (wallet_id, address, kind, cursor_slot)
SELECT id, address, 'system', 1 FROM wallets;
INSERT INTO watched_accounts (wallet_id, address, kind, mint, cursor_slot)
SELECT id, translate(left(encode(sha256((n || address)::bytea), 'hex'), 43), '0', 'z'),
       CASE n WHEN 1 THEN 'token' ELSE 'token_2022' END, address, 1
  FROM wallets, generate_series(1, {tokens}) n;
"""


class Endpoint(asyncio.Protocol):
    """An RPC endpoint of a chain on which one account in a thousand changes between two rounds."""

    calls: ClassVar[Counter[str]] = Counter()
    account: Final = json.dumps(
        {
            "data": [b64encode(bytes(133)).decode(), "base64"],
            "executable": False,
            "lamports": 2_039_280,
            "owner": TOKEN,
            "rentEpoch": 2**64 - 1,
            "space": 165,
        }
    )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        answer = self._answer(json.loads(body)).encode()
        headers = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
        asyncio.get_running_loop().call_later(
            LATENCY_SECONDS, self._transport.write, b"HTTP/1.1 200 OK\r\n" + headers + answer
        )

    def _answer(self, call: dict[str, Any]) -> str:
        method = call["method"]
        context = '{"slot": 5}'
        match method:
            case "counts":
                result = json.dumps(self.calls)
            case "getMultipleAccounts":
                accounts = [self.account] * len(call["params"][0])
                if self.calls[method] % 10 == 0:
                    accounts[0] = accounts[0].replace("2039280", str(self.calls[method]))
                result = f'{{"context": {context}, "value": [{",".join(accounts)}]}}'
            case "getTokenAccountsByOwner":
                result = f'{{"context": {context}, "value": []}}'
            case "getProgramAccounts":
                result = "[]"
            case _:
                raise ValueError(method)
        self.calls[method] += 1
        return f'{{"jsonrpc": "2.0", "id": 1, "result": {result}}}'


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", port)
    await server.serve_forever()


@dataclass
class Counters:
    """`ports.Metrics` and `ports.Queues` that only count."""

    counts: Counter[str] = field(default_factory=Counter)

    def count(self, name: str, value: int = 1) -> None:
        self.counts[name] += value

    def milliseconds(self, name: str, value: float) -> None:
        """Not needed."""

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        self.counts["Checks"] += len(checks)

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        raise NotImplementedError

    async def backfill(self, backfill: Backfill) -> None:
        raise NotImplementedError

    async def scan(self, scan: SecurityScan) -> None:
        raise NotImplementedError

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        raise NotImplementedError

    async def notify(self, notifications: Sequence[Notification]) -> None:
        raise NotImplementedError


def load_what_the_function_loads() -> None:
    import boto3  # noqa: PLC0415

    from walletwatch import observability  # noqa: F401, PLC0415
    from walletwatch.storage.redis import leases  # noqa: F401, PLC0415

    boto3.client("sqs", region_name="us-east-1")


async def sweep(database_url: str, rpc_url: str) -> None:
    """Print what each round took, as JSON lines."""
    load_what_the_function_loads()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counters = Counters()
    database = Database(database_url)
    client = RpcClient([rpc_url], metrics=counters)
    chain = RpcChain(client, concurrent_calls=SweepSettings().sweep_concurrent_calls)
    rounds = SweepRounds(
        watch=PostgresWatchStore(database),
        chain=chain,
        queues=counters,
        clock=SystemClock(),
        metrics=counters,
    )
    for _ in range(ROUNDS):
        checks = counters.counts["Checks"]
        calls = await client.call("counts")
        started, cpu = time.perf_counter(), time.process_time()
        accounts = await rounds.run(Shard(0, 1))
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        made = Counter(await client.call("counts")) - Counter(calls)
        del made["counts"]
        print(
            json.dumps(
                {
                    "accounts": accounts,
                    "seconds": seconds,
                    "cpu": cpu,
                    "checks": counters.counts["Checks"] - checks,
                    "calls": made,
                    "mib_loaded": before / 1024,
                    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                }
            )
        )
    await client.close()
    await database.close()


def fill(database_url: str, accounts: int) -> None:
    asyncio.run(migrate(database_url))
    statements = FILL.format(wallets=-(-accounts // ACCOUNTS_PER_WALLET), tokens=ACCOUNTS_PER_WALLET - 1)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statements.encode())
        connection.execute("VACUUM ANALYZE")


def measure(accounts: int) -> list[dict[str, Any]]:
    """What the rounds of the child took."""
    memory = Path("/dev/shm")
    parent = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="walletwatch-", dir=parent) as folder:
        Path(folder).chmod(0o755)
        port, rpc_port = free_port(), free_port()
        service = services.postgres(Path(folder) / "postgres", port)
        postgres = launch(service)
        endpoint = subprocess.Popen([sys.executable, __file__, "serve", str(rpc_port)])
        try:
            wait_until_ready(service, postgres)
            fill(services.database_url(port), accounts)
            done = subprocess.run(
                [
                    sys.executable,
                    __file__,
                    "sweep",
                    services.database_url(port),
                    f"http://127.0.0.1:{rpc_port}",
                ],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        finally:
            endpoint.kill()
            endpoint.wait()
            stop(postgres, service.stop_signal)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(accounts: int) -> int:
    """Print the rounds and compare them with what they may cost."""
    first, *rounds = measure(accounts)
    for name, each in [("the first round", first), *(("a round", each) for each in rounds)]:
        print(
            f"{name}: {each['accounts']:,} accounts, {each['seconds']:.1f} s, {each['cpu']:.1f} s of CPU,"
            f" {sum(each['calls'].values()):,} calls, {each['checks']:,} wallets changed"
        )
    last = rounds[-1]
    calls = sum(last["calls"].values())
    wallets = -(-accounts // ACCOUNTS_PER_WALLET)
    ours, naive = calls * ROUNDS_A_MINUTE, wallets * NAIVE_CALLS * ROUNDS_A_MINUTE
    slowest = max(each["seconds"] for each in rounds)
    print(f"calls of the last round: {last['calls']}")
    print(f"calls a minute for {wallets:,} wallets: {ours:,}; naive: {naive:,}; ratio {naive / ours:.0f}")
    print(f"calls per account and round: {calls / last['accounts']:.5f} (at most {MAX_CALLS})")
    print(f"slowest round: {slowest:.1f} s (at most {MAX_SECONDS:.0f})")
    print(
        f"resident: {last['mib']:.0f} MiB (at most {MAX_MIB:.0f}), {last['mib_loaded']:.0f} before the rounds"
    )
    within = (
        slowest < MAX_SECONDS
        and last["mib"] < MAX_MIB
        and calls / last["accounts"] <= MAX_CALLS
        and naive / ours >= MIN_RATIO
    )
    return 0 if within or accounts != ACCOUNTS else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", port]:
            asyncio.run(serve(int(port)))
        case ["sweep", database_url, rpc_url]:
            asyncio.run(sweep(database_url, rpc_url))
        case []:
            sys.exit(main(ACCOUNTS))
        case [accounts]:
            sys.exit(main(int(accounts)))
