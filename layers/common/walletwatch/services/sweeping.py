"""Sweeping shards in rounds, and handing them over from one invocation to the next."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.errors import ChainRefused, StoreUnavailable, TransientError
from walletwatch.domain.sweep import Shard, planned_shards
from walletwatch.domain.wallets import Progress
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.queueing import Queues
from walletwatch.ports.volatile import Leases
from walletwatch.ports.watching import WatchStore
from walletwatch.services.shard_leases import LEASE_TTL, ShardLeases, Worker
from walletwatch.services.sweep_rounds import SweepRounds

POLL_SECONDS: Final = 0.5
RENEWAL_SECONDS: Final = LEASE_TTL.total_seconds() / 4
ROUND_RESERVE_SECONDS: Final = 10.0
ONLY_WORKER: Final = Worker()

_log = logging.getLogger("walletwatch.sweeping")


class Sweeping:
    """The use case of the sweep function.

    Invocations overlap by design: the next one asks for the leases of its shards, the present one sees that
    they are wanted and hands over between two rounds, so that no round is missed between two ticks of the
    schedule.
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
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._interval = interval
        self._rounds = SweepRounds(watch=watch, chain=chain, queues=queues, clock=clock, metrics=metrics)

    async def run(self, *, remaining: Callable[[], float], worker: Worker = ONLY_WORKER) -> int:
        """Sweep until the time is up or the next invocation of this worker takes over.

        Args:
            remaining: Seconds this invocation still has.
            worker: Which of the invocations of a tick this one is.

        Returns:
            How many rounds were done; 0 where there was no shard to be had.
        """
        shards = ShardLeases(self._leases, worker, self._metrics)
        renewing = asyncio.create_task(self._keep(shards))
        try:
            rounds = await self._work(shards, worker, remaining)
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
        try:
            await shards.release()
        except StoreUnavailable:
            self._metrics.count("SweepStoresUnavailable")
        return rounds

    async def _work(self, shards: ShardLeases, worker: Worker, remaining: Callable[[], float]) -> int:
        patience = max(self._interval, LEASE_TTL) + timedelta(seconds=ROUND_RESERVE_SECONDS)
        patient_until = self._clock.now() + patience
        begun: dict[int, datetime] = {}
        rounds = 0
        while remaining() > ROUND_RESERVE_SECONDS:
            seconds = POLL_SECONDS
            try:
                if await shards.hand_over():
                    break
                progress = await self._watch.shards()
                await shards.claim(len(progress))
                now = self._clock.now()
                if shards.held:
                    patient_until = now + patience
                    due = {index: self._due(now, begun.get(index), progress[index]) for index in shards.held}
                    index = min(due, key=due.__getitem__)
                    seconds = (due[index] - now).total_seconds()
                    if seconds <= 0:
                        begun[index] = now
                        await self._round(Shard(index, len(progress)))
                        rounds += 1
                elif now >= patient_until or worker.index >= len(progress):
                    self._metrics.count("SweepsWithoutLease")
                    break
            except StoreUnavailable as error:
                # Without the stores nobody sweeps; they are asked again until the time is up.
                _log.warning("store failed", extra={"reason": str(error)})
                self._metrics.count("SweepStoresUnavailable")
            if seconds > 0:
                await self._clock.sleep(min(seconds, POLL_SECONDS))
        return rounds

    def _due(self, now: datetime, begun: datetime | None, known: Progress | None) -> datetime:
        """When the next round of a shard begins: an interval after the last one, whoever did that."""
        if begun is not None:
            return begun + self._interval
        # Never later than an interval from now, whatever another machine's clock said.
        return now if known is None else min(known.at, now) + self._interval

    async def _round(self, shard: Shard) -> None:
        try:
            accounts = await self._rounds.run(shard)
            if shard.index == 0:
                # The wallets are spread evenly, so that one shard tells of all.
                wanted = planned_shards(shard.count, accounts * shard.count)
                if wanted != shard.count:
                    await self._watch.reshard(shard.count, wanted)
        except (TransientError, ChainRefused) as error:
            # The states were not stored, so the next round sees the same changes again.
            _log.warning("round failed", extra={"reason": str(error)})
            self._metrics.count("SweepRoundsFailed")

    async def _keep(self, shards: ShardLeases) -> None:
        """Renew the leases, however long a round takes; a killed invocation does not."""
        while True:
            await self._clock.sleep(RENEWAL_SECONDS)
            try:
                await shards.renew()
            except StoreUnavailable:
                self._metrics.count("SweepStoresUnavailable")
