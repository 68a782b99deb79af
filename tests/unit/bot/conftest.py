"""The bot with everything behind it in memory."""

import os

# python-telegram-bot warns of every RetryAfter unless it is told that its new type is wanted.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from tests.fakes.administration import FakeAdministration
from tests.fakes.alerting import FakeSamples
from tests.fakes.broadcasts import FakeBroadcasts
from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.chronicle import FakeChronicle
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.clock import FakeClock
from tests.fakes.dealings import FakeDealings
from tests.fakes.desk import make_desk
from tests.fakes.inspection import FakeInspector, FakeJudge
from tests.fakes.limits import FakeRateLimits
from tests.fakes.linking import FakeLinkedChats
from tests.fakes.lists import FakeAddressLists
from tests.fakes.metrics import FakeMetrics
from tests.fakes.money import money_over
from tests.fakes.people import FakePeople
from tests.fakes.personal import FakePersonalRecords
from tests.fakes.plans import FakePlanStore
from tests.fakes.prices import FakePrices
from tests.fakes.queues import FakeQueues
from tests.fakes.rates import FakeFxRates
from tests.fakes.reporting import FakeReportSchedules
from tests.fakes.risks import FakeRisks
from tests.fakes.settlements import FakeSettlements
from tests.fakes.stores import FakeStores
from tests.fakes.telegram_request import FakeRequest
from tests.fakes.tokens import FakeTokens
from tests.fakes.usage import FakeUsage
from tests.fakes.vitals import FakeSystem
from tests.fakes.wallets import wallets_over
from walletwatch.bot import application
from walletwatch.bot.application import BotApplication
from walletwatch.bot.commands.dialogue import Dialogue
from walletwatch.bot.commands.table import CATALOGUE
from walletwatch.bot.conversation import Conversations
from walletwatch.bot.operators import Operators
from walletwatch.bot.persistence import ConversationPersistence
from walletwatch.bot.views.all import Views
from walletwatch.chain.decoding import decode_transaction
from walletwatch.chain.decoding.outline import outline
from walletwatch.domain.currencies import Rates
from walletwatch.domain.plans import LIMITS, Plan, Quota
from walletwatch.domain.profile import PROFILES
from walletwatch.services.admitting import Admitting
from walletwatch.services.alert_desk import AlertDesk
from walletwatch.services.alert_memory import AlertMemory
from walletwatch.services.analysing import Analysing
from walletwatch.services.auditing import Auditing
from walletwatch.services.backfilling import BackfillRequests
from walletwatch.services.balances import Balances
from walletwatch.services.browsing import Browsing
from walletwatch.services.currencies import FreshRates
from walletwatch.services.drawing import PictureRequests
from walletwatch.services.explaining import Explaining
from walletwatch.services.exporting import ExportRequests
from walletwatch.services.inline_cards import InlineCards
from walletwatch.services.intake import UpdateIntake
from walletwatch.services.linking import Linking
from walletwatch.services.listing import Listing
from walletwatch.services.looking_again import LookingAgain
from walletwatch.services.personal import Personal
from walletwatch.services.plans import Plans
from walletwatch.services.preferring import Preferring
from walletwatch.services.quotas import Quotas
from walletwatch.services.reporting import ReportRequests, Summaries
from walletwatch.services.rule_keeping import RuleKeeping
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import ScanReports, ScanRequests
from walletwatch.services.watching import Watching

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
ANNA, BORIS, ADMIN = 1, 2, 99
GROUP, ALERT_GROUP = -100, -200
FEW_WALLETS = {Plan.FREE: 3, Plan.PREMIUM: 250}
TOKEN = "7:token-of-the-tests"


@dataclass
class Instance:
    """A Lambda environment: each update that it is given is a delivery of its own."""

    bot: BotApplication
    intake: UpdateIntake
    deliveries: "count[int]"

    async def handle(self, update: Mapping[str, Any]) -> None:
        if isinstance(update.get("update_id"), int):
            update = {**update, "update_id": next(self.deliveries)}
        visit = self.intake.visit(update)
        try:
            await visit.take()
        finally:
            if visit.is_due:
                await visit.close(None)


@dataclass
class Chat:
    """People writing to the bot."""

    bot: Instance
    system: FakeSystem
    alerts: AlertMemory
    administration: FakeAdministration
    request: FakeRequest
    stores: FakeStores
    chain: FakeChain
    queues: FakeQueues
    metrics: FakeMetrics
    sessions: FakeSettlements
    clock: FakeClock
    fx: FakeFxRates
    inspector: FakeInspector
    judge: FakeJudge
    scans: ScanReports
    lists: FakeAddressLists
    schedules: FakeReportSchedules
    personal: FakePersonalRecords
    tokens: FakeTokens
    prices: FakePrices
    linked: FakeLinkedChats
    codes: FakeCache
    plans: FakePlanStore
    rates: FakeRateLimits
    people: FakePeople
    broadcasts: FakeBroadcasts
    usage: FakeUsage
    cache: FakeCache
    risks: FakeRisks
    another_instance: Callable[[], Awaitable[Instance]]
    price_history: FakeSamples
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """As Hypothesis tells it of what failed: it is too much to be read."""
        printer.text("chat")

    async def send(self, text: str, *, user: int = ANNA, chat: int | None = None, **message: Any) -> None:
        await self.bot.handle(self.message(text, user=user, chat=chat, **message))

    def message(
        self, text: str, *, user: int = ANNA, chat: int | None = None, **message: Any
    ) -> dict[str, Any]:
        number = next(self.numbers)
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        body = {
            "message_id": number,
            "date": 1,
            "text": text,
            "from": {"id": user, "is_bot": False, "first_name": "x", "language_code": "en"},
            "chat": {"id": chat or user, "type": "private" if (chat or user) > 0 else "supergroup"},
        }
        if command:
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        return {"update_id": number, "message": body | message}

    async def press(self, data: str, *, user: int = ANNA, chat: int | None = None) -> None:
        number = next(self.numbers)
        message = self.message("a menu", user=user, chat=chat)["message"]
        person = {"id": user, "is_bot": False, "first_name": "x"}
        query = {"id": str(number), "from": person, "message": message, "chat_instance": "1", "data": data}
        await self.bot.handle({"update_id": number, "callback_query": query})

    @property
    def last(self) -> str:
        """The newest text anybody was sent or shown."""
        for name, arguments in reversed(self.request.calls):
            if name in {"sendMessage", "editMessageText"}:
                return str(arguments["text"])
            if name == "answerCallbackQuery" and arguments.get("text"):
                return str(arguments["text"])
        raise AssertionError("nothing was said")

    @property
    def buttons(self) -> list[str]:
        """The callback data of the newest keyboard."""
        for name, arguments in reversed(self.request.calls):
            if name in {"sendMessage", "editMessageText"}:
                markup = arguments.get("reply_markup") or {}
                rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
                return [
                    button["callback_data"] for row in rows for button in row if "callback_data" in button
                ]
        return []


@pytest.fixture
async def chat(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chat]:
    request = FakeRequest()
    monkeypatch.setattr(application, "make_request", lambda **_: request)
    clock = FakeClock()
    stores, chain, queues, metrics = FakeStores(clock), FakeChain(), FakeQueues(), FakeMetrics()
    system = FakeSystem(clock, chain=chain, metrics=metrics)
    alerts, administration = AlertMemory(), FakeAdministration(stores.tables)
    sessions, lists, claims = FakeSettlements(clock), FakeAddressLists(), FakeUpdateClaims(stores)
    inspector, judge = FakeInspector(clock), FakeJudge()
    memory = ScanMemory(FakeCache(clock), metrics, clock, chain="test")
    tokens, prices = FakeTokens(), FakePrices(clock)
    linked, codes = FakeLinkedChats(stores.tables), FakeCache(clock)
    plans, rates = FakePlanStore(stores.tables), FakeRateLimits(clock)
    personal, risks = FakePersonalRecords(stores), FakeRisks(stores.tables)
    known, fx = Rates("XNT"), FakeFxRates(stores.tables)
    operators = Operators(frozenset({ADMIN}), frozenset({ALERT_GROUP}))
    schedules = FakeReportSchedules(stores.tables)
    history = stores.samples
    people = FakePeople(stores)
    broadcasts, usage, cache = FakeBroadcasts(people), FakeUsage(people), FakeCache(clock)
    desk = make_desk(
        people=people,
        broadcasts=broadcasts,
        usage=usage,
        administration=administration,
        queues=queues,
        cache=cache,
        rates=rates,
        admins={ADMIN},
        clock=clock,
    )
    instances: list[BotApplication] = []
    deliveries = count(1)

    async def instance() -> Instance:
        """A Lambda environment: all that instances share is behind it."""
        bot = BotApplication(
            TOKEN,
            "http://telegram",
            username="testbot",
            dialogue=Dialogue(
                watching=Watching(stores.subscriptions, chain, queues, clock),
                wallets=wallets_over(
                    stores,
                    chain,
                    queues,
                    rates,
                    clock,
                    prices=prices,
                    tokens=tokens,
                ),
                balances=Balances(chain, FakeCache(clock), metrics),
                money=money_over(
                    chain,
                    stores,
                    clock,
                    metrics,
                    PROFILES["x1-mainnet"],
                    prices=prices,
                    tokens=tokens,
                    history=history,
                ),
                backfills=BackfillRequests(queues, FakeRateLimits(clock), clock),
                scans=ScanRequests(queues),
                reports=memory,
                admin=system.administering(stores.ledger, alerts, administration),
                admin_desk=desk,
                ledger=stores.ledger,
                desk=AlertDesk(
                    Preferring(stores.subscriptions, stores.preferences, queues, clock),
                    RuleKeeping(
                        rules=stores.rules,
                        subscriptions=stores.subscriptions,
                        past=stores.past,
                        samples=stores.samples,
                        chain=chain,
                        tokens=tokens,
                        clock=clock,
                    ),
                ),
                risks=risks,
                listing=Listing(
                    lists,
                    administration,
                    LookingAgain(FakeDealings(stores.tables), queues, clock, metrics),
                    clock,
                ),
                inline=InlineCards(
                    stores.subscriptions,
                    Balances(chain, FakeCache(clock), metrics),
                    chain,
                    tokens,
                    prices,
                    metrics,
                ),
                linking=Linking(linked, stores.subscriptions, codes),
                plans=Plans(plans, Auditing(administration, clock), clock, metrics),
                quotas=Quotas(plans, rates, clock, metrics, {**LIMITS, Quota.WALLETS: FEW_WALLETS}),
                pictures=PictureRequests(queues, FakeRateLimits(clock)),
                exports=ExportRequests(queues, clock),
                personal=Personal(personal, FakeRateLimits(clock), clock, metrics),
                views=Views(PROFILES["x1-mainnet"], known),
                rates=FreshRates(known, fx, clock, metrics),
                catalogue=CATALOGUE,
                operators=operators,
                metrics=metrics,
                conversations=Conversations(ConversationPersistence(), clock, metrics),
                clock=clock,
                browsing=Browsing(FakeChronicle(stores.tables), clock),
                summaries=ReportRequests(Summaries(FakeChronicle(stores.tables)), schedules, clock),
                analysing=Analysing(FakeChronicle(stores.tables, lists=lists), prices, clock),
                explaining=Explaining(
                    FakeChronicle(stores.tables),
                    chain,
                    tokens,
                    decode=decode_transaction,
                    outline=outline,
                    metrics=metrics,
                ),
            ),
            subscriptions=stores.subscriptions,
            operators=operators,
            metrics=metrics,
        )
        instances.append(bot)
        await bot.start()
        intake = UpdateIntake(
            admitting=Admitting(claims, sessions, metrics),
            handle=bot.handle,
            metrics=metrics,
            updates_per_minute=10**6,
        )
        return Instance(bot, intake, deliveries)

    yield Chat(
        await instance(),
        system,
        alerts,
        administration,
        request,
        stores,
        chain,
        queues,
        metrics,
        sessions,
        clock,
        fx,
        inspector,
        judge,
        ScanReports(inspector, judge, memory, clock),
        lists,
        schedules,
        personal,
        tokens,
        prices,
        linked,
        codes,
        plans,
        rates,
        people,
        broadcasts,
        usage,
        cache,
        risks,
        instance,
        history,
    )
    for bot in instances:
        await bot.close()
    assert request.refused == []
