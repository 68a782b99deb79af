"""What the answers of one endpoint tell of it."""

from collections.abc import Callable
from typing import Any, Final

LATENCY_WEIGHT: Final = 0.2
"""Of the newest sample in the moving average."""
MAX_SLOT_LAG: Final = 128
"""Slots an endpoint may lag (Agave's default of --health-check-slot-distance)."""
SETBACK_SECONDS: Final = 10.0


class Health:
    """Latency, newest slot, and whether the endpoint lags behind the others.

    Args:
        time: A monotonic clock in seconds.
    """

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._behind_until = 0.0
        self.latency: float | None = None
        """Exponentially weighted moving average in seconds; None before the first answer."""
        self.slot: int | None = None
        """The newest slot that an answer named."""

    @property
    def behind(self) -> bool:
        """Whether others are to be preferred for now."""
        return self._time() < self._behind_until

    def answered(self, seconds: float) -> None:
        """An exchange took so long."""
        if self.latency is None:
            self.latency = seconds
        else:
            self.latency += LATENCY_WEIGHT * (seconds - self.latency)

    def took_at_least(self, seconds: float) -> None:
        """An exchange was given up after so long."""
        if self.latency is None or seconds > self.latency:
            self.answered(seconds)

    def reached(self, slot: int, newest_elsewhere: int | None) -> None:
        """An answer named its slot.

        Args:
            slot: The slot.
            newest_elsewhere: The newest slot that other endpoints had named before.
        """
        self.slot = slot
        if newest_elsewhere is not None and slot < newest_elsewhere - MAX_SLOT_LAG:
            self.set_back()
        else:
            self._behind_until = 0.0

    def set_back(self) -> None:
        """Prefer other endpoints for a while."""
        self._behind_until = self._time() + SETBACK_SECONDS


def answered_slot(method: str, result: Any) -> int | None:
    """The slot a result was read at: that of its context, or of `getSlot` itself."""
    if method == "getSlot":
        slot = result
    elif isinstance(result, dict) and isinstance(context := result.get("context"), dict):
        slot = context.get("slot")
    else:
        return None
    return slot if isinstance(slot, int) and not isinstance(slot, bool) else None
