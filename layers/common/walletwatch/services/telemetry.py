"""What this instance says of itself after each invocation, and during long ones."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.telemetry import Instance, Report, RpcUse, Tally
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.operations import TelemetryBoard

BEAT: Final = timedelta(seconds=10)
"""How often a long invocation reports."""
PATIENCE_SECONDS: Final = 0.5
"""What a report may take of an invocation's time."""
REST_SECONDS: Final = 10.0
"""After a report that failed, the next ones wait for so long: people do not wait for numbers."""

_log = logging.getLogger("walletwatch.telemetry")


class Recorder(Metrics, Protocol):
    """`Metrics` that can be written out and taken away."""

    def flush(self) -> None:
        """Write to the log what was recorded since the last time."""

    def take(self) -> Tally:
        """What was recorded since the last time."""


class Closing(Protocol):
    """What has to be stored when the work is over; the report goes along, in the same round trip."""

    @property
    def is_due(self) -> bool:
        """Whether there is something to store."""

    async def close(self, report: Report | None) -> bool:
        """Store it; whether the report was posted with it. Never raises."""


class Telemetry:
    """Wraps the work of an instance.

    What could not be reported stays and goes with the next report, so that nothing is lost but what a killed
    instance had not reported yet.

    Args:
        instance_id: Of this environment.
        function: Its function's name in the catalogue, such as `balance`.
        metrics: What the work counts with.
        board: Where all instances report to.
        memory: Gives the bytes in use, and the limit.
        rpc: Gives what was done with the RPC's connections since the last time it was asked.
    """

    def __init__(
        self,
        *,
        instance_id: str,
        function: str,
        metrics: Recorder,
        board: TelemetryBoard,
        clock: Clock,
        memory: Callable[[], tuple[int, int | None]],
        rpc: Callable[[], RpcUse] | None = None,
    ) -> None:
        self._id = instance_id
        self._function = function
        self._metrics = metrics
        self._board = board
        self._clock = clock
        self._memory = memory
        self._rpc = rpc
        self._started_at = clock.now()
        self._invocations = 0
        self._unsaid = Tally()
        self._silent_until = 0.0

    async def during[T](self, work: Coroutine[Any, Any, T], closing: Closing | None = None) -> T:
        """Do an invocation's work, and report it, whether it succeeds or fails.

        Args:
            work: Its result is returned, and what it raises is raised.
            closing: Closed when the work is over.
        """
        self._invocations += 1
        if self._invocations == 1:
            self._metrics.count("ColdStarts")
        started = time.perf_counter()
        beat = asyncio.create_task(self._beat())
        try:
            return await work
        except BaseException:
            self._metrics.count("InvocationFailures")
            raise
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
            self._metrics.count("Invocations")
            self._metrics.milliseconds("InvocationLatency", (time.perf_counter() - started) * 1000)
            await self.report(closing)

    async def report(self, closing: Closing | None = None) -> None:
        """Say what there is to say now. Never raises: numbers are worth no failure."""
        self._metrics.flush()
        self._unsaid.add(self._metrics.take())
        now = time.monotonic()
        report = None if now < self._silent_until else Report(self._instance(), self._unsaid)
        posted = await (closing.close(report) if closing and closing.is_due else self._post(report))
        if report is None:
            return
        if not posted:
            self._silent_until = now + REST_SECONDS
            self._metrics.count("TelemetryLost")
            _log.warning("nothing reported")
            return
        self._unsaid = Tally()

    async def _post(self, report: Report | None) -> bool:
        if report is None:
            return False
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._board.post(report.instance, report.tally)
        except (StoreUnavailable, TimeoutError):
            return False
        return True

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT.total_seconds())
            await self.report()

    def _instance(self) -> Instance:
        used, limit = self._memory()
        return Instance(
            id=self._id,
            function=self._function,
            started_at=self._started_at,
            seen_at=self._clock.now(),
            invocations=self._invocations,
            memory_bytes=used,
            memory_limit_bytes=limit,
            rpc=self._rpc() if self._rpc else None,
        )
