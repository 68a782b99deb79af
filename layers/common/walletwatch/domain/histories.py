"""The histories of a wallet's accounts, read together: what is new, in which order, how far it is told."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.wallets import Cursor, WatchedAccount
from walletwatch.domain.work import AccountHint


class Histories:
    """What each account's history has after its cursor.

    A transaction of two accounts is in both histories and is told once, at its place in the first. So the
    second's cursor must not follow it yet where something older of the second has still to be told: whoever
    is killed then would leave that untold for ever.

    Args:
        histories: Newest first.
    """

    def __init__(self, histories: Mapping[WatchedAccount, Sequence[SignatureInfo]]) -> None:
        self._histories = histories
        self._read = {
            account.address: frozenset(info.signature for info in history)
            for account, history in histories.items()
        }
        self._untold = {account.id: deque(reversed(history)) for account, history in histories.items()}
        self._told: set[str] = set()

    def in_order(self) -> Sequence[SignatureInfo]:
        """Each transaction once, by slot, oldest first."""
        oldest_first = chain.from_iterable(reversed(history) for history in self._histories.values())
        unique = {info.signature: info for info in oldest_first}
        return sorted(unique.values(), key=lambda info: info.slot)

    def told(self, chunk: Iterable[SignatureInfo]) -> Mapping[int, Cursor]:
        """Where cursors stand once these are told too, by account id; those that stay are left out.

        Behind a cursor nothing is untold, in its own slot either.
        """
        self._told.update(info.signature for info in chunk)
        cursors: dict[int, Cursor] = {}
        for account_id, untold in self._untold.items():
            while untold and untold[0].signature in self._told:
                info = untold.popleft()
                cursors[account_id] = Cursor(info.slot, info.signature)
        return cursors

    def cover(self, account: WatchedAccount, info: SignatureInfo) -> bool:
        """Whether the account's history was read as far as this transaction that names it, now or before.

        Histories are read at different moments: one may end before what another one shows.
        """
        return (
            info.signature in self._read.get(account.address, ())
            or account.cursor.slot > info.slot
            or account.cursor.signature == info.signature
        )

    def unexplained(self, hints: Mapping[str, AccountHint]) -> Sequence[WatchedAccount]:
        """Accounts that changed after a slot and have no transaction after it.

        A node may show an account's new state before it shows the history, even at the same context slot.
        Some changes never have a transaction, such as staking rewards.
        """
        return [
            account
            for account, history in self._histories.items()
            if (hint := hints.get(account.address)) is not None
            and hint.since_slot is not None
            and max((info.slot for info in history), default=account.cursor.slot) <= hint.since_slot
        ]
