"""What CloudWatch's alarms say, as they come through SNS (CloudWatch user guide, "Alarm notifications")."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from walletwatch.domain.alerts import AlertLevel, Condition, Finding
from walletwatch.domain.errors import WalletWatchError

MAX_REASON_LENGTH: Final = 300
MAX_NAME_LENGTH: Final = 255
_DESCRIPTION: Final = re.compile(r"\[(?P<level>\w+)\] *(?:(?P<condition>\w+):)? *(?P<text>.*)", re.DOTALL)


class InvalidAlarm(WalletWatchError):
    """The notification is not that of an alarm."""


@dataclass(frozen=True, slots=True)
class CloudWatchAlarm:
    """What an alarm says.

    Attributes:
        mirrors: The condition that our own examination looks at too.
        over: Whether it is.
    """

    finding: Finding
    mirrors: Condition | None
    over: bool


def read_alarm(message: str) -> CloudWatchAlarm | None:
    """What an alarm says; None for one that has too few data to say anything.

    The alarm's description begins with a level in brackets, and may name a condition of ours behind it:
    `[critical] redis_lost: ...`.

    Args:
        message: Of the notification, JSON.

    Raises:
        InvalidAlarm: It is none.
    """
    try:
        alarm: Any = json.loads(message)
        name, state = str(alarm["AlarmName"]), alarm["NewStateValue"]
        description = str(alarm.get("AlarmDescription") or "")
        reason = str(alarm.get("NewStateReason") or "")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidAlarm("no alarm of CloudWatch") from error
    if state == "INSUFFICIENT_DATA":
        return None
    if state not in {"ALARM", "OK"}:
        raise InvalidAlarm("an alarm in a state that CloudWatch does not have")
    parts = _DESCRIPTION.match(description)
    level = _level(parts["level"]) if parts else AlertLevel.ERROR
    facts = {
        "text": (parts["text"] if parts else description)[:MAX_REASON_LENGTH],
        "reason": reason[:MAX_REASON_LENGTH],
    }
    return CloudWatchAlarm(
        Finding(Condition.CLOUDWATCH, name[:MAX_NAME_LENGTH], level, facts),
        mirrors=_condition(parts["condition"]) if parts else None,
        over=state == "OK",
    )


def _level(word: str) -> AlertLevel:
    return AlertLevel(word) if word in set(AlertLevel) else AlertLevel.ERROR


def _condition(word: str | None) -> Condition | None:
    return Condition(word) if word in set(Condition) and word != Condition.CLOUDWATCH else None
