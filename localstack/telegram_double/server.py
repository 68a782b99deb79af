"""The HTTP server: Bot API, files, control API and chat page."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from telegram_double.arguments import Upload
from telegram_double.control import control_routes
from telegram_double.control.requests import DOUBLE
from telegram_double.double import Double, Outcome
from telegram_double.errors import ApiError, ControlError, bad_request, unauthorized
from telegram_double.faults import FaultKind
from telegram_double.fields import Json
from telegram_double.page import page_routes

_BODY_MARGIN = 1024 * 1024
_LONGEST_POLL_S = 50.0
_BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"

type _Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(double: Double) -> web.Application:
    """The aiohttp application of a double."""
    app = web.Application(client_max_size=2 * double.policy.upload_bytes, middlewares=[_control_errors])
    app[DOUBLE] = double
    app.router.add_route("*", r"/bot{token:[^/]*}/{method}", _bot_api)
    app.router.add_get(r"/file/bot{token:[^/]*}/{path:.+}", _download)
    app.router.add_routes(control_routes())
    app.router.add_routes(page_routes())
    return app


@asynccontextmanager
async def serving(double: Double, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves a double while the context is open; gives its base URL.

    Args:
        double: What to serve; its deliveries run as long.
        host: Address to listen on.
        port: Port, or 0 for a free one.
    """
    # Requests held open (time-outs, long polls, event streams) end with the server.
    runner = web.AppRunner(make_app(double), shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        await double.start()
        try:
            yield f"http://{host}:{runner.addresses[0][1]}"
        finally:
            await double.stop()
    finally:
        await runner.cleanup()


@web.middleware
async def _control_errors(request: web.Request, handler: _Next) -> web.StreamResponse:
    """Control errors become JSON."""
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response({"error": str(error)}, status=error.status)


async def _bot_api(request: web.Request) -> web.StreamResponse:
    double = request.app[DOUBLE]
    method = request.match_info["method"]
    try:
        if request.match_info["token"] != double.token:
            raise unauthorized()
        raw, uploads = await _parameters(request, double.policy.upload_bytes)
    except ApiError as error:
        return web.json_response(error.body(), status=error.code)
    if method.lower() == "getupdates":
        await _wait_for_updates(double, raw.get("timeout"))
    return await _answer(double.execute(method, raw, uploads))


async def _wait_for_updates(double: Double, wanted: object) -> None:
    """Holds a long poll until there is something to answer."""
    try:
        seconds = min(float(str(wanted or 0)), _LONGEST_POLL_S)
    except ValueError:
        return
    deadline = double.clock.now() + seconds
    while double.updates.webhook is None and not double.updates.pending() and double.clock.now() < deadline:
        changed = double.updates.changed
        try:
            async with asyncio.timeout(double.clock.real(deadline - double.clock.now())):
                await changed.wait()
        except TimeoutError:
            return


async def _answer(outcome: Outcome) -> web.StreamResponse:
    """The answer, or what a switched fault makes of it."""
    if outcome.fault is None or outcome.fault.kind is FaultKind.ERROR:
        return web.json_response(outcome.body, status=outcome.status)
    if outcome.fault.kind is FaultKind.BAD_GATEWAY:
        return web.Response(text=_BAD_GATEWAY, status=502, content_type="text/html")
    await asyncio.sleep(outcome.fault.hold_s)
    return _Hangup()


class _Hangup(web.Response):
    """No answer at all: the connection is cut."""

    async def prepare(self, request: web.BaseRequest) -> None:
        if request.transport is not None:
            request.transport.close()


async def _parameters(request: web.Request, limit: int) -> tuple[Json, dict[str, Upload]]:
    """Parameters of query and body, and uploaded files.

    Raises:
        ApiError: 400 for an unreadable body, 413 for one that is too big.
    """
    raw: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if not request.can_read_body:
        return raw, uploads
    if (request.content_length or 0) > limit + _BODY_MARGIN:
        raise ApiError(413, "Request Entity Too Large")
    match request.content_type:
        case "application/json":
            raw.update(await _json_body(request))
        case "multipart/form-data":
            async for part in await request.multipart():
                assert isinstance(part, BodyPartReader)
                await _read_part(part, raw, uploads)
        case "application/x-www-form-urlencoded":
            body = await request.text()
            raw.update(parse_qsl(body, keep_blank_values=True))
        case _:
            if await request.read():
                raise bad_request("unsupported content type")
    return raw, uploads


async def _json_body(request: web.Request) -> Json:
    if not await request.read():
        return {}
    try:
        value = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object: expected an Object")
    return value


async def _read_part(part: BodyPartReader, raw: Json, uploads: dict[str, Upload]) -> None:
    name = part.name or ""
    content = bytes(await part.read(decode=True))
    if part.filename is None:
        raw[name] = content.decode("utf-8", "replace")
    else:
        uploads[name] = Upload(part.filename, content, part.headers.get("Content-Type", ""))


async def _download(request: web.Request) -> web.Response:
    double = request.app[DOUBLE]
    if request.match_info["token"] != double.token:
        return web.json_response(unauthorized().body(), status=401)
    stored = double.world.files.at(request.match_info["path"])
    if stored is None:
        return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
    return web.Response(body=stored.upload.content, content_type="application/octet-stream")
