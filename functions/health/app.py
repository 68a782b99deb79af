"""GET /health and GET /metrics: how the system is, shortly for anybody and in full for operators."""

import hmac
from functools import cache
from typing import Any, Final

import msgspec

from walletwatch import observability
from walletwatch.bootstrap.health import HealthEndpoint, health
from walletwatch.domain.health import Health
from walletwatch.invocation import perform
from walletwatch.services.exposition import CONTENT_TYPE

METRICS_PATH: Final = "/metrics"
BEARER: Final = "bearer "

observability.configure_logging("health")


@cache
def _health() -> HealthEndpoint:
    return health()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event.

    /health is 200 while work can be done and 503 otherwise, with the status alone, or with everything for
    who sends the operations token as a bearer token (RFC 6750). /metrics is 401 without that token.
    """
    health = _health()
    is_operator = _is_operator(event, health.operations_token)
    if event.get("resource") == METRICS_PATH:
        if not is_operator:
            return _answer(401, "text/plain", "", {"WWW-Authenticate": "Bearer"})
        return _answer(200, CONTENT_TYPE, perform(health.telemetry, health.service.metrics(), context))
    checkup = perform(health.telemetry, health.service.examine(), context)
    status = 503 if checkup.status is Health.UNHEALTHY else 200
    shown = checkup.detailed() if is_operator else checkup.public()
    return _answer(status, "application/json", msgspec.json.encode(shown).decode())


def _is_operator(event: dict[str, Any], token: str) -> bool:
    headers = event.get("headers") or {}
    given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    if not token or given[: len(BEARER)].lower() != BEARER:
        return False
    return hmac.compare_digest(given[len(BEARER) :].encode(errors="replace"), token.encode())


def _answer(status: int, kind: str, body: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": kind, "Cache-Control": "no-store", **(headers or {})},
        "body": body,
    }
