"""Every hour: closes overdue digests, queues stuck deliveries again, deletes what is past its retention."""

from dataclasses import asdict
from functools import cache
from typing import Any

from walletwatch import bootstrap, observability
from walletwatch.invocation import perform

observability.configure_logging("cleanup")


@cache
def _cleanup() -> bootstrap.Cleanup:
    return bootstrap.cleanup()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Clean up, and say what was done."""
    del event
    cleanup = _cleanup()
    return asdict(perform(cleanup.telemetry, cleanup.service.run(), context))
