"""The price of an asset beside that of the native token and of yesterday."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from walletwatch.domain.assets import Asset
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import ARITHMETIC, Price

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
    """An amount of one asset, reckoned in another.

    Attributes:
        source: None for dollars.
        target: None for dollars.
        result: Whole tokens of the target.
        rate: How many of the target one whole source is.
        oldest: The older one of the prices behind it; None where there are only dollars.
        impact: The part that is lost by moving the pools; None where no pool on the way is known.
    """

    amount: Decimal
    source: Asset | None
    target: Asset | None
    result: Decimal
    rate: Decimal
    oldest: Price | None
    impact: Decimal | None
