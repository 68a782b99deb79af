"""What was won and lost with a token, by the average cost of what is held."""

from dataclasses import dataclass, field
from decimal import Decimal

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.prices import ARITHMETIC


@dataclass(slots=True)
class Position:
    """What is held of a token, and what it cost, in dollars.

    Attributes:
        certain: False from where on more was given than had been seen to come, or at an unknown price: then
            nothing can be said of it.
    """

    held: Decimal = Decimal()
    cost: Decimal = Decimal()
    realised: Decimal = Decimal()
    certain: bool = True

    def moved(self, amount: Decimal, usd: Decimal | None) -> None:
        """Take in a movement.

        Args:
            amount: Whole tokens; positive for what came.
            usd: Price of one at the time.
        """
        if usd is None or (amount < 0 and -amount > self.held):
            self.certain = False
        elif amount >= 0:
            self.cost = ARITHMETIC.add(self.cost, ARITHMETIC.multiply(amount, usd))
            self.held += amount
        else:
            part = ARITHMETIC.divide(-amount, self.held)
            cost = ARITHMETIC.multiply(self.cost, part)
            self.realised = ARITHMETIC.add(
                self.realised, ARITHMETIC.subtract(ARITHMETIC.multiply(-amount, usd), cost)
            )
            self.cost = ARITHMETIC.subtract(self.cost, cost)
            self.held += amount

    def unrealised(self, usd: Decimal) -> Decimal:
        """What it would bring beyond its cost, at a price."""
        return ARITHMETIC.subtract(ARITHMETIC.multiply(self.held, usd), self.cost)


@dataclass(slots=True)
class Positions:
    """Those of a wallet, by asset, as its activities are taken in from the oldest one on.

    What came is taken as bought, and what went as sold, at the price of its moment.
    """

    by_asset: dict[str, Position] = field(default_factory=dict)

    def take(self, activity: Activity) -> None:
        """Take in an activity."""
        if activity.kind is ActivityKind.SELF_TRANSFER:
            return
        for leg in activity.legs:
            note = activity.annotation.assets.get(leg.asset) if activity.annotation else None
            decimals = NATIVE_DECIMALS if leg.asset == NATIVE else leg.decimals
            if decimals is None and note is not None:
                decimals = note.decimals
            position = self.by_asset.setdefault(leg.asset, Position())
            if decimals is None:
                position.certain = False
            else:
                usd = None if note is None or note.impostor_of else note.usd
                position.moved(to_decimal(leg.amount, decimals), usd)
