"""What GET /metrics answers: Prometheus's text format, version 0.0.4."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from walletwatch.domain.health import Health, HealthReport
from walletwatch.domain.measures import MEASURES, Unit
from walletwatch.domain.telemetry import BUCKETS, Tally
from walletwatch.domain.vitals import Lost, Vitals

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
STATES: Final = ("visible", "in_flight", "delayed", "dead")
_SHARES: Final = {Health.HEALTHY: 1.0, Health.DEGRADED: 0.5, Health.UNHEALTHY: 0.0}

type Labels = Mapping[str, str]
type Sample = tuple[Labels, float]


def exposition(tally: Tally, vitals: Vitals, report: HealthReport) -> str:
    """All figures; what could not be read is absent, and not 0."""
    lines = [*_counters(tally), *_histograms(tally)]
    for name, meaning, samples in _gauges(vitals, report):
        lines += _family(name, "gauge", meaning, ((name, labels, value) for labels, value in samples))
    return "\n".join(lines) + "\n"


def _counters(tally: Tally) -> Iterator[str]:
    for measure in MEASURES.values():
        found = sorted(tally.counts(measure.name))
        if measure.unit is Unit.COUNT and found:
            samples = ((measure.exposed, {"function": function}, value) for function, value in found)
            yield from _family(measure.exposed, "counter", measure.meaning, samples)


def _histograms(tally: Tally) -> Iterator[str]:
    for measure in MEASURES.values():
        if measure.unit is not Unit.MILLISECONDS:
            continue
        samples: list[tuple[str, Labels, float]] = []
        for function, histogram in sorted(tally.histograms(measure.name).items()):
            labels = {"function": function}
            below = 0
            for bound, count in zip([*map(str, BUCKETS), "+Inf"], histogram.counts, strict=True):
                below += count
                samples.append((f"{measure.exposed}_bucket", {**labels, "le": bound}, below))
            samples.append((f"{measure.exposed}_sum", labels, histogram.milliseconds / 1000))
            samples.append((f"{measure.exposed}_count", labels, below))
        if samples:
            yield from _family(measure.exposed, "histogram", measure.meaning, samples)


def _gauges(vitals: Vitals, report: HealthReport) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    yield (
        "walletwatch_component_health",
        "1 healthy, 0.5 degraded, 0 unhealthy",
        [({"component": name}, _SHARES[health]) for name, health in report.components.items()],
    )
    for name, store in (("redis", vitals.redis), ("database", vitals.database)):
        if not isinstance(store, Lost):
            yield f"walletwatch_{name}_latency_seconds", "a round trip", [({}, store.latency_ms / 1000)]
    yield from _rpc_gauges(vitals)
    yield from _queue_gauges(vitals)
    yield from _watcher_gauges(vitals)
    yield from _instance_gauges(vitals)
    if not isinstance(vitals.population, Lost):
        population = vitals.population
        yield "walletwatch_users", "users that ever spoke to the bot", [({}, population.users)]
        yield "walletwatch_chats", "chats that are written to", [({}, population.chats)]
        yield "walletwatch_wallets", "wallets that are watched", [({}, population.wallets)]
        yield "walletwatch_subscriptions", "watches of all chats", [({}, population.subscriptions)]
        alerts = [({"level": level}, count) for level, count in population.open_alerts.items()]
        yield "walletwatch_alerts", "alerts that are not over", alerts
    if not isinstance(vitals.telegram, Lost):
        pending = vitals.telegram.pending_updates
        yield "walletwatch_telegram_pending_updates", "updates that Telegram keeps for us", [({}, pending)]
    if not isinstance(vitals.expiries, Lost):
        ends = [({"name": expiry.name}, expiry.at.timestamp()) for expiry in vitals.expiries]
        yield "walletwatch_expiry_timestamp_seconds", "when a certificate or a secret stops being valid", ends
    if not isinstance(vitals.lists, Lost):
        good = [({"source": each.source}, each.at.timestamp()) for each in vitals.lists if each.at]
        yield "walletwatch_list_timestamp_seconds", "when a list from outside last had a good answer", good


def _rpc_gauges(vitals: Vitals) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    rpc = vitals.rpc
    if isinstance(rpc, Lost):
        return
    if rpc.limit:  # else no instance has said anything of its connections
        yield (
            "walletwatch_rpc_connections_in_use",
            "connections of the busiest instance, on average since its last report",
            [({}, round(rpc.busy * rpc.limit, 3))],
        )
        yield "walletwatch_rpc_connections_limit", "connections it may use", [({}, rpc.limit)]
        yield "walletwatch_rpc_waiting", "calls that wait for a connection or a budget", [({}, rpc.waiting)]
    yield (
        "walletwatch_rpc_endpoint_up",
        "whether most instances ask this endpoint",
        [({"endpoint": endpoint.name}, float(endpoint.up)) for endpoint in rpc.endpoints],
    )


def _queue_gauges(vitals: Vitals) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    if isinstance(vitals.queues, Lost):
        return
    messages: list[Sample] = []
    ages: list[Sample] = []
    for queue in vitals.queues:
        messages += [({"queue": queue.name, "state": state}, getattr(queue, state)) for state in STATES]
        if queue.age_seconds is not None:
            ages.append(({"queue": queue.name}, queue.age_seconds))
    yield "walletwatch_queue_messages", "messages, about", messages
    yield "walletwatch_queue_age_seconds", "how long the last records waited at most", ages


def _watcher_gauges(vitals: Vitals) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    if isinstance(vitals.watchers, Lost):
        return
    blocks = [watcher.behind_blocks for watcher in vitals.watchers if watcher.behind_blocks is not None]
    seconds = [watcher.behind_seconds for watcher in vitals.watchers if watcher.behind_seconds is not None]
    if blocks:
        yield "walletwatch_watcher_behind_blocks", "of the watcher that is ahead", [({}, min(blocks))]
    if seconds:
        yield "walletwatch_watcher_behind_seconds", "of the watcher that is ahead", [({}, min(seconds))]
    for watcher in vitals.watchers:
        if watcher.name == "sweep" and watcher.behind_seconds is not None:
            yield (
                "walletwatch_sweep_age_seconds",
                "since every account was looked at",
                [({}, watcher.behind_seconds)],
            )


def _instance_gauges(vitals: Vitals) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    if isinstance(vitals.functions, Lost):
        return
    functions = vitals.functions
    yield (
        "walletwatch_instances",
        "environments that reported lately",
        [({"function": each.function}, each.instances) for each in functions],
    )
    yield (
        "walletwatch_instance_memory_bytes",
        "memory of the fullest environment",
        [({"function": each.function}, each.memory_bytes) for each in functions],
    )
    yield (
        "walletwatch_instance_memory_limit_bytes",
        "memory that it may use",
        [
            ({"function": each.function}, each.memory_limit_bytes)
            for each in functions
            if each.memory_limit_bytes is not None
        ],
    )


def _family(
    name: str, kind: str, meaning: str, samples: Iterable[tuple[str, Labels, float]]
) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for sample, labels, value in samples:
        named = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
        yield f"{sample}{{{named}}} {value!r}" if named else f"{sample} {value!r}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
