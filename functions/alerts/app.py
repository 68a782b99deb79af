"""Every minute: judges people's alerts about prices, balances and inactivity, and sends what was held."""

from dataclasses import asdict
from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.alerts import Alerts, alerts
from walletwatch.invocation import perform

observability.configure_logging("alerts")


@cache
def _alerts() -> Alerts:
    return alerts()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Look at the alerts, and say what was done; nothing where another invocation is at it."""
    del event
    alerts = _alerts()
    work = alerts.service.run(remaining=lambda: observability.remaining_seconds(context))
    done = perform(alerts.telemetry, work, context)
    return {} if done is None else asdict(done)
