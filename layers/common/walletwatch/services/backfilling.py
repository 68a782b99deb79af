"""Reading a wallet's past into its history, on request."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Final

from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.work import Backfill
from walletwatch.ports.chain import Chain, Decode
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.telling import Ledger
from walletwatch.ports.volatile import RateLimits
from walletwatch.ports.watching import SubscriptionStore, WatchStore
from walletwatch.services.reading import read_activities
from walletwatch.services.transactions import Transactions

MAX_DAYS: Final = 90
MAX_TRANSACTIONS: Final = 5_000
"""The newest ones of each account. A busier wallet is read to here and no further."""
CHUNK_SIZE: Final = 50
HANDOVER_SECONDS: Final = 10.0
REQUESTS: Final = 3
REQUESTS_WINDOW: Final = timedelta(hours=1)

_log = logging.getLogger("walletwatch.backfilling")


class BackfillRequests:
    """What a chat may ask for."""

    def __init__(self, queues: Queues, rates: RateLimits, clock: Clock) -> None:
        self._queues = queues
        self._rates = rates
        self._clock = clock

    async def request(self, chat_id: int, wallet: str, days: int) -> bool:
        """Queue it; False where the chat has asked too often.

        Args:
            chat_id: Who asks; it watches the wallet.
            wallet: A valid address.
            days: 1 to `MAX_DAYS`.
        """
        try:
            if not await self._rates.allow(chat_id, "backfill", limit=REQUESTS, window=REQUESTS_WINDOW):
                return False
        except StoreUnavailable:
            # People are answered while nobody counts; the queue bears what comes of it.
            _log.warning("a backfill was not counted")
        not_before = int((self._clock.now() - timedelta(days=days)).timestamp())
        await self._queues.backfill(Backfill(wallet, not_before))
        return True


class Backfilling:
    """The use case of the balance function. Safe to repeat: what is stored already stays as it is."""

    def __init__(
        self,
        *,
        watch: WatchStore,
        subscriptions: SubscriptionStore,
        ledger: Ledger,
        chain: Chain,
        transactions: Transactions,
        decode: Decode,
        queues: Queues,
        metrics: Metrics,
    ) -> None:
        self._watch = watch
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._chain = chain
        self._transactions = transactions
        self._decode = decode
        self._queues = queues
        self._metrics = metrics

    async def run(self, backfill: Backfill, *, remaining: Callable[[], float]) -> None:
        """Read from the newest transaction backwards; what there is no time for is queued again.

        Raises:
            TransientError: Try again later.
        """
        wallet = await self._watch.wallet(backfill.wallet)
        if wallet is None or not await self._subscriptions.watchers(wallet.id):
            return
        for chunk in batched(await self._past(wallet.id, backfill), CHUNK_SIZE, strict=False):
            results = await self._transactions.read([info.signature for info in chunk])
            activities = read_activities(self._decode, results, chunk, wallet.address, self._metrics)
            await self._ledger.keep(wallet.id, activities)
            self._metrics.count("ActivitiesBackfilled", len(activities))
            if remaining() < HANDOVER_SECONDS:
                await self._queues.backfill(replace(backfill, before_slot=chunk[-1].slot))
                return

    async def _past(self, wallet_id: int, backfill: Backfill) -> Sequence[SignatureInfo]:
        """What is left of all accounts of the wallet, each transaction once, newest first."""
        held = await self._chain.token_accounts(backfill.wallet)
        known = await self._watch.wallet_accounts(wallet_id)
        addresses = dict.fromkeys(
            [backfill.wallet, *(account.address for account in known), *(account.address for account in held)]
        )
        found: dict[str, SignatureInfo] = {}
        for address in addresses:
            past = await self._chain.past(address, not_before=backfill.not_before, limit=MAX_TRANSACTIONS)
            found.update((info.signature, info) for info in past)
        end = backfill.before_slot
        left = [info for info in found.values() if end is None or info.slot <= end]
        return sorted(left, key=lambda info: info.slot, reverse=True)
