"""Custom resources of CloudFormation: the schema, and the registration of webhook and commands."""

import json
import logging
import urllib.request
from functools import cache
from typing import Any, Final

from walletwatch import observability, runtime
from walletwatch.bootstrap.migration import Migration, migration
from walletwatch.domain.errors import WalletWatchError

ANSWER_TIMEOUT_SECONDS: Final = 10
MAX_REASON_LENGTH: Final = 500

observability.configure_logging("migrate")
_log = logging.getLogger("walletwatch.migrate")


class UnknownTask(WalletWatchError):
    """The template asks for something that this function does not do."""


@cache
def _migration() -> Migration:
    return migration()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Do the `Task` of the event's properties: `schema` or `registration`.

    On Delete the schema stays, for the data outlive the stack's other parts, and the webhook is taken away; a
    failure of that does not keep the stack from being deleted.

    The answer goes to the event's `ResponseURL` (CloudFormation, custom resource request objects). Without
    one, as after a local deployment, it is returned, and a failure raises.
    """
    del context
    if "ResponseURL" not in event:
        return _perform(event)
    try:
        data = _perform(event)
    except Exception as error:
        _log.exception("%s failed", event["ResourceProperties"].get("Task"))
        if event["RequestType"] == "Delete":
            _respond(event, "SUCCESS", "", {})
            return {}
        _respond(event, "FAILED", f"{type(error).__name__}: {error}"[:MAX_REASON_LENGTH], {})
        raise
    _respond(event, "SUCCESS", "", data)
    return data


def _perform(event: dict[str, Any]) -> dict[str, Any]:
    properties = event["ResourceProperties"]
    match properties["Task"], event["RequestType"]:
        case "schema", "Create" | "Update":
            return runtime.run(_migration().schema())
        case "schema", "Delete":
            return {}
        case "registration", "Create" | "Update":
            return runtime.run(_migration().register(properties["WebhookUrl"]))
        case "registration", "Delete":
            return runtime.run(_migration().unregister(properties["WebhookUrl"]))
    raise UnknownTask(f"{properties['Task']} on {event['RequestType']}")


def _respond(event: dict[str, Any], status: str, reason: str, data: dict[str, Any]) -> None:
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
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
