"""The queues between the functions."""

from collections.abc import Callable, Sequence
from typing import Protocol

from walletwatch.domain.administration import Redriven
from walletwatch.domain.exports import ExportRequest
from walletwatch.domain.pictures import DrawRequest
from walletwatch.domain.vitals import QueueDepth
from walletwatch.domain.work import (
    Backfill,
    BalanceCheck,
    BroadcastStep,
    DigestDue,
    Notification,
    RiskCheck,
    SecurityScan,
)


class Queues(Protocol):
    """Work for the other functions (SQS)."""

    async def check(self, checks: Sequence[BalanceCheck]) -> None:
        """Ask for looks at wallets."""

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        """Ask for digests to be closed when they are due; that may come early, late, and more than once."""

    async def backfill(self, backfill: Backfill) -> None:
        """Ask for a wallet's past."""

    async def scan(self, scan: SecurityScan) -> None:
        """Ask for a security scan."""

    async def check_risks(self, checks: Sequence[RiskCheck]) -> None:
        """Ask for looks at the risk of wallets, `LOOK_AFTER` from now."""

    async def notify(self, notifications: Sequence[Notification]) -> None:
        """Ask for messages to be sent, in order within a chat."""


class BroadcastQueues(Queues, Protocol):
    """Queues that take steps of broadcasts too."""

    async def continue_broadcast(self, step: BroadcastStep) -> None:
        """Ask for the next messages of a broadcast to be queued when they are due."""


class MediaQueues(Protocol):
    """Work for the functions that draw and that write files (SQS)."""

    async def draw(self, request: DrawRequest) -> None:
        """Ask for a picture."""

    async def export(self, request: ExportRequest) -> None:
        """Ask for a file of a chat's history."""


class QueueDepths(Protocol):
    """How much work waits."""

    async def depths(self) -> Sequence[QueueDepth]:
        """Of every queue that this function was told of.

        Raises:
            QueueUnavailable: SQS did not say.
        """


class DeadLetters(Protocol):
    """What failed in every try, and where it came from."""

    async def redrive(
        self, queue: str, *, limit: int, wanted: Callable[[str], bool] | None = None
    ) -> Redriven:
        """Put messages of a dead-letter queue back into their queue, each only once that has it.

        Args:
            queue: Name of the queue, such as `balance`.
            limit: At most so many.
            wanted: Tells by its body whether a message is meant; None for all.

        Raises:
            QueueUnavailable: SQS failed; those that were moved before that are moved.
        """

    async def purge(self, queue: str, *, limit: int) -> Sequence[str]:
        """Delete messages of a dead-letter queue, and return their bodies.

        Raises:
            QueueUnavailable: SQS failed; those that were deleted before that are deleted.
        """
