"""What administrators see and do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.administration import AuditEntry, AuditQuery, Maintenance, Redriven
from walletwatch.domain.alerts import Alert, AlertLimits
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.health import HealthReport, judge
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.domain.vitals import Population, Vitals
from walletwatch.ports.common import Clock
from walletwatch.ports.operations import Administration, Alerts, Statistics, TelemetryBoard
from walletwatch.ports.queueing import DeadLetters
from walletwatch.ports.telling import Ledger
from walletwatch.services.auditing import Auditing
from walletwatch.services.vitals import ALIVE, VitalSigns

QUEUES: Final = ("balance", "scan", "draw", "export", "notification")
MOVED_AT_ONCE: Final = 1000
"""Messages that one command moves or deletes: as many as fit into the time that a person waits."""
AUDIT_SHOWN: Final = 15
DAY: Final = timedelta(hours=24)
MAX_NOTE_LENGTH: Final = 500
PURGED: Final = "deleted by an administrator"

type KeyOf = Callable[[str], str | None]
"""The ledger key in the body of a notification; None where it has none."""

_log = logging.getLogger("walletwatch.admin")


@dataclass(frozen=True, slots=True)
class Figures:
    """What /stats_all shows.

    Attributes:
        deliveries: Ledger entries of the last day by status.
        instances: Environments that reported lately.
        total: What was ever counted; this and the instances are None where Redis did not answer.
    """

    at: datetime
    population: Population
    deliveries: Mapping[DeliveryStatus, int]
    instances: Sequence[Instance] | None
    total: Tally | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of what administrators did, newest first."""

    query: AuditQuery
    entries: tuple[AuditEntry, ...]
    more: bool


class Administering:
    """The use cases behind the administrators' commands. Everything that changes something is audited.

    Args:
        key_of: Reads a notification's ledger key.
    """

    def __init__(
        self,
        *,
        signs: VitalSigns,
        limits: AlertLimits,
        board: TelemetryBoard,
        statistics: Statistics,
        dead_letters: DeadLetters,
        ledger: Ledger,
        alerts: Alerts,
        administration: Administration,
        key_of: KeyOf,
        clock: Clock,
    ) -> None:
        self._signs = signs
        self._limits = limits
        self._board = board
        self._statistics = statistics
        self._dead_letters = dead_letters
        self._ledger = ledger
        self._alerts = alerts
        self._administration = administration
        self._auditing = Auditing(administration, clock)
        self._key_of = key_of
        self._clock = clock

    async def vitals(self) -> Vitals:
        """What the system is like now."""
        return await self._signs.read(anew=True)

    def health(self, vitals: Vitals) -> HealthReport:
        """What that amounts to."""
        return judge(vitals, self._limits)

    async def recent(self, minutes: int) -> Tally | None:
        """What was counted in the last minutes; None where Redis does not answer."""
        return await _unless_away(self._board.recent(minutes))

    async def counts(self, minutes: int) -> tuple[Tally | None, Tally | None]:
        """What was counted in the last minutes, and ever; None where Redis does not answer."""
        return await asyncio.gather(
            _unless_away(self._board.recent(minutes)), _unless_away(self._board.total())
        )

    async def figures(self) -> Figures:
        """Figures of the whole system."""
        now = self._clock.now()
        instances, total = await asyncio.gather(
            _unless_away(self._board.instances(ALIVE)), _unless_away(self._board.total())
        )
        return Figures(
            at=now,
            population=await self._statistics.population(),
            deliveries=await self._statistics.deliveries(now - DAY),
            instances=instances,
            total=total,
        )

    async def retry_failed(
        self, queues: Sequence[str], *, containing: str | None, user_id: int
    ) -> Mapping[str, Redriven]:
        """Put what failed back into its queue.

        Args:
            queues: Names of `QUEUES`.
            containing: Only messages that have this text, such as a wallet's address; None for all.
            user_id: Who asked.

        Raises:
            QueueUnavailable: SQS failed; the audit says what was done before.
        """
        wanted = None if containing is None else lambda body: containing in body
        done: dict[str, Redriven] = {}
        try:
            for queue in queues:
                done[queue] = await self._dead_letters.redrive(queue, limit=MOVED_AT_ONCE, wanted=wanted)
        finally:
            details: dict[str, str | int] = {queue: redriven.moved for queue, redriven in done.items()}
            if containing is not None:
                details["containing"] = containing
            await self._auditing.record(user_id, "retryfailed", details)
        return done

    async def purge(self, queue: str, *, user_id: int) -> int:
        """Delete what failed; messages that will now never be sent are failed in the ledger too.

        Raises:
            QueueUnavailable: SQS failed; the audit has it, since some may be gone.
        """
        deleted: int | str = "?"
        try:
            bodies = await self._dead_letters.purge(queue, limit=MOVED_AT_ONCE)
            deleted = len(bodies)
        finally:
            await self._auditing.record(user_id, "purge", {"queue": queue, "deleted": deleted})
        if queue == "notification":
            for key in filter(None, map(self._key_of, bodies)):
                await self._ledger.settle(key, DeliveryStatus.FAILED, reason=PURGED)
        return len(bodies)

    async def open_alerts(self) -> Sequence[Alert]:
        """Alerts that are not over, the worst first."""
        return await self._alerts.open()

    async def acknowledge(self, alert_id: int, *, user_id: int) -> Alert | None:
        """Somebody sees to it; None where there is no such open alert."""
        alert = await self._alerts.acknowledge(alert_id, user_id, self._clock.now())
        if alert is not None:
            await self._auditing.record(
                user_id, "ack", {"alert": alert_id, "condition": alert.condition.value}
            )
        return alert

    async def begin_maintenance(self, note: str, *, user_id: int) -> Maintenance:
        """Ask people to come back later; the watching goes on."""
        maintenance = Maintenance(self._clock.now(), user_id, note[:MAX_NOTE_LENGTH])
        await self._administration.set_maintenance(maintenance)
        await self._auditing.record(user_id, "maintenance", {"on": 1, "note": maintenance.note})
        return maintenance

    async def end_maintenance(self, *, user_id: int) -> None:
        """Let people in again."""
        await self._administration.set_maintenance(None)
        await self._auditing.record(user_id, "maintenance", {"on": 0})

    async def maintenance(self) -> Maintenance | None:
        """Whether people are asked to come back later."""
        return await self._administration.maintenance()

    async def audit(self, query: AuditQuery) -> AuditPage:
        """What was done, newest first."""
        found = await self._administration.entries(query, limit=AUDIT_SHOWN + 1)
        return AuditPage(query, tuple(found[:AUDIT_SHOWN]), more=len(found) > AUDIT_SHOWN)


async def _unless_away[T](answer: Awaitable[T]) -> T | None:
    try:
        return await answer
    except StoreUnavailable:
        return None
