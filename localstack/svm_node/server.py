"""HTTP and WebSocket in front of a node, both on the same port (and WebSocket on a second one, if wanted)."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import WSMsgType, web

from svm_node.control import Control
from svm_node.errors import (
    SLOT_SKIPPED,
    RpcError,
    long_term_storage_slot_skipped,
    method_not_found,
    node_behind,
    parse_error,
)
from svm_node.faults import HTML_5XX, HTML_429, Fault, FaultKind
from svm_node.node import Node
from svm_node.rpc.dispatcher import error_response, method_invoker, parse_body, requested_methods, respond
from svm_node.rpc.params import Params

MAX_BODY_BYTES = 50 * 1024
"""As on Agave."""
MAX_UNSENT_MESSAGES = 50_000
_TIMEOUT_FAULT_SECONDS = 3_600


class RpcServer:
    """Serves one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._invoke = method_invoker(node.context)

    def application(self) -> web.Application:
        """The web application."""
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.router.add_get("/health", self._health)
        Control(self._node).add_routes(application.router)
        application.router.add_post("/{path:.*}", self._post)
        application.router.add_get("/{path:.*}", self._websocket)
        return application

    def invoke(self, name: str, params: Params) -> Any:
        """Run a method, counted, and with the faults that are about one answer."""
        self._node.calls[name] += 1
        refused = self._node.faults.refusal(name)
        if refused is not None:
            options = refused.options
            raise RpcError(options.get("code", 410), options.get("message", "the method is disabled"))
        if name == "getTransaction" and len(params) > 0:
            signature = params.signature(0)
            if self._node.faults.hides_transaction(signature):
                return None
        try:
            return self._invoke(name, params)
        except RpcError as error:
            if error.code == SLOT_SKIPPED and self._node.faults.has_long_term_storage:
                raise long_term_storage_slot_skipped(params.u64(0)) from error
            raise

    async def _health(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        return web.Response(text="ok")

    async def _post(self, request: web.Request) -> web.StreamResponse:
        try:
            received = await request.read()
            body = parse_body(received)
        except ConnectionResetError:
            # The client is gone before it has said what it wanted; nobody reads the answer.
            return web.Response(status=499)
        except RpcError as error:
            return web.json_response(error_response(None, error))
        for fault in self._node.faults.strikes(requested_methods(body), received.decode()):
            struck = await self._strike(fault, request, body)
            if struck is not None:
                self._node.calls.update(requested_methods(body))
                return struck
        answer = respond(body, self.invoke)
        if answer is None:
            return web.Response(status=204)
        return web.json_response(answer)

    async def _strike(self, fault: Fault, request: web.Request, body: Any) -> web.StreamResponse | None:
        """What a fault answers; None where the request goes on."""
        options = fault.options
        match fault.kind:
            case FaultKind.LATENCY:
                await asyncio.sleep(
                    self._node.faults.jittered(options.get("seconds", 0), options.get("jitter", 0))
                )
                return None
            case FaultKind.TIMEOUT:
                await asyncio.sleep(_TIMEOUT_FAULT_SECONDS)
                return None
            case FaultKind.DROP_CONNECTION:
                if request.transport is not None:
                    request.transport.close()
                return web.Response(status=499)
            case FaultKind.RATE_LIMIT:
                error = RpcError(429, "Too many requests for a specific RPC call")
                return web.json_response(_errors(body, error), status=429, headers=_retry_after(fault))
            case FaultKind.RATE_LIMIT_HTML:
                return _html(429, options.get("body", HTML_429), _retry_after(fault))
            case FaultKind.HTTP_ERROR:
                return _html(options.get("status", 502), options.get("body", HTML_5XX), {})
            case FaultKind.NODE_BEHIND:
                return web.json_response(_errors(body, node_behind(options.get("slots", 150))))
            case FaultKind.RPC_ERROR:
                error = RpcError(
                    options.get("code", -32603), options.get("message", "Internal error"), options.get("data")
                )
                return web.json_response(_errors(body, error))
        raise AssertionError(f"{fault.kind} does not strike requests")

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        response = web.WebSocketResponse(heartbeat=60)
        if not response.can_prepare(request):
            return web.Response(
                status=405, text="Used HTTP Method is not allowed. POST or OPTIONS is required\n"
            )
        await response.prepare(request)
        connection = _Connection(response, request)
        self._node.sockets.add(connection)
        writer = asyncio.create_task(connection.write())
        try:
            async for message in response:
                if message.type is WSMsgType.TEXT:
                    self._receive(connection, message.data)
        finally:
            self._node.sockets.discard(connection)
            self._node.pubsub.forget(connection)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return response

    def _receive(self, connection: "_Connection", text: str) -> None:
        try:
            body = parse_body(text.encode())
        except RpcError:
            connection.push(json.dumps(error_response(None, parse_error())))
            return
        subscribed: list[int] = []

        def invoke(name: str, params: Params) -> Any:
            if not name.endswith(("Subscribe", "Unsubscribe")):
                raise method_not_found()
            self._node.calls[name] += 1
            result = self._node.pubsub.invoke(connection, name, params)
            if name.endswith("Subscribe"):
                subscribed.append(result)
            return result

        answer = respond(body, invoke)
        if answer is not None:
            connection.push(json.dumps(answer))
        for number in subscribed:
            self._node.pubsub.after_subscribe(number)


class _Connection:
    """A WebSocket with a queue, so that the chain never waits for a slow client."""

    def __init__(self, response: web.WebSocketResponse, request: web.Request) -> None:
        self._response = response
        self._request = request
        self._unsent: asyncio.Queue[str] = asyncio.Queue(MAX_UNSENT_MESSAGES)

    def push(self, message: str) -> None:
        """Queue a text; a client that has let the queue fill up is dropped, as Agave does."""
        try:
            self._unsent.put_nowait(message)
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        """Lose the connection without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what is queued, until cancelled or until the client is gone."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self._response.send_str(await self._unsent.get())


@contextlib.asynccontextmanager
async def serving(
    node: Node, *, host: str = "127.0.0.1", port: int = 0, ws_port: int | None = None
) -> AsyncIterator[int]:
    """Serve a node while the block runs; gives the port, a free one if 0 was asked for."""
    runner = web.AppRunner(RpcServer(node).application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        if ws_port is not None:
            await web.TCPSite(runner, host, ws_port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _errors(body: Any, error: RpcError) -> Any:
    if isinstance(body, list):
        return [error_response(_id(item), error) for item in body]
    return error_response(_id(body), error)


def _id(request: Any) -> Any:
    return request.get("id") if isinstance(request, dict) else None


def _retry_after(fault: Fault) -> dict[str, str]:
    seconds = fault.options.get("retry_after")
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _html(status: int, body: str, headers: dict[str, str]) -> web.Response:
    return web.Response(status=status, text=body, content_type="text/html", headers=headers)
