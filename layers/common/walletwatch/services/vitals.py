"""Reading the vitals of the running system, all parts at once and each with a time limit."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from walletwatch.domain.errors import WalletWatchError
from walletwatch.domain.pools import SourceState
from walletwatch.domain.telemetry import EndpointUse, Instance, Tally
from walletwatch.domain.vitals import (
    EndpointVitals,
    FunctionVitals,
    LastLook,
    Lost,
    QueueDepth,
    QueueVitals,
    Reading,
    RpcVitals,
    StoreVitals,
    TrafficVitals,
    Vitals,
    WatcherVitals,
)
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.operations import Expiries, Statistics, TelemetryBoard, WebhookState
from walletwatch.ports.queueing import QueueDepths

PROBE_SECONDS: Final = 2.0
FRESH: Final = timedelta(seconds=5)
"""Within this the vitals are not read again: /health may be asked by many."""
SLOW: Final = timedelta(seconds=60)
"""Of what changes slowly, or is dear to ask."""
TELEGRAM: Final = timedelta(seconds=15)
DAILY: Final = timedelta(hours=6)
ALIVE: Final = timedelta(minutes=3)
"""An instance that said nothing for so long is taken for ended."""
WORKING: Final = timedelta(seconds=30)
"""An instance that works says something within this time."""
TRAFFIC_MINUTES: Final = 5
SLOT_SECONDS: Final = 0.4
"""What a slot is meant to last (Solana's cluster parameters, on which X1 stands)."""
UP_TO_DATE_BLOCKS: Final = 16
"""A follower that is no further behind has seen all there was a moment ago."""

CONSUMERS: Final = {name: name for name in ("balance", "scan", "draw", "export", "notification")}
"""Which function takes from which queue."""
_OTHER_WORK: Final = frozenset({"webhook", "sweep", "stream", "cleanup", "refresh", "alerts"})
"""Functions whose work is counted by invocations; that of the others by records."""
_FAILURES: Final = ("RecordsRetried", "RecordsFailed", "HandlerErrors")

type Ping = Callable[[], Awaitable[None]]
type AskLists = Callable[[], Awaitable[Sequence[SourceState]]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom the vitals are asked of.

    Attributes:
        lists: How the lists from outside are.
        watchers: Which of `sweep` and `stream` are deployed.
    """

    redis: Ping
    database: Ping
    chain: Chain
    queues: QueueDepths
    statistics: Statistics
    board: TelemetryBoard
    telegram: WebhookState
    expiries: Expiries
    lists: AskLists
    watchers: frozenset[str]


class VitalSigns:
    """Reads the vitals, at most every few seconds."""

    def __init__(self, sources: Sources, clock: Clock, metrics: Metrics) -> None:
        self._sources = sources
        self._clock = clock
        self._metrics = metrics
        self._kept: dict[str, tuple[datetime, Any]] = {}
        self._reading = asyncio.Lock()

    async def read(self, *, anew: bool = False) -> Vitals:
        """The vitals, at most `FRESH` old.

        Args:
            anew: As they are now, but for what changes slowly.
        """
        async with self._reading:
            return await self._keep("vitals", timedelta() if anew else FRESH, self._read)

    async def _read(self) -> Vitals:
        sources = self._sources
        async with asyncio.TaskGroup() as group:
            start = group.create_task
            redis = start(self._ask(_timed(sources.redis)))
            database = start(self._ask(_timed(sources.database)))
            head = start(self._ask(_timed_slot(sources.chain)))
            looked = start(self._ask(sources.statistics.looked()))
            depths = start(self._ask(sources.queues.depths()))
            instances = start(self._ask(sources.board.instances(ALIVE)))
            tally = start(self._ask(sources.board.recent(TRAFFIC_MINUTES)))
            telegram = start(self._slowly("telegram", TELEGRAM, sources.telegram.read))
            expiries = start(self._slowly("expiries", DAILY, sources.expiries.read))
            population = start(self._slowly("population", SLOW, sources.statistics.population))
            lists = start(self._slowly("lists", SLOW, sources.lists))
        now = self._clock.now()
        alive, counted = instances.result(), tally.result()
        return Vitals(
            at=now,
            redis=redis.result(),
            database=database.result(),
            rpc=_rpc(head.result(), alive, now),
            queues=_queues(depths.result(), counted),
            watchers=_watchers(looked.result(), head.result(), now, sources.watchers),
            telegram=telegram.result(),
            functions=alive if isinstance(alive, Lost) else _functions(alive),
            traffic=counted if isinstance(counted, Lost) else _traffic(counted),
            expiries=expiries.result(),
            population=population.result(),
            lists=lists.result(),
        )

    async def _slowly[T](self, name: str, period: timedelta, ask: Callable[[], Awaitable[T]]) -> Reading[T]:
        return await self._ask(self._keep(name, period, ask))

    async def _keep[T](self, name: str, period: timedelta, ask: Callable[[], Awaitable[T]]) -> T:
        kept = self._kept.get(name)
        if kept is not None and self._clock.now() - kept[0] < period:
            value: T = kept[1]
            return value
        value = await ask()
        self._kept[name] = self._clock.now(), value
        return value

    async def _ask[T](self, answer: Awaitable[T]) -> Reading[T]:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                return await answer
        except (WalletWatchError, TimeoutError) as error:
            self._metrics.count("VitalsUnreadable")
            return Lost(type(error).__name__)


async def _timed(ping: Ping) -> StoreVitals:
    started = time.perf_counter()
    await ping()
    return StoreVitals(_since(started))


async def _timed_slot(chain: Chain) -> tuple[int, float]:
    started = time.perf_counter()
    slot = await chain.slot()
    return slot, _since(started)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _rpc(
    head: Reading[tuple[int, float]], instances: Reading[Sequence[Instance]], now: datetime
) -> Reading[RpcVitals]:
    if isinstance(head, Lost):
        return head
    slot, latency = head
    uses = [] if isinstance(instances, Lost) else [each.rpc for each in instances if each.rpc]
    # One that works reports every few seconds; what another used before it fell idle is over.
    working = (
        [] if isinstance(instances, Lost) else [each for each in instances if now - each.seen_at <= WORKING]
    )
    busiest = max((each.rpc for each in working if each.rpc), key=lambda use: use.busy, default=None)
    views: dict[str, list[EndpointUse]] = {}
    for use in uses:
        for endpoint in use.endpoints:
            views.setdefault(endpoint.name, []).append(endpoint)
    return RpcVitals(
        slot=slot,
        latency_ms=latency,
        busy=busiest.busy if busiest else 0.0,
        limit=max((use.limit for use in uses), default=0),
        waiting=sum(each.rpc.waiting for each in working if each.rpc),
        endpoints=tuple(_endpoint(name, seen) for name, seen in sorted(views.items())),
    )


def _endpoint(name: str, views: Sequence[EndpointUse]) -> EndpointVitals:
    latencies = [view.latency_ms for view in views if view.latency_ms is not None]
    return EndpointVitals(
        name=name,
        up=_mostly(view.up for view in views),
        behind=_mostly(view.behind for view in views),
        latency_ms=round(median(latencies), 1) if latencies else None,
    )


def _mostly(votes: Iterable[bool]) -> bool:
    count = Counter(votes)
    return count[True] > count[False]


def _queues(depths: Reading[Sequence[QueueDepth]], tally: Reading[Tally]) -> Reading[Sequence[QueueVitals]]:
    if isinstance(depths, Lost):
        return depths
    waits: Mapping[str, float | None] = {}
    if not isinstance(tally, Lost):
        histograms = tally.histograms("QueueWait")
        waits = {function: histogram.quantile(1.0) for function, histogram in histograms.items()}
    return [
        QueueVitals(
            depth.name,
            depth.visible,
            depth.in_flight,
            depth.delayed,
            depth.dead,
            waits.get(CONSUMERS[depth.name], None if depth.visible or isinstance(tally, Lost) else 0.0),
        )
        for depth in depths
    ]


def _watchers(
    looked: Reading[Sequence[LastLook]],
    head: Reading[tuple[int, float]],
    now: datetime,
    deployed: frozenset[str],
) -> Reading[Sequence[WatcherVitals]]:
    if isinstance(looked, Lost):
        return looked
    newest = None if isinstance(head, Lost) else head[0]
    return [_watcher(each, newest, now) for each in looked if each.name in deployed]


def _watcher(looked: LastLook, newest: int | None, now: datetime) -> WatcherVitals:
    if looked.slot is None or looked.at is None:
        return WatcherVitals(looked.name, None, None)
    silent = max(0.0, (now - looked.at).total_seconds())
    if newest is None:
        return WatcherVitals(looked.name, None, round(silent, 1))
    blocks = max(0, newest - looked.slot)
    if blocks <= UP_TO_DATE_BLOCKS:
        # A chain that makes no blocks leaves nothing to look at.
        return WatcherVitals(looked.name, blocks, round(min(silent, blocks * SLOT_SECONDS), 1))
    return WatcherVitals(looked.name, blocks, round(max(silent, blocks * SLOT_SECONDS), 1))


def _functions(instances: Sequence[Instance]) -> Sequence[FunctionVitals]:
    by_function: dict[str, list[Instance]] = {}
    for instance in instances:
        by_function.setdefault(instance.function, []).append(instance)
    found = []
    for function, each in sorted(by_function.items()):
        fullest = max(each, key=lambda instance: instance.memory_share or 0.0)
        found.append(FunctionVitals(function, len(each), fullest.memory_bytes, fullest.memory_limit_bytes))
    return found


def _traffic(tally: Tally) -> TrafficVitals:
    invocations = dict(tally.counts("Invocations"))
    failed = dict(tally.counts("InvocationFailures"))
    deliveries = tally.histogram("DeliveryLatency")
    return TrafficVitals(
        work=tally.of("Records") + sum(invocations.get(name, 0) for name in _OTHER_WORK),
        failures=sum(map(tally.of, _FAILURES)) + sum(failed.values()),
        cache_hits=tally.of("CacheHits"),
        cache_misses=tally.of("CacheMisses"),
        deliveries=deliveries.total,
        delivery_p95_seconds=deliveries.quantile(0.95),
        rate_limited=tally.of("TelegramRateLimited"),
    )
