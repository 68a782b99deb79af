"""Control routes for what people do."""

from aiohttp import web

from telegram_double import membership, paying, people
from telegram_double.control.requests import DOUBLE, path_integer, read_body, upload_of
from telegram_double.errors import ControlError
from telegram_double.model import ChatType, MemberStatus
from telegram_double.views import chat_view, message_view, user_view

routes = web.RouteTableDef()


@routes.post("/control/users")
async def add_user(request: web.Request) -> web.Response:
    """Adds a person and their private chat; ``started`` (default): they have written to the bot before."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    attributes = {name: body.text(name) for name in ("last_name", "username", "language_code")}
    user_id = body.integer("id")
    first_name = body.needed("first_name", body.text("first_name"))
    premium, started = body.flag("is_premium"), body.flag("started", default=True)
    body.done()
    user = double.world.add_user(user_id, first_name, is_premium=premium, **attributes)
    chat = double.world.private_chat(user)
    chat.started = started
    if started:
        chat.members[double.bot.id] = MemberStatus.MEMBER
    return web.json_response(user_view(double, user.id), status=201)


@routes.post("/control/chats")
async def add_chat(request: web.Request) -> web.Response:
    """Adds a group, supergroup or channel; ``members`` maps user ids to a status."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    kind = _enum(ChatType, body.needed("type", body.text("type")))
    if kind is ChatType.PRIVATE:
        raise ControlError("a private chat comes with its user")
    chat_id, title, username = (
        body.integer("id"),
        body.needed("title", body.text("title")),
        body.text("username"),
    )
    bot_status = body.text("bot_status")
    forum = body.flag("is_forum")
    members = {}
    for number, status in (body.mapping("members") or {}).items():
        if not number.isdecimal():
            raise ControlError("members maps user ids to a status")
        members[double.world.user(int(number)).id] = _enum(MemberStatus, str(status))
    body.done()
    if bot_status is not None:
        members[double.bot.id] = _enum(MemberStatus, bot_status)
    chat = double.world.add_chat(
        kind, chat_id=chat_id, title=title, username=username, members=members, is_forum=forum
    )
    return web.json_response(chat_view(double, chat), status=201)


@routes.post("/control/chats/{chat_id}/text")
async def send_text(request: web.Request) -> web.Response:
    """A person writes; ``user_id`` may be left out in a private chat."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    chat_id = path_integer(request, "chat_id")
    user_id = body.integer("user_id") or chat_id
    text = body.needed("text", body.text("text"))
    reply_to = body.integer("reply_to_message_id")
    body.done()
    message = people.send_text(
        double, chat_id=chat_id, user_id=user_id, text=text, reply_to_message_id=reply_to
    )
    return web.json_response(message_view(double, message), status=201)


@routes.post("/control/chats/{chat_id}/file")
async def send_file(request: web.Request) -> web.Response:
    """A person sends a file: ``name``, ``content`` (base64), ``photo``, ``caption``."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    chat_id = path_integer(request, "chat_id")
    user_id = body.integer("user_id") or chat_id
    upload, photo, caption = upload_of(body), body.flag("photo"), body.text("caption") or ""
    body.done()
    message = people.send_file(
        double, chat_id=chat_id, user_id=user_id, upload=upload, photo=photo, caption=caption
    )
    return web.json_response(message_view(double, message), status=201)


@routes.post("/control/chats/{chat_id}/messages/{message_id}/edit")
async def edit_text(request: web.Request) -> web.Response:
    """A person edits what they wrote."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    text = body.needed("text", body.text("text"))
    body.done()
    message = people.edit_text(
        double,
        chat_id=path_integer(request, "chat_id"),
        message_id=path_integer(request, "message_id"),
        text=text,
    )
    return web.json_response(message_view(double, message))


@routes.post("/control/chats/{chat_id}/messages/{message_id}/press")
async def press_button(request: web.Request) -> web.Response:
    """A person presses the button with this ``data`` or ``text``."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    chat_id = path_integer(request, "chat_id")
    user_id, data, text = body.integer("user_id") or chat_id, body.text("data"), body.text("text")
    body.done()
    query = people.press_button(
        double,
        chat_id=chat_id,
        user_id=user_id,
        message_id=path_integer(request, "message_id"),
        data=data,
        text=text,
    )
    return web.json_response({"callback_query_id": query.id}, status=201)


@routes.post("/control/users/{user_id}/block")
async def block(request: web.Request) -> web.Response:
    """A person blocks (``blocked`` true) or unblocks the bot."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    blocked = body.flag("blocked", default=True)
    body.done()
    user = double.world.user(path_integer(request, "user_id"))
    membership.set_blocked(double, user, blocked=blocked)
    return web.json_response(chat_view(double, double.world.private_chat(user)))


@routes.post("/control/users/{user_id}/deactivate")
async def deactivate(request: web.Request) -> web.Response:
    """A person deletes their account."""
    double = request.app[DOUBLE]
    user = double.world.user(path_integer(request, "user_id"))
    membership.deactivate(double, user)
    return web.json_response(user_view(double, user.id))


@routes.post("/control/chats/{chat_id}/members/{user_id}")
async def set_member(request: web.Request) -> web.Response:
    """Sets somebody's (or the bot's) ``status``: creator, administrator, member, left or kicked."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    status = _enum(MemberStatus, body.needed("status", body.text("status")))
    by = body.integer("by")
    body.done()
    chat = double.world.existing_chat(path_integer(request, "chat_id"))
    user = double.world.user(path_integer(request, "user_id"))
    membership.set_member(double, chat, user, status, by=None if by is None else double.world.user(by))
    return web.json_response(chat_view(double, chat))


@routes.post("/control/chats/{chat_id}/migrate")
async def migrate(request: web.Request) -> web.Response:
    """Makes a supergroup of a group; answers the new chat."""
    double = request.app[DOUBLE]
    upgraded = membership.migrate(double, double.world.existing_chat(path_integer(request, "chat_id")))
    return web.json_response(chat_view(double, upgraded), status=201)


@routes.delete("/control/chats/{chat_id}")
async def delete_chat(request: web.Request) -> web.Response:
    """A group is deleted."""
    double = request.app[DOUBLE]
    chat = double.world.existing_chat(path_integer(request, "chat_id"))
    membership.delete_chat(double, chat)
    return web.json_response(chat_view(double, chat))


@routes.post("/control/inline")
async def ask_inline(request: web.Request) -> web.Response:
    """A person types ``query`` behind the bot's name."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    user_id = body.needed("user_id", body.integer("user_id"))
    query, offset = body.text("query") or "", body.text("offset") or ""
    body.done()
    asked = people.ask_inline(double, user_id=user_id, query=query, offset=offset)
    return web.json_response({"inline_query_id": asked.id}, status=201)


@routes.post("/control/updates")
async def forge_update(request: web.Request) -> web.Response:
    """Queues the Update object in ``update`` as it is."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    update = body.needed("update", body.mapping("update"))
    body.done()
    return web.json_response({"update_id": people.forge_update(double, update)}, status=201)


@routes.post("/control/inline/{query_id}/choose")
async def choose_inline(request: web.Request) -> web.Response:
    """A person posts the result ``result_id`` of an answered inline query in ``chat_id``."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    chat_id, result_id = body.needed("chat_id", body.integer("chat_id")), body.text("result_id") or ""
    body.done()
    message = people.choose_inline(
        double, query_id=request.match_info["query_id"], result_id=result_id, chat_id=chat_id
    )
    return web.json_response(message_view(double, message), status=201)


@routes.post("/control/payments")
async def pay(request: web.Request) -> web.Response:
    """A person pays an invoice: ``user_id`` and either ``chat_id`` and ``message_id`` or ``link``."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    user_id, link = body.needed("user_id", body.integer("user_id")), body.text("link")
    chat_id, message_id = body.integer("chat_id"), body.integer("message_id")
    body.done()
    if link is not None:
        query = paying.pay_link(double, user_id=user_id, link=link)
    else:
        number = body.needed("message_id", message_id)
        query = paying.pay_message(double, chat_id=chat_id or user_id, user_id=user_id, message_id=number)
    return web.json_response({"pre_checkout_query_id": query.id}, status=201)


def _enum[T: (ChatType, MemberStatus)](kind: type[T], value: str) -> T:
    try:
        return kind(value)
    except ValueError:
        raise ControlError(f"{value!r} is none of {', '.join(item.value for item in kind)}") from None
