"""Every six hours: the rates of the day, and who made the exchange's pools or takes the liquidity out."""

from dataclasses import asdict
from functools import cache
from typing import Any

from walletwatch import bootstrap, observability
from walletwatch.invocation import perform

observability.configure_logging("refresh")


@cache
def _refresh() -> bootstrap.Refresh:
    return bootstrap.refresh()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Refresh, and say what was done.

    Args:
        event: Of the schedule; or an operator's, whose `believe` names a source that has shrunk for a reason.
        context: Of Lambda.
    """
    refresh = _refresh()
    return perform(refresh.telemetry, _run(refresh, event.get("believe"), context), context)


async def _run(refresh: bootstrap.Refresh, believe: str | None, context: object) -> dict[str, Any]:
    rates = await refresh.rates.run(believe)
    done = await refresh.service.run(
        remaining=lambda: observability.remaining_seconds(context), believe=believe
    )
    return {**asdict(done), "rates": rates}
