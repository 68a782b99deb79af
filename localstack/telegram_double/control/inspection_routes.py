"""Control routes for looking inside."""

import asyncio
from collections.abc import Callable, Iterator

from aiohttp import web

from telegram_double.control.requests import DOUBLE, path_integer, query_integer, query_number
from telegram_double.double import Double
from telegram_double.errors import ControlError
from telegram_double.fields import Json
from telegram_double.model import Chat, Message
from telegram_double.views import chat_view, counters, message_view, user_view

routes = web.RouteTableDef()

_LONGEST_WAIT_S = 120.0


@routes.get("/control/users")
async def list_users(request: web.Request) -> web.Response:
    """All people."""
    double = request.app[DOUBLE]
    people = [user_view(double, number) for number, user in double.world.users.items() if not user.is_bot]
    return web.json_response({"users": people, "bot": double.bot.wire()})


@routes.get("/control/chats")
async def list_chats(request: web.Request) -> web.Response:
    """All chats."""
    double = request.app[DOUBLE]
    chats = [chat_view(double, chat) for chat in double.world.chats.values()]
    return web.json_response({"chats": chats, "cursor": double.events.seq})


@routes.get("/control/chats/{chat_id}")
async def get_chat(request: web.Request) -> web.Response:
    """One chat."""
    double = request.app[DOUBLE]
    return web.json_response(chat_view(double, double.world.existing_chat(path_integer(request, "chat_id"))))


@routes.get("/control/chats/{chat_id}/messages")
async def list_messages(request: web.Request) -> web.Response:
    """A chat's messages with their edits, deleted ones included; ``since`` is a cursor."""
    double = request.app[DOUBLE]
    chat = double.world.existing_chat(path_integer(request, "chat_id"))
    since = query_integer(request, "since") or 0
    messages = [
        message_view(double, message) for message in chat.messages.values() if message.changed_seq > since
    ]
    return web.json_response({"messages": messages, "cursor": double.events.seq})


@routes.post("/control/chats/{chat_id}/read")
async def mark_read(request: web.Request) -> web.Response:
    """The page has shown the chat's messages."""
    double = request.app[DOUBLE]
    double.world.existing_chat(path_integer(request, "chat_id")).unread = 0
    return web.json_response({"ok": True})


@routes.get("/control/wait")
async def wait_for_message(request: web.Request) -> web.Response:
    """Waits for a message of the bot.

    Query: ``chat_id`` (any chat if left out), ``since`` (cursor; default 0), ``timeout`` (real seconds,
    default 10), ``contains`` (text or HTML), ``what``: "new" (default), "edit" or "any". Answers the oldest
    message that fits as ``{"message", "cursor"}``; ``message`` is null if the time is over. The cursor is
    the place behind it.
    """
    double = request.app[DOUBLE]
    chat_id, since = query_integer(request, "chat_id"), query_integer(request, "since") or 0
    contains, what = request.query.get("contains", ""), request.query.get("what", "new")
    if what not in {"new", "edit", "any"}:
        raise ControlError("what is new, edit or any")
    deadline = min(query_number(request, "timeout", 10), _LONGEST_WAIT_S)
    try:
        async with asyncio.timeout(deadline):
            while True:
                seen = double.events.seq
                found = _first(double, chat_id, since, contains, what)
                if found is not None:
                    return web.json_response(found)
                await double.events.wait_beyond(seen)
    except TimeoutError:
        return web.json_response({"message": None, "cursor": double.events.seq})


def _first(double: Double, chat_id: int | None, since: int, contains: str, what: str) -> Json | None:
    """The oldest message of the bot behind the cursor that fits."""
    chats = [chat for chat in double.world.chats.values() if chat_id in {None, chat.id}]
    candidates = [found for chat in chats for found in _behind(chat, since, what)]
    for seq, message in sorted(candidates, key=lambda pair: pair[0]):
        if message.author_id != double.bot.id or message.deleted_at is not None:
            continue
        view = message_view(double, message)
        if contains in view["text"] or contains in view["html"]:
            return {"message": view, "cursor": seq}
    return None


def _behind(chat: Chat, since: int, what: str) -> Iterator[tuple[int, Message]]:
    """Messages that came (or, for edits, changed) behind a cursor, with the place they did."""
    for message in reversed(chat.messages.values()):
        if what == "new" and message.seq <= since:
            return
        seq = message.seq if what == "new" else message.changed_seq
        if seq > since and (what != "edit" or message.revisions):
            yield seq, message


@routes.get("/control/cursor")
async def cursor(request: web.Request) -> web.Response:
    """The place behind the latest event."""
    return web.json_response({"cursor": request.app[DOUBLE].events.seq})


@routes.get("/control/calls")
async def list_calls(request: web.Request) -> web.Response:
    """Bot API calls; query ``since`` (number of a call), ``method``, ``status`` (429, 403 …)."""
    journal = request.app[DOUBLE].journal
    calls = journal.select(
        since=query_integer(request, "since") or 0,
        method=request.query.get("method"),
        status=query_integer(request, "status"),
    )
    return web.json_response({"calls": [call.wire() for call in calls]})


@routes.get("/control/counters")
async def get_counters(request: web.Request) -> web.Response:
    """Numbers of everything."""
    return web.json_response(counters(request.app[DOUBLE]))


@routes.get("/control/webhook/log")
async def webhook_log(request: web.Request) -> web.Response:
    """Attempts to deliver updates, oldest first; query ``update_id``."""
    wanted = query_integer(request, "update_id")
    log = request.app[DOUBLE].delivery.log
    attempts = [attempt.wire() for attempt in log if wanted is None or attempt.update_id == wanted]
    return web.json_response({"attempts": attempts})


@routes.get("/control/callbacks/{query_id}")
async def callback_answer(request: web.Request) -> web.Response:
    """The bot's answer to a pressed button; query ``timeout`` (real seconds) to wait for it."""
    double = request.app[DOUBLE]
    query = double.questions.callbacks.get(request.match_info["query_id"])
    if query is None:
        raise ControlError("no such callback query", 404)
    await _until(double, lambda: query.answer is not None, query_number(request, "timeout", 0))
    return web.json_response({"answered": query.answer is not None, "answer": query.answer})


@routes.get("/control/inline/{query_id}")
async def inline_answer(request: web.Request) -> web.Response:
    """The bot's answer to an inline query; query ``timeout`` to wait for it."""
    double = request.app[DOUBLE]
    query = double.questions.inline.get(request.match_info["query_id"])
    if query is None:
        raise ControlError("no such inline query", 404)
    await _until(double, lambda: query.answer is not None, query_number(request, "timeout", 0))
    return web.json_response({"answered": query.answer is not None, "answer": query.answer})


@routes.get("/control/payments/{query_id}")
async def payment(request: web.Request) -> web.Response:
    """What became of a payment; query ``timeout`` to wait for the bot."""
    double = request.app[DOUBLE]
    query = double.questions.pre_checkouts.get(request.match_info["query_id"])
    if query is None:
        raise ControlError("no such payment", 404)
    await _until(double, lambda: query.approved is not None, query_number(request, "timeout", 0))
    return web.json_response({"approved": query.approved, "error": query.error, "charge_id": query.charge_id})


async def _until(double: Double, happened: Callable[[], bool], timeout_s: float) -> None:
    """Returns when it happened or the real seconds are over."""
    try:
        async with asyncio.timeout(min(timeout_s, _LONGEST_WAIT_S)):
            while not happened():
                await double.events.wait_beyond(double.events.seq)
    except TimeoutError:
        return
