"""The control API: people's acts that need more than a message, waiting, and looking inside."""

import asyncio

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from telegram.error import BadRequest

from telegram_double.client import ControlClient, ControlFailed
from telegram_double.testing import RunningDouble

pytestmark = pytest.mark.integration


async def get(double: RunningDouble, path: str) -> tuple[int, bytes, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{double.url}{path}") as response:
        return response.status, await response.read(), response.headers.get("Content-Disposition", "")


async def test_a_person_edits(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    said = await double.control.send_text(ana.id, "/wach abc")
    edited = await double.control.edit_text(ana.id, said.message_id, "/watch abc")
    assert [revision.text for revision in edited.revisions] == ["/wach abc"]
    _, update = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "/watch abc"
    mine = await bot.send_message(ana.id, "mine")
    with pytest.raises(ControlFailed, match="only the author"):
        await double.control.edit_text(ana.id, mine.message_id, "x")
    with pytest.raises(ControlFailed, match="no message 999"):
        await double.control.edit_text(ana.id, 999, "x")


async def test_waiting_for_messages_and_edits(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    cursor = await double.control.cursor()
    waiting = asyncio.create_task(double.control.wait_for_message(ana.id, since=cursor, contains="<b>now"))
    await bot.send_message(ben.id, "<b>now</b>", parse_mode="HTML")
    await bot.send_message(ana.id, "not this")
    first = await bot.send_message(ana.id, "<b>now</b>", parse_mode="HTML")
    found = await waiting
    assert found.message_id == first.message_id
    editing = asyncio.create_task(
        double.control.wait_for_message(ana.id, since=found.changed_seq, what="edit")
    )
    await bot.edit_message_text("later", ana.id, first.message_id)
    assert (await editing).text == "later"
    # Messages come one after the other, without one being passed over.
    texts, place = [], cursor
    for _ in range(3):
        message = await double.control.wait_for_message(since=place)
        texts.append(message.text)
        place = message.seq
    assert texts == ["now", "not this", "later"]


async def test_long_polling_wakes_up(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    assert not polling.done()
    await double.control.send_text(ana.id, "wake up")
    (update,) = await asyncio.wait_for(polling, 5)
    assert update.message is not None
    assert update.message.text == "wake up"
    assert await bot.get_updates(offset=update.update_id + 1, timeout=0) == ()


async def test_people_come_and_go(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    group = await double.control.add_chat("group", "Desk", members={ana.id: "creator"}, bot_status=None)
    await double.control.send_text(group.id, "the bot cannot read this", user_id=ana.id)
    assert await bot.get_updates() == ()
    await double.control.set_member(group.id, bot.id, "member", by=ana.id)
    await double.control.set_member(group.id, ben.id, "member")
    await double.control.set_member(group.id, ben.id, "left")
    added, welcome, joined, left = await bot.get_updates()
    assert added.my_chat_member is not None
    assert added.my_chat_member.from_user.id == ana.id
    assert added.my_chat_member.old_chat_member.status == "left"
    assert added.my_chat_member.new_chat_member.status == "member"
    assert welcome.message is not None
    assert [user.id for user in welcome.message.new_chat_members] == [bot.id]
    assert joined.message is not None
    assert [user.id for user in joined.message.new_chat_members] == [ben.id]
    assert left.message is not None
    assert left.message.left_chat_member is not None
    assert left.message.left_chat_member.id == ben.id
    with pytest.raises(ControlFailed, match="no member"):
        await double.control.send_text(group.id, "x", user_id=ben.id)


async def test_a_channel_post(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    channel = await double.control.add_chat(
        "channel", "News", members={ana.id: "creator"}, bot_status="administrator", username="x1news"
    )
    post = await double.control.send_text(channel.id, "news", user_id=ana.id)
    (update,) = await bot.get_updates()
    assert update.channel_post is not None
    assert update.channel_post.sender_chat is not None
    assert update.channel_post.from_user is None
    assert not post.from_bot
    mine = await bot.send_message("@x1news", "more")
    assert mine.chat.id == channel.id
    copied = await bot.forward_message(ana.id, channel.id, post.message_id)
    assert copied.forward_origin is not None
    assert copied.forward_origin.type == "channel"


async def test_whose_commands_are_shown(double: RunningDouble, bot: Bot) -> None:
    ana, ben = await double.control.add_user("Ana"), await double.control.add_user("Ben")
    group = await double.control.add_chat("supergroup", "Desk", members={ana.id: "creator", ben.id: "member"})

    async def shown(user_id: int) -> str:
        status, body, _ = await get(double, f"/control/chats/{group.id}/commands?user_id={user_id}")
        assert status == 200
        return body.decode()

    for name, scope in (
        ("all", BotCommandScopeAllGroupChats()),
        ("here", BotCommandScopeChat(group.id)),
        ("admins", BotCommandScopeChatAdministrators(group.id)),
    ):
        await bot.set_my_commands([BotCommand(name, "x")], scope=scope)
    assert '"admins"' in await shown(ana.id)
    assert '"here"' in await shown(ben.id)
    await bot.delete_my_commands(BotCommandScopeChat(group.id))
    assert '"all"' in await shown(ben.id)
    await bot.set_my_commands([BotCommand("ben", "x")], scope=BotCommandScopeChatMember(group.id, ben.id))
    assert '"ben"' in await shown(ben.id)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.set_my_commands([BotCommand("x", "x")], scope=BotCommandScopeChat(5))


async def test_files_are_served_to_the_bot_and_to_people(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    page = b"<script>alert(1)</script>"
    sent = await double.control.send_file(ana.id, 'a"\n.html', page, content_type="text/html")
    file_id = sent.attachment["document"]["file_id"]
    status, body, disposition = await get(double, f"/control/files/{file_id}")
    assert (status, body) == (200, page)
    assert disposition == 'attachment; filename="a_.html"'
    path = (await bot.get_file(file_id)).file_path
    assert path is not None
    assert path.startswith(f"{double.base_file_url}{double.token}/documents/")
    assert (await get(double, f"/file/bot{double.token}/documents/none"))[0] == 404
    assert (await get(double, "/file/bot1:wrong/documents/file_0.html"))[0] == 401
    assert (await get(double, "/control/files/none"))[0] == 404
    await double.control.set_policy(download_bytes=10)
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(file_id)


async def test_the_event_stream_resumes_where_it_ended(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    before = await double.control.cursor()
    await bot.send_message(ana.id, "missed")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{double.url}/control/events", headers={"Last-Event-ID": str(before)}) as stream,
    ):
        received = b""
        while b"missed" not in received:
            received += await asyncio.wait_for(stream.content.readany(), 5)
    assert f"id: {before + 1}\n".encode() in received


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("users", {"first_name": "Eve", "colour": "red"}, 400),
        ("users", {"first_name": 5}, 400),
        ("users", {}, 400),
        ("users", [], 400),
        ("chats", {"type": "private", "title": "x"}, 400),
        ("chats", {"type": "club", "title": "x"}, 400),
        ("chats", {"type": "group", "title": "x", "members": {"5": "member"}}, 404),
        ("chats/5/text", {"text": "x"}, 404),
        ("chats/x/text", {"text": "x"}, 400),
        ("faults", {"method": "sendMessage", "kind": "bad luck"}, 400),
        ("faults", {"method": "sendTelegram", "kind": "error"}, 400),
        ("clock/advance", {"seconds": -1}, 400),
        ("webhook/repeat", {"times": -1}, 400),
        ("policy", {"changes": {"chat_burst": "many"}}, 400),
    ],
)
async def test_control_requests_that_are_refused(
    double: RunningDouble, path: str, body: object, status: int
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{double.url}/control/{path}", json=body) as response,
    ):
        assert response.status == status
        assert list(await response.json()) == ["error"]


async def test_buttons_that_make_no_callback_cannot_be_pressed(double: RunningDouble, bot: Bot) -> None:
    ana = await double.control.add_user("Ana")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Open", url="https://x1.xyz")]])
    await bot.send_message(ana.id, "x", reply_markup=keys)
    (message,) = await double.control.messages(ana.id)
    with pytest.raises(ControlFailed, match="makes no callback"):
        await double.control.press(message, text="Open")


async def test_a_client_outside_its_context_says_so(double: RunningDouble) -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        await ControlClient(double.url).cursor()
