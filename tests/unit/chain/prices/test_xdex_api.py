"""XDEX's API in the shapes it was seen in, and in those of somebody who means harm."""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.pool_accounts import address
from walletwatch.chain.prices import xdex_client
from walletwatch.chain.prices.public_source import BACKOFF_SECONDS
from walletwatch.chain.prices.xdex_api import XdexApiPrices
from walletwatch.chain.prices.xdex_client import MAX_TRIES
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import PriceSource
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

DOLLAR, TOKEN, OTHER = address("dollar"), address("token"), address("other")


def row(first: str, usd_first: Any, second: str, usd_second: Any, tvl: Any) -> dict[str, Any]:
    return {
        "pool_address": address("pool"),
        "dex_name": "XDEX",
        "token1_address": first,
        "token1_symbol": "<b>ONE</b>",
        "token1_price": usd_first,
        "token2_address": second,
        "token2_symbol": "TWO",
        "token2_price": usd_second,
        "tvl": tvl,
        "txns_24h": 12,
        "pool_info": {"lpMint": address("lp"), "lpSupply": "5af3107a4000"},
    }


NATIVE_ROW = row(WRAPPED_NATIVE_MINT, 0.35, DOLLAR, 0.9991, 125_000.5)
TOKEN_ROW = row(TOKEN, "0.000000000051", WRAPPED_NATIVE_MINT, "0.3512", "4000")
ROWS = [NATIVE_ROW, TOKEN_ROW]


class Body(httpx2.AsyncByteStream):
    """Bytes as they come from the network, not read yet."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: httpx2.AsyncByteStream = field(default_factory=Body)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Api:
    """An API whose next answers are set; the last one stays."""

    answers: list[Answer | Exception]
    asked: list[httpx2.Request] = field(default_factory=list)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status, headers=answer.headers, stream=answer.body)


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    readers: list[XdexApiPrices] = field(default_factory=list)
    cache: FakeCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)

    def reader(self, api: Api) -> XdexApiPrices:
        reader = XdexApiPrices(
            "https://api.example/",
            "X1 Mainnet",
            frozenset({DOLLAR}),
            self.cache,
            self.clock,
            FakeMetrics(),
            min_liquidity_usd=Decimal(1000),
            transport=httpx2.MockTransport(api.handle),
        )
        self.readers.append(reader)
        return reader


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    for reader in world.readers:
        await reader.close()


def answer(value: Any) -> Answer:
    text = json.dumps(value).encode()
    return Answer(body=Body(text[:100], text[100:]))


async def usd(world: World, rows: Any, *assets: str) -> dict[str, Decimal]:
    prices = await world.reader(Api([answer(rows)])).prices(assets)
    return {asset: round(price.usd, 20) for asset, price in prices.items()}


@pytest.mark.parametrize(
    "shape",
    [
        lambda rows: rows,
        lambda rows: {"success": True, "data": rows},
        lambda rows: {"data": {"pools": rows, "total": 2}},
        lambda rows: {"pools": rows},
        lambda rows: {"success": True, "data": [None, 7, "x", {}, *rows, row(TOKEN, 5, TOKEN, 5, 10**6)]},
    ],
)
async def test_a_list_of_pools_in_any_known_shape(world: World, shape: Callable[[Any], Any]) -> None:
    prices = await world.reader(Api([answer(shape(ROWS))])).prices([NATIVE, TOKEN, OTHER])
    assert prices.keys() == {NATIVE, TOKEN}
    native, token = prices[NATIVE], prices[TOKEN]
    assert (native.asset, native.at, native.source) == (NATIVE, world.clock.now(), PriceSource.XDEX_API)
    assert round(native.usd, 20) == Decimal("0.35")
    assert native.liquidity_usd is not None
    assert round(native.liquidity_usd, 20) == Decimal("125000.5")
    assert round(token.usd, 30) == Decimal("5.1e-11")


async def test_the_request(world: World) -> None:
    api = Api([answer(ROWS)])
    await world.reader(api).prices([NATIVE])
    (request,) = api.asked
    # A plus for the space is another network to the API.
    assert str(request.url) == "https://api.example/api/xendex/pool/list?network=X1%20Mainnet"
    assert (request.method, request.headers["accept-encoding"]) == ("GET", "identity")


class TestWhoseWordCounts:
    async def test_pools_without_an_anchor_say_nothing(self, world: World) -> None:
        rows = [row(TOKEN, 5, OTHER, 7, 10**6), NATIVE_ROW]
        assert (await usd(world, rows, TOKEN, OTHER, NATIVE)).keys() == {NATIVE}

    async def test_a_thin_pool_sets_no_price(self, world: World) -> None:
        copycat = row(TOKEN, 1_350_000, WRAPPED_NATIVE_MINT, 0.35, 2.7)
        assert await usd(world, [copycat, NATIVE_ROW], TOKEN) == {}

    async def test_a_pool_far_off_the_deeper_ones_is_not_listened_to(self, world: World) -> None:
        rows = [
            row(TOKEN, 2, WRAPPED_NATIVE_MINT, 0.35, 50_000),
            row(DOLLAR, 1, TOKEN, 900, 2_000),
        ]
        assert await usd(world, rows, TOKEN) == {TOKEN: Decimal(2)}

    async def test_a_stable_token_off_its_peg_is_told(self, world: World) -> None:
        assert await usd(world, [NATIVE_ROW], DOLLAR) == {DOLLAR: Decimal("0.9991")}


@pytest.mark.parametrize(
    "price",
    [
        None, True, False, 0, -1, -0.5, "", "x", "NaN", "Infinity", "-Infinity", "1e-400", 1e300, 10**18,
        "1_0", "0x10", "9" * 65, "sNaN", [], {}, {"usd": 1}, "1,5", "$1",
    ],
)  # fmt: skip
async def test_what_is_no_price_is_unknown(world: World, price: Any) -> None:
    rows = [row(TOKEN, price, WRAPPED_NATIVE_MINT, 0.35, 50_000), NATIVE_ROW]
    assert (await usd(world, rows, TOKEN, NATIVE)).keys() == {NATIVE}
    rows = [row(TOKEN, 1, WRAPPED_NATIVE_MINT, 0.35, price), NATIVE_ROW]
    assert (await usd(world, rows, TOKEN, NATIVE)).keys() == {NATIVE}


@pytest.mark.parametrize("mint", [None, 7, "", "x" * 10_000, "0x" + "a" * 40, "So111<b>", [TOKEN]])
async def test_what_is_no_address_is_no_pool(world: World, mint: Any) -> None:
    rows = [row(mint, 1, WRAPPED_NATIVE_MINT, 0.35, 50_000), NATIVE_ROW]
    assert (await usd(world, rows, TOKEN, NATIVE)).keys() == {NATIVE}


async def test_no_pools_are_no_prices(world: World) -> None:
    assert await usd(world, {"success": True, "data": []}, NATIVE) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Just a moment...</html>",
        b'{"success": false, "error": "Invalid network"}',
        b'{"success": false, "data": [{}]}',
        b'{"success": true}',
        b'{"data": null}',
        b'{"data": "none"}',
        b'"x"',
        b"null",
        b"7",
        b'[{"tokenA": "renamed"}]',
        b"[1, 2, 3]",
        b"[" * 100_000,
        b'{"data":' * 5_000 + b"[]" + b"}" * 5_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": 1e99999999999999999999}',
        b'["\xff"]',
        b'["\\ud800"]',
    ],
)
async def test_an_answer_that_is_no_list_of_pools_is_no_answer(world: World, body: bytes) -> None:
    with pytest.raises(PriceUnavailable):
        await world.reader(Api([Answer(body=Body(body))])).prices([NATIVE])


class TestFailures:
    @pytest.mark.parametrize(
        "failure",
        [
            Answer(429, headers={"retry-after": "1"}),
            Answer(500),
            Answer(503, Body(b"<html>")),
            httpx2.ConnectError("https://secret.example"),
            httpx2.ReadTimeout("slow"),
            httpx2.RemoteProtocolError("cut"),
        ],
    )
    async def test_a_passing_failure_is_tried_again_once(
        self, world: World, failure: Answer | Exception
    ) -> None:
        api = Api([failure, answer(ROWS)])
        assert NATIVE in await world.reader(api).prices([NATIVE])
        assert len(api.asked) == 2
        (pause,) = world.clock.slept
        assert 0 <= pause <= 2 * BACKOFF_SECONDS

        api = Api([failure])
        world.cache.values.clear()
        with pytest.raises(PriceUnavailable) as caught:
            await world.reader(api).prices([NATIVE])
        assert len(api.asked) == MAX_TRIES
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("status", [204, 301, 400, 403, 404])
    async def test_another_failure_is_not(self, world: World, status: int) -> None:
        api = Api([Answer(status, headers={"location": "https://elsewhere.example"})])
        with pytest.raises(PriceUnavailable):
            await world.reader(api).prices([NATIVE])
        assert len(api.asked) == 1

    async def test_an_endless_answer_is_cut_off(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xdex_client, "MAX_ANSWER_BYTES", 10_000)
        body = Endless()
        with pytest.raises(PriceUnavailable):
            await world.reader(Api([Answer(body=body)])).prices([NATIVE])
        assert body.sent <= 12_000

    async def test_an_answer_that_would_grow_is_not_unpacked(self, world: World) -> None:
        bomb = Answer(200, Body(gzip.compress(b"[]")), {"content-encoding": "gzip"})
        with pytest.raises(PriceUnavailable, match="compressed"):
            await world.reader(Api([bomb])).prices([NATIVE])


class Endless(httpx2.AsyncByteStream):
    sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 1000
            yield b" " * 1000


class TestPolling:
    async def test_it_asks_at_most_every_30_seconds(self, world: World) -> None:
        api = Api([answer(ROWS), answer([NATIVE_ROW])])
        reader = world.reader(api)
        first = await reader.prices([TOKEN])
        world.clock.advance(29)
        assert await reader.prices([TOKEN]) == first
        assert len(api.asked) == 1
        world.clock.advance(1)
        assert await reader.prices([TOKEN]) == {}
        assert len(api.asked) == 2

    async def test_instances_share_an_answer(self, world: World) -> None:
        api = Api([answer(ROWS)])
        first = await world.reader(api).prices([NATIVE, TOKEN])
        world.clock.advance(20)
        assert await world.reader(api).prices([NATIVE, TOKEN]) == first
        assert len(api.asked) == 1

    async def test_it_does_not_ask_again_right_after_a_failure(self, world: World) -> None:
        api = Api([Answer(404), answer(ROWS)])
        reader = world.reader(api)
        for _ in range(3):
            with pytest.raises(PriceUnavailable):
                await reader.prices([NATIVE])
        assert len(api.asked) == 1
        world.clock.advance(30)
        assert NATIVE in await reader.prices([NATIVE])

    async def test_it_needs_no_cache(self, world: World) -> None:
        world.cache.outage.down = True
        assert NATIVE in await world.reader(Api([answer(ROWS)])).prices([NATIVE])

    async def test_what_an_older_release_shared_is_not_read(self, world: World) -> None:
        api = Api([answer(ROWS)])
        await world.reader(api).prices([NATIVE])
        for key, (_, end) in world.cache.values.items():
            world.cache.values[key] = b"{}", end
        assert NATIVE in await world.reader(Api([answer(ROWS)])).prices([NATIVE])
