"""Control routes that change how the double behaves."""

from dataclasses import asdict

from aiohttp import web

from telegram_double.control.requests import DOUBLE, read_body
from telegram_double.errors import ControlError
from telegram_double.faults import Fault, FaultKind

routes = web.RouteTableDef()


@routes.post("/control/reset")
async def reset(request: web.Request) -> web.Response:
    """Forgets people, chats, pending updates, faults and records; webhook, commands and policy stay."""
    await request.app[DOUBLE].reset()
    return web.json_response({"ok": True})


@routes.post("/control/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Switches a fault on for the next ``times`` calls of ``method`` ("*" for all)."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    try:
        kind = FaultKind(body.needed("kind", body.text("kind")))
    except ValueError:
        raise ControlError(f"kind is one of {', '.join(FaultKind)}") from None
    method = body.needed("method", body.text("method"))
    if method != "*" and method.lower() not in double.methods:
        raise ControlError(f"no method {method}")
    fault = Fault(
        method=method,
        kind=kind,
        times=body.integer("times") or 1,
        code=body.integer("code") or 500,
        description=body.text("description") or "Internal Server Error",
        retry_after=body.integer("retry_after"),
        hold_s=body.number("hold_s") or 60.0,
        chat_id=body.integer("chat_id"),
    )
    body.done()
    double.faults.faults.append(fault)
    return web.json_response(fault.wire(), status=201)


@routes.get("/control/faults")
async def list_faults(request: web.Request) -> web.Response:
    """Faults that are still on."""
    return web.json_response({"faults": [fault.wire() for fault in request.app[DOUBLE].faults.faults]})


@routes.delete("/control/faults")
async def clear_faults(request: web.Request) -> web.Response:
    """Switches all faults off."""
    request.app[DOUBLE].faults.faults.clear()
    return web.json_response({"ok": True})


@routes.get("/control/policy")
async def get_policy(request: web.Request) -> web.Response:
    """Telegram's numbers as they are now."""
    return web.json_response(asdict(request.app[DOUBLE].policy))


@routes.post("/control/policy")
async def set_policy(request: web.Request) -> web.Response:
    """Changes some of the numbers; rate limits start anew."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    changes = body.needed("changes", body.mapping("changes"))
    body.done()
    try:
        double.set_policy(changes)
    except (ValueError, TypeError) as error:
        raise ControlError(str(error)) from error
    return web.json_response(asdict(double.policy))


@routes.post("/control/clock/advance")
async def advance_clock(request: web.Request) -> web.Response:
    """Moves the double's clock forward by ``seconds``."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    seconds = body.needed("seconds", body.number("seconds"))
    body.done()
    if seconds < 0:
        raise ControlError("time does not run backwards")
    double.clock.advance(seconds)
    double.updates.wake()
    return web.json_response({"now": double.clock.now()})


@routes.post("/control/webhook/repeat")
async def repeat_updates(request: web.Request) -> web.Response:
    """Delivers each of the next ``times`` updates twice, as Telegram does when an answer is lost."""
    double = request.app[DOUBLE]
    body = await read_body(request)
    times = body.needed("times", body.integer("times"))
    body.done()
    if times < 0:
        raise ControlError("times must not be negative")
    double.updates.repeat_next = times
    return web.json_response({"repeat_next": times})
