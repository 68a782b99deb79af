"""Nothing of one person is read or changed by another, over the real stores.

The webhook is the one that Lambda runs, as `bootstrap` builds it. Boris knows every number, key and token
that is stored of Anna, and every button that she was ever shown. He tries each of them with each button of
the bot, each command, links, inline mode, payments, and in her group; then PostgreSQL and Valkey hold of
Anna what they held before, and nothing that anybody was told had her words.
"""

import os

# python-telegram-bot warns of every RetryAfter unless it is told that its new type is wanted.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import msgspec
import psycopg
import pytest

from tests.contract.things import activity, address, candidates_of, tell_all
from tests.fakes.chain import FakeChain
from tests.fakes.queues import FakeQueues
from tests.fakes.telegram_request import FakeRequest
from tests.fakes.vitals import FakeSystem
from tests.integration.storage.conftest import database_url, postgres_url, redis_url
from tests.unit.bot.answers import data_of
from tests.unit.bot.visiting import LAST
from walletwatch.bootstrap.webhook import webhook
from walletwatch.bot import application
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.keyboards import MAX_DATA_BYTES, VERSION, Action, CallbackData
from walletwatch.domain.activities import Leg
from walletwatch.domain.money import NATIVE
from walletwatch.parts import admin_desk, dialogue, postgres, secrets
from walletwatch.parts import queues as queue_parts
from walletwatch.parts import redis as redis_parts
from walletwatch.runtime import SystemClock
from walletwatch.services.intake import Intake, UpdateIntake
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.migrate import migrate
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.redis.server import RedisServer

__all__ = ["database_url", "postgres_url", "redis_url"]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ADMIN, ANNA, BORIS = 9_000_000_099, 7_000_000_011, 8_000_000_022
GROUP, BORIS_GROUP = -1_007_000_000_033, -1_008_000_000_044
SECRET: Final = "Hush"
"""In every word of Anna's. Boris may be told what he writes himself, and labels by the link to a list."""
WALLET, OTHER, THIRD = (f"{'1' * 31}{digit}" for digit in "234")
PEER: Final = address("peer")
SHARED: Final = {"active_daily", "usage_daily", "usage_counters", "update_claims"}
"""Tables that count what everybody does."""
OF_ADDRESSES: Final = {"wallets", "watched_accounts", "address_reports", "listed_addresses", "wallet_risks"}
"""Tables of what is on the chain, which is everybody's."""
MUST_HAVE: Final = {
    "users", "chats", "subscriptions", "deliveries", "alert_rules", "shares", "feedback", "orders",
    "payments", "report_schedules",
}  # fmt: skip
"""Where something of Anna's is for Boris to find."""
ENOUGH: Final = 6
"""Buttons of one action that Anna presses herself, to be shown what is behind them."""
WRITTEN: Final = ("text", "caption", "results", "reply_markup")

type Row = tuple[str, str]


@dataclass
class World:
    """The webhook, and all that is behind it."""

    intake: UpdateIntake
    telegram: FakeRequest
    queues: FakeQueues
    database: Database
    url: str
    redis: RedisServer
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def handle(self, kind: str, body: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """What the bot said to an update."""
        since = len(self.telegram.calls)
        visit = self.intake.visit({"update_id": next(self.numbers), kind: body})
        try:
            assert await visit.take() in {Intake.HANDLED, Intake.IGNORED}
        finally:
            if visit.is_due:
                await visit.close(None)
        assert self.telegram.refused == []
        return self.telegram.calls[since:]

    async def send(
        self, text: str, *, user: int, chat: int | None = None, **fields: Any
    ) -> list[tuple[str, dict[str, Any]]]:
        return await self.handle("message", self.message(text, user=user, chat=chat) | fields)

    async def press(
        self, data: str, *, user: int, chat: int | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        query = {
            "id": f"q{next(self.numbers)}",
            "from": person(user),
            "message": self.message("a menu", user=user, chat=chat),
            "chat_instance": "1",
            "data": data,
        }
        return await self.handle("callback_query", query)

    def message(self, text: str, *, user: int, chat: int | None = None) -> dict[str, Any]:
        chat_id = chat or user
        body: dict[str, Any] = {
            "message_id": next(self.numbers),
            "date": int(datetime.now(UTC).timestamp()),
            "from": person(user),
            "chat": {"id": chat_id, "type": "private"},
        }
        if chat_id < 0:
            title = f"{SECRET}friends" if chat_id == GROUP else "Others"
            body["chat"] |= {"type": "supergroup", "title": title}
        if text:
            body["text"] = text
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return body

    def rows(self) -> set[Row]:
        """Every row of every table but those that count what everybody does."""
        with psycopg.connect(self.url) as connection:
            tables = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            ).fetchall()
            found = set()
            for (table,) in tables:
                if table not in SHARED:
                    # Which wallets a group asked about last is everybody's in it.
                    query = psycopg.sql.SQL("SELECT (to_jsonb(t) - 'used_at')::text FROM {} t").format(
                        psycopg.sql.Identifier(table)
                    )
                    found |= {(table, text) for (text,) in connection.execute(query)}
        return found

    async def keys(self) -> dict[str, bytes]:
        """Everything in Valkey that has Anna in its name or its value."""
        found = {}
        for key in await self.redis.command("KEYS", "*"):
            kind = await self.redis.command("TYPE", key)
            value = (
                await self.redis.command("GET", key) if kind == b"string" else await _dump(self.redis, key)
            )
            if any(str(abs(each)).encode() in key + (value or b"") for each in (ANNA, GROUP)):
                found[key.decode()] = value
        return found


async def _dump(redis: RedisServer, key: bytes) -> bytes:
    return await redis.command("DUMP", key) or b""


def person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "x", "language_code": "en"}


@pytest.fixture
async def world(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    await migrate(database_url)
    telegram, queues, chain, system = FakeRequest(), FakeQueues(), FakeChain(), FakeSystem()
    chain.lamports = dict.fromkeys((WALLET, OTHER, THIRD), 10**9)
    kept = {"bot_token": "7:token-of-the-tests", "webhook_secret": "secret-of-the-tests"}
    monkeypatch.setattr(application, "make_request", lambda **_: telegram)
    monkeypatch.setattr(secrets, "read_secret", lambda _: msgspec.json.encode(kept))
    monkeypatch.setattr(queue_parts, "SqsQueues", lambda **_: queues)
    monkeypatch.setattr(admin_desk, "make_inspection", lambda: system.queues)
    monkeypatch.setattr(admin_desk, "make_vital_signs", lambda *_: system.signs)
    monkeypatch.setattr(dialogue, "RpcChain", lambda *_args, **_kwargs: chain)
    for name, value in {
        "SECRET_ARN": "arn:of-the-tests",
        "DATABASE_WRITE_URL": database_url,
        "REDIS_URL": redis_url,
        "RPC_URLS": "http://127.0.0.1:1",
        "CHAIN_PROFILE": "x1-mainnet",
        "PRICE_SOURCES": "fixed",
        "FIXED_PRICES": msgspec.json.encode({"native": "0.5"}).decode(),
        "ADMIN_IDS": str(ADMIN),
        "UPDATES_PER_MINUTE": "1000000",
    }.items():
        monkeypatch.setenv(name, value)
    database, redis = postgres.make_database(), redis_parts.make_redis()
    monkeypatch.setattr(postgres, "Database", lambda *_, **__: database)
    monkeypatch.setattr(redis_parts, "RedisServer", lambda _: redis)
    await redis.command("FLUSHDB")
    yield World(webhook().intake, telegram, queues, database, database_url, redis)
    await database.close()
    await redis.close()


async def _life_of_anna(world: World) -> set[str]:
    """She uses all of the bot; what her buttons said."""
    world.telegram.memberships[GROUP, ANNA] = {"can_manage_chat": True}
    world.telegram.memberships[BORIS_GROUP, BORIS] = {"can_manage_chat": True}
    for text in (
        f"/watch {WALLET} {SECRET}savings",
        f"/watch {OTHER} {SECRET}pocket",
        *_annotations(),
        f"/addalert balance_below {WALLET} XNT 5 name={SECRET}one",
        f"/addalert price_above XNT 0.5 name={SECRET}two",
        f"/filters block {PEER}",
        f"/share {SECRET}tag",
        f"/feedback {SECRET}feedback",
        "/report daily 9",
        "/mydata",
        f"/report_scam {PEER} {SECRET}reason",
    ):
        await world.send(text, user=ANNA)
    (shared,) = [data for data in _shown(world) if data.startswith(f"{VERSION}:{Action.SHARE_MADE}:")][:1]
    await world.press(shared, user=ANNA)
    await _told(world)
    await _paid(world)
    await world.send("/link", user=ANNA)
    code = re.findall(r"<code>/link (\w+)</code>", str(world.telegram.calls[-1]))[0]
    await world.send(f"/link {code}", user=ANNA, chat=GROUP)
    await world.send("/groupsettings", user=ANNA, chat=GROUP)
    await world.press(f"{VERSION}:{Action.LINK_ALL}:{GROUP}.1", user=ANNA)
    for command in COMMANDS:
        if command.name not in {"deleteme", "unwatch", "delalert", "link"}:
            await world.send(f"/{command.name}", user=ANNA)
            await world.send(f"/{command.name} {SECRET}savings", user=ANNA)
    pressed = Counter[Action]()
    done: set[str] = set()
    while left := sorted(_shown(world) - done):
        for data in left:
            done.add(data)
            action = CallbackData.decode(data).action
            pressed[action] += 1
            if action not in LAST and pressed[action] <= ENOUGH:
                await world.press(data, user=ANNA)
    # Some of the buttons took her words away; and the last question is left open.
    for text in _annotations():
        await world.send(text, user=ANNA)
    await world.send(f"/label {WALLET}", user=ANNA)
    return _shown(world)


def _annotations() -> Iterator[str]:
    for wallet, word in ((WALLET, "savings"), (OTHER, "pocket")):
        yield f"/label {wallet} {SECRET}{word}"
        yield f"/tag {wallet} {SECRET}tag"
        yield f"/note {wallet} {SECRET}thoughts"
    yield "/language en"


async def _told(world: World) -> None:
    """Something happened in her wallet, and she was told."""
    (subscription, *_) = await PostgresSubscriptionStore(world.database).subscriptions(ANNA)
    now = int(datetime.now(UTC).timestamp())
    did = [
        activity(letter * 88, place, WALLET, block_time=now - place, legs=(Leg(NATIVE, 10**9, 9, PEER),))
        for place, letter in enumerate("56", 1)
    ]
    await PostgresLedger(world.database, SystemClock()).record(
        subscription.wallet_id,
        did,
        candidates_of(did, subscription),
        lambda candidates, _bursts: tell_all(candidates),
        since=datetime.now(UTC),
    )


async def _paid(world: World) -> None:
    said = await world.send("/buy 30", user=ANNA)
    (invoice,) = [arguments for name, arguments in said if name == "sendInvoice"]
    stars = (
        json.loads(invoice["prices"])[0]["amount"]
        if isinstance(invoice["prices"], str)
        else (invoice["prices"][0]["amount"])
    )
    await world.handle(
        "message", world.message("", user=ANNA) | _payment(invoice["payload"], stars, "stxOfAnna")
    )
    await world.send("/buy 30", user=ANNA)


def _payment(payload: str, stars: int, charge: str) -> dict[str, Any]:
    facts = {
        "currency": "XTR",
        "total_amount": stars,
        "invoice_payload": payload,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }
    return {"successful_payment": facts}


def _shown(world: World) -> set[str]:
    return {data for _, arguments in world.telegram.calls for data in data_of(arguments)}


def _of_anna(rows: Iterable[Row]) -> set[Row]:
    """The rows that name her, her group, or have her words; those of addresses are everybody's."""
    marks = (str(ANNA), str(GROUP), SECRET)
    return {
        (table, text)
        for table, text in rows
        # He may write down of himself what he knows of her.
        if table not in OF_ADDRESSES and str(BORIS) not in text and any(mark in text for mark in marks)
    }


def _names(rows: Iterable[Row]) -> list[str]:
    """Every number, key and token in her rows: what a button's data could name."""
    found: set[str] = set()
    for table, text in rows:
        row = json.loads(text)
        found |= {
            str(value)
            for name, value in row.items()
            if isinstance(value, int | str) and not isinstance(value, bool) and _may_name(table, name, value)
        }
    return sorted(found)


def _may_name(table: str, column: str, value: int | str) -> bool:
    is_id = column == "id" or column.endswith(
        ("_id", "number", "key", "token", "address", "signature", "mint")
    )
    return table not in OF_ADDRESSES and is_id and 0 < len(str(value)) <= 64


async def _buttons(world: World, shown: Iterable[str], names: Iterable[str]) -> None:
    """Every button that she was shown, and every action with everything that is stored of her."""
    guessed = {f"{VERSION}:{action.value}:{name}" for action in Action for name in names}
    for data in sorted({*shown, *(data for data in guessed if len(data.encode()) <= MAX_DATA_BYTES)}):
        if CallbackData.decode(data).action is not Action.FORGET_CONFIRMED:
            await world.press(data, user=BORIS)


async def _commands(world: World, names: Iterable[str]) -> None:
    """Every command with everything that is stored of her, and her words."""
    for command in (*COMMANDS, *ADMIN_COMMANDS):
        for name in (*names, SECRET, f"#{SECRET}tag", f"{SECRET}savings"):
            if command.name != "deleteme":
                await world.send(f"/{command.name} {name}", user=BORIS)


async def _links(world: World, names: Iterable[str]) -> None:
    for name in names:
        for prefix in ("", "w_", "t_", "s_", "l_", "g_"):
            await world.send(f"/start {prefix}{name}", user=BORIS)
        await world.handle(
            "inline_query",
            {"id": f"i{next(world.numbers)}", "from": person(BORIS), "query": name, "offset": ""},
        )
    for query, offset in (("", ""), (SECRET, ""), ("", "1"), (WALLET, ""), (OTHER, "")):
        asked = {"id": f"i{next(world.numbers)}", "from": person(BORIS), "query": query, "offset": offset}
        await world.handle("inline_query", asked)


async def _payments(world: World, rows: Iterable[Row]) -> None:
    """He pays by her order, and wants her Stars back."""
    orders = [json.loads(text)["id"] for table, text in rows if table == "orders"]
    assert orders
    for order in orders:
        checkout = {
            "id": f"c{next(world.numbers)}",
            "from": person(BORIS),
            "currency": "XTR",
            "total_amount": 250,
            "invoice_payload": order,
        }
        for name, arguments in await world.handle("pre_checkout_query", checkout):
            assert (name, arguments["ok"]) == ("answerPreCheckoutQuery", False)
    await world.send("/refund", user=BORIS)


async def _in_her_group(world: World, shown: Iterable[str], names: Iterable[str]) -> None:
    """He is in it, and administers another; what that hears of, all of its people may ask."""
    for command in COMMANDS:
        for text in ("", " on", f" {WALLET}", f" {SECRET}savings"):
            await world.send(f"/{command.name}{text}", user=BORIS, chat=GROUP)
    for data in sorted(shown):
        await world.press(data, user=BORIS, chat=GROUP)
        await world.press(data, user=BORIS, chat=BORIS_GROUP)
    for name in names:
        await world.send(f"/link {name}", user=BORIS, chat=BORIS_GROUP)


def _written(calls: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    return [
        f"{name} {part} {arguments[part]}"
        for name, arguments in calls
        for part in WRITTEN
        if part in arguments
    ]


async def test_nothing_of_another_is_read_or_changed(world: World) -> None:
    shown = await _life_of_anna(world)
    await world.send(f"/watch {WALLET} Mine", user=BORIS)
    await world.send(f"/watch {THIRD} Third", user=BORIS)
    await world.send("/addalert balance_below Mine XNT 5", user=BORIS)
    rows, keys = _of_anna(world.rows()), await world.keys()
    assert {table for table, _ in rows} >= MUST_HAVE
    assert any("session" in key for key in keys)
    names = [*_names(rows), f"{GROUP}.0", f"{GROUP}.1"]
    # Whoever has the link to a list is meant to see it.
    tokens = {json.loads(text)["token"] for table, text in rows if table == "shares"}
    links = {data for data in shown if any(token in data for token in tokens)}
    since = len(world.telegram.calls)
    for queue in vars(world.queues).values():
        if isinstance(queue, list):
            queue.clear()

    await _buttons(world, shown - links, [name for name in names if name not in tokens])
    assert [text for text in _written(world.telegram.calls[since:]) if SECRET.lower() in text.lower()] == []
    await _buttons(world, links, tokens)
    await _commands(world, names)
    await _links(world, names)
    await _payments(world, rows)

    said = world.telegram.calls[since:]
    leaks = re.compile(f"{SECRET}(?!savings|pocket|tag)\\w", re.IGNORECASE)
    assert [text for text in _written(said) if leaks.search(text)] == []
    sent = [(name, arguments) for name, arguments in said if not name.startswith(("get", "answer"))]
    assert {arguments["chat_id"] for _, arguments in sent} == {BORIS, ADMIN}
    present = await world.keys()
    assert {key for key, value in present.items() if keys.get(key) != value} == set()
    # How often she asked is forgotten by itself.
    assert {key for key in keys.keys() - present.keys() if ":rate:" not in key} == set()
    # What a group hears of, its people may ask; only how often is counted for all of them.
    await _in_her_group(world, shown, names)
    assert _of_anna(world.rows()) ^ rows == set()
    changed = {key for key, value in (await world.keys()).items() if keys.get(key) != value}
    assert {key for key in changed if ":rate:" not in key} == set()
    assert str(ANNA) not in repr(vars(world.queues))
    own = {None, *(each.id for each in await PostgresSubscriptionStore(world.database).subscriptions(BORIS))}
    asked = [
        *(each.subscription_id for each in world.queues.drawings if each.chat_id == BORIS),
        *(each.subscription_id for each in world.queues.exports if each.chat_id == BORIS),
    ]
    assert set(asked) <= own
    # Her question is open still, and what she writes answers it.
    await world.send(f"{SECRET}answer", user=ANNA)
    assert any(f"{SECRET}answer" in text for table, text in world.rows() if table == "subscriptions")
    # She herself is shown her words by what he tried.
    for action in (Action.CARD, Action.NOTE, Action.DETAILS, Action.LINK, Action.AM_CARD, Action.TAGS):
        data = [f"{VERSION}:{action.value}:{name}" for name in names]
        said = [call for each in data for call in await world.press(each, user=ANNA)]
        assert any(SECRET.lower() in text.lower() for text in _written(said)), action
