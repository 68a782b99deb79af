"""A custom resource of CloudFormation: brings the schema up to date, then registers webhook and commands."""

import json
import logging
import urllib.request
from functools import cache
from typing import Any, Final

from walletwatch import bootstrap, observability, runtime

ANSWER_TIMEOUT_SECONDS: Final = 10
MAX_REASON_LENGTH: Final = 500

observability.configure_logging("migrate")
_log = logging.getLogger("walletwatch.migrate")


@cache
def _migration() -> bootstrap.Migration:
    return bootstrap.migration()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Migrate on Create and Update; on Delete nothing, for the data outlive the stack's other parts.

    The answer goes to the event's `ResponseURL` (CloudFormation, custom resource request objects). Without
    one, as after a local deployment, it is returned, and a failure raises.
    """
    del context
    if "ResponseURL" not in event:
        return _migrate(event)
    try:
        data = _migrate(event)
    except Exception as error:
        _log.exception("migration failed")
        _respond(event, "FAILED", f"{type(error).__name__}: {error}"[:MAX_REASON_LENGTH], {})
        raise
    _respond(event, "SUCCESS", "", data)
    return data


def _migrate(event: dict[str, Any]) -> dict[str, Any]:
    if event["RequestType"] == "Delete":
        return {}
    return runtime.run(_migration().run(event["ResourceProperties"]["WebhookUrl"]))


def _respond(event: dict[str, Any], status: str, reason: str, data: dict[str, Any]) -> None:
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", "walletwatch-migration"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned https URL
        event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_SECONDS):  # noqa: S310
        pass
