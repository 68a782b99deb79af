import json
from collections import Counter

import pytest
from telegram import Bot

from tests.fakes.telegram_request import FakeRequest
from walletwatch.bot import messenger
from walletwatch.bot.commands.table import COMMANDS
from walletwatch.bot.messenger import TelegramMessenger
from walletwatch.bot.registration import register
from walletwatch.bot.texts import LANGUAGES, texts
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MessageRefused,
    WalletWatchError,
)
from walletwatch.domain.work import Button, RenderedMessage

HELLO = RenderedMessage(
    "<b>hello</b>", ((Button("copy", copy_text="x"), Button("go", url="https://x.example/")),)
)


@pytest.fixture
def request_() -> FakeRequest:
    return FakeRequest()


@pytest.fixture
def sender(request_: FakeRequest) -> TelegramMessenger:
    return TelegramMessenger(Bot("7:token", base_url="http://telegram/bot", request=request_))


async def test_a_message_is_sent_with_its_keyboard(sender: TelegramMessenger, request_: FakeRequest) -> None:
    assert await sender.send(5, HELLO, reply_to=3) == 1
    (sent,) = request_.of("sendMessage")
    assert sent["parse_mode"] == "HTML"
    markup = sent["reply_markup"]
    keyboard = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    assert keyboard == [
        [{"text": "copy", "copy_text": {"text": "x"}}, {"text": "go", "url": "https://x.example/"}]
    ]
    assert "allow_sending_without_reply" in str(sent["reply_parameters"])


async def test_a_message_takes_the_place_of_another(sender: TelegramMessenger, request_: FakeRequest) -> None:
    assert await sender.send(5, HELLO, reply_to=3, edits=77) == 77
    (edited,) = request_.of("editMessageText")
    assert (edited["message_id"], edited["text"]) == (77, HELLO.html)
    request_.failures.append((400, "Bad Request: message is not modified: the same", {}))
    assert await sender.send(5, HELLO, edits=77) == 77
    assert request_.of("sendMessage") == []


@pytest.mark.parametrize("reason", ["message to edit not found", "message can't be edited"])
async def test_where_that_is_gone_it_is_a_new_one(
    sender: TelegramMessenger, request_: FakeRequest, reason: str
) -> None:
    request_.failures.append((400, f"Bad Request: {reason}", {}))
    assert await sender.send(5, HELLO, edits=77) == 2
    request_.failures.append((400, "Bad Request: can't parse entities", {}))
    with pytest.raises(MessageRefused):
        await sender.send(5, HELLO, edits=77)


@pytest.mark.parametrize(
    ("status", "description", "parameters", "expected"),
    [
        (429, "Too Many Requests: retry after 7", {"retry_after": 7}, DeliveryUnavailable),
        (500, "Internal Server Error", {}, DeliveryUnavailable),
        (502, "Bad Gateway", {}, DeliveryUnavailable),
        (403, "Forbidden: bot was blocked by the user", {}, ChatUnreachable),
        (403, "Forbidden: user is deactivated", {}, ChatUnreachable),
        (400, "Bad Request: chat not found", {}, ChatUnreachable),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1005}, ChatMigrated),
        (400, "Bad Request: can't parse entities", {}, MessageRefused),
    ],
)
async def test_telegrams_errors_have_their_meaning(
    sender: TelegramMessenger,
    request_: FakeRequest,
    status: int,
    description: str,
    parameters: dict[str, int],
    expected: type[WalletWatchError],
) -> None:
    request_.failures.append((status, description, parameters))
    with pytest.raises(expected) as caught:
        await sender.send(5, HELLO)
    if isinstance(caught.value, DeliveryUnavailable):
        assert caught.value.retry_after == parameters.get("retry_after")
    if isinstance(caught.value, ChatMigrated):
        assert caught.value.new_chat_id == -1005


async def test_webhook_and_commands_are_registered(
    request_: FakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "make_request", lambda: request_)
    await register(
        "7:token", "http://telegram", webhook_url="https://x.example/t", secret="s" * 16, max_connections=9
    )
    (webhook,) = request_.of("setWebhook")
    assert (webhook["url"], webhook["secret_token"], webhook["max_connections"]) == (
        "https://x.example/t",
        "s" * 16,
        9,
    )
    menus = request_.of("setMyCommands")
    assert len(menus) == 3 * len(LANGUAGES)
    assert Counter(call.get("language_code", "en") for call in menus) == dict.fromkeys(LANGUAGES, 3)
    for call in menus:
        say = texts(call.get("language_code", "en"))
        commands = call["commands"]
        listed = json.loads(commands) if isinstance(commands, str) else commands
        assert [(command["command"], command["description"]) for command in listed] == [
            (command.name, say(f"command.{command.name}")) for command in COMMANDS
        ]


async def test_a_refused_registration_is_an_error(
    request_: FakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "make_request", lambda: request_)
    request_.failures.append((400, "Bad Request: bad webhook: HTTPS url must be provided", {}))
    with pytest.raises(MessageRefused):
        await register(
            "7:token", "http://telegram", webhook_url="http://x", secret="s" * 16, max_connections=9
        )
