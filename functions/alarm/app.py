"""Every minute: examines the system and tells administrators what is wrong. Takes CloudWatch's alarms too."""

from functools import cache
from typing import Any

from walletwatch import bootstrap, observability
from walletwatch.domain.alerts import Finding
from walletwatch.invocation import perform
from walletwatch.services.cloudwatch import InvalidAlarm, read_alarm

observability.configure_logging("alarm")


@cache
def _alarm() -> bootstrap.Alarm:
    return bootstrap.alarm()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle a tick of the schedule, or notifications of SNS with CloudWatch's alarms.

    Raises:
        InvalidAlarm: A notification is no alarm; the others were heard.
    """
    alarm = _alarm()
    records = event.get("Records")
    if records is None:
        findings = perform(alarm.telemetry, alarm.service.look(), context)
        return {"findings": [_name(finding) for finding in findings]}
    return perform(alarm.telemetry, _hear(alarm, records), context)


async def _hear(alarm: bootstrap.Alarm, records: list[dict[str, Any]]) -> dict[str, Any]:
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
