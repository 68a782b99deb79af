"""What belongs to one update: what it has read of the cache, and what it has yet to write there.

A person waits for round trips, and need not wait for what is written for others. So what an update asks at
the same time is one round trip, what it has read is not asked for again, and what it loaded is written with
its settlement.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Metrics
from walletwatch.storage.redis.server import Call, RedisServer, complete

WRITE_WITHIN_SECONDS: Final = 0.1
"""A write waits for the answer so long at most: other instances wait for it."""
STEPS: Final = 4
"""Of the event loop, which a question waits for others: tasks that begin together have all asked by then."""

_log = logging.getLogger("walletwatch.caching")


class Turn:
    """One environment handles one update at a time; where there are several, they only share more.

    Args:
        server: Of all instances.
        metrics: Counts `CacheFailures`.
    """

    def __init__(self, server: RedisServer, metrics: Metrics) -> None:
        self._server = server
        self._metrics = metrics
        self._seen: dict[str, bytes] = {}
        self._asked: list[tuple[Sequence[Call], asyncio.Future[Sequence[Any]]]] = []
        self._writes: list[Call] = []
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def seen(self, key: str) -> bytes | None:
        """A value that this update has read, or is about to write."""
        return self._seen.get(key)

    def see(self, key: str, value: bytes) -> None:
        """Remember a value until the update is settled."""
        self._seen[key] = value

    def forget(self, *keys: str) -> None:
        """Remember them no longer."""
        for key in keys:
            self._seen.pop(key, None)

    async def ask(self, calls: Sequence[Call]) -> Sequence[Any]:
        """The answers to these, in one round trip with what else is asked now, and behind all writes.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        answers: asyncio.Future[Sequence[Any]] = asyncio.get_running_loop().create_future()
        self._asked.append((calls, answers))
        if len(self._asked) == 1:
            self._begin(self._send())
        return await answers

    def write(self, calls: Sequence[Call]) -> None:
        """Send these with what comes next; in the order in which they were given."""
        if calls and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WRITE_WITHIN_SECONDS, self._flush)
        self._writes += calls

    def take(self) -> Sequence[Call]:
        """What is to be written, for a pipeline that takes it along."""
        # What is asked behind them has to find them written.
        writes, self._writes = complete(self._writes), []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return writes

    def lost(self, error: object) -> None:
        """What was taken along was not written: whoever wants it loads it anew."""
        self._metrics.count("CacheFailures")
        _log.warning("not written to the cache", extra={"reason": str(error)})

    async def end(self) -> None:
        """The update is settled: nothing of it is kept, and nothing is left on its way."""
        self._seen.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _flush(self) -> None:
        self._timer = None
        self._flushing = self._begin(self._send_writes())

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _send_writes(self) -> None:
        if writes := self.take():
            try:
                await self._server.together(writes)
            except StoreUnavailable as error:
                self.lost(error)

    async def _send(self) -> None:
        for _ in range(STEPS):
            await asyncio.sleep(0)
        if self._flushing is not None and not self._flushing.done():
            # What it writes may be asked for; it is on another connection.
            await asyncio.wait([self._flushing])
        asked, self._asked = self._asked, []
        # Whoever has given up meanwhile needs no answer.
        asked = [(calls, answers) for calls, answers in asked if not answers.done()]
        writes = self.take()
        try:
            found = await self._server.apart([*writes, *(call for calls, _ in asked for call in calls)])
        except BaseException as error:
            for _, answers in asked:
                if not answers.done():
                    answers.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        self._hand_out(found, len(writes), asked)

    def _hand_out(
        self,
        found: Sequence[Any],
        written: int,
        asked: Sequence[tuple[Sequence[Call], asyncio.Future[Sequence[Any]]]],
    ) -> None:
        """Give everybody their own answers, or what became of them; those of the writes come first."""
        for error in filter(_is_error, found[:written]):
            self.lost(error)
        begin = written
        for calls, answers in asked:
            own = found[begin : begin + len(calls)]
            begin += len(calls)
            if answers.done():
                continue
            error = next(filter(_is_error, own), None)
            if error is None:
                answers.set_result(own)
            else:
                answers.set_exception(error)


def _is_error(answer: object) -> bool:
    return isinstance(answer, Exception)
