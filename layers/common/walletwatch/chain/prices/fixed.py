"""`ports.Prices` that somebody wrote down, for tests and for a chain whose money is make-believe."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from walletwatch.domain.prices import Price, PriceSource
from walletwatch.ports.common import Clock


class FixedPrices:
    """The same prices at any time.

    Args:
        usd: Dollars for one whole token, by asset.
    """

    def __init__(self, usd: Mapping[str, Decimal], clock: Clock) -> None:
        self._usd = usd
        self._clock = clock

    async def prices(self, assets: Collection[str]) -> Mapping[str, Price]:
        """Those of the assets that have one."""
        now = self._clock.now()
        return {
            asset: Price(asset, self._usd[asset], now, PriceSource.FIXED, None)
            for asset in assets
            if asset in self._usd
        }
