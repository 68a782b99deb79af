"""A thousand scans while the chain fails: none is lost, none is told twice, and who waits is told why."""

from collections import deque
from random import Random

from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.inspection import FakeInspector, FakeJudge
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.unit.services.conftest import TextRenderer
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.delivery import delivery_key
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.scans import Inspection
from walletwatch.domain.work import SecurityScan, SubjectKind
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import TOLD_AFTER_TRIES, Scanning, ScanReports, ScanRequests

SCANS = 1000
TRIES = 5
"""As the template's redrive policy has it."""


class Failing(FakeInspector):
    """A chain that fails more often than not."""

    def __init__(self, clock: FakeClock, chance: Random) -> None:
        super().__init__(clock)
        self.chance = chance
        self.failing = True

    async def inspect(self, subject: str, kind: SubjectKind) -> Inspection:
        if self.failing and self.chance.random() < 0.7:
            raise ChainUnavailable("it does not answer")
        return await super().inspect(subject, kind)


class World:
    """A queue that shows each message until it is done, five times at most, to several instances."""

    def __init__(self) -> None:
        self.chance = Random(5)
        self.clock = FakeClock()
        self.queues, self.stores = FakeQueues(), FakeStores(self.clock)
        self.inspector = Failing(self.clock, self.chance)
        self.dead: list[SecurityScan] = []
        self.late: set[str] = set()

    def instance(self) -> Scanning:
        memory = ScanMemory(FakeCache(self.clock), FakeMetrics(), self.clock, chain="test")
        reports = ScanReports(self.inspector, FakeJudge(), memory, self.clock)
        return Scanning(reports, self.stores.ledger, self.queues, TextRenderer(), self.clock)

    async def work_off(self, scans: list[SecurityScan]) -> None:
        instances = [self.instance() for _ in range(3)]
        waiting = deque((scan, 1) for scan in scans)
        while waiting:
            scan, attempt = waiting.popleft()
            try:
                await self.chance.choice(instances).run(scan, attempt=attempt)
            except ChainUnavailable:
                if attempt >= TOLD_AFTER_TRIES:
                    self.late.add(scan.request_id)
                if attempt < TRIES:
                    waiting.append((scan, attempt + 1))
                else:
                    self.dead.append(scan)
                continue
            # The process is killed after the work, before the queue hears of it: it is shown again.
            if self.chance.random() < 0.1 and attempt < TRIES:
                waiting.append((scan, attempt + 1))

    @property
    def told(self) -> set[str]:
        """The ledger keys of all messages; the FIFO queue drops what it has already."""
        return {each.ledger_key for each in self.queues.notifications}


async def test_a_thousand_scans_while_the_chain_fails() -> None:
    world = World()
    for number in range(1, SCANS + 1):
        await ScanRequests(world.queues).request(
            encode_address(number.to_bytes(32)),
            request="1",
            chat_id=1,
            reply_to=9,
            requested_by=1,
            language="en",
        )
    keys = {scan.request_id for scan in world.queues.scans}
    await world.work_off(list(world.queues.scans))
    dead = {scan.request_id for scan in world.dead}
    assert len(dead) > SCANS / 20
    assert keys - world.told <= dead, "what is not answered is among the dead letters"
    assert world.told - keys == {delivery_key(key, "delayed") for key in world.late}

    # The chain is back, and an administrator puts the dead letters back.
    world.inspector.failing = False
    scans, world.dead = world.dead, []
    await world.work_off(scans)
    assert world.dead == []
    assert keys <= world.told
    assert len(world.queues.notifications) == SCANS + len(world.late)
