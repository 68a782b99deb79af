"""Every hour: writes the reports that are due, closes overdue digests, deletes what is past its retention."""

from dataclasses import asdict
from functools import cache
from typing import Any, Final

from walletwatch import observability
from walletwatch.bootstrap.cleanup import Cleanup, cleanup
from walletwatch.invocation import perform

CLEANING_SECONDS: Final = 60.0
"""Of an invocation, so much is left for cleaning up."""

observability.configure_logging("cleanup")


@cache
def _cleanup() -> Cleanup:
    return cleanup()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write reports and clean up, and say what was done."""
    del event
    cleanup = _cleanup()
    return perform(cleanup.telemetry, _work(cleanup, context), context)


async def _work(cleanup: Cleanup, context: object) -> dict[str, Any]:
    def remaining() -> float:
        return observability.remaining_seconds(context) - CLEANING_SECONDS

    try:
        reports = await cleanup.reporting.run(remaining)
    finally:
        # Whatever became of the reports: the next run goes on with them.
        done = await cleanup.service.run()
    return {"reports": reports, **asdict(done)}
