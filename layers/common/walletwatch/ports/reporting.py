"""Reports that chats have ordered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.reports import DueReport, ReportPeriod, Schedule


class ReportSchedules(Protocol):
    """Who wants which report when; one of each period for a chat."""

    async def of(self, chat_id: int) -> Sequence[Schedule]:
        """What a chat has ordered, the daily one first."""

    async def order(self, chat_id: int, schedule: Schedule, due_at: datetime) -> None:
        """Order a report, in place of the chat's other one of this period. The chat was greeted."""

    async def cancel(self, chat_id: int) -> int:
        """Order nothing any more; how many reports that were."""

    async def due(self, now: datetime, *, after: DueReport | None, limit: int) -> Sequence[DueReport]:
        """Reports of active chats that are due by now, in the order of their time.

        Args:
            now: By the clock of whoever sends them.
            after: The last one of the page before.
            limit: How many at most.
        """

    async def advance(self, chat_id: int, period: ReportPeriod, due_at: datetime, next_due: datetime) -> None:
        """A report was written. Nothing changes where the chat has ordered another time since."""
