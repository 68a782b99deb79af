import asyncio
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from telegram import Bot
from telegram.constants import BotDescriptionLimit

from tests.fakes.telegram_request import FakeRequest
from walletwatch.bot import messenger
from walletwatch.bot.commands.table import ADMIN_COMMANDS, COMMANDS
from walletwatch.bot.messenger import TelegramMessenger
from walletwatch.bot.registration import register
from walletwatch.bot.texts import LANGUAGES, texts
from walletwatch.domain.errors import (
    ChatMigrated,
    ChatUnreachable,
    DeliveryUnavailable,
    MessageRefused,
    TopicGone,
    WalletWatchError,
)
from walletwatch.domain.work import Button, MediaKind, OutgoingFile, RenderedMessage

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


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(8) + (64).to_bytes(4) * 2
"""As much of one as Telegram looks at to tell its size."""


@pytest.fixture
def photo(tmp_path: Path) -> OutgoingFile:
    path = tmp_path / "file"
    path.write_bytes(PICTURE)
    return OutgoingFile(MediaKind.PHOTO, path, "chart.png")


@pytest.mark.parametrize(
    ("kind", "method"), [(MediaKind.PHOTO, "sendPhoto"), (MediaKind.DOCUMENT, "sendDocument")]
)
async def test_a_file_is_sent_with_its_caption_and_its_name(
    sender: TelegramMessenger, request_: FakeRequest, photo: OutgoingFile, kind: MediaKind, method: str
) -> None:
    assert await sender.send(5, HELLO, file=replace(photo, kind=kind), reply_to=3) == 1
    ((name, sent),) = request_.calls
    assert name == method
    assert (sent["caption"], sent["parse_mode"]) == ("<b>hello</b>", "HTML")
    assert "copy_text" in str(sent["reply_markup"])
    assert request_.uploads == [("chart.png", PICTURE)]


async def test_a_caption_that_is_too_long_follows_by_itself(
    sender: TelegramMessenger, request_: FakeRequest, photo: OutgoingFile
) -> None:
    html = "<b>" + "x" * 1024 + "</b>"
    await sender.send(5, RenderedMessage(html), file=photo)
    assert [name for name, _ in request_.calls] == ["sendPhoto"]
    request_.calls.clear()
    longer = RenderedMessage("<b>" + "\N{GRINNING FACE}" * 513 + "</b>", HELLO.keyboard)
    await sender.send(5, longer, file=photo)
    (first, file), (second, text) = request_.calls
    assert (first, second) == ("sendPhoto", "sendMessage")
    assert "caption" not in file
    assert "reply_markup" not in file
    assert text["text"] == longer.html
    assert "copy_text" in str(text["reply_markup"])


async def test_a_message_becomes_another(
    sender: TelegramMessenger, request_: FakeRequest, photo: OutgoingFile
) -> None:
    assert await sender.send(5, HELLO, edits=77) == 77
    assert await sender.send(5, HELLO, edits=78, file=photo) == 78
    (text_method, text), (media_method, media) = request_.calls
    assert (text_method, text["message_id"]) == ("editMessageText", 77)
    assert (media_method, media["message_id"]) == ("editMessageMedia", 78)
    assert "<b>hello</b>" in str(media["media"])
    assert request_.uploads == [("chart.png", PICTURE)]


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: there is no text in the message to edit",
    ],
)
async def test_what_cannot_be_edited_is_sent(
    sender: TelegramMessenger, request_: FakeRequest, photo: OutgoingFile, description: str
) -> None:
    request_.failures.append((400, description, {}))
    assert await sender.send(5, HELLO, edits=77) == 2
    request_.failures.append((400, description, {}))
    assert await sender.send(5, HELLO, edits=77, file=photo) == 4
    assert [name for name, _ in request_.calls] == [
        "editMessageText", "sendMessage", "editMessageMedia", "sendPhoto",
    ]  # fmt: skip


async def test_what_has_become_this_message_already_is_done(
    sender: TelegramMessenger, request_: FakeRequest
) -> None:
    request_.failures.append((400, "Bad Request: message is not modified: specified new message content", {}))
    assert await sender.send(5, HELLO, edits=77) == 77
    request_.failures.append((400, "Bad Request: can't parse entities", {}))
    with pytest.raises(MessageRefused):
        await sender.send(5, HELLO, edits=77)


async def test_an_upload_that_takes_too_long_comes_again_later(
    sender: TelegramMessenger, request_: FakeRequest, photo: OutgoingFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(messenger, "UPLOAD_SECONDS", 0.01)
    monkeypatch.setattr(request_, "do_request", stuck)
    with pytest.raises(DeliveryUnavailable):
        await sender.send(5, HELLO, file=photo)


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
        scope = call["scope"]
        is_private = (json.loads(scope) if isinstance(scope, str) else scope)["type"] == "all_private_chats"
        assert [(command["command"], command["description"]) for command in listed] == [
            (command.name, say(f"command.{command.name}"))
            for command in COMMANDS
            if is_private or not command.private
        ]


async def test_what_the_bot_is_is_said_in_every_language_and_once(
    request_: FakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "make_request", lambda: request_)
    for _ in range(2):
        await register(
            "7:token",
            "http://telegram",
            webhook_url="https://x.example/t",
            secret="s" * 16,
            max_connections=9,
        )
    for method, part, limit in (
        ("setMyDescription", "description", BotDescriptionLimit.MAX_DESCRIPTION_LENGTH),
        ("setMyShortDescription", "short_description", BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH),
    ):
        told = {call.get("language_code", "en"): call[part] for call in request_.of(method)}
        assert list(told) == list(LANGUAGES)
        assert len(request_.of(method)) == len(LANGUAGES)
        assert all(0 < len(text) <= limit and "X1" in text for text in told.values())


async def test_a_refused_registration_is_an_error(
    request_: FakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "make_request", lambda: request_)
    request_.failures.append((400, "Bad Request: bad webhook: HTTPS url must be provided", {}))
    with pytest.raises(MessageRefused):
        await register(
            "7:token", "http://telegram", webhook_url="http://x", secret="s" * 16, max_connections=9
        )


@pytest.mark.parametrize("reason", ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_a_topic_that_is_gone_is_no_fault_of_the_message(
    sender: TelegramMessenger, request_: FakeRequest, reason: str
) -> None:
    await sender.send(-5, HELLO, topic=7)
    assert request_.of("sendMessage")[-1]["message_thread_id"] == 7
    request_.failures.extend([(400, f"Bad Request: {reason}", {})] * 2)
    with pytest.raises(TopicGone):
        await sender.send(-5, HELLO, topic=7)
    with pytest.raises(MessageRefused):
        await sender.send(-5, HELLO)


@pytest.mark.parametrize(
    "reason",
    [
        "not enough rights to send text messages to the chat",
        "need administrator rights in the channel chat",
        "have no rights to send a message",
        "CHAT_WRITE_FORBIDDEN",
    ],
)
async def test_where_the_bot_may_not_write_it_is_not_tried_again(
    sender: TelegramMessenger, request_: FakeRequest, reason: str
) -> None:
    request_.failures.append((400, f"Bad Request: {reason}", {}))
    with pytest.raises(ChatUnreachable):
        await sender.send(-5, HELLO)


def test_telegram_takes_so_many_commands() -> None:
    # Bot API, setMyCommands; an administrator's menu has all of them.
    assert len(COMMANDS) + len(ADMIN_COMMANDS) <= 100
