"""Prometheus's rules: what is computed in advance, and the alerts, with the limits of the system's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from walletwatch.domain.alerts import AlertLevel, AlertLimits, Condition

WORK: Final = "stage:walletwatch_work:increase5m"
ERRORS: Final = "stage:walletwatch_errors:ratio5m"
CACHE_READS: Final = "stage:walletwatch_cache_reads:increase5m"
CACHE_HITS: Final = "stage:walletwatch_cache_hits:ratio5m"
DELIVERIES: Final = "stage:walletwatch_deliveries:increase5m"
DELIVERY_P95: Final = "stage:walletwatch_delivery_latency_seconds:p95_5m"

UNREACHABLE: Final = "metrics_unreachable"
"""The condition that only Prometheus can see: /metrics does not answer."""
_LIMITS: Final = AlertLimits()


def _increase(metric: str, labels: str = "") -> str:
    return f"sum by (stage) (increase({metric}{labels}[5m]))"


def _or_none(term: str, known: str) -> str:
    """A term that has no series before its first event, as 0 wherever `known` has a value."""
    return f"({term} or 0 * {known})"


_INVOCATIONS: Final = _increase(
    "walletwatch_invocations_total", '{function=~"webhook|sweep|stream|cleanup|refresh|alerts"}'
)
_FAILED: Final = " + ".join(
    _or_none(_increase(f"walletwatch_{name}_total"), WORK)
    for name in ("invocation_failures", "records_retried", "records_failed", "handler_errors")
)
_HITS: Final = _increase("walletwatch_cache_hits_total")
_MISSES: Final = _increase("walletwatch_cache_misses_total")

RECORDED: Final[Mapping[str, str]] = {
    WORK: f"{_INVOCATIONS} + {_or_none(_increase('walletwatch_records_total'), _INVOCATIONS)}",
    ERRORS: f"clamp_max(({_FAILED}) / ({WORK} > 0), 1)",
    CACHE_READS: f"{_or_none(_HITS, _MISSES)} + {_or_none(_MISSES, _HITS)}",
    CACHE_HITS: f"{_or_none(_HITS, CACHE_READS)} / ({CACHE_READS} > 0)",
    DELIVERIES: _increase("walletwatch_delivery_latency_seconds_count"),
    DELIVERY_P95: (
        "histogram_quantile(0.95,"
        " sum by (stage, le) (increase(walletwatch_delivery_latency_seconds_bucket[5m])))"
    ),
}
"""Shares and quantiles by name, which the dashboard and the alerts have in common."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alerting rule.

    Attributes:
        holds_for: How long the expression must hold, as Prometheus writes durations.
        summary: One line, with Prometheus's templates; the value is `$value`.
    """

    name: str
    condition: str
    level: AlertLevel
    expression: str
    summary: str
    holds_for: str = "1m"


def _lost(component: str) -> str:
    return f'walletwatch_component_health{{component="{component}"}} < 1'


_DEAD: Final = 'sum by (stage, queue) (walletwatch_queue_messages{state="dead"})'
_LEFT: Final = "walletwatch_expiry_timestamp_seconds - time()"

ALERTS: Final = (
    AlertRule(
        "MetricsUnreachable",
        UNREACHABLE,
        AlertLevel.CRITICAL,
        'up{job="walletwatch"} == 0',
        "GET /metrics does not answer: nothing else can be told",
        holds_for="3m",
    ),
    AlertRule(
        "RedisLost",
        Condition.REDIS_LOST,
        AlertLevel.CRITICAL,
        _lost("redis"),
        "Redis does not answer",
    ),
    AlertRule(
        "DatabaseLost",
        Condition.DATABASE_LOST,
        AlertLevel.CRITICAL,
        _lost("database"),
        "PostgreSQL does not answer",
    ),
    AlertRule(
        "RpcLost",
        Condition.RPC_LOST,
        AlertLevel.CRITICAL,
        # A full pool is degraded too, but has figures.
        f"{_lost('rpc')} unless on (stage) walletwatch_rpc_connections_limit",
        "no RPC endpoint answers",
    ),
    AlertRule(
        "RpcPoolFull",
        Condition.RPC_POOL_FULL,
        AlertLevel.WARNING,
        f"walletwatch_rpc_connections_in_use / (walletwatch_rpc_connections_limit > 0) > {_LIMITS.rpc_busy}",
        "{{ $value | humanizePercentage }} of the RPC connections are in use",
    ),
    AlertRule(
        "JobsFailed",
        Condition.JOBS_FAILED,
        AlertLevel.ERROR,
        f"sum by (stage) ({_DEAD}) > {_LIMITS.failed_jobs}",
        "{{ $value }} jobs failed in every try",
    ),
    AlertRule(
        "DeadLetters",
        Condition.DEAD_LETTERS,
        AlertLevel.WARNING,
        f"{_DEAD} > 0",
        "{{ $value }} dead letters of the queue {{ $labels.queue }}",
    ),
    AlertRule(
        "MemoryHigh",
        Condition.MEMORY_HIGH,
        AlertLevel.WARNING,
        f"walletwatch_instance_memory_bytes / walletwatch_instance_memory_limit_bytes > {_LIMITS.memory}",
        "{{ $labels.function }} uses {{ $value | humanizePercentage }} of its memory",
    ),
    AlertRule(
        "ErrorRate",
        Condition.ERROR_RATE,
        AlertLevel.ERROR,
        f"{ERRORS} > {_LIMITS.error_share} and {WORK} >= {_LIMITS.least_work}",
        "{{ $value | humanizePercentage }} of the work fails",
    ),
    AlertRule(
        "CacheCold",
        Condition.CACHE_COLD,
        AlertLevel.INFO,
        f"{CACHE_HITS} < {_LIMITS.cache_hit_share} and {CACHE_READS} >= {_LIMITS.least_reads}",
        "only {{ $value | humanizePercentage }} of the cache's reads find something",
        holds_for="5m",
    ),
    AlertRule(
        "WatcherBehind",
        Condition.WATCHER_BEHIND,
        AlertLevel.CRITICAL,
        f"walletwatch_watcher_behind_seconds > {_LIMITS.behind.total_seconds():g}",
        "the watchers are {{ $value | humanizeDuration }} behind the chain",
    ),
    AlertRule(
        "DeliverySlow",
        Condition.DELIVERY_SLOW,
        AlertLevel.ERROR,
        f"{DELIVERY_P95} > {_LIMITS.delivery.total_seconds():g}"
        f" and {DELIVERIES} >= {_LIMITS.least_deliveries}",
        "5 in 100 messages come more than {{ $value | humanizeDuration }} after their block",
    ),
    AlertRule(
        "WebhookFailing",
        Condition.WEBHOOK_FAILING,
        AlertLevel.ERROR,
        _lost("telegram"),
        "Telegram cannot deliver updates to the webhook, or does not answer",
    ),
    AlertRule(
        "ExpiryNear",
        Condition.EXPIRY_NEAR,
        AlertLevel.WARNING,
        f"{_LEFT} <= {_LIMITS.expiry.total_seconds():g}",
        "{{ $labels.name }} expires in {{ $value | humanizeDuration }}",
    ),
    AlertRule(
        "ListStale",
        Condition.LIST_STALE,
        AlertLevel.WARNING,
        f"time() - walletwatch_list_timestamp_seconds > {_LIMITS.list_age.total_seconds():g}",
        "{{ $labels.source }} has had no good list of pools for {{ $value | humanizeDuration }}",
    ),
    AlertRule(
        "ExpiryImminent",
        Condition.EXPIRY_NEAR,
        AlertLevel.CRITICAL,
        f"{_LEFT} <= {_LIMITS.expiry_urgent.total_seconds():g}",
        "{{ $labels.name }} expires in {{ $value | humanizeDuration }}",
    ),
)


def rule_groups() -> Mapping[str, Any]:
    """Prometheus's file of rules (recording and alerting rules), as a mapping."""
    recording = [{"record": name, "expr": expression} for name, expression in RECORDED.items()]
    return {
        "groups": [
            {"name": "walletwatch-recorded", "rules": recording},
            {"name": "walletwatch-alerts", "rules": [_written(rule) for rule in ALERTS]},
        ]
    }


def _written(rule: AlertRule) -> Mapping[str, Any]:
    return {
        "alert": rule.name,
        "expr": rule.expression,
        "for": rule.holds_for,
        "labels": {"severity": str(rule.level), "condition": str(rule.condition)},
        "annotations": {"summary": rule.summary},
    }
