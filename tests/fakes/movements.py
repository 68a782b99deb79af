"""`ports.media.Movements` and `ports.media.HistoryPages` over the tables of the fakes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.fakes.outage import Outage
from tests.fakes.rows import ActivityRow, Tables, stored
from walletwatch.domain.activities import Activity
from walletwatch.domain.money import NATIVE


@dataclass
class FakeMovements:
    """The wallet's own beginning is `EPOCH` where a test does not say otherwise."""

    tables: Tables
    outage: Outage = field(default_factory=Outage)
    began: dict[int, datetime] = field(default_factory=dict)

    def _rows(self, wallet_id: int) -> list[ActivityRow]:
        self.outage.check()
        rows = [row for (wallet, _), row in self.tables.activities.items() if wallet == wallet_id]
        return sorted(rows, key=lambda row: (row.slot, row.id))

    async def changes(
        self, wallet_id: int, asset: str, *, since: datetime, up_to_slot: int, step: timedelta
    ) -> Sequence[tuple[datetime, int]]:
        found: dict[datetime, int] = {}
        for activity in map(stored, self._rows(wallet_id)):
            late = activity.slot > up_to_slot or activity.stays_in_stake
            if late or activity.block_time is None or activity.block_time < since.timestamp():
                continue
            amount = sum(leg.amount for leg in activity.legs if leg.asset == asset)
            if asset == NATIVE:
                amount -= activity.fee + activity.rent
            begin = activity.block_time - activity.block_time % int(step.total_seconds())
            at = datetime.fromtimestamp(begin, UTC)
            found[at] = found.get(at, 0) + amount
        return [(at, amount) for at, amount in sorted(found.items()) if amount]

    async def known_since(self, wallet_id: int) -> datetime | None:
        if wallet_id not in self.tables.wallets:
            return None
        times = [stored(row).block_time for row in self._rows(wallet_id)]
        oldest = [datetime.fromtimestamp(time, UTC) for time in times if time is not None]
        return min([*oldest, self.began.get(wallet_id, datetime.fromtimestamp(0, UTC))])

    async def flows(
        self, wallet_id: int, asset: str, *, since: datetime, timezone: str
    ) -> Sequence[tuple[date, int, int]]:
        found: dict[date, list[int]] = {}
        for activity in map(stored, self._rows(wallet_id)):
            if activity.block_time is None or activity.block_time < since.timestamp():
                continue
            if activity.stays_in_stake:
                continue
            day = datetime.fromtimestamp(activity.block_time, ZoneInfo(timezone)).date()
            for leg in activity.legs:
                if leg.asset == asset:
                    sides = found.setdefault(day, [0, 0])
                    sides[leg.amount < 0] += abs(leg.amount)
        return [(day, came, went) for day, (came, went) in sorted(found.items())]

    async def count(self, wallet_ids: Sequence[int], *, since: datetime | None, until: datetime) -> int:
        return sum(len(self._within(wallet_id, since, until)) for wallet_id in set(wallet_ids))

    async def pages(
        self, wallet_id: int, *, since: datetime | None, until: datetime, size: int
    ) -> AsyncIterator[Sequence[Activity]]:
        found = self._within(wallet_id, since, until)
        for start in range(0, len(found), size):
            yield found[start : start + size]

    def _within(self, wallet_id: int, since: datetime | None, until: datetime) -> list[Activity]:
        activities = [stored(row) for row in self._rows(wallet_id) if row.created_at <= until]
        if since is None:
            return activities
        begin = since.timestamp()
        return [each for each in activities if each.block_time is not None and each.block_time >= begin]
