"""Every six hours: reads who made the exchange's pools, and warns of those who take the liquidity out."""

from dataclasses import asdict
from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.refresh import Refresh, refresh
from walletwatch.invocation import perform

observability.configure_logging("refresh")


@cache
def _refresh() -> Refresh:
    return refresh()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Refresh, and say what was done.

    Args:
        event: Of the schedule; or an operator's, whose `believe` names a source that has shrunk for a reason.
        context: Of Lambda.
    """
    refresh = _refresh()
    work = refresh.service.run(
        remaining=lambda: observability.remaining_seconds(context), believe=event.get("believe")
    )
    return asdict(perform(refresh.telemetry, work, context))
