"""One look at every account of a shard, and the checks of the wallets that changed."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.errors import ChainRefused, TransientError
from walletwatch.domain.sweep import Shard, SweptAccount, SweptWallet
from walletwatch.domain.wallets import AccountKind, AccountState, Progress
from walletwatch.domain.work import AccountHint, BalanceCheck, CheckReason
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.watching import WatchStore
from walletwatch.services.searching import Rotation, Searching, searches_for

PAGE_WALLETS: Final = 1000
"""What is in memory is a few pages, however many wallets there are."""
PAGES_AT_ONCE: Final = 3
MAX_FAILED_PAGES: Final = 3
"""After so many in a row the rest of the round is given up: it is not the accounts of a page that fail."""


@dataclass(slots=True)
class _Look:
    """What a look at some wallets saw.

    Attributes:
        slot: Of the oldest state seen; None where there was no account to look at.
    """

    accounts: int
    changed: int
    slot: int | None


class SweepRounds:
    """Looks at all accounts of a shard, page by page, each account once a round."""

    def __init__(
        self, *, watch: WatchStore, chain: Chain, queues: Queues, clock: Clock, metrics: Metrics
    ) -> None:
        self._watch = watch
        self._chain = chain
        self._queues = queues
        self._clock = clock
        self._metrics = metrics
        self._searching = Searching(watch, chain, metrics)

    async def run(self, shard: Shard) -> int:
        """Look at every account of the shard once, and search for new ones. Returns how many there are.

        Raises:
            TransientError: The round is not complete; what failed is not recorded as seen.
            ChainRefused: The same, by an answer that would come again.
        """
        started = self._clock.now()
        rotation = Rotation()
        looks = await self._look_at_all(shard, rotation)
        slots = [look.slot for look in looks if look.slot is not None]
        if slots:
            await self._watch.record_progress(shard, Progress(min(slots), self._clock.now()))
        accounts = sum(look.accounts for look in looks)
        searches = rotation.turns(started, searches_for(accounts))
        found = await self._searching.run(searches, self._clock.now())
        looks.append(await self._look(found))
        self._metrics.count("AccountsSwept", sum(look.accounts for look in looks))
        self._metrics.count("WalletsChanged", sum(look.changed for look in looks))
        self._metrics.milliseconds("SweepRound", (self._clock.now() - started).total_seconds() * 1000)
        return accounts

    async def _look_at_all(self, shard: Shard, rotation: Rotation) -> list[_Look]:
        """Look at page after page; the next ones are read and looked at while one is being answered."""
        done: list[_Look] = []
        failures: list[TransientError | ChainRefused] = []
        in_a_row = 0
        pending: deque[asyncio.Task[_Look]] = deque()
        last: SweptWallet | None = None
        try:
            while True:
                page = await self._watch.swept_wallets(shard, after=last, limit=PAGE_WALLETS)
                if page:
                    last = page[-1]
                    rotation.offer(page)
                    pending.append(asyncio.create_task(self._look(page)))
                while pending and (len(pending) >= PAGES_AT_ONCE or not page):
                    try:
                        done.append(await pending.popleft())
                        in_a_row = 0
                    except (TransientError, ChainRefused) as error:
                        failures.append(error)
                        in_a_row += 1
                if not page or in_a_row >= MAX_FAILED_PAGES:
                    break
        finally:
            for look in pending:
                look.cancel()
        if failures:
            raise failures[0]
        return done

    async def _look(self, wallets: Sequence[SweptWallet]) -> _Look:
        owners: dict[tuple[str, AccountKind], list[tuple[SweptWallet, SweptAccount]]] = {}
        for wallet in wallets:
            for account in wallet.accounts:
                owners.setdefault((account.address, account.kind), []).append((wallet, account))
        if not owners:
            return _Look(0, 0, None)
        observations = await self._chain.observe(list(owners))
        changed = [
            (wallet, account, AccountState(seen.digest, observation.slot))
            for observation in observations
            for seen in observation.accounts
            for wallet, account in owners[seen.address, seen.kind]
            if account.state is None or account.state.digest != seen.digest
        ]
        changed_wallets = await self._report(changed)
        accounts = sum(len(wallet.accounts) for wallet in wallets)
        return _Look(accounts, changed_wallets, min(observation.slot for observation in observations))

    async def _report(self, changed: Sequence[tuple[SweptWallet, SweptAccount, AccountState]]) -> int:
        """Queue a check for each wallet, and only then take the new states as seen."""
        if not changed:
            return 0
        hints: dict[str, list[AccountHint]] = {}
        for wallet, account, state in changed:
            since = account.state.slot if account.state else None
            hints.setdefault(wallet.address, []).append(AccountHint(account.address, state.slot, since))
        await self._queues.check(
            [BalanceCheck(wallet, CheckReason.CHANGED, tuple(found)) for wallet, found in hints.items()]
        )
        await self._watch.record_states({account.id: state for _, account, state in changed})
        return len(hints)
