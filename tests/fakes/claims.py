"""`ports.UpdateClaims` in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from walletwatch.ports import Clock


@dataclass
class FakeUpdateClaims:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    ends: dict[int, datetime] = field(default_factory=dict)

    async def claim(self, update_id: int) -> bool:
        self.outage.check()
        now = self.clock.now()
        if self.ends.get(update_id, now) > now:
            return False
        self.ends[update_id] = now + timedelta(hours=24)
        return True

    async def give_back(self, update_id: int) -> None:
        self.outage.check()
        self.ends.pop(update_id, None)
