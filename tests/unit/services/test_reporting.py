"""Writing the reports that are due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.things import WALLET, contact
from tests.fakes.chronicle import FakeChronicle
from tests.fakes.clock import FakeClock
from tests.fakes.leases import FakeLeases
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.rates import FakeFxRates
from tests.fakes.reporting import FakeReportSchedules
from tests.fakes.stores import FakeStores
from tests.lives import XNT, received
from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.domain.chats import ChatSettings
from walletwatch.domain.currencies import Rates
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.reports import ReportPeriod, Schedule
from walletwatch.services import reporting
from walletwatch.services.currencies import FreshRates
from walletwatch.services.reporting import Reporting, Summaries

DAILY = Schedule(ReportPeriod.DAILY, 540)


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.stores = FakeStores(self.clock)
        self.queues = FakeQueues()
        self.schedules = FakeReportSchedules(self.stores.tables)
        self.metrics = FakeMetrics()
        self.leases = FakeLeases(self.clock)
        self.service = Reporting(
            summaries=Summaries(FakeChronicle(self.stores.tables)),
            schedules=self.schedules,
            leases=self.leases,
            ledger=self.stores.ledger,
            queues=self.queues,
            renderer=HtmlRenderer(PROFILES["x1-mainnet"]),
            rates=FreshRates(Rates("XNT"), FakeFxRates(), self.clock, self.metrics),
            clock=self.clock,
            metrics=self.metrics,
        )

    async def order(self, chat: int, **settings: object) -> None:
        await self.stores.subscriptions.remember(contact(chat))
        subscribed = await self.stores.subscriptions.subscribe(chat, WALLET, "Savings", slot=1, limit=9)
        at = int(self.clock.now().timestamp()) - 60
        done = [received(XNT, at=at, signature="s")]
        await self.stores.ledger.keep(subscribed.subscription.wallet_id, done)
        if settings:
            present = ChatSettings()
            await self.stores.subscriptions.change_settings(chat, replace(present, **settings))  # type: ignore[arg-type]
        await self.schedules.order(chat, DAILY, self.clock.now())

    async def run(self, seconds: float = 300.0) -> int:
        return await self.service.run(lambda: seconds)


async def test_a_report_is_written_once_and_its_schedule_moves_on() -> None:
    world = World()
    await world.order(1)
    assert await world.run() == 1
    (notification,) = world.queues.notifications
    assert "The day" in notification.message.html
    assert "One activity" in notification.message.html
    row = world.stores.tables.deliveries[notification.ledger_key]
    assert (row.entry.kind, row.status) == (DeliveryKind.REPORT, DeliveryStatus.PENDING)
    assert await world.run() == 0
    await world.clock.sleep(86_400)
    assert await world.run() == 1
    assert len({each.ledger_key for each in world.queues.notifications}) == 2


async def test_a_report_goes_to_the_topic_of_its_forum() -> None:
    world = World()
    await world.order(1, topic=7)
    await world.run()
    assert [each.topic for each in world.queues.notifications] == [7]


async def test_who_was_killed_between_two_steps_repeats_with_the_same_key() -> None:
    world = World()
    await world.order(1)
    before = dict(world.schedules.tables.reports)
    await world.run()
    world.schedules.tables.reports = dict(before)
    assert await world.run() == 1
    (first,) = {each.ledger_key for each in world.queues.notifications}
    await world.stores.ledger.settle(first, DeliveryStatus.SENT)
    world.schedules.tables.reports = dict(before)
    assert await world.run() == 0


async def test_a_failed_store_leaves_the_schedule_as_it_is() -> None:
    world = World()
    await world.order(1)
    before = dict(world.schedules.tables.reports)
    world.stores.outage.down = True
    with pytest.raises(StoreUnavailable):
        await world.run()
    assert world.schedules.tables.reports == before
    world.stores.outage.down = False
    assert await world.run() == 1


async def test_who_is_muted_or_long_overdue_gets_none_and_the_next_one_in_time() -> None:
    world = World()
    await world.order(1, muted=True)
    await world.order(2)
    await world.clock.sleep(reporting.TOO_LATE.total_seconds())
    assert await world.run() == 0
    soon = world.clock.now() + timedelta(days=1)
    assert all(due <= soon for _, due in world.schedules.tables.reports.values())
    assert not world.queues.notifications


async def test_many_pages_and_no_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "PAGE", 2)
    world = World()
    for chat in range(1, 6):
        await world.order(chat)
    assert await world.run(seconds=1) == 0
    assert await world.run() == 5
    assert world.metrics.counts["ReportsQueued"] == 5


async def test_only_one_runs_at_a_time() -> None:
    world = World()
    await world.order(1)
    lease = await world.leases.adopt(reporting.LEASE, reporting.LEASE_TTL)
    assert lease is not None
    assert await world.run() == 0
    await lease.release()
    assert await world.run() == 1
