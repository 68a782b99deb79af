"""Telling many people something: whom, what, a preview, and only then everybody."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

import pytest

from tests.contract.things import contact
from tests.fakes.broadcasts import FakeProgressMessages
from tests.unit.bot.conftest import ADMIN, ALERT_GROUP, ANNA, BORIS, Chat
from walletwatch.bot.views.broadcasts import message, progress
from walletwatch.domain.broadcasts import BroadcastState, Outcome, broadcast_key
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import QueueUnavailable, StoreUnavailable
from walletwatch.domain.work import BroadcastStep, Notification, Priority
from walletwatch.services.broadcasting import BroadcastReports, BroadcastSteps

CARLA = 3


@pytest.fixture
async def steps(chat: Chat) -> BroadcastSteps:
    for person in (ANNA, BORIS, CARLA, ADMIN):
        await chat.send("/menu", user=person)
    chat.request.calls.clear()
    return BroadcastSteps(chat.broadcasts, chat.queues, message, chat.clock, chat.metrics)


async def admin(chat: Chat, text: str) -> str:
    await chat.send(text, user=ADMIN)
    return chat.last


async def press(chat: Chat, data: str) -> str:
    await chat.press(data, user=ADMIN)
    return chat.last


def did(chat: Chat) -> list[str]:
    return [str(entry.details["did"]) for entry in chat.administration.audited]


async def run_all(chat: Chat, steps: BroadcastSteps) -> None:
    while chat.queues.steps:
        step = chat.queues.steps.pop(0)
        if step.due_at > chat.clock.now():
            chat.clock.advance((step.due_at - chat.clock.now()).total_seconds())
        await steps.run(step)


def told(notifications: Sequence[Notification]) -> list[int]:
    return [each.chat_id for each in notifications]


class TestWriting:
    async def test_from_the_audience_to_everybody(self, chat: Chat, steps: BroadcastSteps) -> None:
        assert "None was sent yet" in await admin(chat, "/broadcast")
        assert "1:xa:active7" in chat.buttons
        assert "about 4 people" in await press(chat, "1:xa:all")
        await admin(chat, "<b>News</b>\n\nTwo  lines &amp; more")
        shown, summary = chat.request.of("sendMessage")[-2:]
        assert shown["text"] == "<b>News</b>\n\nTwo  lines &amp; more"
        assert "Broadcast #1" in summary["text"]
        assert "about 4 people" in summary["text"]
        assert chat.queues.steps == []
        assert "At 20 messages a second" in await press(chat, "1:xr:1.20")
        assert "being sent" in await press(chat, "1:xy:1")
        await run_all(chat, steps)
        assert told(chat.queues.notifications) == [ANNA, BORIS, CARLA, ADMIN]
        first = chat.queues.notifications[0]
        assert first.priority is Priority.BULK
        assert first.message.html == shown["text"]
        assert did(chat) == ["draft", "pace", "start"]
        await admin(chat, "/broadcast")
        assert "1:xo:1" in chat.buttons

    async def test_a_button_that_telegram_does_not_take_is_not_kept(
        self, chat: Chat, steps: BroadcastSteps
    ) -> None:
        await admin(chat, "/broadcast all Hello")
        assert "does not take that" in await admin(chat, "/broadcast link 1 Read https://a.b")
        chat.request.refused.clear()
        assert chat.broadcasts.kept[1].link is None
        await press(chat, "1:xy:1")
        await run_all(chat, steps)
        assert len(chat.queues.notifications) == 4
        assert not any(
            button.url
            for each in chat.queues.notifications
            for row in each.message.keyboard
            for button in row
        )

    async def test_in_one_line_with_a_button(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast admins Hello <i>you</i>")
        assert "Administrators" in chat.last
        await admin(chat, "/broadcast link 1 Read more https://example.org/a?b=c")
        shown = chat.request.of("sendMessage")[-2]
        assert "Read more" in str(shown["reply_markup"])
        await press(chat, "1:xy:1")
        await run_all(chat, steps)
        assert told(chat.queues.notifications) == [ADMIN]

    async def test_the_button_asks_for_the_link(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast free Hello")
        assert "what the button says" in await press(chat, "1:xj:1")
        assert "begins with https" in await admin(chat, "Read javascript:alert(1)")
        assert "That is how it looks" in await admin(chat, "Read https://example.org")

    @pytest.mark.parametrize(
        "link",
        [
            "https://example.org",
            "x http://example.org",
            "x https://",
            "x https://[",
            "x" * 65 + " https://a.b",
        ],
    )
    async def test_what_is_no_button(self, chat: Chat, steps: BroadcastSteps, link: str) -> None:
        await admin(chat, "/broadcast free Hello")
        assert "begins with https" in await admin(chat, f"/broadcast link 1 {link}")

    async def test_html_that_telegram_refuses_is_no_draft(self, chat: Chat, steps: BroadcastSteps) -> None:
        chat.request.failures.append((400, "Bad Request: can't parse entities: <x>", {}))
        text = await admin(chat, "/broadcast all Hello")
        assert "Telegram does not take that" in text
        assert "&lt;x&gt;" in text
        assert chat.broadcasts.kept == {}
        assert "too long" in await admin(chat, "/broadcast all " + "x" * 4097)

    async def test_a_link_that_telegram_refuses_is_not_kept(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        await admin(chat, "/broadcast link 1 Read https://example.org")
        chat.request.failures.append((400, "Bad Request: inline keyboard button URL is invalid", {}))
        assert "not take that button" in await admin(chat, "/broadcast link 1 Read https://a..b")
        await press(chat, "1:xy:1")
        await run_all(chat, steps)
        urls = {button.url for row in chat.queues.notifications[0].message.keyboard for button in row}
        assert urls == {"https://example.org", None}
        assert did(chat) == ["draft", "link", "start"]

    @pytest.mark.parametrize(
        "text", ["nobody", "lang", "lang-", "lang-1", "all-en", "stop", "stop x", "link", "show -1"]
    )
    async def test_what_it_takes(self, chat: Chat, steps: BroadcastSteps, text: str) -> None:
        answer = await admin(chat, f"/broadcast {text}")
        assert "I know these audiences: all, active7" in answer or "For example" in answer

    async def test_in_the_chat_of_the_alerts_nothing_is_asked(
        self, chat: Chat, steps: BroadcastSteps
    ) -> None:
        await chat.send("/broadcast all", user=ADMIN, chat=ALERT_GROUP)
        assert "For example" in chat.last

    async def test_a_draft_can_be_discarded(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        assert "Nobody was told" in await press(chat, "1:xd:1")
        assert "outdated" in await press(chat, "1:xd:1")
        assert "no broadcast #1" in await press(chat, "1:xy:1")
        assert "sent or discarded" in await press(chat, "1:xr:1.5")
        assert "sent or discarded" in await admin(chat, "/broadcast link 1")
        assert did(chat) == ["draft", "discard"]

    async def test_none_is_sent_unseen(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        chat.administration.outage.down = True
        with pytest.raises(StoreUnavailable):
            await press(chat, "1:xy:1")
        assert chat.queues.steps == []
        chat.administration.outage.down = False
        assert "being sent" in await press(chat, "1:xy:1")
        assert did(chat) == ["draft", "start"]

    async def test_a_double_tap_sends_once(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xy:1")
        assert "being sent" in await press(chat, "1:xy:1")
        assert len(chat.queues.steps) == 1
        assert did(chat) == ["draft", "start"]

    @pytest.mark.parametrize(
        "data", ["xr:1.7", "xr:1", "xr:x.5", "xr:²2.5", "xy:x", "xo:", "xz:-1", "xa:nobody"]
    )
    async def test_garbage(self, chat: Chat, steps: BroadcastSteps, data: str) -> None:
        answer = await press(chat, f"1:{data}")
        assert "outdated" in answer or "I know these audiences" in answer


class TestSending:
    async def test_few_at_a_time_and_each_once(self, chat: Chat, steps: BroadcastSteps) -> None:
        for number in range(100, 160):
            await chat.stores.subscriptions.remember(contact(number))
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xr:1.5")
        await press(chat, "1:xy:1")
        await steps.run(chat.queues.steps.pop())
        assert len(chat.queues.notifications) == 25
        (step,) = chat.queues.steps
        # One that comes too early only waits; one too many ends at the page of the other.
        await steps.run(BroadcastStep(1, chat.clock.now()))
        assert len(chat.queues.notifications) == 25
        assert chat.queues.steps == [step, step]
        await run_all(chat, steps)
        assert len(chat.queues.notifications) == 64
        assert sorted(told(chat.queues.notifications)) == sorted(
            {*range(100, 160), ANNA, BORIS, CARLA, ADMIN}
        )
        assert chat.broadcasts.kept[1].state is BroadcastState.DONE

    @pytest.mark.parametrize("dies_at", range(8))
    async def test_killed_anywhere_everybody_is_told_once(
        self, chat: Chat, steps: BroadcastSteps, dies_at: int
    ) -> None:
        for number in range(100, 150):
            await chat.stores.subscriptions.remember(contact(number))
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xr:1.5")
        await press(chat, "1:xy:1")
        mortal = _Mortal(chat, dies_at)
        while chat.queues.steps:
            step = chat.queues.steps[0]
            chat.clock.advance(max(0.0, (step.due_at - chat.clock.now()).total_seconds()))
            try:
                await BroadcastSteps(mortal, mortal, message, chat.clock, chat.metrics).run(step)
            except QueueUnavailable:
                continue
            chat.queues.steps.remove(step)
        assert len(told(chat.queues.notifications)) == 54
        assert len(set(told(chat.queues.notifications))) == 54
        assert chat.broadcasts.kept[1].state is BroadcastState.DONE

    async def test_a_stop_stops(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xy:1")
        await steps.run(chat.queues.steps.pop(0))
        await chat.stores.ledger.settle(broadcast_key(1, ANNA), DeliveryStatus.SENT)
        assert "was stopped" in await admin(chat, "/broadcast stop 1")
        assert "Sent: <b>1</b>" in chat.last
        assert "Stopped: 3" in chat.last
        await run_all(chat, steps)
        assert len(chat.queues.notifications) == 4
        statuses = await chat.stores.ledger.statuses([broadcast_key(1, BORIS)])
        assert set(statuses.values()) == {DeliveryStatus.SUPPRESSED}
        assert "was stopped" in await press(chat, "1:xz:1")
        assert did(chat) == ["draft", "start", "stop"]
        assert "no broadcast #9" in await admin(chat, "/broadcast stop 9")

    async def test_one_that_came_to_a_halt_goes_on(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xy:1")
        chat.queues.steps.clear()
        assert await steps.wake() == 0
        chat.clock.advance(121)
        assert await steps.wake() == 1
        assert chat.queues.steps == [BroadcastStep(1, chat.clock.now())]
        chat.queues.steps.clear()
        await admin(chat, "/broadcast show 1")
        await run_all(chat, steps)
        assert len(chat.queues.notifications) == 4

    async def test_who_wants_no_news_gets_none(self, chat: Chat, steps: BroadcastSteps) -> None:
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xy:1")
        await run_all(chat, steps)
        (row,) = chat.queues.notifications[0].message.keyboard
        data = row[0].callback_data
        assert data is not None
        await chat.press(data, user=ANNA)
        assert "no more news" in chat.last
        assert not chat.stores.tables.chats[ANNA].chat.settings.news
        await admin(chat, "/broadcast all Again")
        assert "about 3 people" in chat.last
        await chat.send("/settings", user=ANNA)
        await chat.press("1:t:news.1", user=ANNA)
        assert chat.stores.tables.chats[ANNA].chat.settings.news


class TestProgress:
    async def test_one_message_is_edited_until_all_is_told(self, chat: Chat, steps: BroadcastSteps) -> None:
        messages = FakeProgressMessages()
        reports = BroadcastReports(chat.broadcasts, messages, progress, chat.clock)
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xy:1")
        assert await reports.tell() == 1
        await run_all(chat, steps)
        for person in (ANNA, BORIS, CARLA):
            await chat.stores.ledger.settle(broadcast_key(1, person), DeliveryStatus.SENT)
        assert await reports.tell() == 1
        await chat.stores.subscriptions.deactivate(ADMIN, "blocked")
        await chat.stores.ledger.settle(broadcast_key(1, ADMIN), DeliveryStatus.FAILED, reason="blocked")
        messages.down = True
        assert await reports.tell() == 1
        messages.down = False
        assert await reports.tell() == 0
        assert await reports.tell() == 0
        assert {(chat_id, message_id) for chat_id, message_id, _ in messages.edited} == {
            chat.broadcasts.kept[1].progress
        }
        texts = [each.html for _, _, each in messages.edited]
        assert "being sent" in texts[0]
        assert "the last messages are on their way" in texts[1]
        assert "is sent" in texts[2]
        assert "Blocked the bot: 1" in texts[2]
        assert chat.broadcasts.kept[1].outcome == Outcome(3, 0, 0, 1, 0)
        # Its ledger entries may go; what became of it stays.
        chat.stores.tables.deliveries.clear()
        assert "Sent: <b>3</b>" in await admin(chat, "/broadcast show 1")

    async def test_what_is_never_settled_is_given_up(self, chat: Chat, steps: BroadcastSteps) -> None:
        reports = BroadcastReports(chat.broadcasts, FakeProgressMessages(), progress, chat.clock)
        await admin(chat, "/broadcast all Hello")
        await press(chat, "1:xy:1")
        await run_all(chat, steps)
        assert await reports.tell() == 1
        chat.clock.advance(timedelta(hours=25).total_seconds())
        assert await reports.tell() == 0


class _Mortal:
    """The store and the queues, of which one call fails after it was done."""

    def __init__(self, chat: Chat, dies_at: int) -> None:
        self._targets = (chat.broadcasts, chat.queues)
        self._calls = count()
        self._dies_at = dies_at

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        target = next(each for each in self._targets if hasattr(each, name))

        async def call(*arguments, **named):  # type: ignore[no-untyped-def]
            found = await getattr(target, name)(*arguments, **named)
            if next(self._calls) == self._dies_at:
                raise QueueUnavailable("killed")
            return found

        return call
