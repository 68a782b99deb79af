"""Watching, balances, scans and housekeeping."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.fakes.board import FakeBoard
from tests.fakes.broadcasts import FakeBroadcasts
from tests.fakes.cache import FakeCache
from tests.fakes.claims import FakeUpdateClaims
from tests.fakes.dealings import FakeDealings
from tests.fakes.inspection import FakeInspector, FakeJudge
from tests.fakes.metrics import FakeMetrics
from tests.fakes.people import FakePeople
from tests.fakes.plans import FakePlanStore
from tests.fakes.usage import FakeUsage
from tests.unit.services.conftest import OTHER, WALLET, TextRenderer, World, contact
from walletwatch.bot.views.broadcasts import message
from walletwatch.bot.views.plans import plan_ending
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import ChainUnavailable, QuotaExceeded
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallet_book import SharedWallet
from walletwatch.domain.work import BalanceCheck, CheckReason, SubjectKind
from walletwatch.services.alert_memory import AlertMemory
from walletwatch.services.analysing_use import UsageKeeping
from walletwatch.services.balances import Balances
from walletwatch.services.broadcasting import BroadcastSteps
from walletwatch.services.housekeeping import KEPT_LONGER, STUCK_AFTER, Housekeeping
from walletwatch.services.plan_endings import PlanEndings
from walletwatch.services.scan_memory import ScanMemory
from walletwatch.services.scanning import Scanning, ScanReports, ScanRequests
from walletwatch.services.watching import Watching


class TestWatching:
    def _watching(self, world: World) -> Watching:
        return Watching(world.stores.subscriptions, world.chain, world.queues, world.clock)

    async def test_a_watch_begins_at_the_newest_slot_and_is_checked(self, world: World) -> None:
        watching = self._watching(world)
        await watching.remember(contact(1))
        started = await watching.watch(1, WALLET, "main", limit=1)
        assert started.created
        assert started.subscription.from_slot == world.chain.current_slot
        assert started.balance is not None
        assert [check.reason for check in world.queues.checks] == [CheckReason.WATCH_STARTED]
        assert not (await watching.watch(1, WALLET, None, limit=1)).created

    async def test_without_the_chain_it_begins_later_and_shows_no_balance(self, world: World) -> None:
        watching = self._watching(world)
        await watching.remember(contact(1))
        world.chain.down = True
        started = await watching.watch(1, WALLET, None, limit=1)
        assert started.balance is None
        assert started.subscription.from_slot is None
        assert (await watching.status(1)).slot is None

    async def test_the_quota_holds(self, world: World) -> None:
        watching = self._watching(world)
        await watching.remember(contact(1))
        await watching.watch(1, WALLET, None, limit=1)
        with pytest.raises(QuotaExceeded):
            await watching.watch(1, OTHER, None, limit=1)


class TestBalances:
    async def test_a_balance_is_read_once_in_a_while(self, world: World) -> None:
        balances = Balances(world.chain, world.cache, world.metrics)
        world.chain.lamports[WALLET] = 5
        assert (await balances.balance(WALLET)).lamports == 5
        world.chain.lamports[WALLET] = 6
        assert (await balances.balance(WALLET)).lamports == 5
        world.clock.advance(11)
        assert (await balances.balance(WALLET)).lamports == 6

    async def test_without_a_cache_it_is_read_each_time(self, world: World) -> None:
        world.cache.outage.down = True
        assert (await Balances(world.chain, world.cache, world.metrics).balance(WALLET)).lamports == 0
        assert world.chain.calls == ["wallet_balance"]

    async def test_a_chain_that_fails_is_no_balance_and_is_not_kept(self, world: World) -> None:
        balances = Balances(world.chain, world.cache, world.metrics)
        world.chain.down = True
        with pytest.raises(ChainUnavailable):
            await balances.balance(WALLET)
        world.chain.down = False
        assert (await balances.balance(WALLET)).lamports == 0


@dataclass
class Scans:
    """The scan function, with what it looks at."""

    world: World

    def __post_init__(self) -> None:
        self.inspector = FakeInspector(self.world.clock)
        self.judge = FakeJudge(score=27)
        self.reports = ScanReports(
            self.inspector,
            self.judge,
            ScanMemory(FakeCache(self.world.clock), FakeMetrics(), self.world.clock, chain="test"),
            self.world.clock,
        )

    async def request(
        self, subject: str, request: str = "1", progress: int | None = None, topic: int | None = None
    ) -> None:
        await ScanRequests(self.world.queues).request(
            subject,
            request=request,
            chat_id=1,
            reply_to=9,
            requested_by=1,
            language="en",
            progress=progress,
            topic=topic,
        )

    async def run(self, attempt: int = 1) -> None:
        world = self.world
        scanning = Scanning(self.reports, world.stores.ledger, world.queues, TextRenderer(), world.clock)
        for scan in world.queues.scans:
            await scanning.run(scan, attempt=attempt)


class TestScanning:
    async def test_a_scan_run_twice_is_told_once(self, world: World) -> None:
        scans = Scans(world)
        await scans.request(WALLET)
        await scans.run()
        key = world.queues.scans[0].request_id
        await world.stores.ledger.settle(key, DeliveryStatus.SENT, message_id=1)
        await scans.run(attempt=2)
        assert world.told() == [(1, "wallet 27 en")]
        assert scans.inspector.asked == [WALLET]

    async def test_two_requests_are_two_answers(self, world: World) -> None:
        scans = Scans(world)
        await scans.request(WALLET, "1")
        await scans.request(WALLET, "2")
        await scans.run()
        assert len(world.told()) == 2

    async def test_a_report_says_what_it_is_about_who_vouches_and_how_old_it_is(self, world: World) -> None:
        scans = Scans(world)
        identity = TokenIdentity(OTHER, 6, "TOLL", None, None, IdentitySource.METAPLEX)
        scans.inspector.tokens[OTHER] = identity
        scans.judge.trusted.add(OTHER)
        report = await scans.reports.report(OTHER, SubjectKind.AUTO)
        assert (report.kind, report.identity, report.trusted) == (SubjectKind.TOKEN, identity, True)
        assert report.age_seconds == 0
        report = await scans.reports.report(WALLET, SubjectKind.AUTO)
        assert (report.kind, report.identity, report.trusted) == (SubjectKind.WALLET, None, False)

    async def test_how_far_it_is_is_shown_in_one_message(self, world: World) -> None:
        scans = Scans(world)
        await scans.request(WALLET, progress=5)
        await scans.run()
        await scans.run(attempt=2)
        begun, result = dict.fromkeys(world.queues.notifications)
        assert (begun.message.html, begun.edits) == (f"begun {WALLET} en", 5)
        assert (result.message.html, result.edits) == ("wallet 27 en", 5)
        assert begun.ledger_key != result.ledger_key

    async def test_all_of_it_goes_to_the_topic_where_it_was_asked(self, world: World) -> None:
        scans = Scans(world)
        await scans.request(WALLET, progress=5, topic=7)
        scans.inspector.down = True
        for attempt in (1, 3):
            with pytest.raises(ChainUnavailable):
                await scans.run(attempt)
        scans.inspector.down = False
        await scans.run(4)
        assert [told.topic for told in world.queues.notifications] == [7, 7, 7]

    async def test_a_chain_that_fails_is_no_answer_and_is_told_once_at_the_third_try(
        self, world: World
    ) -> None:
        scans = Scans(world)
        await scans.request(WALLET)
        scans.inspector.down = True
        for attempt in (1, 2):
            with pytest.raises(ChainUnavailable):
                await scans.run(attempt)
        assert world.told() == []
        with pytest.raises(ChainUnavailable):
            await scans.run(3)
        (delayed,) = world.queues.notifications
        assert (delayed.chat_id, delayed.reply_to) == (1, 9)
        assert delayed.message.html == f"delayed {WALLET} en"
        await world.stores.ledger.settle(delayed.ledger_key, DeliveryStatus.SENT, message_id=1)
        for attempt in (4, 5):
            with pytest.raises(ChainUnavailable):
                await scans.run(attempt)
        scans.inspector.down = False
        await scans.run(6)
        assert world.told() == [(1, f"delayed {WALLET} en"), (1, "wallet 27 en")]


def _housekeeping(world: World) -> Housekeeping:
    return Housekeeping(
        watch=world.stores.watch,
        ledger=world.stores.ledger,
        queues=world.queues,
        digesting=world.digesting,
        alerts=AlertMemory(),
        samples=world.stores.samples,
        claims=FakeUpdateClaims(world.stores),
        book=world.stores.book,
        dealings=FakeDealings(world.stores.tables),
        board=FakeBoard(world.clock),
        endings=PlanEndings(
            FakePlanStore(world.stores.tables), world.stores.ledger, world.queues, plan_ending, world.clock
        ),
        broadcasts=BroadcastSteps(
            FakeBroadcasts(FakePeople(world.stores)), world.queues, message, world.clock, world.metrics
        ),
        usage=UsageKeeping(FakeBoard(world.clock), FakeUsage(FakePeople(world.stores)), world.clock),
        clock=world.clock,
        metrics=world.metrics,
        retention=timedelta(days=1),
    )


async def test_what_is_stuck_is_queued_again(world: World) -> None:
    await world.watch(1)
    world.pay("a", WALLET)
    await world.checking.run(BalanceCheck(WALLET, CheckReason.CHANGED), attempt=1, remaining=lambda: 30.0)
    world.queues.notifications.clear()
    housekeeping = _housekeeping(world)
    assert (await housekeeping.run()).requeued == 0
    world.clock.advance(STUCK_AFTER.total_seconds() + 1)
    assert (await housekeeping.run()).requeued == 1
    assert world.told() == [(1, "a")]


async def test_a_watch_that_never_began_is_begun_again(world: World) -> None:
    await world.watch(1, slot=None)
    housekeeping = _housekeeping(world)
    assert (await housekeeping.run()).restarted == 1
    (check,) = world.queues.checks
    assert (check.wallet, check.reason) == (WALLET, CheckReason.WATCH_STARTED)


async def test_a_digest_whose_end_nobody_saw_is_closed(world: World) -> None:
    await world.watch(1)
    for number in range(12):
        world.pay(f"s{number}", WALLET)
        await world.checking.run(BalanceCheck(WALLET, CheckReason.CHANGED), attempt=1, remaining=lambda: 30.0)
    assert (await _housekeeping(world).run()).closed == 0
    world.clock.advance(61)
    assert (await _housekeeping(world).run()).closed == 1
    assert world.told()[-1] == (1, "s10 s11")
    assert (await _housekeeping(world).run()).closed == 0


async def test_what_is_too_old_to_be_told_keeps_its_entry_a_little_longer(world: World) -> None:
    await world.watch(1)
    world.pay("a", WALLET)
    await world.checking.run(BalanceCheck(WALLET, CheckReason.CHANGED), attempt=1, remaining=lambda: 30.0)
    (key,) = world.stores.tables.deliveries
    await world.stores.ledger.settle(key, DeliveryStatus.SENT)
    world.clock.advance(timedelta(days=1).total_seconds() + 1)
    assert (await _housekeeping(world).run()).deleted == 0
    world.clock.advance(KEPT_LONGER.total_seconds())
    assert (await _housekeeping(world).run()).deleted == 1


async def test_shared_lists_are_deleted_when_they_end(world: World) -> None:
    await world.stores.subscriptions.remember(contact(1))
    now = world.clock.now()
    for token, days in (("a" * 24, 1), ("b" * 24, 3)):
        await world.stores.book.share(
            1,
            token,
            [SharedWallet(WALLET, None)],
            named=False,
            at=now,
            expires_at=now + timedelta(days=days),
        )
    world.clock.advance(2 * 86_400)
    assert (await _housekeeping(world).run()).shares == 1
    assert [each.token for each in world.stores.tables.shares.values()] == ["b" * 24]
    assert world.metrics.counts["SharesForgotten"] == 1
