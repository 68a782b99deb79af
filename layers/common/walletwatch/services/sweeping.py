"""Looking at all watched accounts in rounds, and asking for a check of every wallet that changed."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from walletwatch.domain.errors import StoreUnavailable, TransientError
from walletwatch.domain.wallets import AccountKind, AccountState, Progress, WatchedAccount
from walletwatch.domain.work import AccountHint, BalanceCheck, CheckReason
from walletwatch.ports import Chain, Clock, Lease, Leases, Metrics, Queues, WatchStore

LEASE_NAME: Final = "sweep"
LEASE_TTL: Final = timedelta(seconds=20)
MIN_DISCOVERIES: Final = 25
ACCOUNTS_PER_DISCOVERY: Final = 4000
"""Looking for a wallet's new token accounts costs two calls; so it stays below a tenth of the sweep's."""
POLL_SECONDS: Final = 0.5
ROUND_RESERVE_SECONDS: Final = 10.0

_log = logging.getLogger("walletwatch.sweeping")


class Sweeping:
    """The use case of the sweep function.

    Invocations overlap by design: the next one waits for the lease, the present one sees that it is wanted
    and hands over between two rounds, so that no round is missed between two ticks of the schedule.
    """

    def __init__(
        self,
        *,
        watch: WatchStore,
        chain: Chain,
        queues: Queues,
        leases: Leases,
        clock: Clock,
        metrics: Metrics,
        interval: timedelta,
    ) -> None:
        self._watch = watch
        self._chain = chain
        self._queues = queues
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._interval = interval

    async def run(self, *, remaining: Callable[[], float]) -> int:
        """Sweep until the time is up or another invocation wants to take over.

        Args:
            remaining: Seconds this invocation still has.

        Returns:
            How many rounds were done; 0 where another invocation kept the lease.
        """
        patience = max(self._interval, LEASE_TTL) + timedelta(seconds=ROUND_RESERVE_SECONDS)
        rounds = 0
        ended = False
        while not ended and remaining() > ROUND_RESERVE_SECONDS:
            try:
                lease = await self._leases.acquire(LEASE_NAME, LEASE_TTL, patience=patience)
                if lease is None:
                    self._metrics.count("SweepsWithoutLease")
                    return rounds
                done, ended = await self._hold(lease, remaining)
                rounds += done
            except StoreUnavailable as error:
                # Without the store of the leases nobody sweeps; it is asked again until the time is up.
                _log.warning("lease store failed", extra={"reason": str(error)})
                self._metrics.count("LeasesUnavailable")
                await self._clock.sleep(POLL_SECONDS)
        return rounds

    async def _hold(self, lease: Lease, remaining: Callable[[], float]) -> tuple[int, bool]:
        """Sweep while the lease is held: the rounds done, and whether this invocation is at its end.

        Raises:
            StoreUnavailable: The lease could not be renewed.
        """
        rounds = 0
        while remaining() > ROUND_RESERVE_SECONDS:
            started = self._clock.now()
            await self._guarded_round()
            rounds += 1
            due = started + self._interval
            while True:
                if not await lease.renew():
                    return rounds, False
                if await lease.wanted():
                    await lease.release()
                    return rounds, True
                seconds = (due - self._clock.now()).total_seconds()
                if seconds <= 0:
                    break
                await self._clock.sleep(min(seconds, POLL_SECONDS))
        await lease.release()
        return rounds, True

    async def _guarded_round(self) -> None:
        try:
            await self.round()
        except TransientError as error:
            # The states were not stored, so the next round sees the same changes again.
            _log.warning("round failed", extra={"reason": str(error)})
            self._metrics.count("SweepRoundsFailed")

    async def round(self) -> int:
        """Look at every account once. Returns how many wallets changed.

        Raises:
            TransientError: Nothing of the part that was not done is recorded as seen.
        """
        started = self._clock.now()
        known = await self._watch.accounts()
        accounts = [*known, *await self._discover(known)]
        changed_wallets: set[str] = set()
        slots: list[int] = []
        for kind, group in _by_kind(accounts).items():
            by_address: dict[str, list[WatchedAccount]] = {}
            for account in group:
                by_address.setdefault(account.address, []).append(account)
            for observation in await self._chain.observe(kind, list(by_address)):
                slots.append(observation.slot)
                changed = [
                    (account, AccountState(seen.digest, observation.slot))
                    for seen in observation.accounts
                    for account in by_address[seen.address]
                    if account.state is None or account.state.digest != seen.digest
                ]
                await self._report(changed)
                changed_wallets.update(account.wallet for account, _ in changed)
        if slots:
            await self._watch.record_progress(Progress(min(slots), self._clock.now()))
        self._metrics.count("AccountsSwept", len(accounts))
        self._metrics.count("WalletsChanged", len(changed_wallets))
        self._metrics.milliseconds("SweepRound", (self._clock.now() - started).total_seconds() * 1000)
        return len(changed_wallets)

    async def _discover(self, known: Sequence[WatchedAccount]) -> Sequence[WatchedAccount]:
        """Find token accounts that came into being; a transfer into a new one changes no known account."""
        addresses = {(account.wallet_id, account.address) for account in known}
        limit = max(MIN_DISCOVERIES, len(known) // ACCOUNTS_PER_DISCOVERY)
        discovered: list[WatchedAccount] = []
        for wallet in await self._watch.take_for_discovery(limit):
            found = await self._chain.token_accounts(wallet.address)
            new = [account for account in found if (wallet.id, account.address) not in addresses]
            if new:
                discovered.extend(await self._watch.add_accounts(wallet.id, new))
        return discovered

    async def _report(self, changed: Sequence[tuple[WatchedAccount, AccountState]]) -> None:
        """Queue the checks, and only then take the new states as seen."""
        hints: dict[str, list[AccountHint]] = {}
        for account, state in changed:
            since = account.state.slot if account.state else None
            hints.setdefault(account.wallet, []).append(AccountHint(account.address, state.slot, since))
        await self._queues.check(
            [BalanceCheck(wallet, CheckReason.CHANGED, tuple(found)) for wallet, found in hints.items()]
        )
        await self._watch.record_states({account.id: state for account, state in changed})


def _by_kind(accounts: Iterable[WatchedAccount]) -> Mapping[AccountKind, Sequence[WatchedAccount]]:
    groups: dict[AccountKind, list[WatchedAccount]] = {}
    for account in accounts:
        groups.setdefault(account.kind, []).append(account)
    return groups
