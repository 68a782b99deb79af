"""Holdings of one asset at their average cost, with what has no known cost beside it and never guessed."""

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final

from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.prices import ARITHMETIC

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lot:
    """Some units of an asset.

    Attributes:
        known: Base units whose cost is known.
        cost: What they cost, in dollars.
        unknown: Base units whose cost nobody knows.
    """

    known: int = 0
    cost: Decimal = NOTHING
    unknown: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return self.known + self.unknown

    def plus(self, other: "Lot") -> "Lot":
        """Both together."""
        with localcontext(ARITHMETIC):
            return Lot(self.known + other.known, self.cost + other.cost, self.unknown + other.unknown)

    def split(self, units: int) -> tuple["Lot", "Lot"]:
        """So many units at average cost, known and unknown in the proportion they are held; and the rest.

        Args:
            units: At most as many as there are.
        """
        if units == self.units:
            return self, Lot()
        known = units * self.known // self.units if units else 0
        with localcontext(ARITHMETIC):
            cost = self.cost if known == self.known else self.cost * known / self.known
            taken = Lot(known, cost, units - known)
            return taken, Lot(self.known - known, self.cost - cost, self.unknown - taken.unknown)


@dataclass(slots=True)
class Position:
    """What became of one asset.

    Attributes:
        decimals: None where nobody told.
        note: The newest that is known of it.
        held: In the wallet.
        aside: In stakes, loans and open orders; it is the wallet's still.
        opening: Base units that must have been there before anything was recorded.
        realised: Proceeds less cost of what was sold, in dollars, where both are known.
        unsettled: Base units that left without a known cost, or at no known price.
        unsettled_cost: What those of them cost whose cost was known.
        fees: Base units that were paid as fees.
        fees_cost: What they cost, where that is known.
    """

    asset: str
    decimals: int | None = None
    note: AssetNote | None = None
    held: Lot = field(default_factory=Lot)
    aside: Lot = field(default_factory=Lot)
    opening: int = 0
    realised: Decimal = NOTHING
    unsettled: int = 0
    unsettled_cost: Decimal = NOTHING
    fees: int = 0
    fees_cost: Decimal = NOTHING

    @property
    def owned(self) -> Lot:
        """Wherever it is."""
        return self.held.plus(self.aside)

    @property
    def gain(self) -> Decimal | None:
        """What was realised; None where all that left did so without a known cost or price."""
        return None if self.unsettled and not self.realised else self.realised

    def acquire(self, units: int, usd: Decimal | None) -> None:
        """Units came, which were worth so much; None where nobody knew."""
        self.put(Lot(unknown=units) if usd is None else Lot(units, usd))

    def dispose(self, units: int, usd: Decimal | None) -> Decimal:
        """Units left for so much, or for nobody knows how much; what was realised by that."""
        lot = self.take(units)
        if usd is None or not units:
            self.unsettled += units
            with localcontext(ARITHMETIC):
                self.unsettled_cost += lot.cost
            return NOTHING
        self.unsettled += lot.unknown
        with localcontext(ARITHMETIC):
            gain = usd * lot.known / units - lot.cost
            self.realised += gain
        return gain

    def pay_fee(self, units: int) -> None:
        """Units were paid to the chain."""
        lot = self.take(units)
        self.fees += units
        with localcontext(ARITHMETIC):
            self.fees_cost += lot.cost

    def set_aside(self, units: int) -> None:
        """Units went where they are the wallet's still."""
        self.aside = self.aside.plus(self.take(units))

    def fetch(self, units: int, usd: Decimal | None) -> None:
        """Units came back from there; what is more than went there is new, such as a reward."""
        back = min(units, self.aside.units)
        lot, self.aside = self.aside.split(back)
        self.put(lot)
        if units > back:
            with localcontext(ARITHMETIC):
                self.acquire(units - back, None if usd is None else usd * (units - back) / units)

    def earn_aside(self, units: int, usd: Decimal | None) -> None:
        """Units came to where they are the wallet's, and will be fetched from."""
        self.aside = self.aside.plus(Lot(unknown=units) if usd is None else Lot(units, usd))

    def put(self, lot: Lot) -> None:
        """Units came with their cost."""
        self.held = self.held.plus(lot)

    def take(self, units: int) -> Lot:
        """Units leave at average cost; those that nobody saw coming were there before."""
        missing = units - self.held.units
        if missing > 0:
            self.opening += missing
            self.held = self.held.plus(Lot(unknown=missing))
        taken, self.held = self.held.split(units)
        return taken

    def plus(self, other: "Position") -> "Position":
        """The same asset of two wallets together."""
        with localcontext(ARITHMETIC):
            return Position(
                self.asset,
                self.decimals if other.decimals is None else other.decimals,
                other.note or self.note,
                self.held.plus(other.held),
                self.aside.plus(other.aside),
                self.opening + other.opening,
                self.realised + other.realised,
                self.unsettled + other.unsettled,
                self.unsettled_cost + other.unsettled_cost,
                self.fees + other.fees,
                self.fees_cost + other.fees_cost,
            )
