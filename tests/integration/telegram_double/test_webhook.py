"""Delivery to a webhook: order, retries, expiry, answers."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from telegram_double.policy import Policy
from telegram_double.testing import RunningDouble, running_double
from tests.integration.telegram_double.conftest import SECRET, Receiver

pytestmark = pytest.mark.integration

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "telegram" / "updates"


async def until(double: RunningDouble, happened: Callable[[], bool], seconds: float = 5) -> None:
    """Waits for something that deliveries change."""
    async with asyncio.timeout(seconds):
        while not happened():
            await double.double.updates.changed.wait()


async def settle(double: RunningDouble) -> None:
    """Waits until nothing is pending."""
    await until(double, lambda: not double.double.updates.pending())


async def test_an_update_arrives_with_its_secret(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    assert await bot.set_webhook(
        receiver.url, secret_token=SECRET, max_connections=7, allowed_updates=["message"]
    )
    ana = await double.control.add_user("Ana", language_code="pt")
    await double.control.send_text(ana.id, "/watch abc")
    await receiver.wait_for(1)
    assert receiver.secrets == [SECRET]
    message = receiver.updates[0]["message"]
    assert message["text"] == "/watch abc"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "pt"
    await settle(double)
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.allowed_updates) == (receiver.url, 7, ("message",))
    (attempt,) = await double.control.webhook_log()
    assert (attempt.status, attempt.error, attempt.number) == (200, "", 1)


@pytest.mark.parametrize("secret", ["with space", "ä", "x" * 257])
async def test_secrets_that_are_refused(bot: Bot, receiver: Receiver, secret: str) -> None:
    with pytest.raises(BadRequest, match="Secret token"):
        await bot.set_webhook(receiver.url, secret_token=secret)


@pytest.mark.parametrize("url", ["nonsense", "ftp://x1.xyz/a", "https://"])
async def test_addresses_that_are_refused(bot: Bot, url: str) -> None:
    with pytest.raises(BadRequest, match="Bad webhook"):
        await bot.set_webhook(url)


async def test_one_chat_in_order_many_chats_at_once(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    open_chats: set[int] = set()

    async def slowly(update: dict[str, Any]) -> web.Response:
        chat = update["message"]["chat"]["id"]
        assert chat not in open_chats, "two updates of one chat at once"
        open_chats.add(chat)
        await asyncio.sleep(0.02)
        open_chats.remove(chat)
        return web.Response()

    receiver.react = slowly
    people = [await double.control.add_user(f"Person {number}") for number in range(6)]
    await bot.set_webhook(receiver.url, max_connections=4)
    for number in range(5):
        for person in people:
            await double.control.send_text(person.id, str(number))
    await receiver.wait_for(30)
    for person in people:
        mine = [update for update in receiver.updates if update["message"]["chat"]["id"] == person.id]
        assert [update["message"]["text"] for update in mine] == ["0", "1", "2", "3", "4"]
    assert 1 < receiver.most_open <= 4


async def test_the_retry_curve(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    async def fail(update: dict[str, Any]) -> web.Response:
        del update
        return web.Response(status=500)

    receiver.react = fail
    await bot.set_webhook(receiver.url)
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    await double.control.send_text(ana.id, "first")
    await double.control.send_text(ana.id, "waits behind the first")
    for attempts in range(2, 11):
        await receiver.wait_for(attempts)
        await double.control.advance_clock(120)
    log = await double.control.webhook_log()
    delays = [attempt.next_delay_s for attempt in log][:9]
    assert delays[:6] == [0, 2, 4, 8, 16, 32]
    # From here on a ceiling is drawn from 60 to 120 seconds each time.
    assert all(delay is not None and 60 <= delay <= 120 for delay in delays[6:])
    assert {attempt.update_id for attempt in log} == {log[0].update_id}
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert info.pending_update_count == 2
    receiver.react = None
    await double.control.advance_clock(120)
    await settle(double)
    texts = [update["message"]["text"] for update in receiver.updates]
    assert texts[-1] == "waits behind the first"
    assert set(texts[:-1]) == {"first"}
    assert len({update["update_id"] for update in receiver.updates}) == 2
    del ben


async def test_retry_after_is_obeyed(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    answers = [web.Response(status=503, headers={"Retry-After": "30"}), web.Response()]

    async def busy(update: dict[str, Any]) -> web.Response:
        del update
        return answers.pop(0)

    receiver.react = busy
    await bot.set_webhook(receiver.url)
    ana = await double.control.add_user("Ana")
    await double.control.send_text(ana.id, "x")
    await receiver.wait_for(1)
    await double.control.advance_clock(29)
    await asyncio.sleep(0.1)
    assert len(receiver.updates) == 1
    await double.control.advance_clock(2)
    await receiver.wait_for(2)
    await settle(double)


async def test_retries_run_on_the_scaled_clock(receiver: Receiver) -> None:
    answers = [500] * 6

    async def fail_six_times(update: dict[str, Any]) -> web.Response:
        del update
        return web.Response(status=answers.pop() if answers else 200)

    receiver.react = fail_six_times
    async with (
        running_double(time_scale=200) as double,
        Bot(double.token, base_url=double.base_url) as bot,
    ):
        await bot.set_webhook(receiver.url)
        ana = await double.control.add_user("Ana")
        await double.control.send_text(ana.id, "x")
        await receiver.wait_for(7)
        # 62 seconds of Telegram's time: 0 + 2 + 4 + 8 + 16 + 32.
        assert 62 / 200 <= receiver.times[-1] - receiver.times[0] < 2


async def test_what_is_too_old_is_dropped(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    async def fail(update: dict[str, Any]) -> web.Response:
        del update
        return web.Response(status=500)

    receiver.react = fail
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x")]])
    await bot.send_message(ana.id, "x", reply_markup=keys)
    (message,) = await double.control.messages(ana.id)
    await bot.set_webhook(receiver.url)
    await double.control.press(message, data="x")
    await double.control.ask_inline(ben.id, "x")
    await double.control.send_text(ben.id, "x")
    await double.control.advance_clock(31)
    assert (await bot.get_webhook_info()).pending_update_count == 2
    await double.control.advance_clock(120)
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await double.control.advance_clock(24 * 3600)
    assert (await bot.get_webhook_info()).pending_update_count == 0
    assert (await double.control.counters())["updates_expired"] == 3


async def test_gone_for_a_day_removes_the_webhook(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    async def gone(update: dict[str, Any]) -> web.Response:
        del update
        return web.Response(status=410)

    receiver.react = gone
    await bot.set_webhook(receiver.url)
    ana = await double.control.add_user("Ana")
    await double.control.send_text(ana.id, "x")
    await receiver.wait_for(2)
    assert (await bot.get_webhook_info()).url == receiver.url
    await double.control.advance_clock(23 * 3600 + 60)
    await receiver.wait_for(3)
    await until(double, lambda: double.double.updates.webhook is None)
    assert (await bot.get_webhook_info()).url == ""


async def test_an_address_where_nobody_listens(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook("http://127.0.0.1:9/telegram")
    ana = await double.control.add_user("Ana")
    await double.control.send_text(ana.id, "x")
    await until(double, lambda: bool(double.double.updates.last_error))
    assert (await bot.get_webhook_info()).last_error_message == "Connection refused"
    await bot.set_webhook(receiver.url)
    await double.control.advance_clock(120)
    await receiver.wait_for(1)
    await settle(double)


async def test_a_webhook_that_never_answers(receiver: Receiver) -> None:
    async def hang(update: dict[str, Any]) -> web.Response:
        del update
        await asyncio.sleep(60)
        return web.Response()

    receiver.react = hang
    async with (
        running_double(policy=Policy(webhook_timeout_s=1)) as double,
        Bot(double.token, base_url=double.base_url) as bot,
    ):
        await bot.set_webhook(receiver.url)
        ana = await double.control.add_user("Ana")
        await double.control.send_text(ana.id, "x")
        await receiver.wait_for(2)
        (attempt, *_) = await double.control.webhook_log()
        assert attempt.error == "Read timeout expired"


async def test_an_outage_narrows_delivery_to_one_connection(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    async def fail_slowly(update: dict[str, Any]) -> web.Response:
        del update
        await asyncio.sleep(0.02)
        return web.Response(status=502)

    receiver.react = fail_slowly
    people = [await double.control.add_user(f"Person {number}") for number in range(5)]
    await bot.set_webhook(receiver.url, max_connections=50)
    for person in people:
        await double.control.send_text(person.id, "x")
    await receiver.wait_for(10)
    assert receiver.most_open == 1


async def test_a_method_in_the_answer_is_executed(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    async def reply(update: dict[str, Any]) -> web.Response:
        chat = update["message"]["chat"]["id"]
        return web.json_response(
            {"method": "sendMessage", "chat_id": chat, "text": "<b>hi</b>", "parse_mode": "HTML"}
        )

    receiver.react = reply
    await bot.set_webhook(receiver.url)
    ana = await double.control.add_user("Ana")
    await double.control.send_text(ana.id, "/start")
    answer = await double.control.wait_for_message(ana.id)
    assert answer.html == "<b>hi</b>"
    (call,) = await double.control.calls(method="sendMessage")
    assert call.via == "webhook"
    (attempt,) = await double.control.webhook_log()
    assert attempt.reply_method == "sendMessage"


async def test_methods_that_make_no_sense_in_an_answer(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    async def reply(update: dict[str, Any]) -> web.Response:
        del update
        return web.json_response({"method": "deleteWebhook"})

    receiver.react = reply
    await bot.set_webhook(receiver.url)
    ana = await double.control.add_user("Ana")
    await double.control.send_text(ana.id, "x")
    await receiver.wait_for(1)
    await settle(double)
    assert (await bot.get_webhook_info()).url == receiver.url


async def test_an_update_on_purpose_twice(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.url)
    ana = await double.control.add_user("Ana")
    await double.control.repeat_updates(1)
    await double.control.send_text(ana.id, "twice")
    await double.control.send_text(ana.id, "once")
    await receiver.wait_for(3)
    await settle(double)
    assert [update["message"]["text"] for update in receiver.updates] == ["twice", "twice", "once"]
    assert receiver.updates[0] == receiver.updates[1]


async def test_dropping_what_is_pending(double: RunningDouble, bot: Bot, receiver: Receiver) -> None:
    ana = await double.control.add_user("Ana")
    await double.control.send_text(ana.id, "old")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.set_webhook(receiver.url, drop_pending_updates=True)
    await double.control.send_text(ana.id, "new")
    await receiver.wait_for(1)
    assert receiver.updates[0]["message"]["text"] == "new"
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def test_kinds_the_bot_does_not_want_are_not_kept(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url, allowed_updates=["message"])
    ana = await double.control.add_user("Ana")
    assert await double.control.forge_update({"poll": {}}) is None
    await double.control.block_bot(ana.id)
    assert (await double.control.counters())["updates_created"] == 0


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the recorded updates are not there")
async def test_recorded_updates_go_through_as_they_are(
    double: RunningDouble, bot: Bot, receiver: Receiver
) -> None:
    wanted = [
        "message",
        "edited_message",
        "channel_post",
        "callback_query",
        "inline_query",
        "my_chat_member",
        "chat_member",
        "message_reaction_count",
        "chat_boost",
        "removed_chat_boost",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "poll_answer",
        "shipping_query",
        "managed_bot",
    ]
    await bot.set_webhook(receiver.url, allowed_updates=wanted)
    sent = []
    for path in sorted(CORPUS.glob("*.json")):
        update = json.loads(path.read_text())
        if await double.control.forge_update(update) is not None:
            sent.append({name: value for name, value in update.items() if name != "update_id"})
    assert len(sent) > 40
    await receiver.wait_for(len(sent), seconds=20)
    received = [
        {name: value for name, value in update.items() if name != "update_id"} for update in receiver.updates
    ]
    for update in sent:
        assert update in received
