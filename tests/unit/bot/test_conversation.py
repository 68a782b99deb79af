"""Commands that ask for what they lack: two halves, and any instance may take in either of them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.errors import DeliveryUnavailable, StoreUnavailable
from walletwatch.domain.sessions import SESSION_TTL

CANCEL = CallbackData(Action.RUN, "cancel").encode()


async def watched(chat: Chat, user: int = ANNA) -> list[str]:
    return [found.address for found in await chat.stores.subscriptions.subscriptions(user)]


class TestAnswering:
    async def test_the_next_text_is_what_watch_lacked(self, chat: Chat) -> None:
        await chat.send("/watch")
        assert "Which address" in chat.last
        await chat.send(f"{WALLET} My savings")
        assert "Now watching <b>My savings</b>" in chat.last
        await chat.send("and this?")
        assert "didn't get that" in chat.last

    async def test_each_half_may_go_to_another_instance(self, chat: Chat) -> None:
        other = await chat.another_instance()
        await chat.bot.handle(chat.message("/watch"))
        await other.handle(chat.message(WALLET))
        assert "Now watching" in chat.last
        await other.handle(chat.message("/backfill 30"))
        await chat.bot.handle(chat.message(WALLET))
        (backfill,) = chat.queues.backfills
        assert backfill.wallet == WALLET
        asked = chat.clock.now() - timedelta(days=30)
        assert abs(backfill.not_before - asked.timestamp()) < 60
        assert chat.sessions.stored == {}

    @pytest.mark.parametrize(
        ("command", "said"),
        [("/balance", "2 XNT"), ("/scan", "Waiting for its turn"), ("/unwatch", "Stopped")],
    )
    @pytest.mark.parametrize("answer", [WALLET, "main"])
    async def test_other_commands_ask_too_beside_their_buttons(
        self, chat: Chat, command: str, said: str, answer: str
    ) -> None:
        await chat.send(f"/watch {WALLET} Main")
        chat.chain.lamports[WALLET] = 2 * 10**9
        await chat.send(command)
        assert "Or send me" in chat.last
        assert chat.buttons[1:] == [CANCEL]
        await chat.send(answer)
        assert said in chat.last
        assert chat.sessions.stored == {}

    @pytest.mark.parametrize(("command", "said"), [("/balance", "0 XNT"), ("/scan", "Waiting for its turn")])
    async def test_who_watches_nothing_is_asked_for_an_address(
        self, chat: Chat, command: str, said: str
    ) -> None:
        await chat.send(command)
        assert "which address" in chat.last
        await chat.send(OTHER)
        assert said in chat.last

    async def test_nothing_to_unwatch_is_no_question(self, chat: Chat) -> None:
        await chat.send("/unwatch")
        assert "no wallet" in chat.last
        assert chat.sessions.stored == {}

    async def test_after_a_wrong_answer_the_question_stands(self, chat: Chat) -> None:
        await chat.send("/watch")
        await chat.send("hello")
        assert "not an address" in chat.last
        await chat.send(f"{WALLET} {'x' * 49}")
        assert "at most 48" in chat.last
        await chat.send(WALLET)
        assert "Now watching" in chat.last

    async def test_a_redelivered_answer_is_one_still(self, chat: Chat) -> None:
        await chat.send("/watch")
        message = chat.message(WALLET)
        chat.request.failures.append((502, "Bad Gateway", {}))
        with pytest.raises(DeliveryUnavailable):
            await chat.bot.handle(message)
        await chat.bot.handle(message)
        assert "watching" in chat.last
        assert await watched(chat) == [WALLET]

    async def test_what_can_never_work_ends_the_question(self, chat: Chat) -> None:
        for number in range(3):
            await chat.send(f"/watch {'1' * 31}{number + 2}")
        await chat.send("/watch")
        await chat.send(WALLET)
        assert "3 wallets" in chat.last
        await chat.send("why?")
        assert "didn't get that" in chat.last

    async def test_a_bug_ends_the_question(self, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        await chat.send("/watch")
        monkeypatch.setattr(type(chat.stores.subscriptions), "subscribe", broken)
        await chat.send(WALLET)
        assert chat.metrics.counts["HandlerErrors"] == 1
        assert chat.sessions.stored == {}

    async def test_a_label_that_is_a_number_is_a_wallet(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} 30")
        await chat.send("/backfill 30")
        assert "Reading the last" in chat.last


class TestEnding:
    async def test_cancel(self, chat: Chat) -> None:
        await chat.send("/watch")
        await chat.send("/cancel")
        assert chat.last == "All right, no /watch."
        await chat.send("/cancel")
        assert "nothing to cancel" in chat.last
        await chat.send("hello")
        assert "didn't get that" in chat.last

    @pytest.mark.parametrize(
        "command",
        ["/watch", "/scan", "/tx", "/token", "/convert", "/import", "/feedback", "/report_scam", "/appeal"],
    )
    async def test_each_question_has_a_button_to_leave_it(self, chat: Chat, command: str) -> None:
        await chat.send(command)
        assert chat.buttons == [CANCEL]
        await chat.send("0OIl")
        await chat.press(CANCEL)
        name, _ = next(call for call in reversed(chat.request.calls) if "callback" not in call[0].lower())
        assert name == "editMessageText"
        assert "All right" in chat.last or "nothing to cancel" in chat.last
        assert chat.sessions.stored == {}

    async def test_below_a_complaint_the_question_can_be_left(self, chat: Chat) -> None:
        await chat.send("/watch")
        await chat.send("hello")
        assert "not an address" in chat.last
        assert chat.buttons == [CANCEL]

    @pytest.mark.parametrize("command", ["/help", "/list", "/nonsense", "/start"])
    async def test_any_other_command_ends_it(self, chat: Chat, command: str) -> None:
        await chat.send("/watch")
        await chat.send(command)
        await chat.send("hello")
        assert "didn't get that" in chat.last

    async def test_the_last_question_counts(self, chat: Chat) -> None:
        await chat.send("/watch")
        await chat.send("/scan")
        await chat.send(OTHER)
        assert await watched(chat) == []
        assert [scan.subject for scan in chat.queues.scans] == [OTHER]

    async def test_a_button_ends_it(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET}")
        await chat.send("/balance")
        await chat.press(chat.buttons[0])
        await chat.send("hello")
        assert "didn't get that" in chat.last

    async def test_silence_ends_it_and_talk_does_not(self, chat: Chat) -> None:
        await chat.send("/watch")
        for _ in range(3):
            chat.clock.advance(SESSION_TTL.total_seconds() - 1)
            await chat.send("hello")
            assert "not an address" in chat.last
        chat.clock.advance(SESSION_TTL.total_seconds())
        await chat.send("hello")
        assert "didn't get that" in chat.last

    async def test_a_question_asked_since_is_not_ended_by_the_answer_to_another(self, chat: Chat) -> None:
        other = await chat.another_instance()
        await chat.send("/watch")
        balance = chat.chain.wallet_balance

        async def meanwhile(address: str) -> Any:
            await other.handle(chat.message("/scan"))
            return await balance(address)

        chat.chain.wallet_balance = meanwhile  # type: ignore[method-assign]
        await chat.send(WALLET)
        assert await watched(chat) == [WALLET]
        await chat.send(OTHER)
        assert [scan.subject for scan in chat.queues.scans] == [OTHER]


class TestWhose:
    async def test_a_question_is_one_persons(self, chat: Chat) -> None:
        await chat.send("/watch", user=ANNA)
        await chat.send("hello", user=BORIS)
        assert "didn't get that" in chat.last
        await chat.send(WALLET, user=ANNA)
        assert (await watched(chat, ANNA), await watched(chat, BORIS)) == ([WALLET], [])

    @pytest.mark.parametrize("command", ["/watch", "/backfill", "/balance", "/scan", "/unwatch"])
    async def test_in_a_group_nothing_is_asked(self, chat: Chat, command: str) -> None:
        chat.request.admins.add(ANNA)
        await chat.send(command, chat=GROUP)
        assert chat.sessions.stored == {}
        calls = len(chat.request.calls)
        await chat.send(WALLET, chat=GROUP)
        assert len(chat.request.calls) == calls

    async def test_in_a_group_watch_says_how_it_is_written(self, chat: Chat) -> None:
        await chat.send("/watch", chat=GROUP)
        assert "For example: <code>/watch" in chat.last


class TestWithoutRedis:
    async def test_commands_work_and_say_how_they_are_written(self, chat: Chat) -> None:
        chat.sessions.outage.down = True
        await chat.send("/watch")
        assert "Which address" in chat.last, "nobody knows of the outage yet"
        await chat.send("/watch")
        assert "For example: <code>/watch" in chat.last
        await chat.send(f"/watch {WALLET} Main")
        assert "Now watching" in chat.last
        await chat.send("/balance")
        assert chat.last == "The balance of which wallet?"
        await chat.press(CallbackData(Action.LIST, "0").encode())
        assert "One wallet" in chat.last
        await chat.send("/cancel")
        assert "nothing to cancel" in chat.last

    async def test_a_lost_question_is_told_and_an_address_offers_what_can_be_done(self, chat: Chat) -> None:
        await chat.send("/watch")
        chat.sessions.outage.down = True
        await chat.send("savings")
        assert "can't remember right now" in chat.last
        await chat.send(WALLET)
        assert "What shall I do" in chat.last
        assert chat.metrics.counts["SessionsUnavailable"] == 2
        chat.sessions.outage.down = False
        await chat.send(WALLET)
        assert "Now watching" in chat.last

    async def test_an_answer_counts_though_its_question_cannot_be_closed(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await chat.send("/watch")

        async def down(*_: object) -> bool:
            raise StoreUnavailable("down")

        monkeypatch.setattr(chat.sessions, "settle", down)
        await chat.send(WALLET)
        assert "Now watching" in chat.last


class TestTogetherWithTheUpdate:
    """A conversation changes with the end of its update, or not at all."""

    async def test_what_failed_leaves_the_question_that_a_command_gave_up(self, chat: Chat) -> None:
        await chat.send("/watch")
        cancel = chat.message("/cancel")
        chat.request.failures.append((502, "Bad Gateway", {}))
        with pytest.raises(DeliveryUnavailable):
            await chat.bot.handle(cancel)
        await chat.bot.handle(cancel)
        assert chat.last == "All right, no /watch."

    async def test_what_failed_asks_nothing(self, chat: Chat) -> None:
        chat.request.failures.append((502, "Bad Gateway", {}))
        with pytest.raises(DeliveryUnavailable):
            await chat.send("/watch")
        assert chat.sessions.stored == {}

    async def test_one_that_is_killed_before_it_is_settled_finds_the_same_question(self, chat: Chat) -> None:
        await chat.send("/watch")
        visit = chat.bot.intake.visit({**chat.message(f"{WALLET} Mine"), "update_id": 1000})
        await visit.take()
        assert "Now watching <b>Mine</b>" in chat.last
        chat.clock.advance(31)
        await (await chat.another_instance()).handle(chat.message(f"{WALLET} Mine"))
        assert "<b>Mine</b>" in chat.last
        assert await watched(chat) == [WALLET]

    async def test_nothing_of_a_chat_stays_in_the_process(self, chat: Chat) -> None:
        for user in range(1, 20):
            await chat.send("/watch", user=user)
        assert len(chat.sessions.stored) == 19
        application = chat.bot.bot._application
        assert not application.chat_data
        assert not application.user_data
        assert not chat.bot.bot._persistence._open
