"""Which of the lamports that a wallet gave to accounts, or got from them, are rent.

An account must hold a minimum of lamports for its size; who makes it pays them, and who closes it gets them
back. That is no payment to anybody. What an account holds above its minimum is one: a stake, an order's
escrow, wrapped native.
"""

from collections.abc import Mapping
from typing import Final

from walletwatch.chain.decoding.movements import STAKE_BYTES, Movements
from walletwatch.chain.parsing.model import Transaction
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import STAKE, SYSTEM

LAMPORTS_PER_BYTE: Final = 6_960
"""3,480 a byte and year for two years (solana-rent), on every SVM chain so far."""
ACCOUNT_OVERHEAD: Final = 128
MINIMUM: Final = ACCOUNT_OVERHEAD * LAMPORTS_PER_BYTE
_CERTAIN_SIZES: Final[Mapping[str, int]] = {STAKE: STAKE_BYTES}


def exempt_minimum(size: int) -> int:
    """Lamports that an account of `size` bytes must hold."""
    return (ACCOUNT_OVERHEAD + size) * LAMPORTS_PER_BYTE


class Reserves:
    """The lamports of each account before and after, wrapped native apart."""

    def __init__(self, transaction: Transaction) -> None:
        self.before = dict(zip(transaction.accounts, transaction.before, strict=True))
        self.after = dict(zip(transaction.accounts, transaction.after, strict=True))
        self.holds_tokens = {account.address for account in transaction.tokens}
        self._wrapped_before: dict[str, int] = {}
        self._wrapped_after: dict[str, int] = {}
        for account in transaction.tokens:
            if account.mint == WRAPPED_NATIVE_MINT:
                self._wrapped_before[account.address] = account.before or 0
                self._wrapped_after[account.address] = account.after or 0

    def change(self, account: str) -> int:
        """How the lamports that the account holds for itself changed."""
        before = self.before.get(account, 0) - self._wrapped_before.get(account, 0)
        after = self.after.get(account, 0) - self._wrapped_after.get(account, 0)
        return after - before

    def wrapped_change(self, account: str) -> int:
        """How the native that is wrapped in the account changed."""
        return self._wrapped_after.get(account, 0) - self._wrapped_before.get(account, 0)

    def is_temporary(self, account: str) -> bool:
        """Whether the account is there neither before nor after."""
        return not self.before.get(account) and not self.after.get(account)


def rent_by_account(
    given: Mapping[str, int],
    own: frozenset[str],
    inner_only: frozenset[str],
    movements: Movements,
    reserves: Reserves,
) -> dict[str, int]:
    """Rent that a wallet put into each account (positive) or got back from it.

    Args:
        given: Lamports that the wallet gave each account by known instructions, less what it got from it.
        own: Its token accounts.
        inner_only: The accounts that it gave to only through programs.
        movements: Of the transaction.
        reserves: Of the transaction.
    """
    rent = {}
    for account, net in given.items():
        lamports = net
        if account in own and movements.mints.get(account) == WRAPPED_NATIVE_MINT:
            lamports += _passed_through(account, movements) - reserves.wrapped_change(account)
        if not lamports or reserves.is_temporary(account):
            continue
        amount = (
            _put_in(account, lamports, account in inner_only, movements, reserves)
            if lamports > 0
            else -_got_back(account, -lamports, movements, reserves)
        )
        if amount:
            rent[account] = amount
    return rent


def _passed_through(account: str, movements: Movements) -> int:
    """Wrapped native that others put into the account, less what it was spent on: lamports, but no rent."""
    return sum(
        move.amount * ((move.destination == account) - (move.source == account))
        for move in movements.tokens
        if move.mint == WRAPPED_NATIVE_MINT
    )


def _put_in(account: str, lamports: int, inner: bool, movements: Movements, reserves: Reserves) -> int:
    if account in reserves.holds_tokens or account in movements.mints:
        return max(0, min(lamports, reserves.change(account)))
    creation = movements.created.get(account)
    if creation is not None:
        if creation.owner in {None, SYSTEM} and not creation.space:
            return 0
        held = reserves.after.get(account, 0)
        if lamports <= held and is_exact_rent(held):
            # Paid for the size that it grew to later.
            return lamports
        size = _CERTAIN_SIZES.get(creation.owner or SYSTEM, creation.space)
        return lamports if size is None else min(lamports, exempt_minimum(size))
    return lamports if inner and _grew(account, reserves) else 0


def _grew(account: str, reserves: Reserves) -> bool:
    """Whether an account of a program was made larger: it held, and holds, exactly the rent of some size."""
    before, after = reserves.before.get(account, 0), reserves.after.get(account, 0)
    return is_exact_rent(before) and is_exact_rent(after)


def is_exact_rent(lamports: int) -> bool:
    """Whether this is the minimum of some size above zero."""
    return lamports > MINIMUM and lamports % LAMPORTS_PER_BYTE == 0


def _got_back(account: str, lamports: int, movements: Movements, reserves: Reserves) -> int:
    if account in reserves.holds_tokens or account in movements.mints:
        return max(0, min(lamports, -reserves.change(account)))
    if account in movements.closed:
        return lamports
    size = movements.withdrawn.get(account)
    if size is None or reserves.after.get(account, 0):
        return 0
    return min(lamports, exempt_minimum(size))


def returned_by_programs(
    unexplained: int, wallet: str, transaction: Transaction, movements: Movements, reserves: Reserves
) -> int:
    """Rent that programs gave the wallet back when they closed accounts of theirs (Anchor's `close`).

    No instruction shows it: an account that held exactly the rent of some size is gone, and the wallet has
    that much more than the instructions explain.
    """
    returned = 0
    for account in transaction.accounts:
        held = reserves.before[account]
        if (
            account != wallet
            and is_exact_rent(held)
            and not reserves.after[account]
            and account not in movements.closed
            and returned + held <= unexplained
        ):
            returned += held
    return returned
