"""Everything the vitals are read of, in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.board import FakeBoard
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.outage import Outage
from tests.fakes.pools import FakePoolCreators
from walletwatch.domain.administration import Redriven
from walletwatch.domain.alerts import AlertLevel, AlertLimits
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import QueueUnavailable, StoreUnavailable
from walletwatch.domain.vitals import Expiry, LastLook, Population, QueueDepth, TelegramVitals
from walletwatch.ports.operations import Administration, Alerts
from walletwatch.ports.telling import Ledger
from walletwatch.queueing.notification import ledger_key_of
from walletwatch.services.administering import Administering
from walletwatch.services.vitals import Sources, VitalSigns

QUEUES = ("balance", "scan", "draw", "export", "notification")


@dataclass
class FakeStatistics:
    outage: Outage = field(default_factory=Outage)
    people: Population = field(default_factory=lambda: Population(0, 0, 0, 0, dict.fromkeys(AlertLevel, 0)))
    progress: list[LastLook] = field(default_factory=list)
    by_status: dict[DeliveryStatus, int] = field(default_factory=dict)

    async def population(self) -> Population:
        self.outage.check()
        return self.people

    async def looked(self) -> Sequence[LastLook]:
        self.outage.check()
        return self.progress

    async def deliveries(self, since: datetime) -> Mapping[DeliveryStatus, int]:
        self.outage.check()
        return {status: self.by_status.get(status, 0) for status in DeliveryStatus}


@dataclass
class FakeDeadLetters:
    """`ports.QueueDepths` and `ports.DeadLetters` over lists."""

    waiting: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in QUEUES})
    dead: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in QUEUES})
    down: bool = False

    def check(self) -> None:
        if self.down:
            raise QueueUnavailable("the fake queues are down")

    async def depths(self) -> Sequence[QueueDepth]:
        self.check()
        return [QueueDepth(name, len(self.waiting[name]), 0, 0, len(self.dead[name])) for name in QUEUES]

    async def redrive(
        self, queue: str, *, limit: int, wanted: Callable[[str], bool] | None = None
    ) -> Redriven:
        self.check()
        seen = self.dead[queue][:limit]
        chosen = [body for body in seen if wanted is None or wanted(body)]
        self.waiting[queue] += chosen
        self.dead[queue] = [body for body in self.dead[queue] if body not in chosen]
        return Redriven(len(chosen), len(seen) - len(chosen), len(self.dead[queue]))

    async def purge(self, queue: str, *, limit: int) -> Sequence[str]:
        self.check()
        gone, self.dead[queue] = self.dead[queue][:limit], self.dead[queue][limit:]
        return gone


@dataclass
class FakeWebhookState:
    state: TelegramVitals = field(default_factory=lambda: TelegramVitals(True, 0, None, None))
    asked: int = 0

    async def read(self) -> TelegramVitals:
        self.asked += 1
        return self.state


@dataclass
class FakeExpiries:
    each: list[Expiry] = field(default_factory=list)

    async def read(self) -> Sequence[Expiry]:
        return self.each


@dataclass
class FakeStore:
    """A store that can be pinged."""

    outage: Outage = field(default_factory=Outage)

    async def ping(self) -> None:
        if self.outage.down:
            raise StoreUnavailable("postgresql://user:password@10.0.0.1 is down")


@dataclass
class FakeSystem:
    """All of it, and the vitals that are read of it."""

    clock: FakeClock = field(default_factory=FakeClock)
    redis: FakeStore = field(default_factory=FakeStore)
    database: FakeStore = field(default_factory=FakeStore)
    chain: FakeChain = field(default_factory=FakeChain)
    queues: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    statistics: FakeStatistics = field(default_factory=FakeStatistics)
    telegram: FakeWebhookState = field(default_factory=FakeWebhookState)
    expiries: FakeExpiries = field(default_factory=FakeExpiries)
    pools: FakePoolCreators = field(default_factory=FakePoolCreators)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    watchers: frozenset[str] = frozenset({"sweep", "stream"})

    def __post_init__(self) -> None:
        self.board = FakeBoard(self.clock)
        self.signs = VitalSigns(
            Sources(
                redis=self.redis.ping,
                database=self.database.ping,
                chain=self.chain,
                queues=self.queues,
                statistics=self.statistics,
                board=self.board,
                telegram=self.telegram,
                expiries=self.expiries,
                lists=self.pools.sources,
                watchers=self.watchers,
            ),
            self.clock,
            self.metrics,
        )

    def administering(self, ledger: Ledger, alerts: Alerts, administration: Administration) -> Administering:
        """What administrators do with it."""
        return Administering(
            signs=self.signs,
            limits=AlertLimits(),
            board=self.board,
            statistics=self.statistics,
            dead_letters=self.queues,
            ledger=ledger,
            alerts=alerts,
            administration=administration,
            key_of=ledger_key_of,
            clock=self.clock,
        )
