"""Faults as a client meets them, and the control API that switches them on."""

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest
from solders.keypair import Keypair

from svm_node.testing import RunningNode
from tests.integration.svm_node.conftest import Rpc
from tests.unit.svm_node.wallets import funded, payment, signed

pytestmark = pytest.mark.integration

SLOT = {"jsonrpc": "2.0", "id": 5, "method": "getSlot"}


class Control:
    """The control API of a node."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._http = http

    async def fault(self, **fault: Any) -> None:
        async with self._http.post(f"{self.url}/control/faults", json=fault) as response:
            assert response.status == 200, await response.text()

    async def clear(self) -> None:
        async with self._http.delete(f"{self.url}/control/faults") as response:
            assert await response.json() == {"faults": []}

    async def state(self) -> Any:
        async with self._http.get(f"{self.url}/control/state") as response:
            return await response.json()

    async def post(self, path: str, **body: Any) -> tuple[int, Any]:
        async with self._http.post(f"{self.url}/control/{path}", json=body) as response:
            return response.status, await response.json()


@pytest.fixture
def control(node: RunningNode, http: aiohttp.ClientSession) -> Control:
    return Control(node.url, http)


async def ask(node: RunningNode, http: aiohttp.ClientSession, body: Any = SLOT) -> tuple[int, Any, str]:
    async with http.post(node.url, json=body) as response:
        return response.status, response.headers, await response.text()


async def test_rate_limits_with_and_without_json(
    node: RunningNode, http: aiohttp.ClientSession, control: Control
) -> None:
    await control.fault(kind="rate_limit", retry_after=7, times=1)
    await control.fault(kind="rate_limit_html", body="", times=1, methods=["getHealth"])
    status, headers, body = await ask(node, http, [SLOT, {**SLOT, "id": 6}])
    assert (status, headers["Retry-After"]) == (429, "7")
    assert body.count('"code": 429') == 2
    status, headers, body = await ask(node, http, {**SLOT, "method": "getHealth"})
    assert (status, body, headers.get("Retry-After")) == (429, "", None)
    assert (await ask(node, http))[0] == 200


async def test_a_node_that_is_behind_and_errors_of_any_kind(
    control: Control, node: RunningNode, rpc: Rpc, http: aiohttp.ClientSession
) -> None:
    await control.fault(kind="node_behind", slots=42, times=1)
    assert (await rpc("getHealth"))["error"] == {
        "code": -32005,
        "message": "Node is behind by 42 slots",
        "data": {"numSlotsBehind": 42},
    }
    await control.fault(kind="rpc_error", code=-32019, message="Failed to query", times=1)
    assert (await rpc("getHealth"))["error"] == {"code": -32019, "message": "Failed to query"}
    await control.fault(kind="http_error", status=502, times=1)
    status, headers, body = await ask(node, http)
    assert status == 502
    assert headers["Content-Type"].startswith("text/html")
    assert "Bad Gateway" in body


async def test_a_method_that_is_not_offered_is_refused_within_a_batch(
    control: Control, node: RunningNode, http: aiohttp.ClientSession
) -> None:
    await control.fault(kind="method_refused", methods=["getHealth"], code=-32601, message="Method not found")
    _, _, body = await ask(node, http, [SLOT, {**SLOT, "id": 6, "method": "getHealth"}])
    answered, refused = json.loads(body)
    assert "result" in answered
    assert refused["error"] == {"code": -32601, "message": "Method not found"}


async def test_latency_and_time_outs(
    control: Control, node: RunningNode, http: aiohttp.ClientSession
) -> None:
    await control.fault(kind="latency", seconds=0.2, jitter=0.05, times=1)
    started = time.monotonic()
    assert (await ask(node, http))[0] == 200
    assert 0.2 <= time.monotonic() - started < 2
    await control.fault(kind="timeout", times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(node, http), 0.3)
    assert (await ask(node, http))[0] == 200


async def test_a_connection_that_breaks(
    control: Control, node: RunningNode, http: aiohttp.ClientSession
) -> None:
    await control.fault(kind="drop_connection", methods=["getSlot"])
    with pytest.raises(aiohttp.ClientError):
        await ask(node, http)
    await control.clear()
    assert (await ask(node, http))[0] == 200


async def test_a_transaction_that_is_not_there_yet(control: Control, node: RunningNode, rpc: Rpc) -> None:
    wallet = funded(node.chain)
    record = node.chain.send(signed(node.chain, [payment(wallet, Keypair().pubkey(), 10**6)], wallet))
    node.chain.advance()
    await control.fault(kind="missing_transaction", asks=2)
    options = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    answers = [(await rpc("getTransaction", record.signature, options))["result"] for _ in range(3)]
    assert [answer is None for answer in answers] == [True, True, False]


async def test_a_skipped_slot_of_a_node_with_long_term_storage(control: Control, rpc: Rpc) -> None:
    assert await control.post("skip-slot", slots=2) == (200, {"slot": 4})
    await control.post("advance", slots=2)
    confirmed = {"commitment": "confirmed"}
    assert (await rpc("getBlock", 2, confirmed))["error"]["code"] == -32007
    await control.fault(kind="long_term_storage")
    assert (await rpc("getBlock", 2, confirmed))["error"] == {
        "code": -32009,
        "message": "Slot 2 was skipped, or missing in long-term storage",
    }


async def test_calls_are_counted_by_method(control: Control, rpc: Rpc, node: RunningNode, http: Any) -> None:
    await rpc("getSlot")
    await ask(node, http, [SLOT, SLOT, {**SLOT, "method": "getHealth"}])
    await control.fault(kind="rate_limit", times=1)
    await ask(node, http)
    state = await control.state()
    assert state["calls"] == {"getSlot": 4, "getHealth": 1}
    assert await control.post("reset-counters") == (200, {"calls": {}})
    assert (await control.state())["calls"] == {}


async def test_an_account_is_put_in_place(control: Control, rpc: Rpc, node: RunningNode) -> None:
    address = str(Keypair().pubkey())
    body = {"address": address, "lamports": 5, "owner": "11111111111111111111111111111111", "data": "aGk="}
    assert (await control.post("accounts", **body))[0] == 200
    node.chain.advance()
    read = await rpc("getAccountInfo", address, {"encoding": "base64", "commitment": "confirmed"})
    assert read["result"]["value"]["data"] == ["aGk=", "base64"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "flood"}),
        ("advance", {"slots": 0}),
        ("skip-slot", {"slots": "two"}),
        ("accounts", {"address": "x"}),
    ],
)
async def test_what_control_refuses(control: Control, path: str, body: dict[str, Any]) -> None:
    status, answer = await control.post(path, **body)
    assert status == 400
    assert answer["error"]


async def test_control_lists_pauses_and_knows_no_other_paths(
    control: Control, node: RunningNode, http: aiohttp.ClientSession
) -> None:
    await control.fault(kind="timeout", methods=["getBlock"])
    async with http.get(f"{node.url}/control/faults") as response:
        assert [fault["kind"] for fault in (await response.json())["faults"]] == ["timeout"]
    assert (await control.post("pause"))[1] == {"paused": True}
    assert (await control.state())["paused"] is True
    assert (await control.post("resume"))[1] == {"paused": False}
    async with http.post(f"{node.url}/control/explode", json={}) as response:
        assert response.status == 404
    for body in (b"[]", b"{"):
        async with http.post(f"{node.url}/control/advance", data=body) as response:
            assert response.status == 400


async def test_requests_larger_than_agave_takes(node: RunningNode, http: aiohttp.ClientSession) -> None:
    async with http.post(node.url, data=b"[" + b" " * 60_000 + b"]") as response:
        assert response.status == 413
    async with http.get(node.url) as response:
        assert response.status == 405
    async with http.get(f"{node.url}/health") as response:
        assert await response.text() == "ok"
