"""Which shards an invocation sweeps, by leases: each shard has one holder, and many may share the work."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Lease, Leases

LEASE_TTL: Final = timedelta(seconds=20)

_log = logging.getLogger("walletwatch.sweeping")


@dataclass(frozen=True, slots=True)
class Worker:
    """One of `count` invocations that the schedule starts with every tick."""

    index: int = 0
    count: int = 1

    def prefers(self, shard: int) -> bool:
        """Whether it asks for this shard; any other it only takes where nobody else does."""
        return shard % self.count == self.index


class ShardLeases:
    """The shards of one invocation.

    It asks for those it prefers: their holder is the worker of the same number that the tick before started,
    or one that stepped in for it. Of the others it adopts what has no holder, since that one was killed, or
    never started.
    """

    def __init__(self, leases: Leases, worker: Worker, metrics: Metrics) -> None:
        self._leases = leases
        self._worker = worker
        self._metrics = metrics
        self._held: dict[int, Lease] = {}

    @property
    def held(self) -> frozenset[int]:
        """The numbers of the shards that this invocation sweeps."""
        return frozenset(self._held)

    async def claim(self, count: int) -> None:
        """Take what can be had of so many shards, and give up what is no shard any more.

        Raises:
            StoreUnavailable: By every method here.
        """
        for index in [index for index in self._held if index >= count]:
            await self._release(index)
        for index in range(count):
            if index in self._held:
                continue
            name = f"sweep:{index}"
            if self._worker.prefers(index):
                lease = await self._leases.acquire(name, LEASE_TTL, patience=timedelta())
            else:
                lease = await self._leases.adopt(name, LEASE_TTL)
            if lease is not None:
                self._held[index] = lease

    async def renew(self) -> None:
        """Hold all of them for their full time again; those that were lost are gone."""
        for index, lease in list(self._held.items()):
            if not await lease.renew() and self._held.get(index) is lease:
                _log.warning("lease lost", extra={"shard": index})
                self._metrics.count("SweepLeasesLost")
                del self._held[index]

    async def hand_over(self) -> bool:
        """Give up the shards that others ask for.

        Returns:
            Whether the successor of this invocation is among them: its time is over.
        """
        wanted = [index for index, lease in list(self._held.items()) if await lease.wanted()]
        for index in wanted:
            await self._release(index)
        return any(self._worker.prefers(index) for index in wanted)

    async def release(self) -> None:
        """Give up all shards."""
        for index in list(self._held):
            await self._release(index)

    async def _release(self, index: int) -> None:
        lease = self._held.pop(index, None)
        if lease is not None:
            await lease.release()
