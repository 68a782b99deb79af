"""What every command costs in round trips to PostgreSQL and to Valkey, counted on the wire.

The webhook is the one that Lambda runs, as `bootstrap` builds it; what is not a store is a fake. Every
command of the table is driven, so that a new one is held to the same.
"""

import os

# python-telegram-bot warns of every RetryAfter unless it is told that its new type is wanted.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from solders.keypair import Keypair

from tests.fakes.chain import FakeChain
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.telegram_request import FakeRequest
from tests.fakes.vitals import FakeSystem
from tests.wire import Wire
from walletwatch.bootstrap.webhook import Webhook, webhook
from walletwatch.bot import application
from walletwatch.bot.commands.command import Topic
from walletwatch.bot.commands.table import AREAS
from walletwatch.domain.chain import AccountData, TokenHolding
from walletwatch.domain.programs import TOKEN as CLASSIC
from walletwatch.domain.wallets import AccountKind
from walletwatch.parts import admin_desk, dialogue, postgres, secrets
from walletwatch.parts import queues as queue_parts
from walletwatch.parts import redis as redis_parts
from walletwatch.services import balances, holdings, portfolio
from walletwatch.services.intake import Intake
from walletwatch.storage.postgres import database as database_module
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.redis import turn
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer

pytestmark = pytest.mark.integration

ADMIN: Final = 99
WALLET: Final = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER: Final = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
TOKEN: Final = OTHER
OTHER_TOKEN: Final = "DekkqHazmoaPaaVn1bVtC3pnrUYx9wVntYbP2hKFJ6YF"
TYPICAL: Final = ("", WALLET, "Main")
"""How a command is used that is not in the table below: alone, with an address, with a wallet's label."""
ARGUMENTS: Final = {
    "watch": ("", WALLET, f"{OTHER} Other"),
    "backfill": ("", "30", f"{WALLET} 30", "Main"),
    "price": ("", "XNT", TOKEN, OTHER_TOKEN, "Main"),
    "token": ("", "XNT", TOKEN, OTHER_TOKEN, WALLET),
    "pools": ("", "XNT", TOKEN, OTHER_TOKEN),
    "convert": ("", "10 XNT in USDC.x", f"10 {OTHER_TOKEN} in XNT", f"10 {OTHER_TOKEN}", "10 USDC.x in pXNT"),
    "start": ("", f"w_{WALLET}"),
    "report_scam": ("", f"{WALLET} sells what is not there"),
    "appeal": ("", f"{WALLET} by mistake"),
    "block": ("", f"{WALLET} a reason"),
    "allow": ("", f"{WALLET} a reason"),
    "buy": ("", "30"),
    "link": ("", "@nobody"),
    "payments": ("", "99"),
    "refundpayment": ("", "99 stx1"),
    "addalert": ("", "price_above", "price_above XNT 0.5", "balance_below Main", "balance_below Main XNT 5"),
    "editalert": ("", "1", "1 urgent", "1 price", "1 price 2", "1 token XNT", "2 wallet Main", "9"),
    "testalert": ("", "1"),
    "filters": ("", "min 5 usd", "Main", "Main min 5 usd"),
    "quiet": ("", "22:00-07:00"),
    "digest": ("", "daily 18", "now"),
    "mute": ("", "2h", "Main", "Main 2h"),
    "unmute": ("", "Main"),
    "snooze": ("", "2h"),
    "delalert": ("", "1"),
    "maintenance": ("", "on Back at noon", "off"),
    "users": ("", "active", "@x", f"{ADMIN}"),
    "user": ("", f"{ADMIN}"),
    "ban": ("", "1001 spam", f"{ADMIN}"),
    "unban": ("", "1001"),
    "limits": ("", f"{ADMIN}", f"{ADMIN} wallets 50", f"{ADMIN} wallets plan"),
    "feedbacks": ("",),
    "reply": ("", f"{ADMIN} Hello", "1001 Hello"),
    "broadcast": (
        "",
        "all",
        "all Hello",
        "premium Hello",
        "lang-en Hello",
        "link 1 Read https://a.b",
        "show 1",
        "stop 1",
    ),
    "analytics": ("", "retention", "wallets", "commands", "delivery"),
    "clearcache": ("", "balance"),
    "audit": ("", "ban", f"{ADMIN}"),
}

ALERTS: Final = ("/addalert price_above XNT 0.5", "/addalert token_new all")
BEFORE: Final = {"editalert": ALERTS, "testalert": ALERTS, "delalert": ALERTS}
"""What was said before, where the command is about that."""


@dataclass(frozen=True)
class Cost:
    """Round trips: those to Valkey count apart, before the first answer and after it."""

    sql: int
    redis_before: int
    redis_after: int

    def is_within(self, other: "Cost") -> bool:
        return (
            self.sql <= other.sql
            and self.redis_before <= other.redis_before
            and self.redis_after <= other.redis_after
        )


PLAIN: Final = Cost(2, 0, 1)
LOOK: Final = Cost(2, 1, 1)
MORE: Final = {
    # They read what saves the chain a look, all of it at once.
    **dict.fromkeys(("price", "token", "convert", "stakes", "portfolio", "approvals"), LOOK),
    **dict.fromkeys(("balance", "tokens", "nfts", "wallet"), LOOK),
    # What is in a pool is called and valued when the pool is known.
    "pools": Cost(2, 2, 1),
    # A scan that is made is counted, in the look for one that was.
    "scan": LOOK,
    "scantoken": LOOK,
    # They count how often a person asks for what is dear.
    **dict.fromkeys(("backfill", "chart", "import", "mydata", "feedback"), LOOK),
    # It says which question it gives up.
    "cancel": LOOK,
    # It says how many.
    "plan": LOOK,
    # It keeps the code by which a group is linked.
    "link": LOOK,
}
"""What may cost more than a plain command, and why."""
COLD: Final = {
    # What a wallet holds is called and valued when it is known what that is.
    **dict.fromkeys(("balance", "tokens", "nfts", "wallet"), Cost(2, 2, 1)),
}
"""What may cost more where nobody has read the same lately."""
ADMINISTRATORS: Final = Cost(4, 2, 1)
"""Figures of the whole system are put together from all of its parts; what is done is written down."""


class Telegram(FakeRequest):
    """It remembers how often the stores had been asked when the person was answered."""

    def __init__(self, wires: "Wires") -> None:
        super().__init__()
        self.wires = wires
        self.answers: list[tuple[int, int]] = []

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if url.rsplit("/", 1)[-1].startswith(("send", "edit", "answer")):
            self.answers.append(self.wires.trips)
        return await super().do_request(url, *args, **kwargs)


@dataclass
class Wires:
    sql: Wire
    redis: Wire

    @property
    def trips(self) -> tuple[int, int]:
        return self.sql.trips, self.redis.trips


@dataclass
class Environment:
    """The webhook's, warm."""

    webhook: Webhook
    telegram: Telegram
    wires: Wires
    cache: RedisCache
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    users: "count[int]" = field(default_factory=lambda: count(1000))

    async def cost(self, text: str, user: int) -> Cost:
        """What it costs to answer this, and to be done with it."""
        sql, redis = self.wires.trips
        self.telegram.answers.clear()
        await self.write(text, user)
        # Where nothing is answered, all of it is before the answer.
        _, answered = next(iter(self.telegram.answers), self.wires.trips)
        return Cost(self.wires.sql.trips - sql, answered - redis, self.wires.redis.trips - answered)

    async def write(self, text: str, user: int) -> None:
        number = next(self.numbers)
        name = text.split(maxsplit=1)[0]
        message = {
            "message_id": number,
            "date": 60 * number,
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": len(name)}],
            "from": {"id": user, "is_bot": False, "first_name": "x", "language_code": "en"},
            "chat": {"id": user, "type": "private"},
        }
        visit = self.webhook.intake.visit({"update_id": number, "message": message})
        assert await self.webhook.telemetry.during(visit.take(), visit) is Intake.HANDLED


@pytest.fixture
async def environment(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Environment]:
    await migrate(database_url)
    sql = Wire(int(conninfo_to_dict(database_url)["port"] or 5432))
    redis = Wire(urlsplit(redis_url).port or 6379)
    wires = Wires(sql, redis)
    telegram = Telegram(wires)
    system = FakeSystem()
    queues, chain = FakeQueues(), FakeChain()
    for mint in (TOKEN, OTHER_TOKEN):
        data = struct.pack("<I32sQBBI32s", 0, bytes(32), 10**15, 6, 1, 0, bytes(32))
        chain.data[mint] = AccountData(mint, CLASSIC, 1, data, 77)
        account = str(Keypair().pubkey())
        held = TokenHolding(account, AccountKind.TOKEN, mint, 10**6, 6, 1, frozen=False)
        chain.holdings.setdefault(WALLET, []).append(held)
    kept = {"bot_token": "7:token-of-the-tests", "webhook_secret": "secret-of-the-tests"}
    monkeypatch.setattr(application, "make_request", lambda **_: telegram)
    # However slow the machine is, the second time round finds what the first has read.
    for module in (balances, holdings, portfolio):
        monkeypatch.setattr(module, "BALANCE_TTL", timedelta(minutes=10))
    # However slow the machine is, what is loaded is written with the update's end.
    monkeypatch.setattr(turn, "WRITE_WITHIN_SECONDS", 60.0)
    monkeypatch.setattr(secrets, "read_secret", lambda _: msgspec.json.encode(kept))
    monkeypatch.setattr(queue_parts, "SqsQueues", lambda **_: queues)
    monkeypatch.setattr(admin_desk, "make_inspection", lambda: system.queues)
    monkeypatch.setattr(admin_desk, "make_vital_signs", lambda *_: system.signs)
    monkeypatch.setattr(dialogue, "RpcChain", lambda *_args, **_kwargs: chain)
    # A connection that rested is asked whether it still lives, whatever it is needed for.
    monkeypatch.setattr(database_module, "CHECK_AFTER_SECONDS", 3600.0)
    async with sql.open() as sql_port, redis.open() as redis_port:
        for name, value in {
            "SECRET_ARN": "arn:of-the-tests",
            "DATABASE_WRITE_URL": make_conninfo(database_url, host="127.0.0.1", port=sql_port),
            # A statement is prepared in a round trip of its own, once for each connection.
            "DATABASE_PREPARE": "false",
            "DATABASE_POOL_MIN": "1",
            "DATABASE_IDLE_SECONDS": "3600",
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "RPC_URLS": "http://127.0.0.1:1",
            "CHAIN_PROFILE": "x1-mainnet",
            "PRICE_SOURCES": "fixed",
            "FIXED_PRICES": msgspec.json.encode({"native": "0.5", TOKEN: "1", OTHER_TOKEN: "0.1"}).decode(),
            "ADMIN_IDS": str(ADMIN),
            "UPDATES_PER_MINUTE": "1000000",
        }.items():
            monkeypatch.setenv(name, value)
        beside = RedisServer(redis_url)
        await beside.command("FLUSHDB")
        database, server = postgres.make_database(), redis_parts.make_redis()
        monkeypatch.setattr(postgres, "Database", lambda *_, **__: database)
        monkeypatch.setattr(redis_parts, "RedisServer", lambda _: server)
        yield Environment(webhook(), telegram, wires, RedisCache(beside, FakeMetrics()))
        await beside.close()
        await database.close()
        await server.close()


async def test_every_command(environment: Environment) -> None:
    # The first time round, scripts are sent in full and connections are opened.
    await _costs(environment)
    assert _too_much(await _costs(environment), {}) == {}
    assert _too_much(await _costs(environment, cold=True), COLD) == {}, "where nothing is cached"


def _too_much(costs: Mapping[str, tuple[Cost, Cost]], allowed: Mapping[str, Cost]) -> Mapping[str, Cost]:
    """What costs more than it may."""
    return {
        text: cost
        for text, (cost, may) in costs.items()
        if not cost.is_within(allowed.get(text.split()[0].removeprefix("/"), may))
    }


async def _costs(environment: Environment, *, cold: bool = False) -> dict[str, tuple[Cost, Cost]]:
    """What each use of each command costs, and may cost."""
    costs = {}
    for area in AREAS:
        for command in area.commands:
            for arguments in ARGUMENTS.get(command.name, TYPICAL):
                is_admin = area.topic is Topic.ADMIN
                # A stranger's command is not slower or faster for what others did before.
                user = ADMIN if is_admin else next(environment.users)
                for said in (f"/watch {WALLET} Main", *BEFORE.get(command.name, ())):
                    await environment.write(said, user)
                if cold:
                    await environment.cache.clear("*")
                text = f"/{command.name} {arguments}".strip()
                allowed = ADMINISTRATORS if is_admin else MORE.get(command.name, PLAIN)
                costs[text] = await environment.cost(text, user), allowed
    return costs
