"""When a slow read is asked of a second endpoint too (Dean and Barroso, The Tail at Scale)."""

from collections import deque
from typing import Final

SHARE: Final = 0.05
"""Hedges for each call, at most."""
SAVED: Final = 5.0
"""Hedges that may be saved up, and that there are at the beginning."""
SAMPLES: Final = 100
"""Calls of a method that its percentile is taken over."""
PERCENTILE: Final = 0.95


class Hedging:
    """Decides when and how often to hedge.

    A read is slow when it takes longer than 95 of the last 100 of its method, and than `least`. Hedges are
    limited to 5 in 100 calls, so that a slow cluster is not made slower.

    Args:
        least: Seconds before a read may be hedged; 0 turns hedging off.
    """

    def __init__(self, least: float) -> None:
        self._least = least
        self._saved = SAVED
        self._seconds: dict[str, deque[float]] = {}

    def delay(self, method: str) -> float | None:
        """Seconds to wait before hedging; None for what must not be asked twice."""
        if not self._least or not method.startswith("get"):
            return None
        seconds = sorted(self._seconds.get(method, ()))
        if not seconds:
            return self._least
        return max(self._least, seconds[min(int(PERCENTILE * len(seconds)), len(seconds) - 1)])

    def took(self, method: str, seconds: float) -> None:
        """A call was answered, whoever answered it; earns its share of a hedge."""
        self._seconds.setdefault(method, deque(maxlen=SAMPLES)).append(seconds)
        self._saved = min(SAVED, self._saved + SHARE)

    def spend(self) -> bool:
        """Take one hedge out of what is allowed; False where nothing is left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
