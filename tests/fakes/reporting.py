"""Reports that chats have ordered, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.fakes.rows import Tables
from walletwatch.domain.reports import DueReport, ReportPeriod, Schedule


@dataclass
class FakeReportSchedules:
    """`ports.ReportSchedules` over the tables."""

    tables: Tables

    async def of(self, chat_id: int) -> Sequence[Schedule]:
        return self.tables.ordered_by(chat_id)

    async def order(self, chat_id: int, schedule: Schedule, due_at: datetime) -> None:
        self.tables.reports[chat_id, schedule.period] = schedule, due_at

    async def cancel(self, chat_id: int) -> int:
        mine = [key for key in self.tables.reports if key[0] == chat_id]
        for key in mine:
            del self.tables.reports[key]
        return len(mine)

    async def due(self, now: datetime, *, after: DueReport | None, limit: int) -> Sequence[DueReport]:
        place = (after.due_at, after.chat.chat_id, after.schedule.period) if after else None
        found = [
            ((due_at, chat_id, period), DueReport(self.tables.chats[chat_id].chat, schedule, due_at))
            for (chat_id, period), (schedule, due_at) in self.tables.reports.items()
            if due_at <= now and self.tables.chats[chat_id].chat.active
        ]
        found.sort(key=lambda each: each[0])
        return [report for key, report in found if place is None or key > place][:limit]

    async def advance(self, chat_id: int, period: ReportPeriod, due_at: datetime, next_due: datetime) -> None:
        schedule, present = self.tables.reports.get((chat_id, period), (None, None))
        if schedule is not None and present == due_at:
            self.tables.reports[chat_id, period] = schedule, next_due
