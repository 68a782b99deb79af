"""Every minute: looks at the watched accounts of some shards in rounds, and hands over to the next."""

from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.sweep import Sweep, sweep
from walletwatch.invocation import perform
from walletwatch.services.shard_leases import Worker

observability.configure_logging("sweep")


@cache
def _sweep() -> Sweep:
    return sweep()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Sweep until the time is up or another invocation takes over.

    Args:
        event: `{"worker": 0, "workers": 4}`, as the schedule says; one without them is the only worker.
        context: Of Lambda.
    """
    sweep = _sweep()
    worker = Worker(event.get("worker", 0), event.get("workers", 1))
    rounds = sweep.service.run(remaining=lambda: observability.remaining_seconds(context), worker=worker)
    return {"rounds": perform(sweep.telemetry, rounds, context, worker=worker.index)}
