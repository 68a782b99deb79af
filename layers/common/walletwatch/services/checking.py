"""Looking at the history of a wallet's accounts, and queueing what is to be told of it.

The order of the steps is what makes this safe to kill at any moment: the activities and the ledger entries
are stored, then the messages are queued, and only then the cursors move. A check that is run again finds the
ledger entries of the first run and queues only those that are still pending.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import batched
from typing import Any, Final

from walletwatch.domain.activities import Activity
from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import Candidate
from walletwatch.domain.errors import ChainRefused, ChainUnavailable, MalformedTransaction
from walletwatch.domain.histories import Histories
from walletwatch.domain.risk_watch import cause_of
from walletwatch.domain.rules import concerns
from walletwatch.domain.wallets import Cursor, NewAccount, Wallet, WatchedAccount
from walletwatch.domain.work import AccountHint, BalanceCheck, CheckReason, RiskCheck
from walletwatch.ports.chain import Chain, Decode, FindAccounts
from walletwatch.ports.common import Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.watching import FollowStore, SubscriptionStore, WatchStore
from walletwatch.services.alerting import Alerting
from walletwatch.services.annotating import Annotating
from walletwatch.services.digesting import Digesting
from walletwatch.services.reading import read_activities
from walletwatch.services.rewarding import Rewarding
from walletwatch.services.transactions import Transactions

CHUNK_SIZE: Final = 50
CONCURRENT_HISTORIES: Final = 8
UNEXPLAINED_TRIES: Final = 3
"""How often a change without a transaction is looked at before it is taken as one that has none."""
_WHOLE_WALLET: Final = frozenset({CheckReason.WATCH_STARTED, CheckReason.GAP})
"""What concerns all accounts, those included that nobody has heard of yet, up to what blocks told already."""
STAKE_SEARCH_SECONDS: Final = 5.0
HANDOVER_SECONDS: Final = 10.0
"""With less time than this left, the rest of the work is queued for another invocation."""

_log = logging.getLogger("walletwatch.checking")


class Checking:
    """The use case of the balance function."""

    def __init__(
        self,
        *,
        watch: WatchStore,
        subscriptions: SubscriptionStore,
        chain: Chain,
        follow: FollowStore,
        transactions: Transactions,
        decode: Decode,
        find_accounts: FindAccounts,
        annotating: Annotating,
        rewarding: Rewarding,
        digesting: Digesting,
        alerting: Alerting,
        queues: Queues,
        metrics: Metrics,
    ) -> None:
        self._watch = watch
        self._subscriptions = subscriptions
        self._chain = chain
        self._follow = follow
        self._transactions = transactions
        self._decode = decode
        self._find_accounts = find_accounts
        self._annotating = annotating
        self._rewarding = rewarding
        self._digesting = digesting
        self._alerting = alerting
        self._queues = queues
        self._metrics = metrics

    async def run(self, check: BalanceCheck, *, attempt: int, remaining: Callable[[], float]) -> None:
        """Look at the wallet. Safe to repeat and to run twice at once.

        Args:
            check: What to look at.
            attempt: 1 for the first delivery of the queue message.
            remaining: Seconds this invocation still has.

        Raises:
            TransientError: Try again later; no cursor moved past work that was not queued.
        """
        wallet = await self._started(check.wallet)
        if wallet is None:
            return
        if check.transactions:
            await self._tell_of_block(wallet, check, remaining)
            return
        context = await self._follow.reached() if check.reason in _WHOLE_WALLET else None
        # Accounts first: a chat that begins to watch in between gives the accounts new ids, so that this
        # check cannot move their cursors past what the newcomer has to hear.
        accounts = await self._accounts(wallet, check, context)
        watchers = await self._subscriptions.watchers(wallet.id)
        if not watchers:
            return
        if check.reason is CheckReason.WATCH_STARTED:
            # What later looks are compared with.
            await self._queues.check_risks([RiskCheck(wallet.address, check.reason)])
        known = {account.address: account for account in accounts}
        hints = {hint.address: hint for hint in check.hints}
        looked_at = [account for account in accounts if not hints or account.address in hints]
        histories = await self._histories(looked_at, hints, check, context)
        for chunk in batched(histories.in_order(), CHUNK_SIZE, strict=False):
            results = await self._tell(wallet, watchers, chunk)
            # Before the cursors move past what shows these accounts.
            await self._follow_up(wallet, chunk, results, known, histories)
            await self._watch.move_cursors(histories.told(chunk))
            if remaining() < HANDOVER_SECONDS:
                await self._queues.check([check])
                return
        unexplained = await self._without_rewards(wallet, watchers, histories.unexplained(hints))
        if unexplained:
            self._metrics.count("UnexplainedChanges", len(unexplained))
            if attempt < UNEXPLAINED_TRIES:
                raise ChainUnavailable("an account changed and its history does not say why yet")

    async def _tell_of_block(
        self, wallet: Wallet, check: BalanceCheck, remaining: Callable[[], float]
    ) -> None:
        """Tell what a block holds for the wallet; the cursors are those of the histories and stay."""
        watchers = await self._subscriptions.watchers(wallet.id)
        if not watchers:
            return
        done = 0
        for chunk in batched(check.transactions, CHUNK_SIZE, strict=False):
            await self._tell(wallet, watchers, chunk)
            done += len(chunk)
            if done < len(check.transactions) and remaining() < HANDOVER_SECONDS:
                await self._queues.check([replace(check, transactions=check.transactions[done:])])
                return

    async def _started(self, address: str) -> Wallet | None:
        wallet = await self._watch.wallet(address)
        if wallet is None or wallet.watch_slot is not None:
            return wallet
        await self._watch.start(wallet.id, await self._chain.slot())
        return await self._watch.wallet(address)

    async def _accounts(
        self, wallet: Wallet, check: BalanceCheck, context: int | None
    ) -> Sequence[WatchedAccount]:
        if check.reason in _WHOLE_WALLET:
            found = await self._chain.token_accounts(wallet.address, min_context_slot=context)
            if check.reason is CheckReason.WATCH_STARTED:
                found = [*found, *await self._stake_accounts(wallet)]
            await self._watch.add_accounts(wallet.id, found)
        return await self._watch.wallet_accounts(wallet.id)

    async def _stake_accounts(self, wallet: Wallet) -> Sequence[NewAccount]:
        """The wallet's stake accounts; not every node tells, and then the sweep asks again in its turn."""
        try:
            async with asyncio.timeout(STAKE_SEARCH_SECONDS):
                return await self._chain.stake_accounts(wallet.address)
        except (ChainUnavailable, ChainRefused, TimeoutError) as error:
            self._metrics.count("StakeSearchesFailed")
            _log.info("stake accounts not found", extra={"reason": str(error)})
            return ()

    async def _follow_up(
        self,
        wallet: Wallet,
        chunk: Sequence[SignatureInfo],
        results: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, WatchedAccount],
        histories: Histories,
    ) -> None:
        """See to the accounts that the wallet's transactions show to be its own.

        New ones are watched, long before a search finds them. Those whose history was not read as far are
        looked at too: one that was opened and closed again, or filled and emptied, looks as it did before.
        """
        found: dict[str, NewAccount] = {}
        hints: dict[str, AccountHint] = {}
        for info in chunk:
            # One that cannot be read was counted when it was told.
            with suppress(MalformedTransaction):
                for account in self._find_accounts(results[info.signature], wallet.address):
                    seen = known.get(account.address)
                    if seen is None:
                        found[account.address] = account
                    elif histories.cover(seen, info):
                        continue
                    # A history without this transaction is not complete yet.
                    hints[account.address] = AccountHint(account.address, info.slot, info.slot - 1)
        await self._watch.add_accounts(wallet.id, list(found.values()))
        if hints:
            await self._queues.check(
                [BalanceCheck(wallet.address, CheckReason.CHANGED, tuple(hints.values()))]
            )

    async def _histories(
        self,
        accounts: Sequence[WatchedAccount],
        hints: Mapping[str, AccountHint],
        check: BalanceCheck,
        context: int | None,
    ) -> Histories:
        gate = asyncio.Semaphore(CONCURRENT_HISTORIES)

        async def history(account: WatchedAccount) -> Sequence[SignatureInfo]:
            hint = hints.get(account.address)
            async with gate:
                return await self._chain.signatures(
                    account.address,
                    after=_after(account.cursor, check.since_slot),
                    min_context_slot=hint.slot if hint else context,
                )

        # Not a TaskGroup: it would wrap a transient error, which must be seen as what it is.
        histories = await asyncio.gather(*(history(account) for account in accounts))
        return Histories(dict(zip(accounts, histories, strict=True)))

    async def _tell(
        self, wallet: Wallet, watchers: Sequence[Subscription], chunk: Sequence[SignatureInfo]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Store and queue what these transactions are to the wallet. Returns the transactions."""
        results = await self._transactions.read([info.signature for info in chunk])
        read = read_activities(self._decode, results, chunk, wallet.address, self._metrics)
        await self._record(wallet, watchers, read)
        return results

    async def _record(
        self, wallet: Wallet, watchers: Sequence[Subscription], read: Sequence[Activity]
    ) -> None:
        activities = await self._annotating.annotate(wallet.id, read)
        candidates = [
            Candidate(activity, subscription)
            for activity in activities
            for subscription in watchers
            if concerns(activity, subscription)
        ]
        await self._digesting.tell(wallet.id, activities, candidates)
        await self._alerting.tell(wallet.id, candidates)
        # Those that are new to somebody: a wallet's past says nothing about a change.
        cause = cause_of([candidate.activity for candidate in candidates])
        if cause is not None:
            await self._queues.check_risks([RiskCheck(wallet.address, cause)])

    async def _without_rewards(
        self, wallet: Wallet, watchers: Sequence[Subscription], unexplained: Sequence[WatchedAccount]
    ) -> Sequence[WatchedAccount]:
        """Tell of staking rewards; what is left has no explanation yet."""
        rewards = {reward.address: reward for reward in await self._rewarding.rewards(unexplained)}
        if not rewards:
            return unexplained
        told = [await self._rewarding.activity(reward, wallet.address) for reward in rewards.values()]
        await self._record(wallet, watchers, told)
        await self._watch.move_cursors(
            {
                account.id: Cursor(rewards[account.address].slot)
                for account in unexplained
                if account.address in rewards
            }
        )
        return [account for account in unexplained if account.address not in rewards]


def _after(cursor: Cursor, since_slot: int | None) -> Cursor:
    return cursor if since_slot is None or cursor.slot >= since_slot else Cursor(since_slot)
