"""The price of an asset beside that of the native token and of yesterday."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from walletwatch.domain.assets import Asset
from walletwatch.domain.currencies import Exchange
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import ARITHMETIC, Price

type Side = Asset | Exchange
"""Of a conversion: an asset, or money of a country."""

THIN_USD: Final = Decimal(10_000)
"""A market that holds less is moved by single trades."""


@dataclass(frozen=True, slots=True)
class AssetQuote:
    """What is known of an asset's price.

    Attributes:
        price: None where it has none that is known and fresh.
        native: Of the chain's own token.
        before: Dollars for one whole token, a day ago; None where that is unknown.
    """

    asset: Asset
    price: Price | None
    native: Price | None
    before: Decimal | None

    @property
    def in_native(self) -> Decimal | None:
        """Native tokens for one whole token; None for the native one itself."""
        if self.price is None or self.native is None or self.asset.id == NATIVE:
            return None
        return ARITHMETIC.divide(self.price.usd, self.native.usd)

    @property
    def change(self) -> Decimal | None:
        """Within a day, as a share of the price then."""
        if self.price is None or not self.before:
            return None
        return ARITHMETIC.subtract(ARITHMETIC.divide(self.price.usd, self.before), 1)

    @property
    def is_thin(self) -> bool:
        """Whether the market behind it is small."""
        liquidity = self.price.liquidity_usd if self.price else None
        return liquidity is not None and liquidity < THIN_USD


@dataclass(frozen=True, slots=True)
class Conversion:
    """An amount of one, reckoned in the other.

    Attributes:
        result: Whole tokens of the target, or whole units of its money.
        rate: How many of the target one whole source is.
        oldest: The older one of the prices behind it; None where there is only money.
        impact: The part that is lost by moving the pools; None where no pool on the way is known.
        is_trade: Whether one is sold for the other in pools, where a stable token stands for money.
    """

    amount: Decimal
    source: Side
    target: Side
    result: Decimal
    rate: Decimal
    oldest: Price | None
    impact: Decimal | None
    is_trade: bool

    @property
    def is_same(self) -> bool:
        """Whether the one is the other."""
        return _what(self.source) == _what(self.target)


def _what(side: Side) -> str:
    return side.id if isinstance(side, Asset) else side.currency.value
