"""Prices that tests set."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from walletwatch.domain.errors import PriceUnavailable
from walletwatch.domain.prices import Price, PriceSource
from walletwatch.ports.common import Clock


@dataclass
class FakePrices:
    """`ports.Prices` over a dictionary; set `down` to let every call fail."""

    clock: Clock
    usd: dict[str, Decimal] = field(default_factory=dict)
    liquidity_usd: Decimal | None = None
    source: PriceSource = PriceSource.FIXED
    down: bool = False
    asked: list[frozenset[str]] = field(default_factory=list)

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        self.asked.append(frozenset(assets))
        if self.down:
            raise PriceUnavailable("the fake source is down")
        now = self.clock.now()
        return {
            asset: Price(asset, self.usd[asset], now, self.source, self.liquidity_usd)
            for asset in assets
            if asset in self.usd
        }
