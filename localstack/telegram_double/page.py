"""The chat page for people: its files, its event stream, and the files people look at in it."""

import asyncio
import json
from pathlib import Path

from aiohttp import web

from telegram_double.control.requests import DOUBLE, path_integer, query_integer
from telegram_double.double import Double
from telegram_double.errors import ControlError
from telegram_double.events import Event
from telegram_double.fields import Json
from telegram_double.files import StoredFile
from telegram_double.model import MemberStatus
from telegram_double.views import chat_view, message_view

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_PICTURES = {"image/png", "image/jpeg", "image/gif"}
_HEARTBEAT_S = 15.0
# Nothing from elsewhere, no inline code, no frames: message texts come from strangers.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}

routes = web.RouteTableDef()


def page_routes() -> list[web.AbstractRouteDef]:
    """The routes of the page."""
    return list(routes)


@routes.get("/")
async def index(request: web.Request) -> web.Response:
    """The page itself."""
    del request
    return _static("index.html")


@routes.get("/static/{name}")
async def static_file(request: web.Request) -> web.Response:
    """A script, a style sheet or an icon of the page."""
    return _static(request.match_info["name"])


def _static(name: str) -> web.Response:
    # The name comes from a URL segment: only what lies in the folder is served.
    if name not in {path.name for path in _STATIC.iterdir()}:
        raise web.HTTPNotFound
    path = _STATIC / name
    return web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=_HEADERS
    )


@routes.get("/control/files/{file_id}")
async def show_file(request: web.Request) -> web.Response:
    """A file of a message: pictures to be shown, everything else to be saved."""
    stored = _stored(request.app[DOUBLE], request.match_info["file_id"])
    if stored.size is not None and stored.upload.content_type in _PICTURES:
        return web.Response(
            body=stored.upload.content, content_type=stored.upload.content_type, headers=_FILE_HEADERS
        )
    response = web.Response(
        body=stored.upload.content, content_type="application/octet-stream", headers=_FILE_HEADERS
    )
    name = "".join(character for character in stored.upload.name if character.isprintable())
    quoted = name.replace("\\", "_").replace('"', "_").encode("ascii", "replace").decode()
    response.headers["Content-Disposition"] = f'attachment; filename="{quoted}"'
    return response


def _stored(double: Double, file_id: str) -> StoredFile:
    stored = double.world.files.find(file_id)
    if stored is None:
        raise ControlError("no such file", 404)
    return stored


@routes.get("/control/chats/{chat_id}/commands")
async def commands(request: web.Request) -> web.Response:
    """What a person (query ``user_id``) sees in a chat: command menu, menu button, the bot's description."""
    double = request.app[DOUBLE]
    chat = double.world.existing_chat(path_integer(request, "chat_id"))
    user = double.world.user(query_integer(request, "user_id") or chat.id)
    language = user.language_code or ""
    status = chat.members.get(user.id, MemberStatus.MEMBER)
    listed = double.profile.commands_for(
        chat_id=chat.id,
        private=chat.is_private,
        user_id=user.id,
        administrator=status.privileged,
        language=language,
    )
    return web.json_response(
        {
            "commands": listed,
            "menu_button": chat.menu_button or double.profile.menu_button,
            "description": double.profile.described(language),
        }
    )


@routes.get("/control/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Everything that happens, as server-sent events; query ``since`` or the header Last-Event-ID."""
    double = request.app[DOUBLE]
    log = double.events
    resumed = request.headers.get("Last-Event-ID", "")
    seq = int(resumed) if resumed.isdecimal() else query_integer(request, "since") or log.seq
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    while True:
        for event in log.since(seq):
            seq = event.seq
            text = json.dumps(_detailed(double, event), ensure_ascii=False)
            await response.write(f"id: {seq}\ndata: {text}\n\n".encode())
        try:
            async with asyncio.timeout(_HEARTBEAT_S):
                await log.wait_beyond(seq)
        except TimeoutError:
            await response.write(b": still here\n\n")


def _detailed(double: Double, event: Event) -> Json:
    """An event with the objects it is about, as they are now."""
    answer: Json = {"seq": event.seq, "kind": event.kind, **event.data}
    chat = double.world.chats.get(event.data.get("chat_id", 0))
    if chat is not None:
        answer["chat"] = chat_view(double, chat)
        message = chat.messages.get(event.data.get("message_id", 0))
        if message is not None:
            answer["message"] = message_view(double, message)
    return answer
