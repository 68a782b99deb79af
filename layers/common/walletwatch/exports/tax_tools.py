"""Files for the tools that people reckon their taxes with.

They are about what became whose. What a wallet has in stakes, loans and open orders is its owner's still
(`domain.carrying.SET_ASIDE`), as /pnl says too: a tool that is not told so takes it for sold.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.carrying import SET_ASIDE
from walletwatch.exports.cells import Cell, plain_number
from walletwatch.exports.layouts import Layout, Moved

_UNKNOWN_PRICE: Final = "price not known"
_BASE_UNITS: Final = "amount in base units, since the token's decimals are not known"


class _Tool(Layout):
    """A tool's file, whose rows have one side that was given and one that was got."""

    def rows(self, activity: Activity, wallet: str | None) -> Sequence[Sequence[Cell]]:
        """A trade of one thing for another is a row; else each leg is one. Fees are told with the first."""
        if activity.block_time is None:
            return []
        moved = [each for each in self._moved(activity) if each.leg.amount]
        if activity.kind is ActivityKind.SELF_TRANSFER:
            moved = []
        got = [each for each in moved if each.leg.amount > 0]
        given = [each for each in moved if each.leg.amount < 0]
        if not moved:
            return [self._cost(activity, wallet)] if activity.fee else []
        if len(got) == len(given) == 1:
            return self._trade(activity, wallet, given[0], got[0])
        rows: list[Sequence[Cell]] = []
        for each in (*given, *got):
            # Whoever pays the fee gives something first, where anything is given.
            fee = 0 if rows else activity.fee
            side = self._given if each.leg.amount < 0 else self._got
            rows += side(activity, wallet, each, fee)
        return rows

    def _trade(
        self, activity: Activity, wallet: str | None, given: Moved, got: Moved
    ) -> Sequence[Sequence[Cell]]:
        raise NotImplementedError

    def _given(
        self, activity: Activity, wallet: str | None, given: Moved, fee: int
    ) -> Sequence[Sequence[Cell]]:
        raise NotImplementedError

    def _got(self, activity: Activity, wallet: str | None, got: Moved, fee: int) -> Sequence[Sequence[Cell]]:
        raise NotImplementedError

    def _cost(self, activity: Activity, wallet: str | None) -> Sequence[Cell]:
        """The fee alone, as something that was spent."""
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
    """Koinly's universal template (support.koinly.io, "How to create a custom CSV file with your data").

    Without a tag what is sent is sold ("What are tags"), so what is set aside goes to a pool and comes back
    from it ("Staking and farming tokens"). A deposit has no fee: it is a row of its own ("What are
    transactions in Koinly").
    """

    header = (
        "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount",
        "Fee Currency", "Net Worth Amount", "Net Worth Currency", "Label", "Description", "TxHash",
    )  # fmt: skip

    def _trade(
        self, activity: Activity, wallet: str | None, given: Moved, got: Moved
    ) -> Sequence[Sequence[Cell]]:
        return [self._line(activity, wallet, given, got, activity.fee, None)]

    def _given(
        self, activity: Activity, wallet: str | None, given: Moved, fee: int
    ) -> Sequence[Sequence[Cell]]:
        label = "Add to Pool" if activity.kind in SET_ASIDE else None
        return [self._line(activity, wallet, given, None, fee, label)]

    def _got(self, activity: Activity, wallet: str | None, got: Moved, fee: int) -> Sequence[Sequence[Cell]]:
        label = None
        if activity.kind is ActivityKind.REWARD:
            label = "reward"
        elif activity.kind in SET_ASIDE:
            label = "Remove from Pool"
        rows: list[Sequence[Cell]] = [self._line(activity, wallet, None, got, 0, label)]
        if activity.stays_in_stake:
            rows.append(self._line(activity, wallet, got, None, 0, "Add to Pool"))
        if fee:
            rows.append(self._cost(activity, wallet))
        return rows

    def _cost(self, activity: Activity, wallet: str | None) -> Sequence[Cell]:
        at = f"{self._at(activity):%Y-%m-%d %H:%M:%S} UTC"
        fee, symbol = self._native(activity.fee), self._profile.native_symbol
        told = self._told(activity, wallet)
        return [at, fee, symbol, None, None, None, None, None, None, "cost", told, activity.signature]

    def _line(
        self,
        activity: Activity,
        wallet: str | None,
        given: Moved | None,
        got: Moved | None,
        fee: int,
        label: str | None,
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
            label,
            self._told(activity, wallet, given, got),
            activity.signature,
        ]


class CoinTracking(_Tool):
    """CoinTracking's CSV import (cointracking.info/import/import_csv).

    Its amounts include the fee, which is told beside them for information only; a fee in a third currency,
    or of a deposit, is an "Other Fee" (cointracking.freshdesk.com, "Entering fees"). What is set aside moves
    to an account of its own, since a withdrawal wants its deposit. Its columns of values are in the currency
    of the account there, which is not known here: they stay empty.
    """

    header = (
        "Type", "Buy Amount", "Buy Currency", "Sell Amount", "Sell Currency", "Fee", "Fee Currency",
        "Exchange", "Trade-Group", "Comment", "Date", "Tx-ID", "Buy Value in Account Currency",
        "Sell Value in Account Currency",
    )  # fmt: skip

    def _trade(
        self, activity: Activity, wallet: str | None, given: Moved, got: Moved
    ) -> Sequence[Sequence[Cell]]:
        if given.leg.is_native or not activity.fee:
            return [self._line("Trade", activity, wallet, given, got, activity.fee)]
        return [self._line("Trade", activity, wallet, given, got), self._cost(activity, wallet)]

    def _given(
        self, activity: Activity, wallet: str | None, given: Moved, fee: int
    ) -> Sequence[Sequence[Cell]]:
        own = fee if given.leg.is_native else 0
        rows = [self._line("Withdrawal", activity, wallet, given, None, own)]
        if activity.kind in SET_ASIDE:
            rows.append(self._line("Deposit", activity, wallet, None, given, aside=True))
        return rows if own == fee else [*rows, self._cost(activity, wallet)]

    def _got(self, activity: Activity, wallet: str | None, got: Moved, fee: int) -> Sequence[Sequence[Cell]]:
        rows: list[Sequence[Cell]] = []
        if activity.kind is ActivityKind.REWARD:
            aside = activity.stays_in_stake
            rows.append(self._line("Staking", activity, wallet, None, got, aside=aside))
        else:
            if activity.kind in SET_ASIDE:
                rows.append(self._line("Withdrawal", activity, wallet, got, None, aside=True))
            rows.append(self._line("Deposit", activity, wallet, None, got))
        return [*rows, self._cost(activity, wallet)] if fee else rows

    def _cost(self, activity: Activity, wallet: str | None) -> Sequence[Cell]:
        line = self._line("Other Fee", activity, wallet, None, None)
        line[3:5] = [self._native(activity.fee), self._profile.native_symbol]
        return line

    def _line(
        self,
        kind: str,
        activity: Activity,
        wallet: str | None,
        given: Moved | None,
        got: Moved | None,
        fee: int = 0,
        *,
        aside: bool = False,
    ) -> list[Cell]:
        """A row; its fee is in the native token, and so is what is given then."""
        name = wallet or activity.wallet
        given_size = None if given is None else given.size
        if fee and given is not None and given.amount is not None:
            given_size = abs(given.amount) + self._native(fee)
        return [
            kind,
            None if got is None else got.size,
            None if got is None else got.symbol,
            given_size,
            None if given is None else given.symbol,
            self._native(fee) if fee else None,
            self._profile.native_symbol if fee else None,
            f"{name} (staked, lent, on order)" if aside else name,
            None,
            self._told(activity, wallet, given, got),
            f"{self._at(activity):%Y-%m-%d %H:%M:%S}",
            activity.signature,
            None,
            None,
        ]
