"""What the sweep function runs."""

from dataclasses import dataclass
from datetime import timedelta

from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.postgres import make_database
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.runtime import SystemClock
from walletwatch.services.sweeping import Sweeping
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.reading import load
from walletwatch.settings.watching import SweepSettings
from walletwatch.storage.postgres.watch import PostgresWatchStore
from walletwatch.storage.redis.leases import RedisLeases


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep function runs."""

    service: Sweeping
    telemetry: Telemetry


def sweep() -> Sweep:
    """The sweep function."""
    metrics = EmfMetrics("sweep")
    settings = load(SweepSettings)
    redis = make_redis()
    rpc = make_rpc(metrics)
    return Sweep(
        Sweeping(
            watch=PostgresWatchStore(make_database()),
            chain=RpcChain(rpc, concurrent_calls=settings.sweep_concurrent_calls),
            queues=make_queues(),
            leases=RedisLeases(redis),
            clock=SystemClock(),
            metrics=metrics,
            interval=timedelta(seconds=settings.sweep_interval_seconds),
        ),
        make_telemetry("sweep", metrics, redis, rpc),
    )
