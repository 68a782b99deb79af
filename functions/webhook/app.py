"""POST /telegram: takes an Update of the Bot API, behind Telegram's secret header."""

import base64
import binascii
import hmac
import logging
from functools import cache
from typing import Any, Final

import msgspec

from walletwatch import observability
from walletwatch.bootstrap.webhook import Webhook, webhook
from walletwatch.domain.errors import TransientError
from walletwatch.invocation import perform

MAX_BODY_BYTES: Final = 1_000_000
"""Updates are a few kilobytes; API Gateway itself takes up to 10 MB."""
RETRY_AFTER_SECONDS: Final = 2
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name

observability.configure_logging("webhook")
_log = logging.getLogger("walletwatch.webhook")


@cache
def _webhook() -> Webhook:
    return webhook()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event.

    401 without the right secret, and no work; 413 for a body no update has; 503 with Retry-After where a
    fault of ours may pass, so that Telegram delivers again; 200 for everything else.
    """
    webhook = _webhook()
    if not _is_telegram(event, webhook.secret):
        webhook.metrics.count("UpdatesForged")
        webhook.metrics.flush()
        return _answer(401)
    body = _body(event)
    if body is None:
        return _answer(413)
    try:
        update = msgspec.json.decode(body)
    except msgspec.DecodeError:
        update = None
    visit = webhook.intake.visit(update)
    try:
        perform(webhook.telemetry, visit.take(), context, closing=visit, update_id=visit.update_id)
    except TransientError as error:
        _log.warning(
            "update to be delivered again: %s: %s",
            type(error).__name__,
            error,
            extra={"update_id": visit.update_id},
        )
        return _answer(503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return _answer(200)


def _is_telegram(event: dict[str, Any], secret: str) -> bool:
    headers = event.get("headers") or {}
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER), "")
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _body(event: dict[str, Any]) -> bytes | None:
    """The body; empty where it cannot be read, None where it is too large."""
    text: str = event.get("body") or ""
    if len(text) > MAX_BODY_BYTES * 4 // 3:
        return None
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError):
        return b""
    return body if len(body) <= MAX_BODY_BYTES else None


def _answer(status: int, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"statusCode": status, "headers": headers or {}, "body": ""}
