"""Raising alerts, telling the administrators' chats, and calling alerts over."""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from walletwatch.domain.alerts import Alert, AlertLevel, AlertLimits, Examination, Finding, examine
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MessageRefused,
    StoreUnavailable,
)
from walletwatch.domain.vitals import Lost, Vitals
from walletwatch.domain.work import RenderedMessage
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.operations import Alerts
from walletwatch.ports.telling import Messenger
from walletwatch.ports.volatile import Cache
from walletwatch.services.cloudwatch import CloudWatchAlarm
from walletwatch.services.vitals import VitalSigns

REMIND_AFTER: Final = timedelta(minutes=30)
REMINDED: Final = frozenset({AlertLevel.ERROR, AlertLevel.CRITICAL})

_log = logging.getLogger("walletwatch.alarming")

type RenderAlert = Callable[[Alert], RenderedMessage]


class Gauges(Metrics, Protocol):
    """`Metrics` that also say how high something is."""

    def gauge(self, name: str, value: float) -> None:
        """Say how high something is now, in the unit that the catalogue names."""


class Alarming:
    """The use case of the alarm function.

    Alerts are kept in the database, and while that is lost in this process: it is started every minute in
    one environment, so that they last for an outage. When the database is back, they go on there. Should
    there be several environments, the cache tells them what another has told.

    Args:
        spare: Where alerts are kept while `alerts` does not answer.
        cache: Where several environments see each other's telling meanwhile; it may be away too.
        render: Makes the message of an alert, or of its end.
        chats: Who is told.
        settle: For how long a condition must not have held to be over.
    """

    def __init__(
        self,
        *,
        signs: VitalSigns,
        limits: AlertLimits,
        alerts: Alerts,
        spare: Alerts,
        cache: Cache,
        messenger: Messenger,
        render: RenderAlert,
        chats: Collection[int],
        clock: Clock,
        metrics: Gauges,
        settle: timedelta,
    ) -> None:
        self._signs = signs
        self._limits = limits
        self._alerts = alerts
        self._spare = spare
        self._cache = cache
        self._messenger = messenger
        self._render = render
        self._chats = tuple(chats)
        self._clock = clock
        self._metrics = metrics
        self._settle = settle

    async def look(self) -> Sequence[Finding]:
        """Examine the system, raise and resolve alerts, and tell of them; what is wrong now."""
        vitals = await self._signs.read()
        examination = examine(vitals, self._limits)
        self._measure(vitals)
        try:
            await self._come_back()
            await self._settle_all(self._alerts, examination)
        except StoreUnavailable:
            _log.warning("alerts are kept in memory: the database does not answer")
            await self._settle_all(self._spare, examination)
        return examination.findings

    async def hear(self, alarm: CloudWatchAlarm) -> None:
        """CloudWatch says that something is wrong, or is over.

        Where the alarm looks at the same as the examination does, that is asked at once, and only if it sees
        nothing is the alarm an alert of its own: nobody needs to hear of one thing twice.
        """
        findings = await self.look() if alarm.mirrors and not alarm.over else ()
        if any(finding.condition is alarm.mirrors for finding in findings):
            return
        try:
            await self._hear(self._alerts, alarm)
        except StoreUnavailable:
            await self._hear(self._spare, alarm)

    async def _hear(self, alerts: Alerts, alarm: CloudWatchAlarm) -> None:
        now = self._clock.now()
        if not alarm.over:
            await self._raise(alerts, alarm.finding, now)
        for alert in await alerts.open():
            if alarm.over and alert.key == alarm.finding.key:
                await alerts.cleared(alert.id, now, settle=timedelta())
                self._metrics.count("AlertsResolved")
        await self._tell(alerts, now)

    async def _settle_all(self, alerts: Alerts, examination: Examination) -> None:
        now = self._clock.now()
        for finding in examination.findings:
            await self._raise(alerts, finding, now)
        holding = {finding.key for finding in examination.findings}
        for alert in await alerts.open():
            if alert.condition not in examination.judged or alert.key in holding:
                continue
            if await alerts.cleared(alert.id, now, settle=self._settle):
                self._metrics.count("AlertsResolved")
        await alerts.remind(REMINDED, now - REMIND_AFTER)
        await self._tell(alerts, now)
        self._metrics.gauge("OpenAlerts", len(await alerts.open()))

    async def _raise(self, alerts: Alerts, finding: Finding, now: datetime) -> None:
        alert = await alerts.raised(finding, now)
        if alert.occurrences == 1:
            self._metrics.count("AlertsRaised")
            _log.warning("alert raised", extra={"condition": alert.condition.value, "subject": alert.subject})

    async def _tell(self, alerts: Alerts, now: datetime) -> None:
        """Tell each chat what it does not know; a chat that cannot be told now is told a minute later."""
        for alert in await alerts.unheard(self._chats):
            end = alert.resolved_at is not None
            known = alert.told_end if end else alert.told
            concerned = alert.told if end else self._chats
            for chat_id in self._chats:
                if chat_id in known or chat_id not in concerned:
                    continue
                if await self._told_elsewhere(alerts, chat_id, alert) or await self._told(chat_id, alert):
                    await alerts.told(alert.id, chat_id, now, end=end)

    async def _told_elsewhere(self, alerts: Alerts, chat_id: int, alert: Alert) -> bool:
        """Whether another environment told it, while alerts are not kept where all of them see them."""
        if alerts is not self._spare:
            return False
        try:
            return await self._cache.increment(_telling(alert, chat_id), ttl=REMIND_AFTER) > 1
        except StoreUnavailable:
            # With both stores away it is told twice rather than not at all.
            return False

    async def _told(self, chat_id: int, alert: Alert) -> bool:
        """Whether there is nothing more to do for this chat."""
        try:
            await self._messenger.send(chat_id, self._render(alert))
        except DeliveryUnavailable as error:
            self._metrics.count("AlertsUntold")
            _log.warning("an alert waits to be told: %s", error)
            return False
        except (ChatUnreachable, ChatMigrated, MessageRefused) as error:
            # An administrator's chat that is gone is a fault of the configuration; the others are told.
            self._metrics.count("AlertsUntold")
            _log.error(
                "a chat cannot be told of alerts: %s", type(error).__name__, extra={"chat_id": chat_id}
            )
        return True

    async def _come_back(self) -> None:
        """Take over what was kept in memory, with who was told of it."""
        for alert in await self._spare.open():
            finding = Finding(alert.condition, alert.subject, alert.level, alert.facts)
            kept = await self._alerts.raised(finding, alert.seen_at)
            for chat_id in alert.told:
                await self._alerts.told(kept.id, chat_id, alert.told_at or alert.seen_at, end=False)
                with suppress(StoreUnavailable):
                    # It ends by itself; until then the next outage would not be told.
                    await self._cache.delete(_telling(alert, chat_id))
            await self._spare.cleared(alert.id, alert.seen_at, settle=timedelta())
        await self._spare.forget(self._clock.now() + timedelta(seconds=1))

    def _measure(self, vitals: Vitals) -> None:
        gauge = self._metrics.gauge
        gauge("RedisDown", int(isinstance(vitals.redis, Lost)))
        gauge("DatabaseDown", int(isinstance(vitals.database, Lost)))
        if not isinstance(vitals.rpc, Lost):
            gauge("RpcPoolUsedPercent", round(vitals.rpc.busy * 100, 1))
        if not isinstance(vitals.queues, Lost):
            gauge("DeadLetters", sum(queue.dead for queue in vitals.queues))
        if not isinstance(vitals.functions, Lost):
            gauge("ActiveInstances", sum(each.instances for each in vitals.functions))
            shares = [
                100 * each.memory_bytes / each.memory_limit_bytes
                for each in vitals.functions
                if each.memory_limit_bytes
            ]
            if shares:
                gauge("MemoryUsedPercent", round(max(shares), 1))
        self._measure_watchers(vitals)
        self._measure_people(vitals)

    def _measure_watchers(self, vitals: Vitals) -> None:
        if isinstance(vitals.watchers, Lost):
            return
        seconds = [each.behind_seconds for each in vitals.watchers if each.behind_seconds is not None]
        blocks = [each.behind_blocks for each in vitals.watchers if each.behind_blocks is not None]
        if seconds:
            self._metrics.gauge("WatcherBehindSeconds", min(seconds))
        if blocks:
            self._metrics.gauge("WatcherBehindBlocks", min(blocks))
        for each in vitals.watchers:
            if each.name == "sweep" and each.behind_seconds is not None:
                self._metrics.gauge("SweepAgeSeconds", each.behind_seconds)

    def _measure_people(self, vitals: Vitals) -> None:
        gauge = self._metrics.gauge
        if not isinstance(vitals.traffic, Lost):
            for name, share in (
                ("ErrorPercent", vitals.traffic.error_share),
                ("CacheHitPercent", vitals.traffic.cache_hit_share),
            ):
                if share is not None:
                    gauge(name, round(share * 100, 1))
        if not isinstance(vitals.telegram, Lost):
            failed_at = vitals.telegram.last_error_at
            failing = failed_at is not None and vitals.at - failed_at <= self._limits.webhook_error
            gauge("TelegramWebhookErrors", int(failing or not vitals.telegram.is_set))
        if not isinstance(vitals.expiries, Lost) and vitals.expiries:
            gauge("ExpiryDays", min((expiry.at - vitals.at).days for expiry in vitals.expiries))
        if not isinstance(vitals.lists, Lost):
            ages = [(vitals.at - each.at).total_seconds() for each in vitals.lists if each.at is not None]
            if ages:
                gauge("ListAgeSeconds", max(ages))
        if not isinstance(vitals.population, Lost):
            gauge("Users", vitals.population.users)
            gauge("Chats", vitals.population.chats)
            gauge("Wallets", vitals.population.wallets)
            gauge("Subscriptions", vitals.population.subscriptions)


def _telling(alert: Alert, chat_id: int) -> str:
    end = "end" if alert.resolved_at else "begin"
    return f"alert:{alert.condition.value}:{alert.subject}:{chat_id}:{end}"
