"""Receiving updates: getMe, the webhook, getUpdates."""

import re
from urllib.parse import urlsplit

from telegram_double.arguments import Arguments, Kind
from telegram_double.double import Double
from telegram_double.errors import ApiError, bad_request, conflict
from telegram_double.fields import Json
from telegram_double.methods.registry import MethodTable
from telegram_double.updates import Webhook

METHODS = MethodTable()

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MAX_CONNECTIONS = 100


@METHODS.method("getMe")
def get_me(double: Double, arguments: Arguments) -> Json:  # noqa: ARG001 - has no parameters
    """The bot itself."""
    return {
        **double.bot.wire(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@METHODS.method(
    "setWebhook",
    url=Kind.TEXT,
    certificate=Kind.FILE,
    ip_address=Kind.TEXT,
    max_connections=Kind.INTEGER,
    allowed_updates=Kind.ARRAY,
    drop_pending_updates=Kind.BOOLEAN,
    secret_token=Kind.TEXT,
)
def set_webhook(double: Double, arguments: Arguments) -> bool:
    """Sets where updates are sent to. Plain http is allowed, as on a local Bot API server."""
    url = arguments.text("url") or ""
    secret = arguments.text("secret_token")
    if secret and _SECRET.fullmatch(secret) is None:
        raise bad_request(
            "secret token contains unallowed characters" if len(secret) <= 256 else "secret token is too long"
        )
    connections = arguments.integer("max_connections")
    if connections is None:
        connections = double.policy.default_connections
    if url:
        _check_url(url)
    double.updates.allow(_kinds(arguments))
    if arguments.flag("drop_pending_updates"):
        double.updates.clear()
    double.updates.webhook = (
        Webhook(url, secret or None, min(max(connections, 1), _MAX_CONNECTIONS), arguments.text("ip_address"))
        if url
        else None
    )
    double.updates.last_error_at, double.updates.last_error = None, ""
    double.updates.wake()
    return True


@METHODS.method("deleteWebhook", drop_pending_updates=Kind.BOOLEAN)
def delete_webhook(double: Double, arguments: Arguments) -> bool:
    """Back to getUpdates."""
    if arguments.flag("drop_pending_updates"):
        double.updates.clear()
    double.updates.webhook = None
    double.updates.last_error_at, double.updates.last_error = None, ""
    double.updates.wake()
    return True


@METHODS.method("getWebhookInfo")
def get_webhook_info(double: Double, arguments: Arguments) -> Json:  # noqa: ARG001 - has no parameters
    """How the webhook does."""
    queue = double.updates
    answer: Json = {
        "url": queue.webhook.url if queue.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(queue.pending()),
    }
    if queue.webhook is not None:
        answer["max_connections"] = queue.webhook.max_connections
        if queue.webhook.ip_address:
            answer["ip_address"] = queue.webhook.ip_address
        if queue.last_error_at is not None:
            answer["last_error_date"] = int(queue.last_error_at)
            answer["last_error_message"] = queue.last_error
    if queue.allowed is not None:
        answer["allowed_updates"] = queue.allowed
    return answer


@METHODS.method(
    "getUpdates",
    offset=Kind.INTEGER,
    limit=Kind.INTEGER,
    timeout=Kind.NUMBER,
    allowed_updates=Kind.ARRAY,
)
def get_updates(double: Double, arguments: Arguments) -> list[Json]:
    """Pending updates, at once; the server repeats the call while the caller wants to wait."""
    queue = double.updates
    if queue.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active;"
            " use deleteWebhook to delete the webhook first"
        )
    queue.allow(_kinds(arguments))
    offset = arguments.integer("offset") or 0
    limit = arguments.integer("limit")
    limit = 100 if limit is None else min(max(limit, 1), 100)
    pending = queue.pending()
    if offset < 0:
        pending = pending[offset:]
        offset = pending[0].id if pending else 0
    if offset > 0:
        queue.confirm_before(offset)
    return [update.wire() for update in pending if update.id >= offset][:limit]


def _kinds(arguments: Arguments) -> list[str] | None:
    kinds = arguments.array("allowed_updates")
    if kinds is None:
        return None
    names = [kind for kind in kinds if isinstance(kind, str)]
    if len(names) != len(kinds):
        raise bad_request("allowed_updates must be an Array of String")
    return names


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad_webhook("invalid webhook URL specified") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise _bad_webhook("invalid webhook URL specified")


def _bad_webhook(reason: str) -> ApiError:
    return bad_request(f"bad webhook: {reason}")
