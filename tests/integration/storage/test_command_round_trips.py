"""What every command costs in round trips to PostgreSQL and to Valkey, counted on the wire.

The webhook is the one that Lambda runs, as `bootstrap` builds it; what is not a store is a fake. Every
command of the table is driven, so that a new one is held to the same.
"""

import os

# python-telegram-bot warns of every RetryAfter unless it is told that its new type is wanted.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.fakes.chain import FakeChain
from tests.fakes.queues import FakeQueues
from tests.fakes.telegram_request import FakeRequest
from tests.fakes.vitals import FakeSystem
from tests.wire import Wire
from walletwatch.bootstrap.webhook import Webhook, webhook
from walletwatch.bot import application
from walletwatch.bot.commands.command import Topic
from walletwatch.bot.commands.table import AREAS
from walletwatch.parts import admin_desk, dialogue, postgres, secrets
from walletwatch.parts import queues as queue_parts
from walletwatch.parts import redis as redis_parts
from walletwatch.services import balances
from walletwatch.services.intake import Intake
from walletwatch.storage.postgres import database as database_module
from walletwatch.storage.postgres.migrate import migrate

pytestmark = pytest.mark.integration

ADMIN: Final = 99
WALLET: Final = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER: Final = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
TYPICAL: Final = ("", WALLET, "Main")
"""How a command is used that is not in the table below: alone, with an address, with a wallet's label."""
ARGUMENTS: Final = {
    "watch": ("", WALLET, f"{OTHER} Other"),
    "backfill": ("", "30", f"{WALLET} 30", "Main"),
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
    "editalert": ("", "1", "1 urgent", "9"),
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


PLAIN: Final = Cost(2, 1, 1)
MORE: Final = {
    # They read what saves the chain a look; of a scan that is not there, the right to make it is given up.
    "price": Cost(2, 3, 1),
    "token": Cost(2, 3, 1),
    "pools": Cost(2, 3, 1),
    "convert": Cost(2, 3, 1),
    # What nobody has read for ten seconds is written too: names and prices, and all of it together.
    **dict.fromkeys(("balance", "tokens", "nfts", "wallet", "stakes", "portfolio"), Cost(2, 5, 1)),
    # A scan that is made is counted.
    "scan": Cost(2, 4, 1),
    "scantoken": Cost(2, 4, 1),
    "approvals": Cost(2, 3, 1),
    # They count how often a person asks for what is dear.
    "backfill": Cost(2, 2, 1),
    "chart": Cost(2, 2, 1),
    "import": Cost(2, 2, 1),
    "mydata": Cost(2, 2, 1),
    "feedback": Cost(2, 2, 1),
    # It says how many.
    "plan": Cost(2, 2, 1),
    # It keeps the code by which a group is linked.
    "link": Cost(2, 2, 1),
    # An alert is read before it is changed.
    "editalert": Cost(3, 1, 1),
}
"""What may cost more than a plain command, and why."""
ADMINISTRATORS: Final = Cost(4, 4, 1)
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
    kept = {"bot_token": "7:token-of-the-tests", "webhook_secret": "secret-of-the-tests"}
    monkeypatch.setattr(application, "make_request", lambda **_: telegram)
    # However slow the machine is, the second time round finds what the first has read.
    monkeypatch.setattr(balances, "BALANCE_TTL", timedelta(minutes=10))
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
            "CHAIN_PROFILE": "local",
            "ADMIN_IDS": str(ADMIN),
            "UPDATES_PER_MINUTE": "1000000",
        }.items():
            monkeypatch.setenv(name, value)
        database, server = postgres.make_database(), redis_parts.make_redis()
        monkeypatch.setattr(postgres, "Database", lambda *_, **__: database)
        monkeypatch.setattr(redis_parts, "RedisServer", lambda _: server)
        yield Environment(webhook(), telegram, wires)
        await database.close()
        await server.close()


async def test_every_command(environment: Environment) -> None:
    # The first time round, scripts are sent in full and connections are opened.
    await _costs(environment)
    assert {
        text: cost
        for text, (cost, allowed) in (await _costs(environment)).items()
        if not cost.is_within(allowed)
    } == {}


async def _costs(environment: Environment) -> dict[str, tuple[Cost, Cost]]:
    """What each use of each command costs, and may cost."""
    costs = {}
    for area in AREAS:
        for command in area.commands:
            for arguments in ARGUMENTS.get(command.name, TYPICAL):
                is_admin = area.topic is Topic.ADMIN
                # A stranger's command is not slower or faster for what others did before.
                user = ADMIN if is_admin else next(environment.users)
                await environment.write(f"/watch {WALLET} Main", user)
                text = f"/{command.name} {arguments}".strip()
                allowed = ADMINISTRATORS if is_admin else MORE.get(command.name, PLAIN)
                costs[text] = await environment.cost(text, user), allowed
    return costs
