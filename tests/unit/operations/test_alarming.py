"""Alerts from their first sight to their end, and who is told."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.vitals import FakeSystem
from walletwatch.bot.html_length import units
from walletwatch.bot.texts import texts
from walletwatch.bot.views.system_alerts import alert_list, alert_message, duration
from walletwatch.domain.alerts import Alert, AlertLevel, AlertLimits, Condition, Finding
from walletwatch.domain.errors import ChatUnreachable, DeliveryUnavailable, StoreUnavailable
from walletwatch.domain.measures import MEASURES
from walletwatch.domain.vitals import TelegramVitals
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.alarming import Alarming
from walletwatch.services.alert_memory import AlertMemory
from walletwatch.services.cloudwatch import InvalidAlarm, read_alarm

ANNA, BORIS = 1, 2


@dataclass
class Messenger:
    sent: list[tuple[int, str]] = field(default_factory=list)
    failures: dict[int, Exception] = field(default_factory=dict)

    async def send(
        self,
        chat_id: int,
        message: RenderedMessage,
        *,
        reply_to: int | None = None,
        edits: int | None = None,
        topic: int | None = None,
        **_: object,
    ) -> int:
        if chat_id in self.failures:
            raise self.failures[chat_id]
        self.sent.append((chat_id, message.html))
        return 1


class Store(AlertMemory):
    """Alerts in a database that can be away."""

    down = False

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name != "down" and object.__getattribute__(self, "down"):
            raise StoreUnavailable("down")
        return object.__getattribute__(self, name)


@dataclass
class World:
    system: FakeSystem
    messenger: Messenger
    alerts: Store
    alarming: Alarming

    async def look(self, seconds: float = 60) -> list[tuple[int, str]]:
        """A minute passes; what is told then."""
        self.system.clock.advance(seconds)
        self.messenger.sent.clear()
        await self.alarming.look()
        return [(chat, html.splitlines()[0]) for chat, html in self.messenger.sent]


@pytest.fixture
def world() -> World:
    system, messenger, alerts = FakeSystem(), Messenger(), Store()
    return World(system, messenger, alerts, _alarming(system, messenger, alerts, FakeCache(system.clock)))


def _alarming(system: FakeSystem, messenger: Messenger, alerts: Store, cache: FakeCache) -> Alarming:
    """One environment of the alarm function."""
    return Alarming(
        signs=system.signs,
        limits=AlertLimits(),
        alerts=alerts,
        spare=AlertMemory(),
        cache=cache,
        messenger=messenger,
        render=alert_message,
        chats=(ANNA, BORIS),
        clock=system.clock,
        metrics=system.metrics,
        settle=timedelta(seconds=60),
    )


RAISED = "🔴 <b>Critical: Redis does not answer</b>"
OVER = "🟢 <b>Over: Redis does not answer</b>"


async def test_everybody_is_told_once_of_the_beginning_and_once_of_the_end(world: World) -> None:
    assert await world.look() == []
    world.system.redis.outage.down = True
    assert await world.look() == [(ANNA, RAISED), (BORIS, RAISED)]
    assert await world.look() == []
    world.system.redis.outage.down = False
    assert await world.look() == [], "it has to stay away for a while"
    assert await world.look() == [(ANNA, OVER), (BORIS, OVER)]
    assert await world.look() == []
    counts = world.system.metrics.counts
    assert (counts["AlertsRaised"], counts["AlertsResolved"]) == (1, 1)


async def test_a_chat_that_could_not_be_told_is_told_later(world: World) -> None:
    world.system.redis.outage.down = True
    world.messenger.failures = {ANNA: DeliveryUnavailable("429"), BORIS: ChatUnreachable("blocked")}
    assert await world.look() == []
    world.messenger.failures = {}
    assert await world.look() == [(ANNA, RAISED)], "Boris' chat is gone"
    assert world.system.metrics.counts["AlertsUntold"] == 2


async def test_who_does_not_acknowledge_is_reminded_after_half_an_hour(world: World) -> None:
    world.system.redis.outage.down = True
    await world.look()
    assert await world.look(29 * 60) == []
    assert await world.look(120) == [(ANNA, RAISED), (BORIS, RAISED)]
    (alert,) = await world.alerts.open()
    await world.alerts.acknowledge(alert.id, ANNA, world.system.clock.now())
    assert await world.look(3600) == []


async def test_a_lost_database_is_told_too_and_everything_goes_on_there_when_it_is_back(world: World) -> None:
    world.system.database.outage.down = world.alerts.down = True
    world.system.statistics.outage.down = True
    told = await world.look()
    assert told == [(chat, "🔴 <b>Critical: PostgreSQL does not answer</b>") for chat in (ANNA, BORIS)]
    assert await world.look() == []
    world.system.database.outage.down = world.alerts.down = world.system.statistics.outage.down = False
    assert await world.look() == [], "nobody hears of the beginning again"
    (alert,) = await world.alerts.open()
    assert (alert.condition, alert.told) == (Condition.DATABASE_LOST, (ANNA, BORIS))
    assert await world.look() == [
        (chat, "🟢 <b>Over: PostgreSQL does not answer</b>") for chat in (ANNA, BORIS)
    ]


async def test_two_environments_tell_of_a_lost_database_once(world: World) -> None:
    cache = FakeCache(world.system.clock)
    both = [_alarming(world.system, world.messenger, world.alerts, cache) for _ in range(2)]
    for _ in range(2):
        world.system.database.outage.down = world.alerts.down = True
        world.messenger.sent.clear()
        world.system.clock.advance(60)
        for alarming in both:
            await alarming.look()
        assert [chat for chat, html in world.messenger.sent if "PostgreSQL" in html] == [ANNA, BORIS]
        world.system.database.outage.down = world.alerts.down = False
        for _ in range(3):
            world.system.clock.advance(60)
            for alarming in both:
                await alarming.look()
        assert await world.alerts.open() == []


async def test_what_is_not_known_ends_no_alert(world: World) -> None:
    world.system.queues.dead["scan"] = ["x"]
    assert len(await world.look()) == 2
    world.system.queues.down = True
    for _ in range(3):
        assert await world.look() == []
    (alert,) = await world.alerts.open()
    assert alert.condition is Condition.DEAD_LETTERS


async def test_each_look_says_how_high_everything_is(world: World) -> None:
    world.system.queues.dead["scan"] = ["x"]
    now = world.system.clock.now()
    world.system.telegram.state = TelegramVitals(True, 1, now, "Wrong response")
    await world.look()
    gauges = world.system.metrics.gauges
    assert gauges["DeadLetters"] == 1
    assert gauges["TelegramWebhookErrors"] == 1
    assert gauges["RedisDown"] == gauges["DatabaseDown"] == 0
    assert gauges["OpenAlerts"] == 2
    assert gauges.keys() <= {measure.name for measure in MEASURES.values() if not measure.recorded}


def _alarm(description: str = "", state: str = "ALARM", **fields: object) -> str:
    return json.dumps(
        {"AlarmName": "x1-cpu", "AlarmDescription": description, "NewStateValue": state, **fields}
    )


async def _hear(world: World, message: str) -> list[str]:
    world.messenger.sent.clear()
    said = read_alarm(message)
    if said is not None:
        await world.alarming.hear(said)
    return [html for chat, html in world.messenger.sent if chat == ANNA]


class TestCloudWatch:
    async def test_an_alarm_of_its_own_is_told_from_beginning_to_end(self, world: World) -> None:
        (told,) = await _hear(world, _alarm("[error] CPU is <high>", NewStateReason="Threshold & crossed"))
        assert told.startswith(
            "🟠 <b>Error: CloudWatch alarm (x1-cpu)</b>\nCPU is &lt;high&gt;\nThreshold &amp;"
        )
        assert await _hear(world, _alarm("[error] CPU is <high>")) == []
        assert await world.look() == [], "our own examination does not end it"
        (over,) = await _hear(world, _alarm("[error] CPU is <high>", state="OK"))
        assert over.startswith("🟢 <b>Over: CloudWatch alarm (x1-cpu)</b>")

    async def test_what_we_see_ourselves_is_told_once(self, world: World) -> None:
        world.system.redis.outage.down = True
        (told,) = await _hear(world, _alarm("[critical] redis_lost: Redis is down"))
        assert told.startswith(RAISED)
        assert await world.look() == []

    async def test_what_we_do_not_see_is_told_as_the_alarm(self, world: World) -> None:
        (told,) = await _hear(world, _alarm("[critical] redis_lost: Redis is down"))
        assert told.startswith("🔴 <b>Critical: CloudWatch alarm (x1-cpu)</b>\nRedis is down")

    async def test_an_alarm_without_data_says_nothing(self, world: World) -> None:
        assert await _hear(world, _alarm(state="INSUFFICIENT_DATA")) == []

    @pytest.mark.parametrize("message", ["", "null", "[]", "{}", "5", _alarm(state="DREAMING"), '"x"'])
    def test_what_is_no_alarm_is_refused(self, message: str) -> None:
        with pytest.raises(InvalidAlarm):
            read_alarm(message)

    @pytest.mark.parametrize(
        ("description", "level"),
        [("", AlertLevel.ERROR), ("[warning] x", AlertLevel.WARNING), ("[loud] x", AlertLevel.ERROR)],
    )
    def test_the_level_is_in_brackets(self, description: str, level: AlertLevel) -> None:
        said = read_alarm(_alarm(description))
        assert said is not None
        assert said.finding.level is level


FACTS: dict[Condition, dict[str, str | int | float]] = {
    Condition.REDIS_LOST: {"error": "<x>"},
    Condition.DATABASE_LOST: {"error": "<x>"},
    Condition.RPC_LOST: {"error": "<x>"},
    Condition.RPC_POOL_FULL: {"percent": 95, "limit": 32, "waiting": 4},
    Condition.JOBS_FAILED: {"count": 101},
    Condition.DEAD_LETTERS: {"count": 1},
    Condition.MEMORY_HIGH: {"percent": 81, "used_mb": 210, "limit_mb": 256},
    Condition.ERROR_RATE: {"percent": 7.5, "failures": 3, "work": 40},
    Condition.CACHE_COLD: {"percent": 12, "reads": 300},
    Condition.WATCHER_BEHIND: {"seconds": 75},
    Condition.DELIVERY_SLOW: {"seconds": 41.5, "deliveries": 12},
    Condition.WEBHOOK_FAILING: {"error": "<503>", "pending": 4},
    Condition.EXPIRY_NEAR: {"days": 3},
    Condition.LIST_STALE: {"reason": "<x> pools", "hours": 25},
    Condition.CLOUDWATCH: {"text": "<b>", "reason": "&"},
}


@pytest.mark.parametrize("condition", list(Condition))
async def test_every_condition_has_its_words(condition: Condition) -> None:
    alerts = AlertMemory()
    now = FakeSystem().clock.now()
    alert: Alert = await alerts.raised(
        Finding(condition, "a <subject>", AlertLevel.ERROR, FACTS[condition]), now
    )
    message = alert_message(alert)
    assert "a &lt;subject&gt;" in message.html
    assert "<x>" not in message.html
    assert "{" not in message.html
    assert message.keyboard
    listed = alert_list([alert], texts("en"))
    assert f"#{alert.id}" in listed.html
    over = await alerts.cleared(alert.id, now + timedelta(seconds=90), settle=timedelta())
    assert over is not None
    assert "1 min 30 s" in alert_message(over).html


async def test_a_long_list_fits_into_a_message() -> None:
    alerts = AlertMemory()
    now = FakeSystem().clock.now()
    for number in range(200):
        await alerts.raised(
            Finding(Condition.DEAD_LETTERS, f"queue {number}", AlertLevel.ERROR, {"count": 1}), now
        )
    message = alert_list(await alerts.open(), texts("en"))
    assert units(message.html) <= 4096
    assert sum(len(row) for row in message.keyboard) <= 100


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.6, "1 min"), (3600, "1 h"), (3661, "1 h 1 min"), (90000, "1 d 1 h"), (86400, "1 d")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
