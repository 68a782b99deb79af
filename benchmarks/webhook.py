"""The webhook while it is warm: what a person waits for, beside a bot that only repeats what it is told.

PostgreSQL, Valkey and the SVM node are processes of their own on this machine, and so is what stands for
Telegram and for SQS, which answers at once. The handler is called as Lambda calls it, one update after the
other, with the real adapters; so a time is that of the handler and its stores, without Telegram's. The echo
is python-telegram-bot with one handler and nothing else, by the same server, taking turns with the webhook.

The mix is weighted by what people do all day; every command that has no weight of its own is in it once, so
that a new one is measured from its first day on. Some rounds are made and the best one counts: a machine that
others use takes several times as long now and then.
"""

import asyncio
import hashlib
import itertools
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from types import SimpleNamespace
from typing import Any, Final

# python-telegram-bot warns of every RetryAfter unless it is told that its new type is wanted.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import psycopg
from telegram import Update
from telegram.ext import Application, MessageHandler, filters

from benchmarks.cached import running, some_wallet
from functions.webhook import app
from walletwatch import runtime
from walletwatch.bot.commands.command import Topic
from walletwatch.bot.commands.table import AREAS
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.admission import Arrival, Quota
from walletwatch.observability import EmfMetrics
from walletwatch.parts import postgres
from walletwatch.parts import redis as redis_parts
from walletwatch.parts import secrets as secret_parts
from walletwatch.parts.rpc import make_rpc
from walletwatch.runtime import SystemClock
from walletwatch.services.balances import Balances
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.settlements import RedisSettlements

ROUNDS, UPDATES, WARM_UP, READS = 5, 1500, 600, 500
PEOPLE: Final = 50
TOKEN: Final = "7:token-of-the-benchmark"
SECRET: Final = "secret-of-the-benchmark"
CONTEXT: Final = SimpleNamespace(aws_request_id="benchmark", get_remaining_time_in_millis=lambda: 30_000)
P50_MS, P99_MS, SESSION_MS, BALANCE_MS = 10.0, 40.0, 1.0, 2.0

WEIGHTS: Final = {"balance": 12, "list": 10, "status": 6, "help": 4, "start": 4, "menu": 4, "settings": 3}
"""Of commands that are written; every other one has 1."""
PRESSED: Final = {
    Action.BALANCE: 14,
    Action.CARD: 10,
    Action.LIST: 8,
    Action.MENU: 4,
    Action.SETTINGS: 3,
    Action.STATUS: 3,
}
TEXTS: Final = 6
"""Of texts that are no command: answers to a question, and small talk."""

QUEUES: Final = [
    f"{queue}_{end}_URL"
    for queue in ("BALANCE", "SCAN", "DRAW", "EXPORT", "NOTIFICATION")
    for end in ("QUEUE", "DLQ")
]


class Instant(asyncio.Protocol):
    """Telegram and SQS, which agree to everything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        while True:
            head, end, rest = self._seen.partition(b"\r\n\r\n")
            if not end:
                return
            lines = head.lower().split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            self._seen = rest[length:]
            body = self._answer(lines[0], rest[:length])
            kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(kind % len(body) + body)

    def _answer(self, line: bytes, body: bytes) -> bytes:
        if b"/bot" not in line:
            entries = json.loads(body)["Entries"]
            taken = [
                {
                    "Id": entry["Id"],
                    "MessageId": "1",
                    "MD5OfMessageBody": hashlib.md5(entry["MessageBody"].encode()).hexdigest(),
                }
                for entry in entries
            ]
            return json.dumps({"Successful": taken, "Failed": []}).encode()
        if b"/send" in line or b"/edit" in line:
            return (
                b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}'
            )
        return b'{"ok":true,"result":true}'


def serve(ports: "multiprocessing.Queue[int]") -> None:
    """Answer until the process is ended."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Instant, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def instant() -> Iterator[str]:
    """The URL of what answers at once."""
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    process = context.Process(target=serve, args=(ports,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=30)}"
    finally:
        process.terminate()
        process.join()


@contextmanager
def silence() -> Iterator[None]:
    """Let what functions write to their log go nowhere, at the cost of writing it."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class People:
    """They watch some wallets, and write to the bot."""

    def __init__(self, wallet: str) -> None:
        self.wallet = wallet
        self.watched: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._random = random.Random(7)

    def message(self, user: int, text: str) -> dict[str, Any]:
        number = next(self._numbers)
        entity = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
        return {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 60 * number,
                "text": text,
                "entities": [entity] if text.startswith("/") else [],
                "from": person(user),
                "chat": {"id": user, "type": "private", "first_name": "Anna", "username": f"anna{user}"},
            },
        }

    def press(self, user: int, data: str) -> dict[str, Any]:
        number = next(self._numbers)
        message = self.message(user, "a menu")["message"]
        query = {
            "id": str(number),
            "from": person(user),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        return {"update_id": number, "callback_query": query}

    def day(self, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """So many updates of the mix, with what each is called."""
        weights: dict[str, int] = {}
        for area in AREAS:
            if area.topic is not Topic.ADMIN:
                weights |= {f"/{command.name}": WEIGHTS.get(command.name, 1) for command in area.commands}
        weights |= {f"button {action.name.lower()}": weight for action, weight in PRESSED.items()}
        weights["a text"] = TEXTS
        # What would leave nobody to write to.
        weights.pop("/deleteme", None)
        for kind in self._random.choices(list(weights), list(weights.values()), k=count):
            yield kind, self._update(kind, self._random.randrange(PEOPLE) + 1)

    def _update(self, kind: str, user: int) -> dict[str, Any]:
        if kind == "a text":
            return self.message(user, "thanks")
        if kind.startswith("/"):
            arguments = {"/watch": f" {self.wallet} Main", "/balance": " Main"}.get(kind, "")
            return self.message(user, kind + arguments)
        action = Action[kind.removeprefix("button ").upper()]
        argument = {Action.LIST: "0", Action.BALANCE: self.watched[user], Action.CARD: self.watched[user]}
        return self.press(user, CallbackData(action, str(argument.get(action, ""))).encode())


def person(user: int) -> dict[str, Any]:
    return {
        "id": user,
        "is_bot": False,
        "first_name": "Anna",
        "username": f"anna{user}",
        "language_code": "en",
    }


def event(update: dict[str, Any]) -> dict[str, Any]:
    """What API Gateway makes of it."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    return {"httpMethod": "POST", "path": "/telegram", "headers": headers, "body": json.dumps(update)}


def handled(update: dict[str, Any]) -> float:
    """Milliseconds of the handler."""
    request = event(update)
    started = time.perf_counter()
    answer = app.handler(request, CONTEXT)
    took = (time.perf_counter() - started) * 1000
    assert answer["statusCode"] == 200, answer
    return took


class Echo:
    """The least that python-telegram-bot can do with an update."""

    def __init__(self, telegram: str) -> None:
        self._application = (
            Application.builder()
            .token(TOKEN)
            .base_url(f"{telegram}/bot")
            .updater(None)
            .job_queue(None)
            .build()
        )
        self._application.add_handler(MessageHandler(filters.ALL, self._echo))

    async def _echo(self, update: Update, _context: Any) -> None:
        assert update.message
        await update.message.reply_text(update.message.text or "")

    async def start(self) -> None:
        # `initialize` asks who the bot is, and the server's answer is no user.
        await self._application.bot.request.initialize()
        self._application._initialized = True  # noqa: SLF001

    async def handle(self, body: str) -> None:
        await self._application.process_update(Update.de_json(json.loads(body), self._application.bot))

    def handled(self, update: dict[str, Any]) -> float:
        """Milliseconds."""
        body = json.dumps(update)
        started = time.perf_counter()
        runtime.run(self.handle(body))
        return (time.perf_counter() - started) * 1000


def percentiles(times: list[float]) -> tuple[float, float, float]:
    """50, 95 and 99 of 100."""
    cuts = quantiles(times, n=100)
    return cuts[49], cuts[94], cuts[98]


async def reading(read: Callable[[], Awaitable[object]]) -> float:
    """Median milliseconds."""
    times = []
    for _ in range(READS):
        started = time.perf_counter()
        await read()
        times.append((time.perf_counter() - started) * 1000)
    return median(times[READS // 5 :])


async def reads(wallet: str) -> tuple[float, float]:
    """Milliseconds of reading a session, and a cached balance."""
    metrics = EmfMetrics("webhook")
    redis = redis_parts.make_redis()
    settlements = RedisSettlements(redis, RedisTelemetryBoard(redis, SystemClock()), metrics)
    numbers = itertools.count(10**9)
    quota = Quota("benchmark", 10**9, timedelta(minutes=1))
    balances = Balances(RpcChain(make_rpc(metrics)), RedisCache(redis, metrics), metrics)
    session = await reading(lambda: settlements.session(Arrival(next(numbers), 1, quota, 1)))
    balance = await reading(lambda: balances.balance(wallet))
    return session, balance


def measure(database_url: str, redis_url: str, rpc_url: str, telegram: str) -> bool:
    """Print the table; False where a target is missed."""
    secrets = json.dumps({"bot_token": TOKEN, "webhook_secret": SECRET}).encode()
    secret_parts.read_secret = lambda arn: secrets  # noqa: ARG005
    os.environ.update(
        {
            "SECRET_ARN": "arn:of-the-benchmark",
            "DATABASE_WRITE_URL": database_url,
            "REDIS_URL": redis_url,
            "RPC_URLS": rpc_url,
            "CHAIN_PROFILE": "local",
            "TELEGRAM_API_URL": telegram,
            "UPDATES_PER_MINUTE": "1000000",
            "WALLETS_PER_CHAT": "25",
            "AWS_ENDPOINT_URL": telegram,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            **dict.fromkeys(QUEUES, f"{telegram}/queue"),
        }
    )
    database, redis = postgres.make_database(), redis_parts.make_redis()
    postgres.Database = lambda *_, **__: database  # type: ignore[assignment,attr-defined]
    redis_parts.RedisServer = lambda _: redis  # type: ignore[assignment,attr-defined,misc]
    runtime.run(migrate(database_url))
    wallet, _ = runtime.run(some_wallet(rpc_url))
    people = People(wallet)
    with silence():
        for user in range(1, PEOPLE + 1):
            handled(people.message(user, f"/watch {wallet} Main"))
        with psycopg.connect(database_url) as connection:
            people.watched = dict(connection.execute("SELECT chat_id, id FROM subscriptions").fetchall())
        echo = Echo(telegram)
        runtime.run(echo.start())
        rounds, kinds = play(people, echo)
        session, balance = min(runtime.run(reads(wallet)) for _ in range(ROUNDS))
    runtime.run(database.close())
    runtime.run(redis.close())
    ours, theirs = min(rounds, key=lambda each: each[0])
    print(
        f"{'':12}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}   the best of {ROUNDS} rounds of {UPDATES} updates"
    )
    print(f"{'webhook':12}{ours[0]:8.2f}{ours[1]:8.2f}{ours[2]:8.2f}   targets {P50_MS:.0f} and {P99_MS:.0f}")
    print(f"{'echo':12}{theirs[0]:8.2f}{theirs[1]:8.2f}{theirs[2]:8.2f}")
    print(f"{'ratio':12}" + "".join(f"{mine / its:8.1f}" for mine, its in zip(ours, theirs, strict=True)))
    print(
        "the slowest by their median: "
        + ", ".join(
            f"{kind} {took:.1f} ms"
            for took, kind in sorted(((median(t), k) for k, t in kinds.items()))[:-9:-1]
        )
    )
    print(f"a session is read in {session:.2f} ms (target {SESSION_MS:.0f})")
    print(f"a cached balance is read in {balance:.2f} ms (target {BALANCE_MS:.0f})")
    return ours[0] <= P50_MS and ours[2] <= P99_MS and session <= SESSION_MS and balance <= BALANCE_MS


type Percentiles = tuple[float, float, float]


def play(people: People, echo: Echo) -> tuple[list[tuple[Percentiles, Percentiles]], dict[str, list[float]]]:
    """Percentiles of the webhook and of the echo in each round, and all times by what was handled."""
    rounds, kinds = [], dict[str, list[float]]()
    for _, update in people.day(WARM_UP):
        handled(update)
        echo.handled(people.message(1, "hello"))
    for _ in range(ROUNDS):
        ours, theirs = [], []
        for kind, update in people.day(UPDATES):
            ours.append(handled(update))
            kinds.setdefault(kind, []).append(ours[-1])
            theirs.append(echo.handled(people.message(1, "hello")))
        rounds.append((percentiles(ours), percentiles(theirs)))
    return rounds, kinds


def main() -> int:
    """Run it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with instant() as telegram, running(Path(folder)) as urls:
            return 0 if measure(*urls, telegram) else 1


if __name__ == "__main__":
    sys.exit(main())
