"""A person writes to the bot while Valkey goes away and comes back: every message is answered."""

import os

# python-telegram-bot warns of every RetryAfter unless it is told that its new type is wanted.
os.environ.setdefault("PTB_TIMEDELTA", "true")

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count

import pytest

from tests.fakes.administration import FakeAdministration
from tests.fakes.broadcasts import FakeBroadcasts
from tests.fakes.chain import FakeChain
from tests.fakes.chronicle import FakeChronicle
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.dealings import FakeDealings
from tests.fakes.desk import make_desk
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
from tests.fakes.stores import FakeStores
from tests.fakes.telegram_request import FakeRequest
from tests.fakes.tokens import FakeTokens
from tests.fakes.usage import FakeUsage
from tests.fakes.vitals import FakeSystem
from tests.fakes.wallets import wallets_over
from tests.servers import Server
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
from walletwatch.domain.profile import PROFILES
from walletwatch.runtime import SystemClock
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
from walletwatch.services.intake import Intake, UpdateIntake
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
from walletwatch.services.scanning import ScanRequests
from walletwatch.services.watching import Watching
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.limits import RedisRateLimits
from walletwatch.storage.redis.server import RedisServer
from walletwatch.storage.redis.settlements import RedisSettlements

pytestmark = pytest.mark.integration

WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
ANNA = 11


@dataclass
class Environment:
    """A Lambda environment of the webhook, with connections of its own to Valkey."""

    redis: RedisServer
    intake: UpdateIntake
    bot: BotApplication
    request: FakeRequest
    metrics: FakeMetrics
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def write(self, text: str) -> str:
        """What the bot answers."""
        number = next(self.numbers)
        entity = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
        message = {
            "message_id": number,
            "date": 1,
            "text": text,
            "entities": [entity] if text.startswith("/") else [],
            "from": {"id": ANNA, "is_bot": False, "first_name": "x", "language_code": "en"},
            "chat": {"id": ANNA, "type": "private"},
        }
        before = len(self.request.of("sendMessage"))
        visit = self.intake.visit({"update_id": number, "message": message})
        assert await visit.take() is Intake.HANDLED
        await visit.close(None)
        (answer,) = self.request.of("sendMessage")[before:]
        return str(answer["text"])


@pytest.fixture
async def environments(
    mortal_valkey: Server, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Environment, Environment]]:
    request, metrics, clock = FakeRequest(), FakeMetrics(), SystemClock()
    monkeypatch.setattr(application, "make_request", lambda **_: request)
    stores, chain, queues, numbers = FakeStores(clock), FakeChain(), FakeQueues(), count(1)
    chain.lamports[WALLET] = 2 * 10**9
    plans = FakePlanStore(stores.tables)
    administration, claims = FakeAdministration(), FakeUpdateClaims(stores)
    people = FakePeople(stores)

    async def environment() -> Environment:
        redis = RedisServer(mortal_valkey.url)
        rates = RedisRateLimits(redis)
        bot = BotApplication(
            "7:token-of-the-tests",
            "http://telegram",
            username="testbot",
            dialogue=Dialogue(
                watching=Watching(stores.subscriptions, chain, queues, clock),
                admin_desk=make_desk(
                    people=people,
                    broadcasts=FakeBroadcasts(people),
                    usage=FakeUsage(people),
                    administration=administration,
                    queues=queues,
                    cache=RedisCache(redis, metrics),
                    rates=rates,
                    admins=(),
                    clock=clock,
                ),
                wallets=wallets_over(
                    stores,
                    chain,
                    queues,
                    rates,
                    clock,
                ),
                balances=Balances(chain, RedisCache(redis, metrics), metrics),
                money=money_over(
                    chain,
                    stores,
                    clock,
                    metrics,
                    PROFILES["x1-mainnet"],
                    prices=FakePrices(clock),
                    tokens=FakeTokens(),
                    history=stores.samples,
                ),
                backfills=BackfillRequests(queues, rates, clock),
                scans=ScanRequests(queues),
                reports=ScanMemory(RedisCache(redis, metrics), metrics, clock, chain="test"),
                admin=FakeSystem().administering(stores.ledger, AlertMemory(), administration),
                ledger=stores.ledger,
                desk=AlertDesk(
                    Preferring(stores.subscriptions, stores.preferences, queues, clock),
                    RuleKeeping(
                        rules=stores.rules,
                        subscriptions=stores.subscriptions,
                        past=stores.past,
                        samples=stores.samples,
                        chain=chain,
                        tokens=FakeTokens(),
                        clock=clock,
                    ),
                ),
                risks=FakeRisks(stores.tables),
                listing=Listing(
                    FakeAddressLists(),
                    administration,
                    LookingAgain(FakeDealings(stores.tables), queues, clock, metrics),
                    clock,
                ),
                inline=InlineCards(
                    stores.subscriptions,
                    Balances(chain, RedisCache(redis, metrics), metrics),
                    chain,
                    FakeTokens(),
                    FakePrices(clock),
                    metrics,
                ),
                linking=Linking(
                    FakeLinkedChats(stores.tables), stores.subscriptions, RedisCache(redis, metrics)
                ),
                plans=Plans(plans, Auditing(administration, clock), clock, metrics),
                quotas=Quotas(plans, rates, clock, metrics),
                pictures=PictureRequests(queues, rates),
                exports=ExportRequests(queues, clock),
                personal=Personal(FakePersonalRecords(stores), rates, clock, metrics),
                views=Views(PROFILES["x1-mainnet"], Rates("XNT")),
                rates=FreshRates(Rates("XNT"), FakeFxRates(), clock, metrics),
                catalogue=CATALOGUE,
                operators=Operators(),
                metrics=metrics,
                conversations=Conversations(ConversationPersistence(), clock, metrics),
                clock=clock,
                browsing=Browsing(FakeChronicle(stores.tables), clock),
                summaries=ReportRequests(
                    Summaries(FakeChronicle(stores.tables)), FakeReportSchedules(stores.tables), clock
                ),
                analysing=Analysing(FakeChronicle(stores.tables), FakePrices(clock), clock),
                explaining=Explaining(
                    FakeChronicle(stores.tables),
                    chain,
                    FakeTokens(),
                    decode=decode_transaction,
                    outline=outline,
                    metrics=metrics,
                ),
            ),
            subscriptions=stores.subscriptions,
            operators=Operators(),
            metrics=metrics,
        )
        await bot.start()
        intake = UpdateIntake(
            admitting=Admitting(
                claims, RedisSettlements(redis, RedisTelemetryBoard(redis, clock), metrics), metrics
            ),
            handle=bot.handle,
            metrics=metrics,
            updates_per_minute=60,
        )
        return Environment(redis, intake, bot, request, metrics, numbers)

    both = await environment(), await environment()
    yield both
    for each in both:
        await each.bot.close()
        await each.redis.close()


async def test_a_conversation_goes_on_in_another_environment(
    environments: tuple[Environment, Environment],
) -> None:
    first, second = environments
    assert "Which address" in await first.write("/watch")
    assert "Now watching" in await second.write(f"{WALLET} Savings")
    assert "didn't get that" in await first.write("thanks")


async def test_every_message_is_answered_while_valkey_is_gone(
    environments: tuple[Environment, Environment], mortal_valkey: Server
) -> None:
    first, second = environments
    assert "Which address" in await first.write("/watch")
    await asyncio.to_thread(mortal_valkey.stop)
    assert "can't remember right now" in await second.write("savings")
    assert "For example" in await second.write("/watch")
    # An instance finds out with its first settlement.
    assert "Which address" in await first.write("/watch")
    assert "For example" in await first.write("/watch")
    assert "Now watching" in await second.write(f"/watch {WALLET} Savings")
    for environment in environments:
        started = time.monotonic()
        assert "2 XNT" in await environment.write(f"/balance {WALLET}")
        assert time.monotonic() - started < 2
    assert first.metrics.counts["SettledWithClaim"] == 7
    await asyncio.to_thread(mortal_valkey.start)
    # Its memory is gone, and the question with it.
    assert "didn't get that" in await second.write("savings")
    assert "Which wallet" in await first.write("/unwatch")
    assert "Stopped" in await second.write("savings")
    assert first.metrics.counts["SettledWithClaim"] == 7


async def test_one_that_hangs_costs_seconds_and_no_answer(
    environments: tuple[Environment, Environment], mortal_valkey: Server
) -> None:
    first, _ = environments
    await first.write("/help")
    with mortal_valkey.paused():
        started = time.monotonic()
        assert "2 XNT" in await first.write(f"/balance {WALLET}")
        assert time.monotonic() - started < 6
    assert "Which address" in await first.write("/watch")
