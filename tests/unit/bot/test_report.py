"""/report through the bot."""

import pytest

from tests.contract.things import address
from tests.lives import XNT, received, sent
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from tests.unit.bot.test_figures import keep
from walletwatch.domain.money import NATIVE
from walletwatch.domain.reports import ReportPeriod, Schedule

PEER = address("peer")


async def test_the_day_and_the_week(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    now = int(chat.clock.now().timestamp())
    await keep(
        chat,
        OTHER,
        received(3 * XNT, whom=PEER, usd={NATIVE: "2"}, at=now - 3 * 86_400, wallet=OTHER),
        sent(XNT, whom=PEER, usd={NATIVE: "3"}, at=now - 60, wallet=OTHER, fee=5000),
    )
    await chat.send("/report")
    assert "🗞 <b>The day</b> of your wallet" in chat.last
    assert "One activity" in chat.last
    assert "🏆 Largest out: 1 XNT ($3.00) → <code>" in chat.last
    assert "📈 Realised +$1.00" in chat.last
    assert "Fees 0.000005 XNT" in chat.last
    assert "never dealt with" not in chat.last
    await chat.press("1:hr:weekly")
    assert "🗞 <b>The week</b>" in chat.last
    assert "2 activities" in chat.last
    assert "One you never dealt with before" in chat.last


async def test_what_was_ordered_is_told_and_can_be_stopped(chat: Chat) -> None:
    await chat.send(f"/watch {OTHER} Pocket")
    await chat.send("/report")
    assert "report comes" not in chat.last
    assert "1:hr:off" not in chat.buttons
    await chat.send("/report daily 7:30")
    await chat.send("/report weekly fri 18")
    await chat.send("/report")
    assert "The daily report comes at 07:30." in chat.last
    assert "The weekly report comes on Fri at 18:00." in chat.last
    await chat.press("1:hr:off")
    await chat.send("/report weekly")
    assert "report comes" not in chat.last


@pytest.mark.parametrize(
    ("words", "schedule"),
    [
        ("daily 09:00", Schedule(ReportPeriod.DAILY, 540)),
        ("daily 18:30", Schedule(ReportPeriod.DAILY, 1110)),
        ("daily 7pm", Schedule(ReportPeriod.DAILY, 1140)),
        ("daily 12 am", Schedule(ReportPeriod.DAILY, 0)),
        ("weekly mon 9", Schedule(ReportPeriod.WEEKLY, 540, 0)),
        ("weekly Sunday 23:59", Schedule(ReportPeriod.WEEKLY, 1439, 6)),
        ("weekly fri", Schedule(ReportPeriod.WEEKLY, 540, 4)),
        ("weekly 08:15", Schedule(ReportPeriod.WEEKLY, 495, 0)),
    ],
)
async def test_ordering_and_stopping(chat: Chat, words: str, schedule: Schedule) -> None:
    await chat.send(f"/report {words}")
    assert "⏰ A report every" in chat.last
    assert await chat.schedules.of(ANNA) == [schedule]
    await chat.send("/report off")
    assert "no regular reports any more" in chat.last
    assert await chat.schedules.of(ANNA) == []
    await chat.send("/report off")
    assert "no regular reports to stop" in chat.last


async def test_ordering_by_buttons(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET}")
    await chat.send("/report")
    await chat.press("1:hr:d")
    await chat.press("1:hr:w")
    assert [schedule.period for schedule in await chat.schedules.of(ANNA)] == ["daily", "weekly"]
    await chat.press("1:hr:off")
    assert await chat.schedules.of(ANNA) == []


@pytest.mark.parametrize(
    "words", ["yearly", "daily 25:00", "daily 9:75", "daily 13pm", "weekly mon noon", "<b>"]
)
async def test_what_is_no_order_is_said(chat: Chat, words: str) -> None:
    await chat.send(f"/report {words}")
    assert "I don't understand that" in chat.last
    assert await chat.schedules.of(ANNA) == []


@pytest.mark.parametrize("argument", ["", "x", "monthly"])
async def test_outdated_buttons(chat: Chat, argument: str) -> None:
    await chat.press(f"1:hr:{argument}")
    assert "outdated" in chat.last


async def test_in_a_group_only_administrators_order(chat: Chat) -> None:
    for text in ("/report daily 09:00", "/report off"):
        await chat.send(text, chat=GROUP, user=BORIS)
        assert "only its administrators" in chat.last
    await chat.send("/report", chat=GROUP, user=BORIS)
    assert "no wallet" in chat.last
    chat.request.admins.add(ANNA)
    await chat.send("/report daily 09:00", chat=GROUP)
    assert len(await chat.schedules.of(GROUP)) == 1
