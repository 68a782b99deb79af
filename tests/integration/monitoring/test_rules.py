"""The rules, by Prometheus's own tool for testing them."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from monitoring.__main__ import FOLDER
from monitoring.rules import ALERTS

pytestmark = pytest.mark.integration

RULES = FOLDER / "prometheus" / "rules.yml"
INTERVAL_SECONDS = 15
SAMPLES = 80
HOUR = 3600
DAY = 24 * HOUR
HEALTH = 'walletwatch_component_health{component="%s"}'
DEAD = 'walletwatch_queue_messages{queue="scan",state="dead"}'
MEMORY, MEMORY_LIMIT = (
    f'walletwatch_instance_memory{suffix}{{function="scan"}}' for suffix in ("_bytes", "_limit_bytes")
)
INVOCATIONS = 'walletwatch_invocations_total{function="webhook"}'
HITS, MISSES = (f'walletwatch_cache_{kind}_total{{function="balance"}}' for kind in ("hits", "misses"))
EXPIRY = 'walletwatch_expiry_timestamp_seconds{name="certificate"}'
LIST = 'walletwatch_list_timestamp_seconds{source="XDEX API"}'
IN_USE, LIMIT = "walletwatch_rpc_connections_in_use", "walletwatch_rpc_connections_limit"
EXPIRES = {"name": "certificate"}

type Series = Mapping[str, str]


def always(value: float) -> str:
    return f"{value:g}x{SAMPLES}"


def growing(each_minute: float) -> str:
    return f"0+{each_minute * INTERVAL_SECONDS / 60:g}x{SAMPLES}"


def delivered(fast: float, slow: float) -> Series:
    """Deliveries each minute: within 2 s, and between 60 and 120 s."""
    bucket = 'walletwatch_delivery_latency_seconds_bucket{function="notification",le="%s"}'
    counts = {"1": 0, "2": fast, "60": fast, "120": fast + slow, "+Inf": fast + slow}
    count = 'walletwatch_delivery_latency_seconds_count{function="notification"}'
    return {bucket % bound: growing(rate) for bound, rate in counts.items()} | {count: growing(fast + slow)}


@dataclass(frozen=True)
class Case:
    """Series for which an alert fires, with these labels and this summary, and others at its limit."""

    bad: Series
    good: Series
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)


CASES = {
    "MetricsUnreachable": Case(
        {'up{job="walletwatch"}': always(0)},
        {'up{job="walletwatch"}': always(1), 'up{job="another"}': always(0)},
        "GET /metrics does not answer: nothing else can be told",
        {"job": "walletwatch"},
    ),
    "RedisLost": Case(
        {HEALTH % "redis": always(0.5)},
        {HEALTH % "redis": always(1), HEALTH % "database": always(0)},
        "Redis does not answer",
        {"component": "redis"},
    ),
    "DatabaseLost": Case(
        {HEALTH % "database": always(0)},
        {HEALTH % "database": always(1)},
        "PostgreSQL does not answer",
        {"component": "database"},
    ),
    "RpcLost": Case(
        {HEALTH % "rpc": always(0.5)},
        {HEALTH % "rpc": always(0.5), LIMIT: always(32)},
        "no RPC endpoint answers",
        {"component": "rpc"},
    ),
    "RpcPoolFull": Case(
        {IN_USE: always(30), LIMIT: always(32)},
        {IN_USE: always(28.8), LIMIT: always(32)},
        "93.75% of the RPC connections are in use",
    ),
    "JobsFailed": Case({DEAD: always(101)}, {DEAD: always(100)}, "101 jobs failed in every try"),
    "DeadLetters": Case(
        {DEAD: always(1)}, {DEAD: always(0)}, "1 dead letters of the queue scan", {"queue": "scan"}
    ),
    "MemoryHigh": Case(
        {MEMORY: always(207), MEMORY_LIMIT: always(256)},
        {MEMORY: always(204.8), MEMORY_LIMIT: always(256)},
        "scan uses 80.86% of its memory",
        {"function": "scan"},
    ),
    "ErrorRate": Case(
        {INVOCATIONS: growing(80), 'walletwatch_handler_errors_total{function="webhook"}': growing(8)},
        {INVOCATIONS: growing(80), 'walletwatch_records_failed_total{function="scan"}': growing(4)},
        "10% of the work fails",
    ),
    "CacheCold": Case(
        {HITS: growing(40), MISSES: growing(60)},
        {HITS: growing(50), MISSES: growing(50)},
        "only 40% of the cache's reads find something",
    ),
    "WatcherBehind": Case(
        {"walletwatch_watcher_behind_seconds": always(90)},
        {"walletwatch_watcher_behind_seconds": always(60)},
        "the watchers are 1m 30s behind the chain",
    ),
    "DeliverySlow": Case(
        delivered(fast=18, slow=2),
        delivered(fast=20, slow=0.5),
        "5 in 100 messages come more than 1m 30s after their block",
    ),
    "WebhookFailing": Case(
        {HEALTH % "telegram": always(0.5)},
        {HEALTH % "telegram": always(1)},
        "Telegram cannot deliver updates to the webhook, or does not answer",
        {"component": "telegram"},
    ),
    "ExpiryNear": Case(
        {EXPIRY: always(20 * DAY)},
        {EXPIRY: always(22 * DAY)},
        "certificate expires in 19d 23h 40m 0s",
        EXPIRES,
    ),
    "ListStale": Case(
        {LIST: always(-26 * HOUR)},
        {LIST: always(-23 * HOUR)},
        "XDEX API has had no good list of pools for 1d 2h 20m 0s",
        {"source": "XDEX API"},
    ),
    "ExpiryImminent": Case(
        {EXPIRY: always(2 * DAY)}, {EXPIRY: always(4 * DAY)}, "certificate expires in 1d 23h 40m 0s", EXPIRES
    ),
}  # fmt: skip
TOO_LITTLE_TO_TELL: Mapping[str, Series] = {
    "ErrorRate": {
        INVOCATIONS: growing(3),
        'walletwatch_handler_errors_total{function="webhook"}': growing(2),
    },
    "CacheCold": {MISSES: growing(15)},
    "DeliverySlow": delivered(fast=0, slow=0.8),
}


def test_every_alert_has_a_case() -> None:
    assert set(CASES) == {rule.name for rule in ALERTS}


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_where_it_should_and_tells_why(promtool: Path, tmp_path: Path, name: str) -> None:
    (rule,) = (rule for rule in ALERTS if rule.name == name)
    case = CASES[name]
    labels = {"severity": str(rule.level), "condition": str(rule.condition), "stage": "prod", **case.labels}
    alert = {"exp_labels": labels, "exp_annotations": {"summary": case.summary}}
    _check(promtool, tmp_path, name, case.bad, {"14s": [], "20m": [alert]})


@pytest.mark.parametrize("name", CASES)
def test_an_alert_does_not_fire_at_its_limit(promtool: Path, tmp_path: Path, name: str) -> None:
    _check(promtool, tmp_path, name, CASES[name].good, {"20m": []})


@pytest.mark.parametrize("name", TOO_LITTLE_TO_TELL)
def test_too_little_says_nothing(promtool: Path, tmp_path: Path, name: str) -> None:
    _check(promtool, tmp_path, name, TOO_LITTLE_TO_TELL[name], {"20m": []})


def test_stages_are_told_apart(promtool: Path, tmp_path: Path) -> None:
    """A hundred dead letters in all, of two deployments, are too many in neither."""
    shared = {"interval": "15s", "input_series": [
        {"series": _labelled(DEAD, stage), "values": always(60)} for stage in ("dev", "prod")
    ], "alert_rule_test": [{"eval_time": "20m", "alertname": "JobsFailed", "exp_alerts": []}]}  # fmt: skip
    _run(promtool, tmp_path, shared)


def test_the_configuration_is_accepted(promtool: Path, tmp_path: Path) -> None:
    configuration = tmp_path / "prometheus"
    shutil.copytree(FOLDER / "prometheus", configuration)
    (configuration / "operations-token").write_text("token")
    (configuration / "targets.example.yml").rename(configuration / "targets.yml")
    command = [str(promtool), "check", "config", str(configuration / "prometheus.yml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules found" in done.stdout


def _labelled(series: str, stage: str = "prod") -> str:
    name, _, labels = series.partition("{")
    return f'{name}{{stage="{stage}"{"," + labels if labels else "}"}'


def _check(
    promtool: Path, folder: Path, name: str, series: Series, expected: Mapping[str, list[Any]]
) -> None:
    test = {
        "interval": f"{INTERVAL_SECONDS}s",
        "input_series": [{"series": _labelled(each), "values": values} for each, values in series.items()],
        "alert_rule_test": [
            {"eval_time": moment, "alertname": name, "exp_alerts": alerts}
            for moment, alerts in expected.items()
        ],
    }
    _run(promtool, folder, test)


def _run(promtool: Path, folder: Path, test: Mapping[str, Any]) -> None:
    file = folder / "test.yml"
    # JSON is YAML.
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "15s", "tests": [test]}))
    done = subprocess.run(
        [str(promtool), "test", "rules", str(file)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
