"""The time the double lives in: real, faster than real, or moved by hand."""

import asyncio
import time


class Clock:
    """Monotonic seconds that may run faster than real ones and can be moved forward.

    Everything Telegram measures by a clock (retries, rate limits, expiries) uses it, so that a test sees a
    day pass in a moment. Timestamps that people and clients see are real wall-clock time.

    Args:
        scale: Seconds of this clock in one real second.
    """

    def __init__(self, scale: float = 1.0) -> None:
        if scale <= 0:
            raise ValueError("the time scale must be positive")
        self.scale = scale
        self._start = time.monotonic()
        self._skipped = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Seconds since the clock was made."""
        return (time.monotonic() - self._start) * self.scale + self._skipped

    def advance(self, seconds: float) -> None:
        """Moves the clock forward and wakes every sleeper whose time has come."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._skipped += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, moment: float) -> None:
        """Returns when the clock shows ``moment`` or later."""
        while (remaining := moment - self.now()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(remaining / self.scale):
                    await moved.wait()
            except TimeoutError:
                continue

    async def sleep(self, seconds: float) -> None:
        """Returns after ``seconds`` of this clock."""
        await self.sleep_until(self.now() + seconds)

    def real(self, seconds: float) -> float:
        """Converts seconds of this clock to real ones, for time-outs of sockets."""
        return seconds / self.scale
