"""`ports.TelemetryBoard` in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.ports.common import Clock


@dataclass
class FakeBoard:
    clock: Clock
    outage: Outage = field(default_factory=Outage)
    posted: list[tuple[datetime, Tally]] = field(default_factory=list)
    alive: dict[str, Instance] = field(default_factory=dict)

    async def post(self, instance: Instance, tally: Tally) -> None:
        self.outage.check()
        self.posted.append((instance.seen_at, Tally(tally.fields)))
        self.alive[instance.id] = instance

    async def total(self) -> Tally:
        self.outage.check()
        return self._since(datetime.min.replace(tzinfo=self.clock.now().tzinfo))

    async def recent(self, minutes: int) -> Tally:
        self.outage.check()
        minute = self.clock.now().replace(second=0, microsecond=0)
        return self._since(minute - timedelta(minutes=minutes))

    async def instances(self, within: timedelta) -> Sequence[Instance]:
        self.outage.check()
        since = self.clock.now() - within
        found = [instance for instance in self.alive.values() if instance.seen_at >= since]
        return sorted(found, key=lambda instance: (instance.function, instance.started_at, instance.id))

    async def forget(self, older_than: timedelta) -> int:
        self.outage.check()
        before = self.clock.now() - older_than
        gone = [instance.id for instance in self.alive.values() if instance.seen_at < before]
        for instance_id in gone:
            del self.alive[instance_id]
        return len(gone)

    def _since(self, moment: datetime) -> Tally:
        total = Tally()
        for at, tally in self.posted:
            if at >= moment:
                total.add(tally)
        return total
