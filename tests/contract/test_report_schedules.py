"""Reports that chats have ordered."""

from datetime import UTC, datetime, timedelta

from tests.contract.conftest import Stores
from tests.contract.things import contact
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import ReportPeriod, Schedule

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAILY = Schedule(ReportPeriod.DAILY, 540)
WEEKLY = Schedule(ReportPeriod.WEEKLY, 600, weekday=4)


async def _chats(stores: Stores, *chats: int) -> None:
    for chat in chats:
        await stores.subscriptions.remember(contact(chat))


async def test_one_of_each_period_is_ordered_and_replaced(stores: Stores) -> None:
    await _chats(stores, 1, 2)
    assert await stores.schedules.of(1) == []
    await stores.schedules.order(1, WEEKLY, NOW)
    await stores.schedules.order(1, DAILY, NOW)
    later = Schedule(ReportPeriod.DAILY, 1439)
    await stores.schedules.order(1, later, NOW)
    await stores.schedules.order(2, DAILY, NOW)
    assert await stores.schedules.of(1) == [later, WEEKLY]
    assert await stores.schedules.cancel(1) == 2
    assert await stores.schedules.cancel(1) == 0
    assert await stores.schedules.of(2) == [DAILY]


async def test_they_are_read_together_with_what_is_reported(stores: Stores) -> None:
    await _chats(stores, 1, 2)
    await stores.schedules.order(1, WEEKLY, NOW)
    await stores.schedules.order(1, DAILY, NOW)
    for chat, ordered in ((1, [DAILY, WEEKLY]), (2, [])):
        *_, schedules = await stores.chronicle.gather_for_report(chat, Span(0, 1), limit=9)
        assert schedules == ordered


async def test_what_is_due_comes_page_by_page(stores: Stores) -> None:
    await _chats(stores, 1, 2, 3, 4)
    for chat, minutes in ((1, 0), (2, 0), (3, -5), (4, 1)):
        await stores.schedules.order(chat, DAILY, NOW + timedelta(minutes=minutes))
    await stores.schedules.order(1, WEEKLY, NOW)
    await stores.subscriptions.deactivate(2, "blocked")
    first = await stores.schedules.due(NOW, after=None, limit=2)
    assert [(due.chat.chat_id, due.schedule) for due in first] == [(3, DAILY), (1, DAILY)]
    (last,) = await stores.schedules.due(NOW, after=first[-1], limit=2)
    assert (last.chat.chat_id, last.schedule, last.due_at) == (1, WEEKLY, NOW)
    assert await stores.schedules.due(NOW, after=last, limit=2) == []


async def test_a_report_that_was_written_moves_on_unless_another_was_ordered(stores: Stores) -> None:
    await _chats(stores, 1)
    await stores.schedules.order(1, DAILY, NOW)
    tomorrow = NOW + timedelta(days=1)
    await stores.schedules.advance(1, ReportPeriod.DAILY, NOW - timedelta(days=1), tomorrow)
    assert len(await stores.schedules.due(NOW, after=None, limit=9)) == 1
    await stores.schedules.advance(1, ReportPeriod.DAILY, NOW, tomorrow)
    assert await stores.schedules.due(NOW, after=None, limit=9) == []
    assert len(await stores.schedules.due(tomorrow, after=None, limit=9)) == 1
