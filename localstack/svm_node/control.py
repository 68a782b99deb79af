"""The control API: faults, slots and counters of a running node, for tests and for people.

- `GET /control/state`: slots, counters of calls by method, faults, connections, rejected transactions.
- `POST /control/faults`: switch a fault on (see `svm_node.faults`); answers those that are on.
- `DELETE /control/faults`: switch all off.
- `POST /control/advance` `{"slots": 1}`: close the open block and make so many new ones.
- `POST /control/skip-slot` `{"slots": 1}`: close the open block and leave out so many slots.
- `POST /control/pause`, `POST /control/resume`: stop and start the ticking of slots.
- `POST /control/drop-sockets`: close every WebSocket at once, without a closing handshake.
- `POST /control/reset-counters`: count calls from zero.
- `POST /control/accounts` `{"address", "lamports", "owner", "data" (base64), "executable"}`: put an account
  in place that no transaction could make.
- `POST /control/reward` `{"address", "lamports"}`: credit a staking reward of the last epoch.
"""

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from solders.account import Account
from solders.pubkey import Pubkey

from svm_node.commitment import Commitment
from svm_node.faults import Fault, InvalidFault

if TYPE_CHECKING:
    from svm_node.node import Node

MAX_SLOTS_PER_CALL = 100_000


class Control:
    """Serves the control API of one node."""

    def __init__(self, node: "Node") -> None:
        self._node = node

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Register the routes."""
        router.add_get("/control/state", self._state)
        router.add_get("/control/faults", self._list_faults)
        router.add_post("/control/faults", self._add_fault)
        router.add_delete("/control/faults", self._clear_faults)
        router.add_post("/control/advance", self._advance)
        router.add_post("/control/skip-slot", self._skip)
        router.add_post("/control/pause", self._pause)
        router.add_post("/control/resume", self._resume)
        router.add_post("/control/drop-sockets", self._drop_sockets)
        router.add_post("/control/reset-counters", self._reset_counters)
        router.add_post("/control/accounts", self._put_account)
        router.add_post("/control/reward", self._reward)
        router.add_route("*", "/control/{rest:.*}", _not_found)

    async def _state(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        return web.json_response(self._node.state())

    async def _list_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        return self._faults()

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.from_json(await _body(request))
        except InvalidFault as error:
            raise _bad_request(str(error)) from error
        self._node.faults.add(fault)
        return self._faults()

    async def _clear_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        self._node.faults.clear()
        return self._faults()

    async def _advance(self, request: web.Request) -> web.Response:
        for _ in range(_slots(await _body(request))):
            self._node.chain.advance()
        return web.json_response({"slot": self._node.chain.block_at(Commitment.PROCESSED).slot})

    async def _skip(self, request: web.Request) -> web.Response:
        self._node.chain.advance(skip=_slots(await _body(request)))
        return web.json_response({"slot": self._node.chain.block_at(Commitment.PROCESSED).slot})

    async def _pause(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        self._node.is_paused = True
        return web.json_response({"paused": True})

    async def _resume(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        self._node.is_paused = False
        return web.json_response({"paused": False})

    async def _drop_sockets(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        return web.json_response({"dropped": self._node.drop_sockets()})

    async def _reset_counters(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        self._node.calls.clear()
        return web.json_response({"calls": {}})

    async def _put_account(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            address = Pubkey.from_string(body["address"])
            account = Account(
                int(body["lamports"]),
                base64.b64decode(body.get("data", ""), validate=True),
                Pubkey.from_string(body["owner"]),
                bool(body.get("executable", False)),
            )
        except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
            raise _bad_request(f"not an account: {error!r}") from error
        self._node.chain.set_account(address, account)
        return web.json_response({"address": str(address)})

    async def _reward(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            reward = self._node.chain.reward(Pubkey.from_string(body["address"]), int(body["lamports"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _bad_request(f"no reward: {error!r}") from error
        return web.json_response({"epoch": reward.epoch, "slot": reward.slot, "balance": reward.balance})

    def _faults(self) -> web.Response:
        return web.json_response({"faults": [fault.to_json() for fault in self._node.faults.faults]})


async def _not_found(request: web.Request) -> web.Response:
    raise web.HTTPNotFound(text=json.dumps({"error": f"no {request.method} {request.path}"}))


async def _body(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise _bad_request("the body is no JSON") from error
    if not isinstance(body, dict):
        raise _bad_request("the body must be an object")
    return body


def _slots(body: dict[str, Any]) -> int:
    slots = body.get("slots", 1)
    if not isinstance(slots, int) or not 1 <= slots <= MAX_SLOTS_PER_CALL:
        raise _bad_request(f"slots must be from 1 to {MAX_SLOTS_PER_CALL}")
    return slots


def _bad_request(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": message}), content_type="application/json")
