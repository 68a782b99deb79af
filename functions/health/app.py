"""GET /health: whether the parts this system stands on answer."""

from functools import cache
from typing import Any

import msgspec

from walletwatch import bootstrap, observability, runtime
from walletwatch.services.health import Health, examine

observability.configure_logging("health")


@cache
def _probes() -> bootstrap.Probes:
    return bootstrap.health()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event: 200 while work can be done, 503 otherwise."""
    del event, context
    report = runtime.run(examine(_probes()))
    return {
        "statusCode": 503 if report.status is Health.UNHEALTHY else 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": msgspec.json.encode(report).decode(),
    }
