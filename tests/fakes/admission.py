"""`ports.Admission` in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from tests.fakes.board import FakeBoard
from tests.fakes.outage import Outage
from walletwatch.domain.admission import Admitted, Arrival, Claim, SessionChange, Settlement
from walletwatch.domain.sessions import SESSION_TTL, Session
from walletwatch.domain.telemetry import Report
from walletwatch.ports.common import Clock


@dataclass
class FakeAdmission:
    clock: Clock
    board: FakeBoard | None = None
    outage: Outage = field(default_factory=Outage)
    claims: dict[int, tuple[Claim, datetime]] = field(default_factory=dict)
    windows: dict[tuple[int, str], tuple[set[int], datetime]] = field(default_factory=dict)
    stored: dict[tuple[int, int], tuple[Session, datetime]] = field(default_factory=dict)
    versions: "count[int]" = field(default_factory=lambda: count(1))

    async def admit(self, arrival: Arrival) -> Admitted:
        self.outage.check()
        now = self.clock.now()
        claim, end = self.claims.get(arrival.update_id, (Claim.TAKEN, now))
        if end > now:
            return Admitted(claim)
        if not self._counts(arrival):
            self.claims[arrival.update_id] = Claim.DONE, now + timedelta(hours=24)
            return Admitted(Claim.TAKEN, allowed=False)
        self.claims[arrival.update_id] = Claim.IN_PROGRESS, now + timedelta(seconds=30)
        if arrival.user_id is None or arrival.chat_id is None:
            return Admitted(Claim.TAKEN)
        session = self.session(arrival.chat_id, arrival.user_id)
        if session is not None:
            self.stored[arrival.chat_id, arrival.user_id] = session, now + SESSION_TTL
        return Admitted(Claim.TAKEN, session=session, session_known=True)

    async def settle(self, settlement: Settlement, report: Report | None = None) -> bool:
        self.outage.check()
        stored = settlement.change is None or self._change(settlement.change)
        update_id = settlement.arrival.update_id
        if settlement.done:
            self.claims[update_id] = Claim.DONE, self.clock.now() + timedelta(hours=24)
        else:
            self.claims.pop(update_id, None)
        if report is not None and self.board is not None:
            await self.board.post(report.instance, report.tally)
        return stored

    def session(self, chat_id: int, user_id: int) -> Session | None:
        session, end = self.stored.get((chat_id, user_id), (None, self.clock.now()))
        return session if end > self.clock.now() else None

    def _counts(self, arrival: Arrival) -> bool:
        if arrival.user_id is None:
            return True
        now, quota = self.clock.now(), arrival.quota
        updates, end = self.windows.get((arrival.user_id, quota.counted_as), (set(), now))
        if end <= now:
            updates, end = set(), now + quota.window
        if arrival.update_id not in updates and len(updates) >= quota.limit:
            return False
        self.windows[arrival.user_id, quota.counted_as] = updates | {arrival.update_id}, end
        return True

    def _change(self, change: SessionChange) -> bool:
        present = self.session(change.chat_id, change.user_id)
        version = present.version if present else ""
        if change.session is None:
            if present is not None and version != change.replaced:
                return False
            self.stored.pop((change.chat_id, change.user_id), None)
            return True
        if version != change.replaced:
            return False
        saved = replace(change.session, version=f"{next(self.versions):032x}")
        self.stored[change.chat_id, change.user_id] = saved, self.clock.now() + SESSION_TTL
        return True
