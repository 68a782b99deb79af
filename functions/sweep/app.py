"""Every minute: looks at all watched accounts in rounds, and hands over to the next invocation."""

from functools import cache
from typing import Any

from walletwatch import bootstrap, observability, runtime

observability.configure_logging("sweep")


@cache
def _sweep() -> bootstrap.Sweep:
    return bootstrap.sweep()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Sweep until the time is up or another invocation takes over."""
    del event
    sweep = _sweep()
    try:
        rounds = runtime.run(sweep.service.run(remaining=lambda: observability.remaining_seconds(context)))
    finally:
        sweep.metrics.flush()
    return {"rounds": rounds}
