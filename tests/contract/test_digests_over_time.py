"""Floods, duplicates and deaths in any order: everything is told once, and never too much at once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import REAL, empty
from tests.contract.things import WALLET, activity, candidates_of, contact
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.firing import PendingAlert
from walletwatch.domain.chats import Chat
from walletwatch.domain.delivery import DeliveryStatus, PendingDelivery, activity_key
from walletwatch.domain.digests import DigestPolicy
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.scans import ScanReport
from walletwatch.domain.work import DigestDue, Notification, RenderedMessage
from walletwatch.ports.telling import Ledger
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.digesting import Digesting
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore

CHATS = (1, 2)
POLICY = DigestPolicy(burst=3, interval=timedelta(seconds=60))
DIGEST = "digest"


class Killed(Exception):
    """The process is no more."""


@dataclass
class MortalQueues(FakeQueues):
    """Queues whose user is killed before or after one of its next calls."""

    killed_in: int | None = None

    def _live(self) -> None:
        if self.killed_in == 0:
            raise Killed
        if self.killed_in is not None:
            self.killed_in -= 1

    async def notify(self, notifications: Sequence[Notification]) -> None:
        self._live()
        await super().notify(notifications)
        self._live()

    async def close_digests(self, digests: Sequence[DigestDue]) -> None:
        self._live()
        await super().close_digests(digests)
        self._live()


class Naming:
    """`ports.Renderer` whose messages name their kind and what they tell."""

    async def ready(self, chats: Iterable[Chat]) -> None:
        del chats

    def delivery(self, delivery: PendingDelivery) -> RenderedMessage:
        names = [each.signature for each in delivery.activities]
        return RenderedMessage(" ".join([delivery.kind.value, *names]))

    def scan(self, report: ScanReport, language: str) -> RenderedMessage:
        raise NotImplementedError

    def risk_worse(self, report: ScanReport, before: KnownRisk, language: str) -> RenderedMessage:
        raise NotImplementedError

    def alert(self, alert: PendingAlert) -> RenderedMessage:
        raise NotImplementedError

    def scan_begun(self, subject: str, language: str) -> RenderedMessage:
        raise NotImplementedError

    def scan_delayed(self, subject: str, language: str) -> RenderedMessage:
        raise NotImplementedError


@dataclass
class Floods:
    """A wallet that two chats watch, and the instances that tell them."""

    subscriptions: SubscriptionStore
    ledger: Ledger
    clock: FakeClock
    queues: MortalQueues = field(default_factory=MortalQueues)
    wallet_id: int = 0
    happened: list[Activity] = field(default_factory=list)
    checks: list[list[Activity]] = field(default_factory=list)
    unfinished: list[list[Activity]] = field(default_factory=list)
    unclosed: list[DigestDue] = field(default_factory=list)
    sent: dict[str, Notification] = field(default_factory=dict)

    @property
    def digesting(self) -> Digesting:
        return Digesting(
            ledger=self.ledger,
            queues=self.queues,
            renderer=Naming(),
            clock=self.clock,
            metrics=FakeMetrics(),
            retention=timedelta(days=3650),
            policy=POLICY,
        )

    async def begin(self) -> None:
        for chat_id in CHATS:
            await self.subscriptions.remember(contact(chat_id))
            done = await self.subscriptions.subscribe(chat_id, WALLET, None, slot=100, limit=9)
            self.wallet_id = done.subscription.wallet_id

    def land(self, count: int) -> list[Activity]:
        """A check of transactions that nobody has seen yet."""
        first = len(self.happened)
        new = [activity(f"s{number}", 101 + number) for number in range(first, first + count)]
        self.happened += new
        self.checks.append(new)
        return new

    async def check(self, done: list[Activity]) -> None:
        """The queue shows a check again until it was finished."""
        watchers = await self.subscriptions.watchers(self.wallet_id)
        try:
            await self.digesting.tell(self.wallet_id, done, candidates_of(done, *watchers))
        except Killed:
            self.unfinished.append(done)

    async def close(self, due: DigestDue) -> None:
        """The queue shows a digest again until it was closed."""
        try:
            await self.digesting.close(due)
        except Killed:
            self.unclosed.append(due)

    async def housekeep(self) -> None:
        try:
            await self.digesting.close_overdue(9)
        except Killed:
            # It comes again in an hour.
            return

    async def send(self) -> None:
        """Telegram gets what is queued and pending, as `Delivering` does it."""
        for notification in self.queues.notifications:
            key = notification.ledger_key
            if (await self.ledger.statuses([key]))[key] is DeliveryStatus.PENDING:
                assert key not in self.sent
                self.sent[key] = notification
                await self.ledger.settle(key, DeliveryStatus.SENT)

    def due(self) -> list[DigestDue]:
        """What the queue shows by now."""
        shown = [due for due in self.queues.digests if due.due_at <= self.clock.now()]
        self.queues.digests = [due for due in self.queues.digests if due not in shown]
        return [*shown, *self._taken(self.unclosed)]

    def again(self) -> list[list[Activity]]:
        return self._taken(self.unfinished)

    async def recover(self) -> None:
        """Nobody is killed any more, and all queues come to their ends."""
        self.queues.killed_in = None
        for done in self.again():
            await self.check(done)
        self.clock.advance(POLICY.interval.total_seconds())
        for due in self.due():
            await self.close(due)
        assert not self.queues.digests
        assert await self.ledger.overdue_digests(9) == []
        await self.send()

    @staticmethod
    def _taken[T](work: list[T]) -> list[T]:
        taken = work[:]
        work.clear()
        return taken


@dataclass(frozen=True)
class Step:
    """What happens next, and when its process is killed, if it is."""

    what: str
    count: int
    killed_in: int | None


steps = st.builds(
    Step,
    st.sampled_from(
        ["land", "land", "land", "land at once", "again", "twice", "wait", "due", "early", "house", "send"]
    ),
    st.integers(1, 12),
    st.none() | st.integers(0, 3),
)


async def _take(floods: Floods, step: Step) -> None:
    floods.queues.killed_in = step.killed_in
    works: list[Awaitable[None]] = []
    match step.what:
        case "land":
            works = [floods.check(floods.land(step.count))]
        case "land at once":
            works = [floods.check(floods.land(step.count)) for _ in range(3)]
            works += [floods.close(due) for due in floods.due()]
        case "again":
            works = [floods.check(done) for done in floods.again()]
        case "twice" if floods.checks:
            works = [floods.check(floods.checks[step.count % len(floods.checks)])]
        case "wait":
            floods.clock.advance(7 * step.count)
        case "due":
            works = [floods.close(due) for due in floods.due()]
        case "early":
            works = [floods.close(due) for due in floods.queues.digests[: step.count]]
        case "house":
            works = [floods.housekeep()]
        case "send":
            works = [floods.send()]
    await asyncio.gather(*works)
    floods.clock.advance(0.5)


async def _live(floods: Floods, life: list[Step]) -> None:
    await floods.begin()
    for step in life:
        await _take(floods, step)
    await floods.recover()
    _everything_is_told_once(floods)
    await _the_ledger_says_so(floods)
    _never_too_much_at_once(floods)


def _everything_is_told_once(floods: Floods) -> None:
    heard: Counter[tuple[int, str]] = Counter()
    for notification in floods.sent.values():
        _, *names = notification.message.html.split()
        heard.update((notification.chat_id, name) for name in names)
    assert heard == Counter((chat_id, each.signature) for chat_id in CHATS for each in floods.happened)


async def _the_ledger_says_so(floods: Floods) -> None:
    single = {key for key, sent in floods.sent.items() if not sent.message.html.startswith(DIGEST)}
    for chat_id in CHATS:
        keys = [activity_key(chat_id, WALLET, each.signature) for each in floods.happened]
        statuses = await floods.ledger.statuses(keys)
        assert statuses == {
            key: DeliveryStatus.SENT if key in single else DeliveryStatus.MERGED for key in keys
        }


def _never_too_much_at_once(floods: Floods) -> None:
    moments: dict[tuple[int, bool], list[datetime]] = defaultdict(list)
    for notification in floods.sent.values():
        digest = notification.message.html.startswith(DIGEST)
        moments[notification.chat_id, digest].append(notification.created_at)
    for (_, digest), times in moments.items():
        allowed = 1 if digest else POLICY.burst
        ordered = sorted(times)
        for first, one_too_many in zip(ordered, ordered[allowed:], strict=False):
            assert one_too_many - first >= POLICY.interval


@pytest.fixture(params=["fake", REAL])
def life_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "fake":
        return None
    url: str = request.getfixturevalue("migrated_url")
    return url


def test_floods_over_time(life_url: str | None) -> None:
    @settings(
        max_examples=250 if life_url is None else 30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps, max_size=25))
    def live(life: list[Step]) -> None:
        asyncio.run(_in_world(life_url, life))

    live()


async def _in_world(url: str | None, life: list[Step]) -> None:
    clock = FakeClock()
    if url is None:
        fake = FakeStores(clock)
        await _live(Floods(fake.subscriptions, fake.ledger, clock), life)
        return
    empty(url)
    database = Database(url)
    try:
        stores = PostgresSubscriptionStore(database), PostgresLedger(database, clock)
        await _live(Floods(*stores, clock), life)
    finally:
        await database.close()
