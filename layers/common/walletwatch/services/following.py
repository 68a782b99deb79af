"""Following the chain block by block under a lease, so that one invocation at a time does it."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from walletwatch.domain.errors import FencedOff, StoreUnavailable, TransientError
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Lease, Leases
from walletwatch.services.block_follower import BlockFollower

LEASE_NAME: Final = "stream"
LEASE_TTL: Final = timedelta(seconds=8)
PATIENCE: Final = timedelta(seconds=75)
"""Longer than a whole period of the schedule, in which the present holder notices that it is wanted."""
RENEW_EVERY: Final = timedelta(seconds=2)
RESERVE_SECONDS: Final = 10.0
ERROR_PAUSE_SECONDS: Final = 0.5
MAX_PAUSE_SECONDS: Final = 5.0

_log = logging.getLogger("walletwatch.following")


class Following:
    """The use case of the stream function.

    Invocations overlap as those of the sweep do: the next one waits for the lease, and the present one hands
    over between two blocks. A holder that lost its lease without noticing is kept from writing by its
    fencing token; what it queues meanwhile is queued twice, which the ledger makes harmless.

    Args:
        follower: Makes the follower of a lease with this fencing token.
    """

    def __init__(
        self, *, follower: Callable[[int], BlockFollower], leases: Leases, clock: Clock, metrics: Metrics
    ) -> None:
        self._follower = follower
        self._leases = leases
        self._clock = clock
        self._metrics = metrics

    async def run(self, *, remaining: Callable[[], float]) -> int:
        """Follow until the time is up or another invocation wants to take over.

        Args:
            remaining: Seconds this invocation still has.

        Returns:
            How many blocks were followed.
        """
        followed = 0
        ended = False
        while not ended and remaining() > RESERVE_SECONDS:
            try:
                lease = await self._leases.acquire(LEASE_NAME, LEASE_TTL, patience=PATIENCE)
                if lease is None:
                    self._metrics.count("FollowersWithoutLease")
                    return followed
                follower = self._follower(lease.token)
                try:
                    ended = await self._hold(lease, follower, remaining)
                finally:
                    followed += follower.followed
                    with suppress(StoreUnavailable):
                        await lease.release()
            except TransientError as error:
                await self._pause("following failed", error)
            except FencedOff:
                self._metrics.count("FollowersFencedOff")
        return followed

    async def _hold(self, lease: Lease, follower: BlockFollower, remaining: Callable[[], float]) -> bool:
        """Follow while the lease is held; whether this invocation is at its end.

        Raises:
            TransientError: It could not begin, or the store of the leases failed.
            FencedOff: Somebody else follows by now.
        """
        await follower.start()
        renewed = self._clock.now()
        while remaining() > RESERVE_SECONDS:
            try:
                await follower.step()
            except TransientError as error:
                # The position did not move, so the next step begins with the same block.
                await self._pause("a block failed", error)
            if self._clock.now() - renewed >= RENEW_EVERY:
                if not await lease.renew():
                    return False
                renewed = self._clock.now()
                if await lease.wanted():
                    return True
        return True

    async def _pause(self, what: str, error: TransientError) -> None:
        _log.warning(what, extra={"reason": str(error)})
        self._metrics.count("FollowingFailed")
        await self._clock.sleep(min(error.retry_after or ERROR_PAUSE_SECONDS, MAX_PAUSE_SECONDS))
