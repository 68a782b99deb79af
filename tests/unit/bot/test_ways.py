"""Buttons that lead on: nobody has to know a command by heart, and no message is a dead end."""

import pytest

from tests.unit.bot.conftest import ANNA, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.commands.table import ADMIN_COMMANDS, CATALOGUE, COMMANDS
from walletwatch.bot.keyboards import Action, CallbackData


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


ADDING = [data(Action.ADD), data(Action.IMPORT)]


async def watched(chat: Chat) -> int:
    await chat.send(f"/watch {WALLET} Savings")
    (one,) = await chat.stores.subscriptions.subscriptions(ANNA)
    return one.id


async def test_each_command_has_a_button_in_its_topic(chat: Chat) -> None:
    await chat.send("/menu")
    await chat.press(next(each for each in chat.buttons if each == data(Action.HELP)))
    found: set[str] = set()
    for topic in CATALOGUE.topics():
        await chat.press(data(Action.HELP, topic.value))
        found |= set(chat.buttons)
    assert {data(Action.RUN, command.name) for command in COMMANDS} <= found


async def test_a_button_does_what_its_command_does(chat: Chat) -> None:
    await watched(chat)
    await chat.send("/risk")
    said = chat.last
    await chat.press(data(Action.RUN, "risk"))
    assert chat.last == said
    await chat.press(data(Action.RUN, "feedback"))
    await chat.send("well done")
    assert any("will read it" in str(arguments.get("text")) for _, arguments in chat.request.calls)


@pytest.mark.parametrize("name", ["", "nothing", "/risk", *(command.name for command in ADMIN_COMMANDS)])
async def test_what_is_no_command_of_everybody_is_outdated(chat: Chat, name: str) -> None:
    await chat.press(data(Action.RUN, name))
    assert "outdated" in chat.last


async def test_in_a_group_a_button_does_nothing_private(chat: Chat) -> None:
    await chat.send("/menu@testbot", chat=GROUP)
    assert data(Action.PLAN) not in chat.buttons
    await chat.press(data(Action.RUN, "mydata"), chat=GROUP)
    assert "outdated" in chat.last


@pytest.mark.parametrize(
    "command",
    ["list", "unwatch", "label", "note", "tag", "pause", "portfolio", "history", "flows", "top", "pnl",
     "stats", "anomalies", "report", "chart", "export", "risk", "exportwallets", "share", "backfill"],
)  # fmt: skip
async def test_who_watches_nothing_is_helped_to_the_first_wallet(chat: Chat, command: str) -> None:
    await chat.send(f"/{command}")
    assert chat.buttons[:2] == ADDING


async def test_what_is_wrong_with_an_alert_leads_on(chat: Chat) -> None:
    alerts = data(Action.AM_LIST, 0)
    await chat.send("/addalert inactive")
    assert chat.buttons == ADDING
    for command in ("/editalert 5", "/delalert 5", "/testalert 5"):
        await chat.send(command)
        assert chat.buttons == [alerts]
    for number in range(11):
        await chat.send(f"/addalert price_above XNT {number + 1}")
    assert "10 alerts" in chat.last
    assert chat.buttons == [data(Action.PLAN), alerts]


async def test_whatever_is_not_understood_leads_on(chat: Chat) -> None:
    for text in ("hello", "/nonsense"):
        await chat.send(text)
        assert chat.buttons == [data(Action.MENU), data(Action.HELP)]
    await chat.send("/wallet nothing")
    assert chat.buttons == [data(Action.LIST, 0)]


@pytest.mark.parametrize(
    "action", [Action.BALANCE, Action.TOKENS, Action.NFTS, Action.STAKES, Action.APPROVALS]
)
async def test_from_what_a_wallet_has_there_is_a_way_back_to_its_card(chat: Chat, action: Action) -> None:
    number = await watched(chat)
    await chat.press(data(action, number))
    assert data(Action.CARD, number) in chat.buttons


async def test_a_strangers_wallet_has_no_card(chat: Chat) -> None:
    await watched(chat)
    for command in ("balance", "tokens", "nfts", "stakes", "approvals"):
        await chat.send(f"/{command} {OTHER}")
        assert not any(each.startswith(data(Action.CARD)) for each in chat.buttons)


async def test_a_picture_leaves_the_card_where_it_is(chat: Chat) -> None:
    number = await watched(chat)
    await chat.press(data(Action.CARD, number))
    (picture,) = (each for each in chat.buttons if each.startswith(data(Action.PICTURE_BESIDE)))
    since = len(chat.request.calls)
    await chat.press(picture)
    assert [name for name, _ in chat.request.calls[since:]] == ["sendMessage", "answerCallbackQuery"]


async def test_the_past_is_read_by_a_button(chat: Chat) -> None:
    number = await watched(chat)
    await chat.send("/backfill")
    assert chat.buttons == [data(Action.BACKFILL, number), data(Action.RUN, "cancel")]
    await chat.press(chat.buttons[0])
    assert "Reading the last 90 days" in chat.last
    (backfill,) = chat.queues.backfills
    assert backfill.wallet == WALLET
    await chat.press(data(Action.BACKFILL, number), user=2)
    assert "outdated" in chat.last
