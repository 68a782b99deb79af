"""What operators have to know: the conditions, and what becomes of an alert."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from walletwatch.domain.vitals import Lost, Vitals

CLOUDWATCH: Final = "cloudwatch"

type Facts = Mapping[str, str | int | float]


class AlertLevel(StrEnum):
    """How bad it is. From ERROR on, those who do not acknowledge it are reminded."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(AlertLevel).index(self)


class Condition(StrEnum):
    """What can be wrong. The value is stored, and is part of the names of CloudWatch's alarms."""

    REDIS_LOST = "redis_lost"
    DATABASE_LOST = "database_lost"
    RPC_LOST = "rpc_lost"
    RPC_POOL_FULL = "rpc_pool_full"
    JOBS_FAILED = "jobs_failed"
    DEAD_LETTERS = "dead_letters"
    MEMORY_HIGH = "memory_high"
    ERROR_RATE = "error_rate"
    CACHE_COLD = "cache_cold"
    WATCHER_BEHIND = "watcher_behind"
    DELIVERY_SLOW = "delivery_slow"
    WEBHOOK_FAILING = "webhook_failing"
    EXPIRY_NEAR = "expiry_near"
    LIST_STALE = "list_stale"
    CLOUDWATCH = CLOUDWATCH


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """From where on something is wrong.

    Attributes:
        rpc_busy: Share of the connections in use.
        failed_jobs: Messages in all dead-letter queues.
        memory: Share of a function's memory.
        error_share: Share of the work.
        cache_hit_share: Share of the reads, below which it is wrong.
        behind: For how long a watcher may not have looked.
        delivery: From a block to Telegram, for 95 of 100.
        webhook_error: For how long a failed delivery of an update counts.
        expiry: How long before its end something is to be replaced.
        expiry_urgent: How long before it is late to.
        list_age: For how long a list from outside may have had no good answer.
        least_work: Less work than this says nothing of the error rate.
        least_reads: Fewer reads say nothing of the cache.
        least_deliveries: Fewer deliveries say nothing of their latency.
    """

    rpc_busy: float = 0.9
    failed_jobs: int = 100
    memory: float = 0.8
    error_share: float = 0.05
    cache_hit_share: float = 0.5
    behind: timedelta = timedelta(seconds=60)
    delivery: timedelta = timedelta(seconds=30)
    webhook_error: timedelta = timedelta(minutes=5)
    expiry: timedelta = timedelta(days=21)
    expiry_urgent: timedelta = timedelta(days=3)
    list_age: timedelta = timedelta(days=1)
    least_work: int = 20
    least_reads: int = 100
    least_deliveries: int = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong now.

    Attributes:
        subject: Of what there are several: a queue, a function, a watcher; empty where there is one.
        facts: What was seen, for the message.
    """

    condition: Condition
    subject: str
    level: AlertLevel
    facts: Facts

    @property
    def key(self) -> tuple[Condition, str]:
        """What makes it one and the same alert."""
        return self.condition, self.subject


@dataclass(frozen=True, slots=True)
class Examination:
    """What the vitals say.

    Attributes:
        judged: The conditions that could be judged; of the others nothing is concluded.
    """

    findings: Sequence[Finding]
    judged: frozenset[Condition]


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that held, from its first sight to its end.

    Attributes:
        id: What /ack takes.
        seen_at: When it was last seen to hold.
        clear_since: When it was first seen not to hold any more, while it is not resolved yet.
        told: Chats that know of its beginning (at its present level).
        told_end: Chats that know of its end.
        told_at: When its beginning was last told.
    """

    id: int
    condition: Condition
    subject: str
    level: AlertLevel
    facts: Facts
    occurrences: int
    raised_at: datetime
    seen_at: datetime
    clear_since: datetime | None = None
    resolved_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: int | None = None
    told: tuple[int, ...] = ()
    told_end: tuple[int, ...] = ()
    told_at: datetime | None = None

    @property
    def key(self) -> tuple[Condition, str]:
        """What makes it one and the same alert."""
        return self.condition, self.subject


def examine(vitals: Vitals, limits: AlertLimits) -> Examination:
    """What is wrong, and what of it could be judged.

    What could not be read is no reason to raise an alert, nor to call one over; only a store that does not
    answer is one by itself.
    """
    findings: list[Finding] = []
    judged: set[Condition] = set()
    for condition, found in (
        (Condition.REDIS_LOST, _lost(vitals.redis, Condition.REDIS_LOST)),
        (Condition.DATABASE_LOST, _lost(vitals.database, Condition.DATABASE_LOST)),
        (Condition.RPC_LOST, _lost(vitals.rpc, Condition.RPC_LOST)),
        (Condition.RPC_POOL_FULL, _rpc_pool(vitals, limits)),
        (Condition.JOBS_FAILED, _failed_jobs(vitals, limits)),
        (Condition.DEAD_LETTERS, _dead_letters(vitals)),
        (Condition.MEMORY_HIGH, _memory(vitals, limits)),
        (Condition.ERROR_RATE, _error_rate(vitals, limits)),
        (Condition.CACHE_COLD, _cache(vitals, limits)),
        (Condition.WATCHER_BEHIND, _watchers(vitals, limits)),
        (Condition.DELIVERY_SLOW, _delivery(vitals, limits)),
        (Condition.WEBHOOK_FAILING, _webhook(vitals, limits)),
        (Condition.EXPIRY_NEAR, _expiries(vitals, limits)),
        (Condition.LIST_STALE, _lists(vitals, limits)),
    ):
        if found is not None:
            judged.add(condition)
            findings.extend(found)
    return Examination(findings, frozenset(judged))


type _Found = Iterator[Finding] | Sequence[Finding] | None
"""None where nothing can be concluded."""


def _lost(reading: object, condition: Condition) -> _Found:
    if isinstance(reading, Lost):
        return [Finding(condition, "", AlertLevel.CRITICAL, {"error": reading.error})]
    return []


def _rpc_pool(vitals: Vitals, limits: AlertLimits) -> _Found:
    rpc = vitals.rpc
    if isinstance(rpc, Lost):
        return None
    if rpc.busy <= limits.rpc_busy:
        return []
    facts = {"percent": round(rpc.busy * 100), "limit": rpc.limit, "waiting": rpc.waiting}
    return [Finding(Condition.RPC_POOL_FULL, "", AlertLevel.WARNING, facts)]


def _failed_jobs(vitals: Vitals, limits: AlertLimits) -> _Found:
    if isinstance(vitals.queues, Lost):
        return None
    dead = sum(queue.dead for queue in vitals.queues)
    if dead <= limits.failed_jobs:
        return []
    return [Finding(Condition.JOBS_FAILED, "", AlertLevel.ERROR, {"count": dead})]


def _dead_letters(vitals: Vitals) -> _Found:
    if isinstance(vitals.queues, Lost):
        return None
    return [
        Finding(Condition.DEAD_LETTERS, queue.name, AlertLevel.WARNING, {"count": queue.dead})
        for queue in vitals.queues
        if queue.dead
    ]


def _memory(vitals: Vitals, limits: AlertLimits) -> _Found:
    if isinstance(vitals.functions, Lost):
        return None
    found = []
    for each in vitals.functions:
        if each.memory_limit_bytes and each.memory_bytes > limits.memory * each.memory_limit_bytes:
            facts = {
                "percent": round(100 * each.memory_bytes / each.memory_limit_bytes),
                "used_mb": each.memory_bytes // 2**20,
                "limit_mb": each.memory_limit_bytes // 2**20,
            }
            found.append(Finding(Condition.MEMORY_HIGH, each.function, AlertLevel.WARNING, facts))
    return found


def _error_rate(vitals: Vitals, limits: AlertLimits) -> _Found:
    traffic = vitals.traffic
    if isinstance(traffic, Lost):
        return None
    share = traffic.error_share
    if share is None or traffic.work < limits.least_work or share <= limits.error_share:
        return []
    facts = {"percent": round(share * 100, 1), "failures": traffic.failures, "work": traffic.work}
    return [Finding(Condition.ERROR_RATE, "", AlertLevel.ERROR, facts)]


def _cache(vitals: Vitals, limits: AlertLimits) -> _Found:
    traffic = vitals.traffic
    if isinstance(traffic, Lost):
        return None
    share, reads = traffic.cache_hit_share, traffic.cache_hits + traffic.cache_misses
    if share is None or reads < limits.least_reads or share >= limits.cache_hit_share:
        return []
    facts = {"percent": round(share * 100), "reads": reads}
    return [Finding(Condition.CACHE_COLD, "", AlertLevel.INFO, facts)]


def _watchers(vitals: Vitals, limits: AlertLimits) -> _Found:
    if isinstance(vitals.watchers, Lost):
        return None
    limit = limits.behind.total_seconds()
    known = [watcher for watcher in vitals.watchers if watcher.behind_seconds is not None]
    late = [watcher for watcher in known if (watcher.behind_seconds or 0) > limit]
    # While the other one sees everything, nothing is late but the redundancy.
    level = AlertLevel.CRITICAL if len(late) == len(vitals.watchers) else AlertLevel.WARNING
    found = []
    for watcher in late:
        facts = {"seconds": round(watcher.behind_seconds or 0)}
        if watcher.behind_blocks is not None:
            facts["blocks"] = watcher.behind_blocks
        found.append(Finding(Condition.WATCHER_BEHIND, watcher.name, level, facts))
    return found


def _delivery(vitals: Vitals, limits: AlertLimits) -> _Found:
    traffic = vitals.traffic
    if isinstance(traffic, Lost):
        return None
    p95 = traffic.delivery_p95_seconds
    if p95 is None or traffic.deliveries < limits.least_deliveries or p95 <= limits.delivery.total_seconds():
        return []
    facts = {"seconds": round(p95, 1), "deliveries": traffic.deliveries}
    return [Finding(Condition.DELIVERY_SLOW, "", AlertLevel.ERROR, facts)]


def _webhook(vitals: Vitals, limits: AlertLimits) -> _Found:
    telegram = vitals.telegram
    if isinstance(telegram, Lost):
        return None
    facts: dict[str, str | int | float] = {"pending": telegram.pending_updates}
    if not telegram.is_set:
        return [Finding(Condition.WEBHOOK_FAILING, "", AlertLevel.CRITICAL, {**facts, "error": "not set"})]
    failed_at = telegram.last_error_at
    if failed_at is None or vitals.at - failed_at > limits.webhook_error:
        return []
    facts["error"] = telegram.last_error or "?"
    return [Finding(Condition.WEBHOOK_FAILING, "", AlertLevel.ERROR, facts)]


def _expiries(vitals: Vitals, limits: AlertLimits) -> _Found:
    if isinstance(vitals.expiries, Lost):
        return None
    found = []
    for expiry in vitals.expiries:
        left = expiry.at - vitals.at
        if left <= limits.expiry:
            level = AlertLevel.CRITICAL if left <= limits.expiry_urgent else AlertLevel.WARNING
            found.append(Finding(Condition.EXPIRY_NEAR, expiry.name, level, {"days": left.days}))
    return found


def _lists(vitals: Vitals, limits: AlertLimits) -> _Found:
    if isinstance(vitals.lists, Lost):
        return None
    found = []
    for each in vitals.lists:
        facts: dict[str, str | int | float] = {"reason": each.reason or "it was not asked"}
        if each.at is None:
            found.append(Finding(Condition.LIST_STALE, each.source, AlertLevel.WARNING, facts))
        elif vitals.at - each.at > limits.list_age:
            facts["hours"] = int((vitals.at - each.at).total_seconds() // 3600)
            found.append(Finding(Condition.LIST_STALE, each.source, AlertLevel.WARNING, facts))
    return found
