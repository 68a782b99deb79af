"""`ports.UpdateClaims` in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from walletwatch.domain.admission import Claim
from walletwatch.ports.common import Clock


@dataclass
class FakeUpdateClaims:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    ends: dict[int, datetime] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)

    async def claim(self, update_id: int) -> Claim:
        self.outage.check()
        now = self.clock.now()
        if self.ends.get(update_id, now) > now:
            return Claim.DONE if update_id in self.finished else Claim.IN_PROGRESS
        self.ends[update_id] = now + timedelta(seconds=30)
        self.finished.discard(update_id)
        return Claim.TAKEN

    async def done(self, update_id: int) -> None:
        self.outage.check()
        self.ends[update_id] = self.clock.now() + timedelta(hours=24)
        self.finished.add(update_id)

    async def forget(self, ended_before: datetime) -> int:
        self.outage.check()
        gone = [update_id for update_id, end in self.ends.items() if end < ended_before]
        for update_id in gone:
            del self.ends[update_id]
        return len(gone)

    async def give_back(self, update_id: int) -> None:
        self.outage.check()
        self.ends.pop(update_id, None)
