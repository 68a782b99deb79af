"""Which columns there are, and which rows an activity becomes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.exports import ExportFormat
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS, to_decimal
from walletwatch.domain.profile import ChainProfile
from walletwatch.exports.cells import Cell, plain_number

_UNKNOWN_PRICE: Final = "price not known"
_BASE_UNITS: Final = "amount in base units, since the token's decimals are not known"


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
            None if at is None else f"{at:%Y-%m-%d %H:%M:%S}",
            None if at is None else f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}",
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


class _Tool(Layout):
    """A tool's file, whose rows have one side that was given and one that was got."""

    def rows(self, activity: Activity, wallet: str | None) -> Sequence[Sequence[Cell]]:
        """A trade of one thing for another is a row; else each leg is one. Fees are in the first row."""
        if activity.block_time is None or activity.kind is ActivityKind.SELF_TRANSFER:
            return []
        moved = [each for each in self._moved(activity) if each.leg.amount]
        got = [each for each in moved if each.leg.amount > 0]
        given = [each for each in moved if each.leg.amount < 0]
        pairs: list[tuple[Moved | None, Moved | None]]
        if len(got) == len(given) == 1:
            pairs = [(given[0], got[0])]
        else:
            pairs = [*((each, None) for each in given), *((None, each) for each in got)]
        if not pairs:
            return [self._cost(activity, wallet)] if activity.fee else []
        return [
            self._side(activity, wallet, one, other, fee=activity.fee if index == 0 else 0)
            for index, (one, other) in enumerate(pairs)
        ]

    def _side(
        self, activity: Activity, wallet: str | None, given: Moved | None, got: Moved | None, *, fee: int
    ) -> list[Cell]:
        raise NotImplementedError

    def _cost(self, activity: Activity, wallet: str | None) -> list[Cell]:
        """A transaction that cost its fee and moved nothing."""
        raise NotImplementedError

    def _at(self, activity: Activity) -> datetime:
        assert activity.block_time is not None
        return datetime.fromtimestamp(activity.block_time, UTC)

    def _told(self, activity: Activity, wallet: str | None, *moved: Moved | None) -> str:
        words = [wallet] if wallet else []
        words.append(activity.kind.value.replace("_", " "))
        if activity.program:
            words.append(activity.program)
        if activity.rent:
            words.append(f"account deposits {plain_number(self._native(activity.rent))}")
        if any(each is not None and each.price is None for each in moved):
            words.append(_UNKNOWN_PRICE)
        if any(each is not None and each.amount is None for each in moved):
            words.append(_BASE_UNITS)
        return ", ".join(words)


class Koinly(_Tool):
    """Koinly's universal template (support.koinly.io, "How to create a custom CSV file with your data")."""

    header = (
        "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount",
        "Fee Currency", "Net Worth Amount", "Net Worth Currency", "Label", "Description", "TxHash",
    )  # fmt: skip

    def _side(
        self, activity: Activity, wallet: str | None, given: Moved | None, got: Moved | None, *, fee: int
    ) -> list[Cell]:
        value = next(
            (each.value for each in (got, given) if each is not None and each.value is not None), None
        )
        return [
            f"{self._at(activity):%Y-%m-%d %H:%M:%S} UTC",
            None if given is None else given.size,
            None if given is None else given.symbol,
            None if got is None else got.size,
            None if got is None else got.symbol,
            self._native(fee) if fee else None,
            self._profile.native_symbol if fee else None,
            value,
            None if value is None else "USD",
            "reward" if activity.kind is ActivityKind.REWARD else None,
            self._told(activity, wallet, given, got),
            activity.signature,
        ]

    def _cost(self, activity: Activity, wallet: str | None) -> list[Cell]:
        at = f"{self._at(activity):%Y-%m-%d %H:%M:%S} UTC"
        fee, symbol = self._native(activity.fee), self._profile.native_symbol
        told = self._told(activity, wallet)
        return [at, fee, symbol, None, None, None, None, None, None, "cost", told, activity.signature]


class CoinTracking(_Tool):
    """CoinTracking's CSV import (cointracking.info/import/import_csv).

    Its columns of values are in the currency of the account there, which is not known here: they stay empty.
    """

    header = (
        "Type", "Buy Amount", "Buy Currency", "Sell Amount", "Sell Currency", "Fee", "Fee Currency",
        "Exchange", "Trade-Group", "Comment", "Date", "Tx-ID", "Buy Value in Account Currency",
        "Sell Value in Account Currency",
    )  # fmt: skip

    def _side(
        self, activity: Activity, wallet: str | None, given: Moved | None, got: Moved | None, *, fee: int
    ) -> list[Cell]:
        if given is not None and got is not None:
            kind = "Trade"
        elif given is not None:
            kind = "Withdrawal"
        else:
            kind = "Staking" if activity.kind is ActivityKind.REWARD else "Deposit"
        return self._line(kind, activity, wallet, given, got, fee)

    def _cost(self, activity: Activity, wallet: str | None) -> list[Cell]:
        line = self._line("Other Fee", activity, wallet, None, None, 0)
        line[3:5] = [self._native(activity.fee), self._profile.native_symbol]
        return line

    def _line(
        self,
        kind: str,
        activity: Activity,
        wallet: str | None,
        given: Moved | None,
        got: Moved | None,
        fee: int,
    ) -> list[Cell]:
        return [
            kind,
            None if got is None else got.size,
            None if got is None else got.symbol,
            None if given is None else given.size,
            None if given is None else given.symbol,
            self._native(fee) if fee else None,
            self._profile.native_symbol if fee else None,
            wallet or activity.wallet,
            None,
            self._told(activity, wallet, given, got),
            f"{self._at(activity):%Y-%m-%d %H:%M:%S}",
            activity.signature,
            None,
            None,
        ]


LAYOUTS: Final[Mapping[ExportFormat, Callable[[ChainProfile, ZoneInfo], Layout]]] = MappingProxyType(
    {
        ExportFormat.CSV: Plain,
        ExportFormat.JSON: Plain,
        ExportFormat.XLSX: Plain,
        ExportFormat.KOINLY: Koinly,
        ExportFormat.COINTRACKING: CoinTracking,
    }
)
