"""`ports.Alerts` in this process: where alerts are kept while the database itself is what is lost."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from walletwatch.domain.alerts import Alert, AlertLevel, Finding


class AlertMemory:
    """Alerts that live as long as this process."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._ids = count(1)

    async def raised(self, finding: Finding, at: datetime) -> Alert:
        """It holds: a new alert, or the open one of its key, seen again."""
        held = next((alert for alert in await self.open() if alert.key == finding.key), None)
        if held is None:
            return self._keep(
                Alert(
                    id=next(self._ids),
                    condition=finding.condition,
                    subject=finding.subject,
                    level=finding.level,
                    facts=dict(finding.facts),
                    occurrences=1,
                    raised_at=at,
                    seen_at=at,
                )
            )
        same = held.level is finding.level
        return self._keep(
            replace(
                held,
                level=finding.level,
                facts=dict(finding.facts),
                occurrences=held.occurrences + 1,
                seen_at=at,
                clear_since=None,
                told=held.told if same else (),
                acknowledged_at=held.acknowledged_at if same else None,
                acknowledged_by=held.acknowledged_by if same else None,
            )
        )

    async def cleared(self, alert_id: int, at: datetime, *, settle: timedelta) -> Alert | None:
        """It does not hold; resolved once that was so for `settle`, and then returned."""
        held = self._alerts.get(alert_id)
        if held is None or held.resolved_at is not None:
            return None
        since = held.clear_since or at
        over = since <= at - settle
        kept = self._keep(replace(held, clear_since=since, resolved_at=at if over else None))
        return kept if over else None

    async def open(self) -> Sequence[Alert]:
        """Those that are not over, the worst and oldest first."""
        held = [alert for alert in self._alerts.values() if alert.resolved_at is None]
        return sorted(held, key=lambda alert: (-alert.level.rank, alert.raised_at, alert.id))

    async def unheard(self, chats: Collection[int]) -> Sequence[Alert]:
        """Those whose beginning or whose end one of these chats does not know, oldest first."""

        def is_unheard(alert: Alert) -> bool:
            if alert.resolved_at is None:
                return not set(chats) <= set(alert.told)
            return bool(set(chats) & set(alert.told) - set(alert.told_end))

        found = filter(is_unheard, self._alerts.values())
        return sorted(found, key=lambda alert: (alert.raised_at, alert.id))

    async def told(self, alert_id: int, chat_id: int, at: datetime, *, end: bool) -> None:
        """The chat knows of its beginning, or of its end."""
        held = self._alerts[alert_id]
        if end:
            self._keep(replace(held, told_end=_with(held.told_end, chat_id)))
        else:
            self._keep(replace(held, told=_with(held.told, chat_id), told_at=at))

    async def remind(self, levels: Collection[AlertLevel], told_before: datetime) -> int:
        """Let open alerts that nobody acknowledged be told again, if they were last told before this."""
        due = [
            alert
            for alert in await self.open()
            if alert.level in levels
            and alert.acknowledged_at is None
            and alert.told
            and alert.told_at is not None
            and alert.told_at < told_before
        ]
        for alert in due:
            self._keep(replace(alert, told=()))
        return len(due)

    async def acknowledge(self, alert_id: int, user_id: int, at: datetime) -> Alert | None:
        """Somebody sees to it; None where there is no such open alert."""
        held = self._alerts.get(alert_id)
        if held is None or held.resolved_at is not None:
            return None
        if held.acknowledged_at is not None:
            return held
        return self._keep(replace(held, acknowledged_at=at, acknowledged_by=user_id))

    async def recent(self, limit: int) -> Sequence[Alert]:
        """The newest, over or not, newest first."""
        return sorted(self._alerts.values(), key=lambda alert: -alert.id)[:limit]

    async def forget(self, resolved_before: datetime) -> int:
        """Delete alerts that were over before this; how many there were."""
        gone = [
            alert.id
            for alert in self._alerts.values()
            if alert.resolved_at is not None and alert.resolved_at < resolved_before
        ]
        for alert_id in gone:
            del self._alerts[alert_id]
        return len(gone)

    def _keep(self, alert: Alert) -> Alert:
        self._alerts[alert.id] = alert
        return alert


def _with(chats: tuple[int, ...], chat_id: int) -> tuple[int, ...]:
    return (*(chat for chat in chats if chat != chat_id), chat_id)
