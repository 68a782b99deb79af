"""What operators see and do."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from walletwatch.domain.administration import AuditEntry, AuditQuery, Maintenance
from walletwatch.domain.alerts import Alert, AlertLevel, Finding
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.domain.vitals import Expiry, LastLook, Population, TelegramVitals


class TelemetryBoard(Protocol):
    """What all instances say of themselves. It may be lost at any moment, and then begins anew."""

    async def post(self, instance: Instance, tally: Tally) -> None:
        """Add the counts, and say that the instance lives and how it is."""

    async def total(self) -> Tally:
        """Everything that was ever counted, or since the board was lost."""

    async def recent(self, minutes: int) -> Tally:
        """What was counted in the last minutes, the present one included; at most fifteen."""

    async def instances(self, within: timedelta) -> Sequence[Instance]:
        """Those that said something within this time, by function and start."""

    async def forget(self, older_than: timedelta) -> int:
        """Forget those that have said nothing for so long; how many there were."""


class Statistics(Protocol):
    """Figures of the whole system (PostgreSQL)."""

    async def population(self) -> Population:
        """Whom it serves."""

    async def looked(self) -> Sequence[LastLook]:
        """How far the sweep (all of its shards) and the stream have come."""

    async def deliveries(self, since: datetime) -> Mapping[DeliveryStatus, int]:
        """How many ledger entries made since then have which status; every status is there."""


class WebhookState(Protocol):
    """What Telegram knows of our webhook."""

    async def read(self) -> TelegramVitals:
        """Ask Telegram.

        Raises:
            DeliveryUnavailable: It was not reached.
        """


class Expiries(Protocol):
    """Certificates and secrets that stop being valid."""

    async def read(self) -> Sequence[Expiry]:
        """When they do; nothing is left out: what cannot be asked raises.

        Raises:
            TransientError: One could not be asked.
        """


class Alerts(Protocol):
    """What operators have to know, kept until its retention ends."""

    async def raised(self, finding: Finding, at: datetime) -> Alert:
        """It holds: a new alert, or the open one of its key, seen again.

        At another level than before it has to be told, and acknowledged, anew.
        """

    async def cleared(self, alert_id: int, at: datetime, *, settle: timedelta) -> Alert | None:
        """It does not hold; resolved once that was so for `settle`, and then returned."""

    async def open(self) -> Sequence[Alert]:
        """Those that are not over, the worst and oldest first."""

    async def unheard(self, chats: Collection[int]) -> Sequence[Alert]:
        """Those whose beginning or whose end one of these chats does not know, oldest first.

        Nobody has to know the end of what he was not told the beginning of.
        """

    async def told(self, alert_id: int, chat_id: int, at: datetime, *, end: bool) -> None:
        """The chat knows of its beginning, or of its end."""

    async def remind(self, levels: Collection[AlertLevel], told_before: datetime) -> int:
        """Let open alerts that nobody acknowledged be told again, if they were last told before this."""

    async def acknowledge(self, alert_id: int, user_id: int, at: datetime) -> Alert | None:
        """Somebody sees to it; None where there is no such open alert."""

    async def recent(self, limit: int) -> Sequence[Alert]:
        """The newest, over or not, newest first."""

    async def forget(self, resolved_before: datetime) -> int:
        """Delete alerts that were over before this; how many there were."""


class Administration(Protocol):
    """What administrators did, and the switches they set (PostgreSQL)."""

    async def audit(self, entry: AuditEntry) -> None:
        """Keep what was done."""

    async def entries(self, query: AuditQuery, *, limit: int) -> Sequence[AuditEntry]:
        """What was done, newest first."""

    async def maintenance(self) -> Maintenance | None:
        """Whether people are asked to come back later; None where not."""

    async def set_maintenance(self, maintenance: Maintenance | None) -> None:
        """Begin or end it."""
