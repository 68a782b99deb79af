import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, TOKEN, WALLET, Chat
from walletwatch.bot.commands.table import ADMIN_BUTTONS, BUTTONS, COMMANDS
from walletwatch.bot.keyboards import Action, CallbackData, StaleData, button
from walletwatch.domain.errors import DeliveryUnavailable, StoreUnavailable, TransientError

NOW = FakeClock().now().timestamp()
ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "telegram" / "updates"
SHIPPED = ROOT / "tests" / "fixtures" / "telegram"


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


async def _watched(chat: Chat, user: int = ANNA, wallet: str = WALLET, label: str = "Main") -> int:
    await chat.send(f"/watch {wallet} {label}", user=user)
    subscriptions = await chat.stores.subscriptions.subscriptions(user)
    return next(item.id for item in subscriptions if item.address == wallet)


class TestCommands:
    async def test_start_greets_with_the_first_steps(self, chat: Chat) -> None:
        await chat.send("/start")
        assert "Welcome" in chat.last
        assert chat.buttons[0] == data(Action.ADD)
        assert data(Action.MENU) in chat.buttons

    async def test_a_deep_link_offers_its_wallet(self, chat: Chat) -> None:
        await chat.send(f"/start w_{WALLET}")
        assert data(Action.WATCH_ADDRESS, WALLET) in chat.buttons

    async def test_help_leads_to_every_command(self, chat: Chat) -> None:
        await chat.send("/help")
        told = ""
        for topic in [each for each in chat.buttons if each.startswith("1:h:")]:
            await chat.press(topic)
            told += chat.last
        assert all(f"/{command.name} " in told for command in COMMANDS)

    async def test_watch_says_what_the_wallet_holds(self, chat: Chat) -> None:
        chat.chain.lamports[WALLET] = 1_500_000_000
        await chat.send(f"/watch {WALLET} My savings")
        assert "Now watching <b>My savings</b>" in chat.last
        assert "1.5 XNT" in chat.last
        await chat.send(f"/watch {WALLET}")
        assert "Already watching" in chat.last

    async def test_without_the_chain_watch_is_honest(self, chat: Chat) -> None:
        chat.chain.down = True
        await chat.send(f"/watch {WALLET}")
        assert "can't reach the chain" in chat.last
        assert "0 XNT" not in chat.last

    async def test_two_people_may_watch_one_wallet(self, chat: Chat) -> None:
        await _watched(chat, ANNA)
        await _watched(chat, BORIS)
        await chat.send("/unwatch Main", user=ANNA)
        assert await chat.stores.subscriptions.subscriptions(ANNA) == []
        assert len(await chat.stores.subscriptions.subscriptions(BORIS)) == 1

    async def test_the_quota_is_told(self, chat: Chat) -> None:
        for number in range(3):
            await chat.send(f"/watch {'1' * 31}{number + 2}")
        await chat.send(f"/watch {WALLET}")
        assert "3 wallets" in chat.last

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("/watch", "Which address?"),
            ("/watch 0OIl", "base58"),
            ("/watch abc", "wrong length"),
            (f"/watch {'5' * 88}", "signature of a transaction"),
            ("/watch 0x52908400098527886E0F7030069857D2E4169EE7", "Ethereum"),
            ("/watch bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "Bitcoin"),
            (f"/watch {WALLET} {'x' * 49}", "at most 48"),
            (f"/unwatch {WALLET}", "does not watch"),
            ("/unwatch", "no wallet"),
            ("/balance", "of which address"),
            ("/scan", "Scan which address"),
            ("/backfill", "no wallet"),
            ("/cancel", "nothing to cancel"),
            (f"/backfill {WALLET}", "does not watch"),
            (f"/backfill {WALLET} 0", "at most 90 days"),
            (f"/backfill {WALLET} 91", "at most 90 days"),
            ("/nonsense", "/help"),
            ("just text", "didn't get that"),
        ],
    )
    async def test_bad_input_is_answered_with_what_is_wrong(
        self, chat: Chat, text: str, expected: str
    ) -> None:
        await chat.send(text)
        assert expected in chat.last

    async def test_the_past_of_a_watched_wallet_can_be_asked_for(self, chat: Chat) -> None:
        await _watched(chat)
        for text, days in ((f"/backfill {WALLET} 30", 30), ("/backfill main", 90), ("/backfill Main 1", 1)):
            await chat.send(text)
            assert "Reading the last" in chat.last
            asked = chat.queues.backfills[-1]
            assert asked.wallet == WALLET
            assert abs(asked.not_before + days * 86_400 - NOW) < 60
        await chat.send("/backfill Main 1")
        assert "ask again in an hour" in chat.last
        assert len(chat.queues.backfills) == 3

    async def test_an_address_alone_offers_what_can_be_done(self, chat: Chat) -> None:
        await chat.send(WALLET)
        assert chat.buttons == [
            data(action, WALLET)
            for action in (
                Action.WATCH_ADDRESS,
                Action.BALANCE_ADDRESS,
                Action.SCAN_ADDRESS,
                Action.MINT,
                Action.STAKES,
            )
        ]

    async def test_balance_by_label_and_by_address(self, chat: Chat) -> None:
        await _watched(chat)
        chat.chain.lamports[WALLET] = 2 * 10**9
        await chat.send("/balance main")
        assert "2 XNT" in chat.last
        await chat.send(f"/balance {OTHER}")
        assert "0 XNT" in chat.last

    async def test_a_balance_that_could_not_be_read_is_not_zero(self, chat: Chat) -> None:
        chat.chain.down = True
        await chat.send(f"/balance {WALLET}")
        assert "can't reach the chain" in chat.last

    async def test_scan_is_queued_and_said(self, chat: Chat) -> None:
        await chat.send(f"/scan {OTHER}")
        (scan,) = chat.queues.scans
        assert (scan.subject, scan.chat_id) == (OTHER, ANNA)
        assert OTHER in chat.last

    async def test_settings_are_switched_by_buttons(self, chat: Chat) -> None:
        await chat.send("/settings")
        off, on = data(Action.TOGGLE, "dust.0"), data(Action.TOGGLE, "dust.1")
        for pressed, is_on in ((off, False), (off, False), (on, True)):
            assert pressed in chat.buttons or not is_on
            await chat.press(pressed)
            known = await chat.stores.subscriptions.chat(ANNA)
            assert known is not None
            assert known.settings.dust is is_on
        for argument in ("dust", "dust.2", "topic.1", ""):
            await chat.press(data(Action.TOGGLE, argument))
            assert "outdated" in chat.last

    async def test_status_says_whether_the_wallets_were_looked_at(self, chat: Chat) -> None:
        await _watched(chat)
        await chat.send("/status")
        assert "waiting for its first look" in chat.last

    async def test_a_hostile_label_is_only_text(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} <a href='x'>&\u202e\u200b\x07</a>")
        assert "&lt;a href='x'&gt;&amp;&lt;/a&gt;" in chat.last
        assert "\u202e" not in chat.last

    async def test_an_edited_message_does_nothing(self, chat: Chat) -> None:
        message = chat.message(f"/watch {WALLET}")
        await chat.bot.handle({"update_id": 1, "edited_message": message["message"]})
        assert chat.request.calls == []


class TestButtons:
    async def test_every_button_of_a_card_works(self, chat: Chat) -> None:
        number = await _watched(chat)
        for action in (Action.CARD, Action.BALANCE, Action.SCAN, Action.UNWATCH):
            await chat.press(data(action, number))
            assert chat.request.calls[-1][0] == "answerCallbackQuery"
        await chat.press(data(Action.UNWATCH_CONFIRMED, number))
        assert "Stopped watching" in chat.last
        await chat.press(data(Action.UNWATCH_CONFIRMED, number))
        assert "outdated" in chat.last

    @pytest.mark.parametrize(
        "action", [Action.CARD, Action.BALANCE, Action.SCAN, Action.UNWATCH, Action.UNWATCH_CONFIRMED]
    )
    async def test_nobody_reaches_anothers_subscription(self, chat: Chat, action: Action) -> None:
        number = await _watched(chat, ANNA)
        await chat.press(data(action, number), user=BORIS)
        assert "outdated" in chat.last
        assert len(await chat.stores.subscriptions.subscriptions(ANNA)) == 1
        assert chat.queues.scans == []

    async def test_the_list_turns_its_pages(self, chat: Chat) -> None:
        await _watched(chat)
        for action, argument in ((Action.LIST, 0), (Action.LIST, 99), (Action.STATUS, ""), (Action.HELP, "")):
            await chat.press(data(action, argument))
            assert chat.request.of("answerCallbackQuery")[-1].get("text") is None

    async def test_an_address_that_is_watched_already_leads_to_its_card(self, chat: Chat) -> None:
        number = await _watched(chat)
        for text in (WALLET, f"/start w_{WALLET}"):
            await chat.send(text)
            assert "I watch this one for you" in chat.last
            assert chat.buttons[0] == data(Action.CARD, number)
            await chat.send(text, user=BORIS)
            assert chat.buttons[0] == data(Action.WATCH_ADDRESS, WALLET)

    async def test_an_address_among_words(self, chat: Chat) -> None:
        await chat.send(f"is {WALLET} a scam?")
        assert chat.buttons[0] == data(Action.WATCH_ADDRESS, WALLET)
        await chat.send(f"{WALLET}\n{WALLET}")
        assert chat.buttons[0] == data(Action.WATCH_ADDRESS, WALLET)

    async def test_several_addresses_need_a_word_what_to_do(self, chat: Chat) -> None:
        await chat.send(f"{WALLET}\n{OTHER}")
        assert "several addresses" in chat.last
        assert chat.buttons == [data(Action.IMPORT)]

    async def test_buttons_of_a_bare_address(self, chat: Chat) -> None:
        await chat.press(data(Action.WATCH_ADDRESS, WALLET))
        assert "Now watching" in chat.last
        await chat.press(data(Action.BALANCE_ADDRESS, OTHER))
        await chat.press(data(Action.SCAN_ADDRESS, OTHER))
        assert len(chat.queues.scans) == 1

    async def test_showing_the_same_again_is_no_error(self, chat: Chat) -> None:
        chat.request.failures.append((400, "Bad Request: message is not modified: same content", {}))
        await chat.press(data(Action.LIST, 0))
        assert chat.request.calls[-1][0] == "answerCallbackQuery"
        assert chat.metrics.counts["AnswersRefused"] == 0

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.text(max_size=64)
        | st.builds("1:{}:{}".format, st.sampled_from([a.value for a in Action]), st.text(max_size=40))
    )
    async def test_any_data_is_answered(self, chat: Chat, text: str) -> None:
        chat.metrics.counts.clear()
        await chat.press(text)
        assert chat.request.of("answerCallbackQuery")
        assert chat.metrics.counts["HandlerErrors"] == 0

    def test_every_action_has_a_handler_and_its_own_value(self) -> None:
        assert BUTTONS.keys() | ADMIN_BUTTONS.keys() == set(Action)
        assert not BUTTONS.keys() & ADMIN_BUTTONS.keys()
        assert len({action.value for action in Action}) == len(Action)

    def test_data_survive_the_way_and_have_a_limit(self) -> None:
        for action in Action:
            assert CallbackData.decode(button("x", action, WALLET).callback_data or "") == CallbackData(
                action, WALLET
            )
        with pytest.raises(ValueError, match="64"):
            CallbackData(Action.CARD, "x" * 62).encode()
        for stale in ("", "0:c:1", "1:c", "1:nothing:1", "1:c:1:2"):
            with pytest.raises(StaleData):
                CallbackData.decode(stale)


class TestGroups:
    async def test_only_administrators_change_what_a_group_watches(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET}", chat=GROUP)
        assert "administrators" in chat.last
        chat.request.admins.add(ANNA)
        await chat.send(f"/watch {WALLET}", chat=GROUP)
        assert "Now watching" in chat.last

    async def test_an_anonymous_administrator_may(self, chat: Chat) -> None:
        await chat.send(
            f"/watch {WALLET}", chat=GROUP, sender_chat={"id": GROUP, "type": "supergroup", "title": "g"}
        )
        assert "Now watching" in chat.last

    async def test_commands_for_other_bots_and_talk_are_not_ours(self, chat: Chat) -> None:
        await chat.send("/watch@otherbot x", chat=GROUP)
        await chat.send("hello", chat=GROUP)
        assert chat.request.calls == []
        await chat.send("/help@testbot", chat=GROUP)
        assert "What I can do" in chat.last

    def _member(self, status: str, before: str = "member", chat_id: int = ANNA) -> dict[str, Any]:
        def member(status: str) -> dict[str, Any]:
            extra: dict[str, Any] = {"until_date": 0} if status == "kicked" else {}
            return {"user": {"id": 7, "is_bot": True, "first_name": "bot"}, "status": status, **extra}

        kind = "private" if chat_id > 0 else "supergroup"
        return {
            "update_id": 1,
            "my_chat_member": {
                "chat": {"id": chat_id, "type": kind},
                "from": {"id": ANNA, "is_bot": False, "first_name": "x"},
                "date": 1,
                "old_chat_member": member(before),
                "new_chat_member": member(status),
            },
        }

    async def test_a_chat_that_blocks_the_bot_is_silent_until_it_unblocks(self, chat: Chat) -> None:
        await _watched(chat)
        await chat.bot.handle(self._member("kicked"))
        known = await chat.stores.subscriptions.chat(ANNA)
        assert known is not None
        assert not known.active
        await chat.bot.handle(self._member("member", "kicked"))
        known = await chat.stores.subscriptions.chat(ANNA)
        assert known is not None
        assert known.active

    async def test_a_group_is_greeted_once_it_has_the_bot(self, chat: Chat) -> None:
        await chat.bot.handle(self._member("member", "left", GROUP))
        assert "group" in chat.last

    async def test_a_group_that_migrates_keeps_its_wallets(self, chat: Chat) -> None:
        chat.request.admins.add(ANNA)
        await chat.send(f"/watch {WALLET}", chat=GROUP)
        message = chat.message("", chat=GROUP)["message"]
        del message["text"]
        await chat.bot.handle({"update_id": 1, "message": message | {"migrate_to_chat_id": -1005}})
        assert len(await chat.stores.subscriptions.subscriptions(-1005)) == 1


class TestFaults:
    async def test_a_store_that_is_down_is_no_answer_but_a_redelivery(self, chat: Chat) -> None:
        chat.stores.outage.down = True
        with pytest.raises(StoreUnavailable):
            await chat.send("/list")
        assert chat.request.calls == []

    async def test_after_an_answer_there_is_no_redelivery(self, chat: Chat) -> None:
        chat.request.failures.extend([None, (502, "Bad Gateway", {})])
        await chat.press(data(Action.LIST, 0))
        assert [name for name, _ in chat.request.calls] == ["editMessageText", "answerCallbackQuery"]
        assert chat.metrics.counts["AnswersIncomplete"] == 1

    async def test_telegrams_wish_to_wait_is_a_redelivery(self, chat: Chat) -> None:
        chat.request.failures.append((429, "Too Many Requests: retry after 9", {"retry_after": 9}))
        with pytest.raises(DeliveryUnavailable) as caught:
            await chat.send("/help")
        assert caught.value.retry_after == 9

    async def test_a_blocked_bot_goes_silent(self, chat: Chat) -> None:
        await chat.send("/start")
        chat.request.failures.append((403, "Forbidden: bot was blocked by the user", {}))
        await chat.send("/help")
        known = await chat.stores.subscriptions.chat(ANNA)
        assert known is not None
        assert not known.active

    async def test_a_blocked_bot_and_a_store_that_is_down_is_a_redelivery(self, chat: Chat) -> None:
        await chat.send("/start")
        chat.request.failures.append((403, "Forbidden: bot was blocked by the user", {}))
        deactivate = type(chat.stores.subscriptions).deactivate

        async def down(*_: object) -> None:
            raise StoreUnavailable("down")

        type(chat.stores.subscriptions).deactivate = down  # type: ignore[method-assign, assignment]
        try:
            with pytest.raises(StoreUnavailable):
                await chat.send("/help")
        finally:
            type(chat.stores.subscriptions).deactivate = deactivate  # type: ignore[method-assign]

    async def test_a_bug_is_counted_told_and_does_not_block_the_chat(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def broken(*_: object) -> None:
            raise ZeroDivisionError(TOKEN[:3])

        monkeypatch.setattr(type(chat.stores.book), "entries", broken)
        with caplog.at_level(logging.ERROR):
            await chat.send("/list")
        assert chat.metrics.counts["HandlerErrors"] == 1
        assert "Something went wrong" in chat.last
        assert TOKEN not in caplog.text


def _updates() -> list[Path]:
    return sorted((CORPUS if CORPUS.exists() else SHIPPED).glob("*.json"))


@pytest.mark.parametrize("file", _updates(), ids=lambda file: file.stem)
async def test_any_kind_of_update_is_taken(chat: Chat, file: Path) -> None:
    await chat.bot.handle(json.loads(file.read_text()))  # noqa: ASYNC240
    assert chat.metrics.counts["HandlerErrors"] == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["update_id", "message", "callback_query", "my_chat_member", "poll"]),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: st.dictionaries(
                st.sampled_from(["id", "chat", "from", "type", "data", "message", "text", "date"]),
                inner,
                max_size=4,
            ),
            max_leaves=8,
        ),
    )
)
@example({"message": {"date": 67_768_036_191_676_800}})
@example({"message": {"date": 10**400}})
async def test_garbage_raises_nothing(chat: Chat, update: dict[str, Any]) -> None:
    try:
        await chat.bot.handle(update)
    except TransientError:
        pytest.fail("garbage is not to be delivered again")
