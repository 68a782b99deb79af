"""Watching many wallets at once: a list that was pasted, sent as a file, or shared."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from walletwatch.domain.chats import Subscribed, Subscription
from walletwatch.domain.errors import ChainUnavailable, StoreUnavailable
from walletwatch.domain.wallet_files import BadLine, ListedWallet, WalletList, read_list
from walletwatch.domain.work import BalanceCheck, CheckReason
from walletwatch.ports.chain import Chain
from walletwatch.ports.queueing import Queues
from walletwatch.ports.volatile import RateLimits
from walletwatch.ports.wallets import WalletBook
from walletwatch.ports.watching import SubscriptionStore

IMPORTS: Final = 20
IMPORTS_WINDOW: Final = timedelta(hours=1)

_log = logging.getLogger("walletwatch.importing")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        refused: Wallets above the limit.
        repeated: Lines that name a wallet again.
        started: Whether the chain was reached, so that the watch has begun.
    """

    added: Sequence[Subscription]
    known: int
    refused: int
    bad: Sequence[BadLine]
    repeated: int
    limit: int
    started: bool


class Importing:
    """Watches many wallets with one question to the chain, and few round trips."""

    def __init__(
        self,
        subscriptions: SubscriptionStore,
        book: WalletBook,
        chain: Chain,
        queues: Queues,
        rates: RateLimits,
    ) -> None:
        self._subscriptions = subscriptions
        self._book = book
        self._chain = chain
        self._queues = queues
        self._rates = rates

    async def read(self, chat_id: int, text: str, *, limit: int) -> Imported | None:
        """Watch the wallets of a list; None where the chat imports too often.

        Args:
            chat_id: A chat that was greeted.
            text: As `domain.wallet_files.read_list` reads it.
            limit: How many wallets the chat may watch.

        Raises:
            UnreadableList: The whole of it cannot be read; nothing was done.
        """
        found = read_list(text)
        if not await self._may_import(chat_id):
            return None
        done, started = await self._watch(
            chat_id, {wallet.address: wallet.label for wallet in found.wallets}, limit
        )
        facts = {
            wallet.address: (wallet.tags, wallet.note)
            for wallet in found.wallets
            if (wallet.tags or wallet.note) and wallet.address in done and done[wallet.address].created
        }
        if facts:
            await self._book.describe(chat_id, facts)
        return _report(found, done, limit, started)

    async def add(self, chat_id: int, wanted: Mapping[str, str | None], *, limit: int) -> Imported:
        """Watch those of these wallets that the chat does not watch; the names of others stay as they are."""
        known = {each.address for each in await self._subscriptions.subscriptions(chat_id)}
        new = {address: label for address, label in wanted.items() if address not in known}
        done, started = await self._watch(chat_id, new, limit)
        found = WalletList(tuple(ListedWallet(0, address, label) for address, label in new.items()), (), 0)
        return _report(found, done, limit, started, known=len(wanted) - len(new))

    async def _may_import(self, chat_id: int) -> bool:
        try:
            return await self._rates.allow(chat_id, "import", limit=IMPORTS, window=IMPORTS_WINDOW)
        except StoreUnavailable:
            # People are answered while nobody counts; the quota bounds what comes of it.
            _log.warning("an import was not counted")
            return True

    async def _watch(
        self, chat_id: int, wanted: Mapping[str, str | None], limit: int
    ) -> tuple[Mapping[str, Subscribed], bool]:
        if not wanted:
            return {}, True
        try:
            slot: int | None = await self._chain.slot()
        except ChainUnavailable:
            slot = None
        done = await self._subscriptions.subscribe_many(chat_id, wanted, slot=slot, limit=limit)
        # Of the known ones too: a delivery that was cut off here finds its wallets known when it comes again.
        await self._queues.check([BalanceCheck(address, CheckReason.WATCH_STARTED) for address in done])
        return done, slot is not None


def _report(
    found: WalletList, done: Mapping[str, Subscribed], limit: int, started: bool, *, known: int = 0
) -> Imported:
    added = [each.subscription for each in done.values() if each.created]
    return Imported(
        added,
        known + len(done) - len(added),
        len(found.wallets) - len(done),
        found.bad,
        found.repeated,
        limit,
        started,
    )
