"""Which prices a deployment has, by its settings and its chain."""

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.chain import FakeChain
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import PriceSource
from walletwatch.domain.profile import PROFILES
from walletwatch.observability import EmfMetrics
from walletwatch.parts.prices import make_prices
from walletwatch.settings.prices import PriceSettings
from walletwatch.settings.reading import InvalidSettings, load
from walletwatch.storage.redis.server import RedisServer

USDC_X = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"


def settings(**environ: str) -> PriceSettings:
    return load(PriceSettings, environ)


@pytest.mark.parametrize(
    ("chain", "environ", "expected"),
    [
        ("x1-mainnet", {}, ("pools", "xdex-api")),
        ("x1-mainnet", {"PRICE_SOURCES": "xdex-api, pools,"}, ("xdex-api", "pools")),
        ("x1-mainnet", {"PRICE_SOURCES": "none"}, ()),
        ("x1-mainnet", {"FIXED_PRICES": '{"native": 1}'}, ("pools", "xdex-api", "fixed")),
        ("x1-testnet", {}, ()),
        ("local", {}, ("fixed",)),
    ],
)
def test_a_chain_has_the_sources_it_has(
    chain: str, environ: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert settings(**environ).sources(PROFILES[chain]) == expected


@pytest.mark.parametrize(
    ("chain", "sources"),
    [
        ("x1-mainnet", "coingecko"),
        ("x1-mainnet", "fixed"),
        ("x1-testnet", "pools"),
        ("x1-testnet", "xdex-api"),
        ("local", "fixed,pools"),
        ("local", "none,fixed"),
    ],
)
def test_a_source_that_a_chain_lacks_is_refused(chain: str, sources: str) -> None:
    with pytest.raises(InvalidSettings, match="PRICE_SOURCES"):
        settings(PRICE_SOURCES=sources).sources(PROFILES[chain])


def test_fixed_prices_are_exact() -> None:
    fixed = settings(FIXED_PRICES=f'{{"native": "0.10", "{USDC_X}": 1.1}}').fixed(PROFILES["local"])
    assert fixed == {NATIVE: Decimal("0.10"), USDC_X: Decimal("1.1")}
    assert settings().fixed(PROFILES["local"]).keys() == {NATIVE}


@pytest.mark.parametrize(
    "text",
    ["x", "[]", "{", '{"native": "x"}', '{"native": 0}', '{"native": -1}', '{"native": "NaN"}', '{"XNT": 1}'],
)
def test_fixed_prices_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidSettings, match="FIXED_PRICES"):
        settings(FIXED_PRICES=text).fixed(PROFILES["local"])


async def built(chain: str, monkeypatch: pytest.MonkeyPatch, **environ: str) -> dict[str, Any]:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    redis = RedisServer("redis://127.0.0.1:1")
    prices = make_prices(FakeChain(), redis, EmfMetrics("test"), PROFILES[chain])
    try:
        return dict(await prices.prices([NATIVE, USDC_X]))
    finally:
        await redis.close()


async def test_what_is_built_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    local = await built("local", monkeypatch)
    assert local.keys() == {NATIVE}
    assert local[NATIVE].source is PriceSource.FIXED
    assert await built("x1-testnet", monkeypatch) == {}
    mainnet = await built("x1-mainnet", monkeypatch, PRICE_SOURCES="pools")
    assert {asset: price.source for asset, price in mainnet.items()} == {USDC_X: PriceSource.PEG}


async def test_the_api_is_built_with_the_chains_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICE_SOURCES", "pools,xdex-api")
    monkeypatch.setenv("XDEX_API_URL", "http://127.0.0.1:1")
    mainnet = await built("x1-mainnet", monkeypatch)
    assert mainnet.keys() == {USDC_X}
