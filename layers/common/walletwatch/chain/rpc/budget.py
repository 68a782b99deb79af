"""How often one endpoint may be asked: a token bucket whose callers are served in order."""

import asyncio
from collections.abc import Callable
from typing import Final

MAX_PAUSE_SECONDS: Final = 60.0
"""A server that asks for more is asked again after this: it may have meant its quota of the day."""
_LEAST_SLEEP_SECONDS: Final = 0.001


class RequestBudget:
    """Calls a second, with a burst of one second's worth, and pauses that a server asked for.

    Args:
        rate: Calls a second; 0 is no limit.
        time: A monotonic clock in seconds, that of the event loop.
        waited: Called with the seconds of each wait that is over.
    """

    def __init__(self, rate: float, time: Callable[[], float], *, waited: Callable[[float], None]) -> None:
        self._rate = rate
        self._capacity = max(rate, 1.0)
        self._time = time
        self._waited = waited
        self._tokens = self._capacity
        self._filled_at: float | None = None
        self._paused_until = 0.0
        # asyncio's lock is fair: whoever holds it is next, and the others wait in the order they came.
        self._turn = asyncio.Lock()
        self._queued = 0
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Callers that wait for their turn."""
        return self._waiting

    @property
    def paused_for(self) -> float:
        """Seconds that the endpoint is still to be left alone."""
        return max(0.0, self._paused_until - self._time())

    def delay(self, calls: int) -> float:
        """Seconds that a caller who came now would wait."""
        if not self._rate:
            return self.paused_for
        missing = self._queued + min(calls, self._capacity) - self._available()
        return max(self.paused_for, missing / self._rate)

    def pause(self, seconds: float) -> None:
        """Send nothing for so long. A shorter pause never replaces a longer one."""
        self._paused_until = max(self._paused_until, self._time() + min(seconds, MAX_PAUSE_SECONDS))

    async def take(self, calls: int) -> None:
        """Wait for the turn of this many calls; more than fit into the bucket are paid off afterwards."""
        if not self._waiting and self.delay(calls) <= 0:
            self._spend(calls)
            return
        started = self._time()
        self._queued += calls
        self._waiting += 1
        try:
            async with self._turn:
                seconds = self._shortage(calls)
                while seconds > 0:
                    await asyncio.sleep(max(seconds, _LEAST_SLEEP_SECONDS))
                    # A pause may have come meanwhile.
                    seconds = self._shortage(calls)
                self._spend(calls)
        finally:
            self._queued -= calls
            self._waiting -= 1
            self._waited(self._time() - started)

    def _shortage(self, calls: int) -> float:
        """Seconds until the caller whose turn it is may go on."""
        if not self._rate:
            return self.paused_for
        return max(self.paused_for, (min(calls, self._capacity) - self._available()) / self._rate)

    def _available(self) -> float:
        now = self._time()
        if self._filled_at is not None:
            self._tokens = min(self._capacity, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        return self._tokens

    def _spend(self, calls: int) -> None:
        if self._rate:
            self._tokens = self._available() - calls
