"""Alerts on a real database: once, whoever is killed; and what they cost in round trips and time."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from tests.contract.things import WALLET, activity, candidates_of, contact
from tests.fakes.chain import FakeChain
from tests.fakes.leases import FakeLeases
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from tests.fakes.queues import FakeQueues
from tests.integration.storage.test_round_trips import wire
from tests.unit.services.conftest import TextRenderer
from tests.wire import Wire
from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.firing import Attempt, PendingAlert, plan_firings, say
from walletwatch.domain.alert_rules.rule import AlertKind, NewRule, Rule, Terms
from walletwatch.domain.chats import ChatSettings, Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.digests import DigestPolicy
from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.filters import Filter
from walletwatch.runtime import SystemClock
from walletwatch.services.alert_rounds import AlertRounds
from walletwatch.services.alerting import Alerting
from walletwatch.services.digesting import Digesting
from walletwatch.services.watched_balances import WatchedBalances
from walletwatch.storage.postgres.alert_ledger import PostgresAlertLedger
from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.past import PostgresPast
from walletwatch.storage.postgres.preferences import PostgresPreferences
from walletwatch.storage.postgres.samples import PostgresSamples
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

__all__ = ["wire"]

pytestmark = pytest.mark.integration

RULE = NewRule(kind=AlertKind.TRANSFER_OVER, terms=Terms(asset="native", decimals=9, amount=1))
RETENTION = timedelta(days=3650)


class World:
    """The parts of a check that tell, over one database."""

    def __init__(self, database: Database) -> None:
        self.clock, self.queues, self.metrics = SystemClock(), FakeQueues(), FakeMetrics()
        self.subscriptions = PostgresSubscriptionStore(database)
        self.rules = PostgresAlertRules(database, self.clock)
        self.alerts = PostgresAlertLedger(database, self.clock)
        self.ledger = PostgresLedger(database, self.clock)
        self.past = PostgresPast(database)
        self.samples = PostgresSamples(database)
        self.alerting = Alerting(
            rules=self.rules,
            ledger=self.alerts,
            past=self.past,
            queues=self.queues,
            renderer=TextRenderer(),
            clock=self.clock,
            metrics=self.metrics,
            retention=RETENTION,
        )
        self.digesting = Digesting(
            ledger=self.ledger,
            queues=self.queues,
            renderer=TextRenderer(),
            clock=self.clock,
            metrics=self.metrics,
            retention=RETENTION,
            policy=DigestPolicy(),
        )

    async def watch(self) -> Subscription:
        await self.subscriptions.remember(contact(1))
        return (await self.subscriptions.subscribe(1, WALLET, None, slot=1, limit=9)).subscription

    async def add(self, rule: NewRule = RULE) -> Rule:
        added = await self.rules.add(1, rule, limit=100)
        assert added is not None
        return added

    def now(self, signature: str) -> Activity:
        return activity(signature, 5, block_time=round(self.clock.now().timestamp()))

    async def check(self, done: Sequence[Activity], subscription: Subscription) -> None:
        """What a check does between the reading of transactions and the moving of cursors."""
        candidates = candidates_of(done, subscription)
        await self.digesting.tell(subscription.wallet_id, done, candidates)
        await self.alerting.tell(subscription.wallet_id, candidates)

    def alerted(self) -> list[str]:
        return [each.message.html for each in self.queues.notifications if "alert:" in each.message.html]


@pytest.mark.parametrize("fields", [{}, {"repeats": False}, {"cooldown": timedelta(hours=1)}])
async def test_an_alert_fires_once_though_the_check_is_run_twice_and_killed_in_between(
    wire: tuple[Wire, Database], fields: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(wire[1])
    subscription = await world.watch()
    rule = await world.add(replace(RULE, **fields))  # type: ignore[arg-type]
    done = [world.now("a")]
    real = world.queues.notify

    async def killed(notifications: Sequence[object]) -> None:
        if any("alert:" in str(each) for each in notifications):
            raise QueueUnavailable("the process is killed after the commit and before the queue")
        await real(notifications)  # type: ignore[arg-type]

    monkeypatch.setattr(world.queues, "notify", killed)
    with pytest.raises(QueueUnavailable):
        await world.check(done, subscription)
    monkeypatch.undo()
    for _ in range(3):
        await world.check(done, subscription)
    assert world.alerted() == ["alert:a"]
    key = next(each.ledger_key for each in world.queues.notifications if "alert:" in each.message.html)
    await world.ledger.settle(key, DeliveryStatus.SENT, message_id=1)
    world.queues.notifications.clear()
    await world.check(done, subscription)
    assert world.alerted() == []
    found = await world.rules.find(1, rule.number)
    assert found is not None
    assert found.fired == 1


async def test_what_an_operation_costs(wire: tuple[Wire, Database]) -> None:
    counter, database = wire
    world = World(database)
    subscription = await world.watch()
    preferences = PostgresPreferences(database)
    rule = await world.add()
    now, wallet_id = world.clock.now(), subscription.wallet_id
    single: list[Callable[[], Awaitable[object]]] = [
        lambda: world.rules.add(1, replace(RULE, terms=Terms(points=1)), limit=9),
        lambda: world.rules.of_chat(1),
        lambda: world.rules.find(1, 1),
        lambda: world.rules.change(1, rule),
        lambda: world.rules.delete(1, 2),
        lambda: world.rules.of_wallet(wallet_id, [1]),
        lambda: world.rules.due(now, after=None, limit=500),
        lambda: world.rules.postpone({rule.id: now}, {rule.id}, judged_at=now),
        lambda: preferences.change_filter(1, subscription.id, Filter(dust=False)),
        lambda: preferences.change_timing(1, ChatSettings(), now, urgent_at=now),
        lambda: world.samples.keep({"native": Decimal(1)}, now),
        lambda: world.samples.since(["native"], now),
        lambda: world.past.last_moved([wallet_id]),
        lambda: world.past.of_chat(1, now, now, 9),
        lambda: world.past.of_wallets([wallet_id], now, 9),
        lambda: world.alerts.close_due(now, 9),
        lambda: world.alerts.stuck(timedelta(), 9),
    ]
    for number, operation in enumerate(single):
        assert await counter.count(operation) == 1, number
    plan = partial(plan_firings, now=now)
    attempt = Attempt(rule.id, subscription.chat, say(rule, "a", now, {}))

    async def fire() -> Sequence[PendingAlert]:
        return await world.alerts.fire([attempt], plan)

    # The plan is made between reading and writing.
    assert await counter.count(fire) == 2


async def test_a_look_with_thousands_of_alerts_is_quick(wire: tuple[Wire, Database]) -> None:
    counter, database = wire
    world = World(database)
    await world.watch()
    prices = FakePrices(world.clock, {"native": Decimal(5)})
    rounds = AlertRounds(
        rules=world.rules,
        alerting=world.alerting,
        digesting=world.digesting,
        balances=WatchedBalances(FakeChain(), world.past),
        prices=prices,
        samples=world.samples,
        past=world.past,
        leases=FakeLeases(world.clock),
        clock=world.clock,
        metrics=world.metrics,
    )
    idle = await counter.count(lambda: rounds.run(remaining=lambda: 60.0))
    assert idle <= 6

    async def fill() -> None:
        async def work(connection: object) -> None:
            await connection.execute(  # type: ignore[attr-defined]
                "INSERT INTO alert_rules (chat_id, number, kind, terms, cooldown, repeats, urgent, check_at,"
                " created_at) SELECT 1, n, 'price_above',"
                " jsonb_build_object('asset', 'native', 'usd', '9', 'points', n), 0, true, false, now(),"
                " now() FROM generate_series(1, 4000) n"
            )

        await database.run(work)

    await fill()
    began = time.perf_counter()
    trips = await counter.count(lambda: rounds.run(remaining=lambda: 60.0))
    assert time.perf_counter() - began < 10
    assert world.metrics.counts["AlertsJudged"] == 4000
    # A page of five hundred is one, and the price is asked for once for the sample and once for all rules.
    assert trips <= idle + 12
    assert len(prices.asked) == 2
