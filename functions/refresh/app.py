"""Every six hours: the rates of the day, and who made the exchange's pools or takes the liquidity out."""

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
        event: Of the schedule; or an operator's, whose `believe` names a source that changed for a reason.
        context: Of Lambda.
    """
    parts = _refresh()
    return perform(parts.telemetry, _run(parts, event.get("believe"), context), context)


async def _run(parts: Refresh, believe: str | None, context: object) -> dict[str, Any]:
    rates = await parts.rates.run(believe)
    done = await parts.service.run(
        remaining=lambda: observability.remaining_seconds(context), believe=believe
    )
    return {**asdict(done), "rates": rates}
