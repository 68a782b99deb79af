"""What Telegram refuses: bad parameters, people who are gone, too much at once, and switched faults."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from telegram_double.client import ControlFailed, NothingArrived
from telegram_double.policy import Policy
from telegram_double.testing import RunningDouble, running_double

pytestmark = pytest.mark.integration


async def call(double: RunningDouble, method: str, **parameters: Any) -> dict[str, Any]:
    """A call as JSON, past python-telegram-bot's own checks."""
    url = f"{double.url}/bot{double.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as response:
        answer: dict[str, Any] = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "message text is empty"),
        ("", "message text is empty"),
        (" \n ", "text must be non-empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        (5, 'parameter "text" must be of type String'),
    ],
)
async def test_texts_that_are_refused(double: RunningDouble, text: object, reason: str) -> None:
    ana = await double.control.add_user("Ana")
    answer = await call(double, "sendMessage", chat_id=ana.id, text=text)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}


async def test_length_counts_after_the_markup_is_gone(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    sent = await bot.send_message(ana.id, "<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
    assert len(sent.text or "") == 4096
    await bot.send_message(ana.id, "😀" * 2048)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"chat_id": None, "text": "x"}, "chat_id is empty"),
        ({"chat_id": 5, "text": "x"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ({"text": "x", "colour": "red"}, 'unknown parameter "colour"'),
        (
            {"text": "x", "disable_notification": "maybe"},
            'parameter "disable_notification" must be of type Boolean',
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": "bad"}},
            'field "inline_keyboard" must be of type Array',
        ),
        ({"text": "x", "reply_parameters": {"quote": "x"}}, 'can\'t find field "message_id"'),
        (
            {"text": "x", "link_preview_options": {"is_disabled": "yes"}},
            'field "is_disabled" must be of type Boolean',
        ),
        ({"text": "x", "link_preview_options": {"url": "not-a-url"}}, "WEBPAGE_URL_INVALID"),
        ({"text": "x", "message_thread_id": 7}, "message thread not found"),
        ({"text": "x", "business_connection_id": "b"}, "business connection not found"),
        ({"text": "x", "allow_paid_broadcast": True}, "FLOODSKIP_NOT_ALLOWED"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
    ],
)
async def test_parameters_that_are_refused(
    double: RunningDouble, parameters: dict[str, Any], reason: str
) -> None:
    ana = await double.control.add_user("Ana")
    answer = await call(double, "sendMessage", **{"chat_id": ana.id, **parameters})
    assert answer["description"] == f"Bad Request: {reason}"
    assert await double.control.messages(ana.id) == []


async def test_a_get_request_and_a_broken_body(double: RunningDouble) -> None:
    ana = await double.control.add_user("Ana")
    url = f"{double.url}/bot{double.token}/sendMessage"
    async with aiohttp.ClientSession() as session:
        async with session.get(url, params={"chat_id": str(ana.id), "text": "by query"}) as response:
            assert (await response.json())["result"]["text"] == "by query"
        async with session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as response:
            assert response.status == 400
            assert (await response.json())["description"] == "Bad Request: can't parse JSON object"
        async with session.get(f"{double.url}/bot{double.token[:-1]}/getMe") as response:
            assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_people_who_are_gone(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    mei = await double.control.add_user("Mei", started=False)
    await double.control.block_bot(ana.id)
    await double.control.deactivate(ben.id)
    for person, reason in (
        (ana, "bot was blocked by the user"),
        (ben, "user is deactivated"),
        (mei, "bot can't initiate conversation with a user"),
    ):
        with pytest.raises(Forbidden, match=f"^Forbidden: {reason}$"):
            await bot.send_message(person.id, "x")
    refused = await double.control.calls(status=403)
    assert [call.method for call in refused] == ["sendMessage"] * 3
    (blocked,) = await bot.get_updates()
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    await double.control.block_bot(ana.id, blocked=False)
    await bot.send_message(ana.id, "welcome back")
    await double.control.send_text(mei.id, "/start")
    await bot.send_message(mei.id, "hello")


async def test_groups_the_bot_was_thrown_out_of(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    me = await bot.get_me()
    for kind in ("group", "supergroup", "channel"):
        chat = await double.control.add_chat(
            kind, kind, members={ana.id: "creator"}, bot_status="administrator"
        )
        await bot.send_message(chat.id, "hello")
        await double.control.set_member(chat.id, me.id, "kicked", by=ana.id)
        with pytest.raises(Forbidden, match=f"bot was kicked from the {kind} chat"):
            await bot.send_message(chat.id, "x")
    gone = await double.control.add_chat("group", "gone")
    await double.control.delete_chat(gone.id)
    with pytest.raises(Forbidden, match="the group chat was deleted"):
        await bot.send_message(gone.id, "x")
    channel = await double.control.add_chat("channel", "news", bot_status="member")
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await bot.send_message(channel.id, "x")


async def test_a_group_that_became_a_supergroup(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    group = await double.control.add_chat("group", "Desk", members={ana.id: "creator"})
    upgraded = await double.control.migrate(group.id)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(group.id, "x")
    assert caught.value.new_chat_id == upgraded.id
    await bot.send_message(upgraded.id, "x")
    left, arrived = await bot.get_updates()
    assert left.message is not None
    assert left.message.migrate_to_chat_id == upgraded.id
    assert arrived.message is not None
    assert arrived.message.migrate_from_chat_id == group.id


async def test_flood_control() -> None:
    async with (
        running_double(policy=Policy(chat_burst=3)) as double,
        Bot(double.token, base_url=double.base_url) as bot,
    ):
        ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
        outcomes = await asyncio.gather(
            *(bot.send_message(ana.id, str(number)) for number in range(8)), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, RetryAfter)]
        assert len(refused) == 5
        await bot.send_message(ben.id, "another chat is free")
        calls = await double.control.calls(status=429)
        assert len(calls) == 5
        assert calls[0].description == "Too Many Requests: retry after 1"
        await double.control.advance_clock(1)
        await bot.send_message(ana.id, "again")
        assert len(await double.control.messages(ana.id)) == 4


async def test_switched_faults(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    control = double.control
    await control.add_fault("sendMessage", "error", code=500, description="Internal Server Error", times=2)
    for _ in range(2):
        with pytest.raises(NetworkError, match="Internal Server Error"):
            await bot.send_message(ana.id, "x")
    await control.add_fault("sendMessage", "bad_gateway")
    with pytest.raises(NetworkError, match=r"Bad Gateway|Invalid server response"):
        await bot.send_message(ana.id, "x")
    await control.add_fault(
        "*", "error", code=429, description="Too Many Requests: retry after 7", retry_after=7
    )
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ana.id, "x")
    assert caught.value.retry_after == timedelta(seconds=7)
    await control.add_fault("sendMessage", "error", chat_id=ana.id + 1)
    await bot.send_message(ana.id, "not hit")
    await control.clear_faults()
    assert [message.text for message in await control.messages(ana.id)] == ["not hit"]


async def test_calls_without_an_answer(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    await double.control.add_fault("sendMessage", "timeout_before", hold_s=5)
    with pytest.raises(TimedOut):
        await bot.send_message(ana.id, "lost", read_timeout=0.2)
    await double.control.add_fault("sendMessage", "timeout_after", hold_s=0.1)
    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "done though", read_timeout=2)
    assert [message.text for message in await double.control.messages(ana.id)] == ["done though"]
    calls = await double.control.calls(method="sendMessage")
    assert [(call.status, call.executed) for call in calls] == [(None, False), (None, True)]


async def test_the_token_is_in_no_record(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    await bot.send_message(ana.id, "x")
    async with aiohttp.ClientSession() as session:
        for path in ("calls", "counters", "webhook/log", "chats", "users"):
            async with session.get(f"{double.url}/control/{path}") as response:
                assert double.token.split(":")[1] not in await response.text()


async def test_people_cannot_do_what_they_cannot(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    await bot.send_message(ana.id, "no buttons")
    (message,) = await double.control.messages(ana.id)
    with pytest.raises(ControlFailed, match="no such button"):
        await double.control.press(message, data="x")
    with pytest.raises(ControlFailed, match="only its owner"):
        await double.control.send_text(ana.id, "x", user_id=ben.id)
    with pytest.raises(ControlFailed, match="no user"):
        await double.control.block_bot(5)
    with pytest.raises(ControlFailed, match="exactly one field"):
        await double.control.forge_update({"message": {}, "poll": {}})
    with pytest.raises(ControlFailed, match="is taken"):
        await double.control.add_user("Bot", username="X1_Wallet_Watcher_Bot")
    with pytest.raises(ControlFailed, match="no policy called colour"):
        await double.control.set_policy(colour=1)
    with pytest.raises(NothingArrived):
        await double.control.wait_for_message(ana.id, contains="never", wait_s=0.05)


async def test_a_foreign_page_cannot_post_forms_to_the_control_api(double: RunningDouble) -> None:
    body = json.dumps({"first_name": "Eve"}).encode()
    async with aiohttp.ClientSession() as session:
        url = f"{double.url}/control/users"
        async with session.post(url, data=body, headers={"Content-Type": "text/plain"}) as response:
            assert response.status == 415


async def test_a_reset_forgets_all_but_the_webhook(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    await bot.set_webhook("http://127.0.0.1:9/telegram")
    await double.control.send_text(ana.id, "x")
    before = double.double.updates.next_id
    await double.control.reset()
    assert await double.control.chats() == []
    info = await bot.get_webhook_info()
    assert info.url == "http://127.0.0.1:9/telegram"
    assert info.pending_update_count == 0
    assert double.double.updates.next_id == before
