"""Which columns there are, and which rows an activity becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from walletwatch.domain.activities import Activity, Leg
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import ChainProfile
from walletwatch.exports.cells import Cell


@dataclass(frozen=True, slots=True)
class Moved:
    """A leg in whole tokens.

    Attributes:
        amount: Positive is received; None where the token's decimals are not known.
        symbol: As the file calls it.
        price: In dollars at the time; None where it is not known.
    """

    leg: Leg
    amount: Decimal | None
    symbol: str
    price: Decimal | None

    @property
    def value(self) -> Decimal | None:
        """In dollars, not negative."""
        if self.amount is None or self.price is None:
            return None
        with localcontext(prec=60):
            return abs(self.amount * self.price)

    @property
    def size(self) -> Cell:
        """The amount without its sign; base units where the decimals are not known."""
        return abs(self.amount) if self.amount is not None else abs(self.leg.amount)


class Layout:
    """Rows of one format.

    Args:
        profile: Of the chain.
        zone: Whose clock the local time is told by.
    """

    header: Sequence[str] = ()

    def __init__(self, profile: ChainProfile, zone: ZoneInfo) -> None:
        self._profile = profile
        self._zone = zone

    def rows(self, activity: Activity, wallet: str | None) -> Sequence[Sequence[Cell]]:
        """What stands in the file for an activity; nothing where the format has no place for it."""
        raise NotImplementedError

    def _moved(self, activity: Activity) -> list[Moved]:
        notes: Mapping[str, AssetNote] = activity.annotation.assets if activity.annotation else {}
        return [self._leg(leg, notes.get(leg.asset)) for leg in activity.legs]

    def _leg(self, leg: Leg, note: AssetNote | None) -> Moved:
        listed = self._profile.tokens.get(leg.asset)
        if leg.asset == NATIVE:
            decimals: int | None = NATIVE_DECIMALS
            symbol = self._profile.native_symbol
        else:
            decimals = leg.decimals
            if decimals is None:
                decimals = listed.decimals if listed else note.decimals if note else None
            symbol = listed.symbol if listed else self._unlisted(leg.asset, note)
        amount = None if decimals is None else to_decimal(leg.amount, decimals)
        price = None if note is None or note.impostor_of else note.usd
        return Moved(leg, amount, symbol, price)

    def _unlisted(self, mint: str, note: AssetNote | None) -> str:
        """A token that nobody vouches for: its maker may have called it Bitcoin."""
        own = (note.symbol or "").strip() if note else ""
        return f"{own}-{mint[:6]}" if own else mint

    def _native(self, lamports: int) -> Decimal:
        return to_decimal(lamports, NATIVE_DECIMALS)


class Plain(Layout):
    """Everything that is known: a row for each leg, and one for an activity that moved nothing."""

    header = (
        "time_utc", "time_local", "time_zone", "wallet", "wallet_name", "kind", "direction", "amount",
        "base_units", "symbol", "asset", "counterparty", "price_usd", "value_usd", "price_known", "fee",
        "rent", "fee_symbol", "signature", "slot", "program", "success", "error",
    )  # fmt: skip

    def rows(self, activity: Activity, wallet: str | None) -> Sequence[Sequence[Cell]]:
        """Fee and rent are in the first row only, so that a sum over the column is right."""
        moved: list[Moved | None] = [*self._moved(activity)] or [None]
        return [self._row(activity, wallet, each, first=index == 0) for index, each in enumerate(moved)]

    def _row(self, activity: Activity, wallet: str | None, moved: Moved | None, *, first: bool) -> list[Cell]:
        at = None if activity.block_time is None else datetime.fromtimestamp(activity.block_time, UTC)
        movement: list[Cell] = [None] * 9
        if moved is not None:
            movement = [
                "in" if moved.leg.amount >= 0 else "out",
                moved.amount,
                moved.leg.amount,
                moved.symbol,
                moved.leg.asset,
                moved.leg.counterparty,
                moved.price,
                moved.value,
                "no" if moved.price is None else "yes",
            ]
        return [
            None if at is None else at.replace(tzinfo=None),
            None if at is None else at.astimezone(self._zone).replace(tzinfo=None),
            str(self._zone),
            activity.wallet,
            wallet,
            activity.kind.value,
            *movement,
            self._native(activity.fee) if first else None,
            self._native(activity.rent) if first else None,
            self._profile.native_symbol if first else None,
            activity.signature,
            activity.slot,
            activity.program,
            "yes" if activity.success else "no",
            activity.error,
        ]
