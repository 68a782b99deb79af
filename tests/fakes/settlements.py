"""`ports.Settlements` in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from tests.fakes.board import FakeBoard
from tests.fakes.outage import Outage
from walletwatch.domain.admission import DONE_PERIOD, Arrival, SessionChange, Settlement
from walletwatch.domain.sessions import SESSION_TTL, Session
from walletwatch.domain.telemetry import Report
from walletwatch.ports.common import Clock


@dataclass
class FakeSettlements:
    clock: Clock
    board: FakeBoard | None = None
    outage: Outage = field(default_factory=Outage)
    done: dict[int, datetime] = field(default_factory=dict)
    stored: dict[tuple[int, int], tuple[Session, datetime]] = field(default_factory=dict)
    stored_by: dict[tuple[int, int], int] = field(default_factory=dict)
    versions: "count[int]" = field(default_factory=lambda: count(1))

    async def session(self, arrival: Arrival) -> Session | None:
        self.outage.check()
        assert arrival.chat_id is not None
        assert arrival.user_id is not None
        session = self.open(arrival.chat_id, arrival.user_id)
        if session is not None:
            self.stored[arrival.chat_id, arrival.user_id] = session, self.clock.now() + SESSION_TTL
        return session

    async def settled(self, arrival: Arrival) -> bool:
        self.outage.check()
        now = self.clock.now()
        return self.done.get(arrival.update_id, now) > now

    async def settle(self, settlement: Settlement, report: Report | None = None) -> bool:
        self.outage.check()
        update_id, stored = settlement.arrival.update_id, True
        if settlement.done:
            stored = settlement.change is None or self._change(settlement.change, update_id)
            self.done[update_id] = self.clock.now() + DONE_PERIOD
        if report is not None and self.board is not None:
            await self.board.post(report.instance, report.tally)
        return stored

    def open(self, chat_id: int, user_id: int) -> Session | None:
        session, end = self.stored.get((chat_id, user_id), (None, self.clock.now()))
        return session if end > self.clock.now() else None

    def _change(self, change: SessionChange, update_id: int) -> bool:
        whose = change.chat_id, change.user_id
        present = self.open(*whose)
        if change.replaced is None:
            replaceable = present is None or self.stored_by[whose] <= update_id
        else:
            replaceable = (present.version if present else "") == change.replaced
        if change.session is None:
            if present is not None and replaceable:
                self.stored.pop(whose)
            return present is None or replaceable
        if not replaceable:
            return False
        saved = replace(change.session, version=f"{next(self.versions):032x}")
        self.stored[whose] = saved, self.clock.now() + SESSION_TTL
        self.stored_by[whose] = update_id
        return True
