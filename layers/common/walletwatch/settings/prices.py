"""Settings of prices in US dollars."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from walletwatch.domain.addresses import is_address
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import ChainProfile
from walletwatch.settings.reading import InvalidSettings
from walletwatch.settings.values import PositiveFloat, PositiveInt


class PriceSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of prices in US dollars.

    Attributes:
        price_sources: `pools`, `xdex-api` and `fixed`, separated by commas, the one that is believed first.
            Empty: all that the chain profile has; `none`: no prices.
        fixed_prices: JSON, dollars for one whole token by asset (a mint or "native"), as text or number.
            Empty: those of the chain profile.
        price_min_liquidity_usd: What a pool has to hold of both sides to be listened to.
        price_patience_seconds: How long all sources together may take.
        xdex_api_url: Without the path.
    """

    price_sources: str = ""
    fixed_prices: str = ""
    price_min_liquidity_usd: PositiveInt = 1000
    price_patience_seconds: PositiveFloat = 5.0
    xdex_api_url: str = "https://api.xdex.xyz"

    def sources(self, profile: ChainProfile) -> tuple[str, ...]:
        """The names of the sources in the order of precedence.

        Raises:
            InvalidSettings: One is not known, or the chain profile does not have what it needs.
        """
        exchange = profile.exchange
        has = {
            "pools": exchange is not None and bool(exchange.stable_mints),
            "xdex-api": exchange is not None and exchange.api_network is not None,
            "fixed": bool(self.fixed_prices or profile.fixed_prices),
        }
        asked = tuple(name for part in self.price_sources.split(",") if (name := part.strip()))
        if asked == ("none",):
            return ()
        missing = [name for name in asked if not has.get(name)]
        if missing:
            raise InvalidSettings(f"PRICE_SOURCES: {profile.name} has no {', '.join(missing)}")
        return asked or tuple(name for name, there in has.items() if there)

    def fixed(self, profile: ChainProfile) -> Mapping[str, Decimal]:
        """The prices that somebody wrote down.

        Raises:
            InvalidSettings: They are not what they should be.
        """
        if not self.fixed_prices:
            return profile.fixed_prices
        try:
            prices = msgspec.json.decode(self.fixed_prices, type=dict[str, Decimal])
        except msgspec.DecodeError:
            raise InvalidSettings("FIXED_PRICES is no JSON object of numbers") from None
        for asset, usd in prices.items():
            if (asset != NATIVE and not is_address(asset)) or not usd.is_finite() or usd <= 0:
                raise InvalidSettings("FIXED_PRICES needs an amount above zero for each mint, or for native")
        return prices
