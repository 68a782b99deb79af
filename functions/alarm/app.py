"""Every minute: examines the system and tells administrators what is wrong. Takes CloudWatch's alarms too.

How far messages to many are is told here too, in the administrators' chats.
"""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

from walletwatch import observability
from walletwatch.bootstrap.alarm import Alarm, alarm
from walletwatch.domain.alerts import Finding
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.invocation import perform
from walletwatch.services.cloudwatch import InvalidAlarm, read_alarm

observability.configure_logging("alarm")
_log = logging.getLogger("walletwatch.alarm")


@cache
def _alarm() -> Alarm:
    return alarm()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle a tick of the schedule, or notifications of SNS with CloudWatch's alarms.

    Raises:
        InvalidAlarm: A notification is no alarm; the others were heard.
    """
    alarm = _alarm()
    records = event.get("Records")
    if records is None:
        findings = perform(alarm.telemetry, _tick(alarm), context)
        return {"findings": [_name(finding) for finding in findings]}
    return perform(alarm.telemetry, _hear(alarm, records), context)


async def _tick(alarm: Alarm) -> Sequence[Finding]:
    findings = await alarm.service.look()
    try:
        await alarm.broadcasts.tell()
    except StoreUnavailable as error:
        # The examination has said so already, and told it.
        _log.warning("no broadcast's progress was told: %s", error)
    return findings


async def _hear(alarm: Alarm, records: list[dict[str, Any]]) -> dict[str, Any]:
    invalid: InvalidAlarm | None = None
    heard: list[str] = []
    for record in records:
        try:
            said = read_alarm(record["Sns"]["Message"])
        except InvalidAlarm as error:
            invalid = error
            continue
        if said is not None:
            await alarm.service.hear(said)
            heard.append(said.finding.subject)
    if invalid is not None:
        raise invalid
    return {"heard": heard}


def _name(finding: Finding) -> str:
    return f"{finding.condition.value}:{finding.subject}" if finding.subject else finding.condition.value
