import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.prices import FakePrices
from walletwatch.chain.prices.fixed import FixedPrices
from walletwatch.chain.prices.sources import SourcedPrices
from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.prices import Price, PriceSource
from walletwatch.ports.chain import Prices

CLOCK = FakeClock()


def pools(**usd: str) -> FakePrices:
    return FakePrices(CLOCK, {name: Decimal(text) for name, text in usd.items()}, source=PriceSource.POOLS)


def api(**usd: str) -> FakePrices:
    return FakePrices(CLOCK, {name: Decimal(text) for name, text in usd.items()}, source=PriceSource.XDEX_API)


class Silent:
    """A source that never answers."""

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        await asyncio.Event().wait()
        raise AssertionError


def sourced(metrics: FakeMetrics, *sources: Prices) -> SourcedPrices:
    return SourcedPrices(sources, metrics, patience=timedelta(seconds=0.02))


async def test_the_first_source_is_believed_and_the_others_add_to_it() -> None:
    metrics = FakeMetrics()
    prices = await sourced(metrics, pools(a="1", b="2"), api(b="2.2", c="3")).prices(["a", "b", "c", "d"])
    told = {asset: (price.usd, price.source) for asset, price in prices.items()}
    assert told == {
        "a": (Decimal(1), PriceSource.POOLS),
        "b": (Decimal(2), PriceSource.POOLS),
        "c": (Decimal(3), PriceSource.XDEX_API),
    }
    assert metrics.counts["PriceDisagreements"] == 0


@pytest.mark.parametrize("other", ["2.21", "1.79", "2000"])
async def test_a_disagreement_is_counted_and_changes_nothing(other: str) -> None:
    metrics = FakeMetrics()
    prices = await sourced(metrics, pools(b="2"), api(b=other)).prices(["b"])
    assert prices["b"].usd == 2
    assert metrics.counts["PriceDisagreements"] == 1


async def test_a_source_that_fails_or_hangs_is_gone_without() -> None:
    metrics = FakeMetrics()
    down = pools(a="1")
    down.down = True
    prices = await sourced(metrics, down, Silent(), api(a="1.5")).prices(["a"])
    assert prices["a"].usd == Decimal("1.5")
    assert metrics.counts["PriceSourceFailures"] == 2


async def test_where_none_answers_nothing_is_concluded() -> None:
    with pytest.raises(PriceUnavailable):
        await sourced(FakeMetrics(), Silent(), Silent()).prices(["a"])


async def test_without_sources_nothing_is_known() -> None:
    assert await sourced(FakeMetrics()).prices(["a"]) == {}


async def test_fixed_prices_are_those_that_were_written_down() -> None:
    prices = await FixedPrices({"a": Decimal("0.5")}, CLOCK).prices(["a", "b"])
    assert prices == {"a": Price("a", Decimal("0.5"), CLOCK.now(), PriceSource.FIXED, None)}
