"""What GET /metrics says of a made-up deployment that is busy: written by the code that answers it."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.alerts import AlertLimits
from walletwatch.domain.health import judge
from walletwatch.domain.measures import MEASURES
from walletwatch.domain.pools import SourceState
from walletwatch.domain.telemetry import BUCKETS, Tally
from walletwatch.domain.vitals import (
    EndpointVitals,
    Expiry,
    FunctionVitals,
    Population,
    QueueVitals,
    RpcVitals,
    StoreVitals,
    TelegramVitals,
    TrafficVitals,
    Vitals,
    WatcherVitals,
)
from walletwatch.services.exposition import exposition

SCALE: Final = 20
"""So busy that seconds tell the rates."""
TIDE_SECONDS: Final = 1500.0
MEGABYTE: Final = 2**20

RATES: Final[Mapping[str, Mapping[str, float]]] = {
    "Invocations": {
        "webhook": 0.9, "balance": 2.1, "notification": 2.4, "scan": 0.1, "sweep": 0.017, "stream": 0.017,
    },
    "InvocationFailures": {"balance": 0.004},
    "ColdStarts": {"webhook": 0.01, "balance": 0.03, "notification": 0.02},
    "Records": {"balance": 4.0, "notification": 3.1, "scan": 0.1},
    "RecordsRetried": {"balance": 0.05, "notification": 0.03},
    "RecordsFailed": {"scan": 0.003},
    "CacheHits": {"balance": 40.0, "webhook": 3.0},
    "CacheMisses": {"balance": 9.0, "webhook": 1.0},
    "NotificationsSent": {"notification": 2.9},
    "TelegramRateLimited": {"notification": 0.02},
    "RpcCalls": {"balance": 14.0, "sweep": 6.0, "stream": 2.5},
    "RpcRequests": {"balance": 2.0, "sweep": 6.0, "stream": 2.5},
    "RpcHedges": {"balance": 0.08},
    "RpcHedgesWon": {"balance": 0.05},
    "RpcRateLimited": {"sweep": 0.02},
}  # fmt: skip
"""How often it happens in a second, on average, before it is scaled."""
DURATIONS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "InvocationLatency": {
        "webhook": (0.9, 0.12), "balance": (2.1, 0.4), "notification": (2.4, 0.2), "scan": (0.1, 1.4),
        "sweep": (0.017, 55.0),
    },
    "DeliveryLatency": {"notification": (2.8, 1.6)},
    "QueueWait": {"balance": (4.0, 0.2), "notification": (3.1, 0.1)},
    "RpcLatency": {"balance": (2.0, 0.09), "sweep": (6.0, 0.05), "stream": (2.5, 0.06)},
}  # fmt: skip
"""How often it is measured, likewise, and how many seconds the median takes."""


def exposed(at: datetime, seconds: float) -> str:
    """The figures of this moment, after the deployment has run for so many seconds."""
    vitals = _vitals(at, seconds)
    return exposition(_tally(seconds), vitals, judge(vitals, AlertLimits()))


def _tide(seconds: float) -> float:
    """How busy it is, 0.4 to 1.6."""
    return 1 + 0.6 * math.sin(2 * math.pi * seconds / TIDE_SECONDS)


def _happened(rate: float, seconds: float) -> int:
    """How often something has happened since the beginning: the integral of the tide."""
    turn = 2 * math.pi / TIDE_SECONDS
    return int(SCALE * rate * (seconds + 0.6 * (1 - math.cos(turn * seconds)) / turn))


def _tally(seconds: float) -> Tally:
    tally = Tally()
    for name, functions in RATES.items():
        assert name in MEASURES, name
        for function, rate in functions.items():
            tally.count(function, name, _happened(rate, seconds))
    for name, measured in DURATIONS.items():
        for function, (rate, middle) in measured.items():
            _spread(tally, function, name, _happened(rate, seconds), middle)
    return tally


def _spread(tally: Tally, function: str, name: str, total: int, middle: float) -> None:
    """A logistic distribution of the logarithms, with a tail as networks have it."""
    bounds = [*BUCKETS, math.inf]
    below = [round(total / (1 + (middle / bound) ** 2.5)) for bound in bounds]
    for bucket, (reached, before) in enumerate(zip(below, [0, *below], strict=False)):
        tally.fields[f"{function}:{name}:{bucket}"] += reached - before
    tally.fields[f"{function}:{name}:ms"] += round(total * middle * 1200)


def _vitals(at: datetime, seconds: float) -> Vitals:
    tide = _tide(seconds)
    memory = {"webhook": (92, 256), "balance": (171, 512), "notification": (98, 256), "sweep": (140, 256)}
    return Vitals(
        at=at,
        redis=StoreVitals(0.4 + 0.3 * tide),
        database=StoreVitals(1.9 + tide),
        rpc=RpcVitals(
            slot=int(seconds / 0.4),
            latency_ms=40.0,
            busy=min(1.0, 0.3 * tide**2),
            limit=32,
            waiting=int(3 * max(0.0, tide - 1)),
            endpoints=(
                EndpointVitals("1 rpc.mainnet.x1.xyz", True, False, 41.0),
                EndpointVitals("2 rpc.example.net", tide < 1.4, False, 88.0),
            ),
        ),
        queues=[
            QueueVitals("balance", int(40 * max(0.0, tide - 0.8)), int(6 * tide), 0, 0, 0.6 * tide),
            QueueVitals("scan", 0, 1, 0, 0, 0.1),
            QueueVitals("notification", int(12 * max(0.0, tide - 1)), int(4 * tide), 0, 0, 0.3 * tide),
        ],
        watchers=[
            WatcherVitals("sweep", int(20 * tide), 6.0 + 4 * tide),
            WatcherVitals("stream", int(2 * tide), 0.4 * tide),
        ],
        telegram=TelegramVitals(True, int(3 * tide), None, None),
        functions=[
            FunctionVitals(
                function, 1 + int(2 * tide), int(used * (0.9 + 0.1 * tide)) * MEGABYTE, limit * MEGABYTE
            )
            for function, (used, limit) in memory.items()
        ],
        traffic=TrafficVitals(1000, 4, 13000, 3000, 800, 5.0, 6),
        expiries=[
            Expiry("certificate of the API", at + timedelta(days=300)),
            Expiry("database password", at + timedelta(days=60)),
        ],
        population=Population(
            users=1840,
            chats=1612,
            wallets=5230 + int(40 * tide),
            subscriptions=6101 + int(50 * tide),
            open_alerts={"info": 0, "warning": int(tide > 1.4), "error": 0, "critical": 0},
        ),
        lists=[SourceState("XDEX API", 1204, at - timedelta(hours=2))],
    )
