"""One wallet's part of a transaction: what it gained and lost, what is fee and rent, who the others were.

For the wallet's own account, lamport delta + wrapped-native delta = sum of native legs - fee - rent. The
native value is what this equation leaves, so it holds whatever the instructions are; what they decide is how
much of it is rent, and who the other sides are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from walletwatch.chain.decoding.movements import LamportMove, Movements, TokenMove
from walletwatch.chain.decoding.rent import Reserves, rent_by_account, returned_by_programs
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.activities import Held
from walletwatch.domain.money import NATIVE, NATIVE_DECIMALS
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT

type Flows = dict[tuple[str, str | None], int]
"""Base units received (positive) or given, by asset and other side; None is one that is not known."""


@dataclass(frozen=True, slots=True)
class Position:
    """What a transaction did to a wallet, in amounts.

    Attributes:
        fee: Lamports it paid as fee.
        rent: Lamports it put into accounts (positive) or got back.
        lamports: Change of its own account, fee and rent included.
        gains: Net base units by asset; native value is without fee and rent. None is zero.
        decimals: By asset.
        direct: What top-level transfers gave it or took from it.
        invoked: What transfers inside programs did.
        minted: Assets that were minted into its accounts.
        burned: Assets that were burned from them.
        accounts: Its token accounts.
        to_itself: Base units by asset that it moved between accounts of its own; wrapping is no such move.
        wrapped: Change of its wrapped native, raw.
        received_nothing: Other sides of transfers of zero tokens to it.
        after: What it held afterwards, by asset, as far as the transaction shows.
    """

    fee: int
    rent: int
    lamports: int
    gains: Mapping[str, int]
    decimals: Mapping[str, int]
    direct: Flows
    invoked: Flows
    minted: frozenset[str]
    burned: frozenset[str]
    accounts: frozenset[str]
    to_itself: Mapping[str, int]
    wrapped: int
    received_nothing: tuple[str | None, ...]
    after: Mapping[str, Held]


def take_position(transaction: Transaction, movements: Movements, wallet: str) -> Position:
    """Reckon one wallet's part of a transaction that succeeded."""
    gains: dict[str, int] = defaultdict(int)
    decimals = {NATIVE: NATIVE_DECIMALS}
    for account in transaction.tokens:
        decimals[account.mint] = account.decimals
        if account.owner_before == wallet:
            gains[account.mint] -= account.before or 0
        if account.owner_after == wallet:
            gains[account.mint] += account.after or 0
    wrapped = gains.pop(WRAPPED_NATIVE_MINT, 0)
    accounts = frozenset(account for account, owner in movements.owners.items() if owner == wallet)
    fee = transaction.fee if transaction.fee_payer == wallet else 0
    reserves = Reserves(transaction)
    lamports = reserves.after.get(wallet, 0) - reserves.before.get(wallet, 0)
    tracer = _WalletFlows(wallet, accounts, movements)
    by_account = rent_by_account(tracer.given, accounts, tracer.inner_only(), movements, reserves)
    explained = -sum(tracer.given.values())
    rent = sum(by_account.values()) - returned_by_programs(
        lamports + fee - explained, wallet, transaction, movements, reserves
    )
    tracer.set_apart(by_account, reserves)
    gains[NATIVE] = lamports + wrapped + fee + rent
    return Position(
        fee=fee,
        rent=rent,
        lamports=lamports,
        gains={asset: amount for asset, amount in gains.items() if amount},
        decimals=decimals,
        direct={key: amount for key, amount in tracer.direct.items() if amount},
        invoked={key: amount for key, amount in tracer.invoked.items() if amount},
        minted=frozenset(tracer.minted),
        burned=frozenset(tracer.burned),
        accounts=accounts,
        to_itself=tracer.to_itself,
        wrapped=wrapped,
        received_nothing=tuple(tracer.received_nothing),
        after=_after(transaction, reserves, wallet),
    )


def _after(transaction: Transaction, reserves: Reserves, wallet: str) -> Mapping[str, Held]:
    held: dict[str, Held] = {}
    for account in transaction.tokens:
        if account.owner_after == wallet and account.after is not None:
            before = held.get(account.mint, Held(0, 0))
            held[account.mint] = Held(before.amount + account.after, before.accounts + 1)
        elif account.owner_before == wallet and account.mint not in held:
            # Closed, or given to somebody else.
            held[account.mint] = Held(0, 0)
    wrapped = held.pop(WRAPPED_NATIVE_MINT, Held(0, 0))
    if wallet in reserves.after:
        held[NATIVE] = Held(reserves.after[wallet] + wrapped.amount, wrapped.accounts)
    return held


class _WalletFlows:
    """Sorts a transaction's movements by what they are to one wallet."""

    def __init__(self, wallet: str, accounts: frozenset[str], movements: Movements) -> None:
        self._wallet = wallet
        self._owners = movements.owners
        self._lamports: dict[tuple[str, bool], int] = defaultdict(int)
        self.given: dict[str, int] = defaultdict(int)
        self.direct: Flows = defaultdict(int)
        self.invoked: Flows = defaultdict(int)
        self.minted: set[str] = set()
        self.burned: set[str] = set()
        self.to_itself: dict[str, int] = defaultdict(int)
        self.received_nothing: list[str | None] = []
        # Lamports in wrapped accounts of the wallet are the wallet's; in other accounts they are rent.
        purse = {wallet} | {
            account for account in accounts if movements.mints.get(account) == WRAPPED_NATIVE_MINT
        }
        for move in movements.lamports:
            self._sort_lamports(move, purse)
        for token_move in movements.tokens:
            self._sort_tokens(token_move, accounts)

    def inner_only(self) -> frozenset[str]:
        """The accounts that the wallet gave lamports to through programs alone."""
        return frozenset(account for account in self.given if (account, True) not in self._lamports)

    def set_apart(self, rent: Mapping[str, int], reserves: Reserves) -> None:
        """Take the rent out of what went to, or came from, each account, and say whose the accounts are."""
        for account, lamports in rent.items():
            invoked = (account, False) in self._lamports
            self._lamports[account, not invoked] += lamports
        for (account, top_level), lamports in self._lamports.items():
            other = self._owners.get(account, account)
            if other != self._wallet:
                direct = top_level and not reserves.is_temporary(account)
                (self.direct if direct else self.invoked)[NATIVE, other] += lamports

    def _sort_lamports(self, move: LamportMove, purse: set[str]) -> None:
        source, destination, lamports, top_level = move
        if source == self._wallet:
            self.given[destination] += lamports
        if destination == self._wallet:
            self.given[source] -= lamports
        if source in purse and destination in purse:
            if source == destination:
                self.to_itself[NATIVE] += lamports
        elif source in purse:
            self._lamports[destination, top_level] -= lamports
        elif destination in purse:
            self._lamports[source, top_level] += lamports

    def _sort_tokens(self, move: TokenMove, accounts: frozenset[str]) -> None:
        mint, source, destination, amount, top_level, _ = move
        asset = NATIVE if mint == WRAPPED_NATIVE_MINT else mint
        if source in accounts and destination in accounts:
            self.to_itself[asset] += amount
        elif source in accounts:
            if destination is None:
                self.burned.add(asset)
            else:
                self._flow(asset, destination, -amount, top_level=top_level)
        elif destination in accounts:
            if source is None:
                self.minted.add(asset)
            elif amount:
                self._flow(asset, source, amount, top_level=top_level)
            else:
                self.received_nothing.append(self._owners.get(source))

    def _flow(self, asset: str, account: str, amount: int, *, top_level: bool) -> None:
        (self.direct if top_level else self.invoked)[asset, self._owners.get(account)] += amount
