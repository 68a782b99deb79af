"""From the vitals to health, figures and alerts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.vitals import FakeSystem
from walletwatch.domain.alerts import AlertLevel, AlertLimits, Condition, examine
from walletwatch.domain.health import Health, judge
from walletwatch.domain.telemetry import EndpointUse, Instance, RpcUse, Tally
from walletwatch.domain.vitals import Expiry, LastLook, Lost, TelegramVitals, TrafficVitals, Vitals
from walletwatch.services.health import HealthCheck

LIMITS = AlertLimits()
MEGABYTE = 2**20


@pytest.fixture
def system() -> FakeSystem:
    return FakeSystem()


def _instance(system: FakeSystem, name: str, function: str, used: int, rpc: RpcUse | None = None) -> Instance:
    now = system.clock.now()
    return Instance(name, function, now, now, 1, used * MEGABYTE, 256 * MEGABYTE, rpc)


async def _found(system: FakeSystem, limits: AlertLimits = LIMITS) -> dict[tuple[str, str], AlertLevel]:
    vitals = await system.signs.read()
    findings = examine(vitals, limits).findings
    return {(finding.condition.value, finding.subject): finding.level for finding in findings}


def _counted(function: str, **counts: int) -> Tally:
    tally = Tally()
    for name, value in counts.items():
        tally.count(function, name, value)
    return tally


async def test_a_system_that_is_well(system: FakeSystem) -> None:
    system.statistics.progress = [
        LastLook("sweep", system.chain.current_slot, system.clock.now()),
        LastLook("stream", system.chain.current_slot, system.clock.now()),
    ]
    assert await _found(system) == {}
    report = judge(await system.signs.read(), LIMITS)
    assert report.status is Health.HEALTHY
    assert set(report.components.values()) == {Health.HEALTHY}


async def test_they_are_read_at_most_every_few_seconds(system: FakeSystem) -> None:
    first = await system.signs.read()
    system.redis.outage.down = True
    assert await system.signs.read() is first
    system.clock.advance(5)
    assert isinstance((await system.signs.read()).redis, Lost)
    assert system.telegram.asked == 1, "what changes slowly is asked less often"
    system.clock.advance(15)
    await system.signs.read()
    assert system.telegram.asked == 2


@pytest.mark.parametrize(
    ("store", "condition", "health"),
    [("redis", "redis_lost", Health.DEGRADED), ("database", "database_lost", Health.UNHEALTHY)],
)
async def test_a_store_that_is_lost(system: FakeSystem, store: str, condition: str, health: Health) -> None:
    getattr(system, store).outage.down = True
    assert (await _found(system))[condition, ""] is AlertLevel.CRITICAL
    report = judge(await system.signs.read(), LIMITS)
    assert report.status is health
    assert report.components[store] is health


async def test_what_cannot_be_read_is_neither_wrong_nor_over(system: FakeSystem) -> None:
    system.board.outage.down = system.queues.down = system.statistics.outage.down = True
    examination = examine(await system.signs.read(), LIMITS)
    unknown = {
        Condition.DEAD_LETTERS,
        Condition.JOBS_FAILED,
        Condition.MEMORY_HIGH,
        Condition.ERROR_RATE,
        Condition.CACHE_COLD,
        Condition.DELIVERY_SLOW,
        Condition.WATCHER_BEHIND,
    }
    assert not examination.judged & unknown
    assert not {finding.condition for finding in examination.findings} & unknown
    components = judge(await system.signs.read(), LIMITS).components
    assert components["queues"] is components["memory"] is components["watcher"] is Health.DEGRADED
    assert system.metrics.counts["VitalsUnreadable"] == 5


async def test_dead_letters_by_queue_and_altogether(system: FakeSystem) -> None:
    system.queues.dead["scan"] = ["x"]
    system.queues.dead["balance"] = ["x"] * 99
    assert await _found(system) == {
        ("dead_letters", "scan"): AlertLevel.WARNING,
        ("dead_letters", "balance"): AlertLevel.WARNING,
    }
    system.clock.advance(5)
    system.queues.dead["scan"] = ["x"] * 2
    assert (await _found(system))["jobs_failed", ""] is AlertLevel.ERROR


async def test_memory_of_the_fullest_instance_of_a_function(system: FakeSystem) -> None:
    for name, used in (("a", 100), ("b", 206)):
        await system.board.post(_instance(system, name, "sweep", used), Tally())
    await system.board.post(_instance(system, "c", "scan", 204), Tally())
    assert await _found(system) == {("memory_high", "sweep"): AlertLevel.WARNING}


async def test_the_rpc_pool_of_the_busiest_instance(system: FakeSystem) -> None:
    up, down = EndpointUse("0 a", True, False, 10.0, 5), EndpointUse("1 b", False, False, None, None)
    await system.board.post(_instance(system, "a", "sweep", 1, RpcUse(0.91, 32, 2, (up, down))), Tally())
    await system.board.post(_instance(system, "b", "balance", 1, RpcUse(0.1, 32, 1, (up, down))), Tally())
    assert await _found(system) == {("rpc_pool_full", ""): AlertLevel.WARNING}
    rpc = (await system.signs.read()).rpc
    assert not isinstance(rpc, Lost)
    assert (rpc.busy, rpc.limit, rpc.waiting) == (0.91, 32, 3)
    assert [(endpoint.name, endpoint.up) for endpoint in rpc.endpoints] == [("0 a", True), ("1 b", False)]
    system.clock.advance(31)
    assert await _found(system) == {}, "they have said nothing since, so they do nothing"
    rpc = (await system.signs.read()).rpc
    assert not isinstance(rpc, Lost)
    assert (rpc.busy, rpc.limit, rpc.waiting) == (0.0, 32, 0)
    assert len(rpc.endpoints) == 2


@pytest.mark.parametrize(
    ("counts", "wrong"),
    [
        ({"Records": 19, "RecordsFailed": 19}, False),
        ({"Records": 100, "RecordsRetried": 5}, False),
        ({"Records": 100, "RecordsRetried": 5, "RecordsFailed": 1}, True),
        ({"Records": 100, "RecordsPostponed": 90}, False),
    ],
)
async def test_the_error_rate(system: FakeSystem, counts: dict[str, int], wrong: bool) -> None:
    await system.board.post(_instance(system, "a", "balance", 1), _counted("balance", **counts))
    assert (await _found(system) == {("error_rate", ""): AlertLevel.ERROR}) is wrong


async def test_the_work_of_a_consumer_is_its_records_and_of_others_their_invocations(
    system: FakeSystem,
) -> None:
    await system.board.post(
        _instance(system, "a", "balance", 1), _counted("balance", Records=10, Invocations=3, RecordsFailed=1)
    )
    await system.board.post(
        _instance(system, "b", "webhook", 1), _counted("webhook", Invocations=5, InvocationFailures=2)
    )
    traffic = (await system.signs.read()).traffic
    assert isinstance(traffic, TrafficVitals)
    assert (traffic.work, traffic.failures) == (15, 3)


@pytest.mark.parametrize(("hits", "misses", "wrong"), [(49, 51, True), (50, 50, False), (9, 90, False)])
async def test_the_cache(system: FakeSystem, hits: int, misses: int, wrong: bool) -> None:
    await system.board.post(
        _instance(system, "a", "balance", 1), _counted("balance", CacheHits=hits, CacheMisses=misses)
    )
    assert (await _found(system) == {("cache_cold", ""): AlertLevel.INFO}) is wrong


async def test_deliveries_that_are_late(system: FakeSystem) -> None:
    tally = Tally()
    for seconds in (1, 1, 1, 45):
        tally.duration("notification", "DeliveryLatency", seconds * 1000)
    await system.board.post(_instance(system, "a", "notification", 1), tally)
    assert await _found(system) == {}, "four say nothing yet"
    system.clock.advance(6)
    await system.board.post(_instance(system, "a", "notification", 1), tally)
    assert await _found(system) == {("delivery_slow", ""): AlertLevel.ERROR}


class TestWatchers:
    def _looked(self, system: FakeSystem, name: str, *, blocks: int, seconds: float) -> LastLook:
        return LastLook(
            name, system.chain.current_slot - blocks, system.clock.now() - timedelta(seconds=seconds)
        )

    async def test_one_that_is_behind_while_the_other_is_not(self, system: FakeSystem) -> None:
        system.chain.current_slot = 10_000
        system.statistics.progress = [
            self._looked(system, "sweep", blocks=300, seconds=70),
            self._looked(system, "stream", blocks=1, seconds=1),
        ]
        assert await _found(system) == {("watcher_behind", "sweep"): AlertLevel.WARNING}

    async def test_both_behind(self, system: FakeSystem) -> None:
        system.chain.current_slot = 10_000
        system.statistics.progress = [
            self._looked(system, name, blocks=300, seconds=70) for name in ("sweep", "stream")
        ]
        assert set((await _found(system)).values()) == {AlertLevel.CRITICAL}

    async def test_one_that_catches_up_is_behind_by_its_blocks(self, system: FakeSystem) -> None:
        system.chain.current_slot = 10_000
        system.statistics.progress = [self._looked(system, "stream", blocks=1000, seconds=0)]
        assert ("watcher_behind", "stream") in await _found(system)

    async def test_a_chain_that_stands_still_is_no_fault_of_ours(self, system: FakeSystem) -> None:
        system.chain.current_slot = 10_000
        system.statistics.progress = [self._looked(system, "stream", blocks=0, seconds=600)]
        assert await _found(system) == {}

    async def test_without_the_chain_nothing_is_looked_at(self, system: FakeSystem) -> None:
        system.chain.down = True
        system.statistics.progress = [self._looked(system, "stream", blocks=0, seconds=61)]
        found = await _found(system)
        assert {condition for condition, _ in found} == {"rpc_lost", "watcher_behind"}

    async def test_one_that_is_not_deployed_is_not_looked_at(self) -> None:
        system = FakeSystem(watchers=frozenset({"sweep"}))
        system.statistics.progress = [self._looked(system, "stream", blocks=0, seconds=6000)]
        assert (await system.signs.read()).watchers == []

    async def test_one_that_has_not_begun_is_unknown(self, system: FakeSystem) -> None:
        system.statistics.progress = [LastLook("sweep", None, None)]
        assert await _found(system) == {}


async def test_telegrams_deliveries(system: FakeSystem) -> None:
    now = system.clock.now()
    system.telegram.state = TelegramVitals(True, 7, now - timedelta(minutes=6), "Wrong response: 503")
    assert await _found(system) == {}
    system.telegram.state = TelegramVitals(True, 7, now - timedelta(seconds=1), "Wrong response: 503")
    system.clock.advance(61)
    assert await _found(system) == {("webhook_failing", ""): AlertLevel.ERROR}
    system.telegram.state = TelegramVitals(False, 0, None, None)
    system.clock.advance(61)
    assert await _found(system) == {("webhook_failing", ""): AlertLevel.CRITICAL}


async def test_a_list_without_a_good_answer_for_a_day(system: FakeSystem) -> None:
    now = system.clock.now()
    await system.pools.accept("a", 10, now - timedelta(hours=23))
    await system.pools.accept("b", 10, now - timedelta(hours=26))
    await system.pools.refuse("b", "5 pools where there were 10", now)
    await system.pools.refuse("c", "HTTP 503", now)
    assert await _found(system) == {
        ("list_stale", "b"): AlertLevel.WARNING,
        ("list_stale", "c"): AlertLevel.WARNING,
    }
    facts = {each.subject: each.facts for each in examine(await system.signs.read(), AlertLimits()).findings}
    assert facts == {"b": {"reason": "5 pools where there were 10", "hours": 26}, "c": {"reason": "HTTP 503"}}
    system.pools.outage.down = True
    system.clock.advance(61)
    assert await _found(system) == {}


async def test_what_expires(system: FakeSystem) -> None:
    now = system.clock.now()
    days = {"far": 22, "near": 20, "urgent": 2, "over": -1}
    system.expiries.each = [Expiry(name, now + timedelta(days=left)) for name, left in days.items()]
    assert await _found(system) == {
        ("expiry_near", "near"): AlertLevel.WARNING,
        ("expiry_near", "urgent"): AlertLevel.CRITICAL,
        ("expiry_near", "over"): AlertLevel.CRITICAL,
    }


async def test_a_queue_whose_wait_is_not_known_says_so(system: FakeSystem) -> None:
    system.queues.waiting["scan"] = ["x"]
    waited = Tally()
    waited.duration("notification", "QueueWait", 1500)
    await system.board.post(_instance(system, "a", "notification", 1), waited)
    queues = (await system.signs.read()).queues
    assert not isinstance(queues, Lost)
    assert {queue.name: queue.age_seconds for queue in queues} == {
        "balance": 0.0,
        "scan": None,
        "draw": 0.0,
        "export": 0.0,
        "notification": 2.0,
    }


class TestExposition:
    async def _text(self, system: FakeSystem) -> list[str]:
        return (await HealthCheck(system.signs, system.board, LIMITS).metrics()).splitlines()

    async def test_counts_histograms_and_gauges(self, system: FakeSystem) -> None:
        tally = _counted("balance", Records=12_345_678)
        tally.duration("balance", "QueueWait", 700)
        tally.duration("balance", "QueueWait", 900_000)
        await system.board.post(_instance(system, "a", "balance", 100), tally)
        lines = await self._text(system)
        assert 'walletwatch_records_total{function="balance"} 12345678' in lines
        assert "# TYPE walletwatch_queue_wait_seconds histogram" in lines
        assert 'walletwatch_queue_wait_seconds_bucket{function="balance",le="0.5"} 0' in lines
        assert 'walletwatch_queue_wait_seconds_bucket{function="balance",le="1"} 1' in lines
        assert 'walletwatch_queue_wait_seconds_bucket{function="balance",le="300"} 1' in lines
        assert 'walletwatch_queue_wait_seconds_bucket{function="balance",le="+Inf"} 2' in lines
        assert 'walletwatch_queue_wait_seconds_sum{function="balance"} 900.7' in lines
        assert 'walletwatch_instances{function="balance"} 1' in lines
        assert 'walletwatch_instance_memory_bytes{function="balance"} 104857600' in lines
        assert 'walletwatch_alerts{level="critical"} 0' in lines

    async def test_what_is_not_known_is_absent_and_not_zero(self, system: FakeSystem) -> None:
        system.redis.outage.down = system.queues.down = system.statistics.outage.down = True
        system.board.outage.down = True
        text = "\n".join(await self._text(system))
        assert "walletwatch_redis_latency_seconds" not in text
        assert "walletwatch_queue_messages" not in text
        assert "walletwatch_users" not in text
        assert 'walletwatch_component_health{component="redis"} 0.5' in text

    async def test_every_family_is_described_once(self, system: FakeSystem) -> None:
        await system.board.post(
            _instance(system, "a", "balance", 100), _counted("balance", Records=1, RpcCalls=2)
        )
        described = [line.split()[2] for line in await self._text(system) if line.startswith("# TYPE")]
        assert len(described) == len(set(described))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_shares_are_shares(work: int, failures: int, hits: int, misses: int) -> None:
    traffic = TrafficVitals(work, failures, hits, misses, 0, None, 0)
    for share in (traffic.error_share, traffic.cache_hit_share):
        assert share is None or 0 <= share <= 1


async def test_every_finding_is_of_a_judged_condition(system: FakeSystem) -> None:
    vitals: Vitals = await system.signs.read()
    broken = replace(vitals, redis=Lost("x"), database=Lost("x"), rpc=Lost("x"))
    examination = examine(broken, LIMITS)
    assert {finding.condition for finding in examination.findings} <= examination.judged
