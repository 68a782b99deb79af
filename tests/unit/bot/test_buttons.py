"""Every button, from the press to what the bot shows; and the data behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.telegram_request import Refusal
from tests.unit.bot.bench import ADA, GROUP, WALLET, Bench, only
from walletwatch.bot.commands.table import BUTTONS
from walletwatch.bot.keyboards import MAX_DATA_BYTES, Action, CallbackData, StaleData, button
from walletwatch.bot.texts import texts
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chats import ChatSettings

say = texts("en")
STRANGER = 43
NOT_MODIFIED = Refusal(400, "Bad Request: message is not modified: specified new message content")
TOO_OLD = Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")


async def watch(bench: Bench, chat_id: int = ADA) -> int:
    bench.request.member_status = "creator"
    await bench.say(f"/watch {WALLET} Main", chat_id)
    (found,) = await bench.stores.subscriptions.subscriptions(chat_id)
    return found.id


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


def test_every_action_has_a_handler_and_a_value_of_its_own() -> None:
    assert set(BUTTONS) == set(Action)
    assert len({action.value for action in Action}) == len(Action)


@given(st.sampled_from(Action), st.text("123ABCabc", max_size=44))
def test_data_come_back_as_they_were(action: Action, argument: str) -> None:
    encoded = CallbackData(action, argument).encode()
    assert len(encoded.encode()) <= MAX_DATA_BYTES
    assert CallbackData.decode(encoded) == CallbackData(action, argument)


@given(st.text())
def test_any_other_data_are_stale(text: str) -> None:
    try:
        decoded = CallbackData.decode(text)
    except StaleData:
        return
    assert f"1:{decoded.action.value}:{decoded.argument}" == text


def test_no_action_shadows_another() -> None:
    for action in Action:
        assert CallbackData.decode(data(action, "1")).action is action


def test_data_over_the_limit_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        button("x", Action.WATCH_ADDRESS, "x" * 61)


async def test_a_card_leads_to_everything_of_a_wallet(bench: Bench) -> None:
    number = await watch(bench)
    calls = await bench.press(data(Action.CARD, number))
    card = only(calls, "editMessageText")
    only(calls, "answerCallbackQuery")
    assert {button["callback_data"] for button in card.buttons.values() if "callback_data" in button} == {
        data(Action.BALANCE, number),
        data(Action.SCAN, number),
        data(Action.UNWATCH, number),
        data(Action.LIST, 0),
    }
    assert card.buttons[say("button.copy_address")]["copy_text"] == {"text": WALLET}
    assert card.buttons[say("button.explorer")]["url"] == f"https://explorer.example/address/{WALLET}"


async def test_stopping_is_asked_and_then_done(bench: Bench) -> None:
    number = await watch(bench)
    question = only(await bench.press(data(Action.UNWATCH, number)), "editMessageText")
    assert len(await bench.stores.subscriptions.subscriptions(ADA)) == 1
    confirmed = question.buttons[say("button.confirm_unwatch")]["callback_data"]
    assert "Stopped watching" in only(await bench.press(confirmed), "editMessageText").text
    assert await bench.stores.subscriptions.subscriptions(ADA) == []
    again = only(await bench.press(confirmed), "answerCallbackQuery")
    assert again.text == say("error.outdated")


@pytest.mark.parametrize("action", [Action.BALANCE, Action.BALANCE_ADDRESS])
async def test_a_balance_replaces_the_message_and_can_be_refreshed(bench: Bench, action: Action) -> None:
    argument = await watch(bench) if action is Action.BALANCE else WALLET
    bench.chain.lamports[WALLET] = 1
    call = only(await bench.press(data(action, argument)), "editMessageText")
    assert "0.000000001 XNT" in call.text
    assert call.buttons[say("button.refresh")]["callback_data"] == data(action, argument)


@pytest.mark.parametrize("action", [Action.SCAN, Action.SCAN_ADDRESS])
async def test_each_press_of_scan_is_a_request_of_its_own(bench: Bench, action: Action) -> None:
    argument = await watch(bench) if action is Action.SCAN else WALLET
    for _ in range(2):
        calls = await bench.press(data(action, argument))
        assert only(calls, "sendMessage").text.startswith("🛡 Looking at")
        only(calls, "answerCallbackQuery")
    assert len({scan.request_id for scan in bench.queues.scans}) == 2


async def test_an_offered_address_is_watched(bench: Bench) -> None:
    call = only(await bench.press(data(Action.WATCH_ADDRESS, WALLET)), "editMessageText")
    assert call.text.startswith("👁 Now watching")
    assert [item.address for item in await bench.stores.subscriptions.subscriptions(ADA)] == [WALLET]


@pytest.mark.parametrize("name", ["muted", "failed", "dust"])
async def test_a_switch_is_turned_there_and_back(bench: Bench, name: str) -> None:
    for turns in (1, 2):
        calls = await bench.press(data(Action.TOGGLE, name))
        chat = await bench.stores.subscriptions.chat(ADA)
        assert chat is not None
        changed = getattr(chat.settings, name) != getattr(ChatSettings(), name)
        assert changed == (turns == 1)
        labels = only(calls, "editMessageText").buttons
        assert (f"✅ {say(f'settings.{name}')}" in labels) == getattr(chat.settings, name)


async def test_pages_of_the_list(bench: Bench) -> None:
    for number in range(9):
        await bench.say(f"/watch {encode_address(bytes([number + 1]) * 32)} wallet {number}")
    last = only(await bench.press(data(Action.LIST, 1)), "editMessageText")
    assert "wallet 8" in last.text
    assert say("button.next") not in last.buttons
    assert last.buttons[say("button.previous")]["callback_data"] == data(Action.LIST, 0)
    assert only(await bench.press(data(Action.LIST, 10**6)), "editMessageText").text == last.text


@pytest.mark.parametrize(
    ("action", "key"),
    [(Action.SETTINGS, "settings.title"), (Action.HELP, "help.title"), (Action.STATUS, "status.title")],
)
async def test_the_menu(bench: Bench, action: Action, key: str) -> None:
    assert say(key) in only(await bench.press(data(action)), "editMessageText").text


BY_NUMBER = [Action.CARD, Action.BALANCE, Action.SCAN, Action.UNWATCH, Action.UNWATCH_CONFIRMED]


@pytest.mark.parametrize("action", BY_NUMBER)
async def test_a_strangers_button_does_nothing(bench: Bench, action: Action) -> None:
    number = await watch(bench)
    (call,) = await bench.press(data(action, number), STRANGER)
    assert (call.method, call.text) == ("answerCallbackQuery", say("error.outdated"))
    assert len(await bench.stores.subscriptions.subscriptions(ADA)) == 1
    assert bench.queues.scans == []


@pytest.mark.parametrize(
    "stale",
    ["", "1", "0:c:1", "2:c:1", "1:zz:1", "1:c:", "1:c:x", "1:c:-1", "1:c:٣", "1:c:1:2", "1:t:colour", "💥"],
)
async def test_outdated_buttons_say_so(bench: Bench, stale: str) -> None:
    (call,) = await bench.press(stale)
    assert (call.method, call.text) == ("answerCallbackQuery", say("error.outdated"))


@pytest.mark.parametrize("action", BY_NUMBER)
@pytest.mark.parametrize("number", ["9" * 19, "9" * 50])
async def test_numbers_no_id_can_have_are_outdated(bench: Bench, action: Action, number: str) -> None:
    (call,) = await bench.press(f"1:{action.value}:{number}")
    assert call.text == say("error.outdated")


async def test_a_wrong_address_in_a_button_is_told(bench: Bench) -> None:
    (call,) = await bench.press("1:wa:nonsense0")
    assert call.text == say("error.not_base58")


async def test_a_chain_that_is_away_is_an_alert(bench: Bench) -> None:
    bench.chain.down = True
    (call,) = await bench.press(data(Action.BALANCE_ADDRESS, WALLET))
    assert (call.text, call.parameters["show_alert"]) == (say("error.chain"), True)


async def test_pressing_twice_is_no_error(bench: Bench) -> None:
    bench.request.refusals["editMessageText"] = NOT_MODIFIED
    only(await bench.press(data(Action.HELP)), "answerCallbackQuery")
    assert bench.metrics.counts == {}


async def test_a_query_telegram_forgot_is_no_error(bench: Bench) -> None:
    bench.request.refusals["answerCallbackQuery"] = TOO_OLD
    only(await bench.press(data(Action.HELP)), "editMessageText")
    assert bench.metrics.counts == {}


async def test_a_message_telegram_no_longer_has_is_no_failure(bench: Bench) -> None:
    gone = {"message_id": 7, "date": 0, "chat": {"id": ADA, "type": "private"}}
    calls = await bench.press(data(Action.HELP), message=gone)
    only(calls, "answerCallbackQuery")


async def test_in_a_group_only_administrators_turn_and_stop(bench: Bench) -> None:
    number = await watch(bench, GROUP)
    bench.request.member_status = "member"
    for pressed in (data(Action.TOGGLE, "muted"), data(Action.UNWATCH_CONFIRMED, number)):
        call = only(await bench.press(pressed, GROUP), "answerCallbackQuery")
        assert call.text == say("error.admins_only")
    assert len(await bench.stores.subscriptions.subscriptions(GROUP)) == 1
    chat = await bench.stores.subscriptions.chat(GROUP)
    assert chat is not None
    assert not chat.settings.muted
