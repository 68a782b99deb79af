"""Daily rates of currencies: what of an answer is taken, and when nothing is."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.clock import FakeClock
from tests.unit.chain.prices.test_xdex_api import Body
from walletwatch.chain.prices.open_rates import MAX_ANSWER_BYTES, MAX_TRIES, OpenRates
from walletwatch.domain.currencies import FIAT, Currency
from walletwatch.domain.errors import SourceRefused, SourceUnavailable
from walletwatch.ports.currencies import RateSheet

ANSWER = (Path(__file__).parents[3] / "fixtures/rates/open_access.json").read_bytes()

type Handler = Callable[[httpx2.Request], httpx2.Response]


async def latest(handle: Handler, clock: FakeClock | None = None) -> RateSheet:
    source = OpenRates(
        "https://rates.example/latest", clock or FakeClock(), transport=httpx2.MockTransport(handle)
    )
    return await source.latest()


def always(body: bytes, **headers: str) -> Handler:
    return lambda _: httpx2.Response(200, stream=Body(body), headers=headers)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(ANSWER), **fields}).encode()


def with_rate(code: str, value: Any) -> bytes:
    return changed(rates={**json.loads(ANSWER)["rates"], code: value})


async def test_every_currency_has_its_exact_rate_of_the_day() -> None:
    sheet = await latest(always(ANSWER))
    assert sheet.day == date(2026, 11, 1)
    assert sheet.per_usd.keys() == FIAT.keys() - {Currency.USD}
    assert sheet.per_usd[Currency.EUR] == Decimal("0.862113")
    assert sheet.per_usd[Currency.IDR] == Decimal("16652.9")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"[" * 100_000,
        b"x" * (MAX_ANSWER_BYTES + 1),
        changed(result="error"),
        changed(base_code="EUR"),
        changed(rates=[1, 2]),
        changed(rates={}),
        changed(time_last_update_unix="today"),
        changed(time_last_update_unix=True),
        changed(time_last_update_unix=10**30),
        with_rate("EUR", None),
        with_rate("EUR", "0.86"),
        with_rate("EUR", True),
        with_rate("EUR", -0.86),
        with_rate("EUR", 0),
        with_rate("EUR", 1e12),
        ANSWER.replace(b"0.862113", b"NaN"),
        ANSWER.replace(b"0.862113", b"1e999999999999999999"),
    ],
)
async def test_what_are_no_rates_is_refused(body: bytes) -> None:
    with pytest.raises(SourceRefused):
        await latest(always(body))


@pytest.mark.parametrize("days", [-2, 8])
async def test_rates_of_another_day_are_refused(days: int) -> None:
    clock = FakeClock()
    clock.moment += timedelta(days=days)
    with pytest.raises(SourceRefused, match="another day"):
        await latest(always(ANSWER), clock)


async def test_a_compressed_answer_is_refused() -> None:
    with pytest.raises(SourceRefused):
        await latest(always(b"", **{"content-encoding": "br"}))


@pytest.mark.parametrize("status", [301, 403, 404])
async def test_a_refusal_is_not_repeated(status: int) -> None:
    asked: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(status)

    with pytest.raises(SourceRefused, match=str(status)):
        await latest(handle)
    assert asked == ["https://rates.example/latest"]


async def test_a_passing_fault_is_asked_again_a_bounded_number_of_times() -> None:
    clock, left = FakeClock(), [httpx2.Response(503), httpx2.Response(429)]

    def recovers(_: httpx2.Request) -> httpx2.Response:
        return left.pop() if left else httpx2.Response(200, stream=Body(ANSWER))

    assert (await latest(recovers, clock)).day == date(2026, 11, 1)
    assert len(clock.slept) == 2

    def breaks(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout("too slow", request=request)

    clock = FakeClock()
    with pytest.raises(SourceUnavailable, match="ConnectTimeout"):
        await latest(breaks, clock)
    assert len(clock.slept) == MAX_TRIES - 1
