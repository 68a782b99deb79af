"""Queues in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletwatch.domain.errors import QueueUnavailable
from walletwatch.domain.exports import ExportRequest
from walletwatch.domain.pictures import DrawRequest
from walletwatch.domain.work import (
    Backfill,
    BalanceCheck,
    BroadcastStep,
    DigestDue,
    Notification,
    RiskCheck,
    SecurityScan,
)


@dataclass
class FakeQueues:
    """`ports.Queues` and `ports.MediaQueues` over lists; set `down` to let every call fail.

    Every message can be encoded.
    """

    down: bool = False
    checks: list[BalanceCheck] = field(default_factory=list)
    digests: list[DigestDue] = field(default_factory=list)
    steps: list[BroadcastStep] = field(default_factory=list)
    backfills: list[Backfill] = field(default_factory=list)
    scans: list[SecurityScan] = field(default_factory=list)
    risks: list[RiskCheck] = field(default_factory=list)
    drawings: list[DrawRequest] = field(default_factory=list)
    exports: list[ExportRequest] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)

    def _take(self) -> None:
        if self.down:
            raise QueueUnavailable("the fake queues are down")

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        self._take()
        self.checks.extend(checks)

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        self._take()
        self.digests.extend(digests)

    async def continue_broadcast(self, step: BroadcastStep) -> None:
        self._take()
        self.steps.append(step)

    async def backfill(self, backfill: Backfill) -> None:
        self._take()
        self.backfills.append(backfill)

    async def scan(self, scan: SecurityScan) -> None:
        self._take()
        self.scans.append(scan)

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        self._take()
        self.risks.extend(checks)

    async def draw(self, request: DrawRequest) -> None:
        self._take()
        self.drawings.append(request)

    async def export(self, request: ExportRequest) -> None:
        self._take()
        self.exports.append(request)

    async def notify(self, notifications: Sequence[Notification]) -> None:
        self._take()
        known = {notification.ledger_key for notification in self.notifications}
        self.notifications.extend(new for new in notifications if new.ledger_key not in known)
