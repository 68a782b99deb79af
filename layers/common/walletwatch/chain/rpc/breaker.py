"""A circuit breaker for one endpoint (Nygard, Release It!)."""

from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

FAILURES_IN_A_ROW: Final = 5
WINDOW: Final = 20
"""Exchanges that the failure rate is taken over."""
OPEN_RATE: Final = 0.5
FIRST_REST_SECONDS: Final = 1.0
MAX_REST_SECONDS: Final = 30.0


class BreakerState(StrEnum):
    """Closed lets everything through, open nothing, half-open one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """Opens after five failures in a row, or when half of the last 20 exchanges failed.

    An open breaker rests, then lets one probe through: its success closes the breaker, its failure opens it
    for twice as long. What was sent before it opened has no say in that.

    Args:
        time: A monotonic clock in seconds.
        opened: Called each time the breaker opens.
    """

    def __init__(self, time: Callable[[], float], *, opened: Callable[[], None]) -> None:
        self._time = time
        self._opened = opened
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._in_a_row = 0
        self._rest = FIRST_REST_SECONDS
        self._open_until: float | None = None
        self._probe: Permit | None = None

    @property
    def state(self) -> BreakerState:
        """The present state."""
        if self._open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._time() < self._open_until else BreakerState.HALF_OPEN

    @property
    def failure_rate(self) -> float:
        """Share of the last exchanges that failed, 0 to 1; 0 before the first."""
        return self._recent.count(False) / len(self._recent) if self._recent else 0.0

    @property
    def admits(self) -> bool:
        """Whether `admit` would let a request through now."""
        state = self.state
        return state is BreakerState.CLOSED or (state is BreakerState.HALF_OPEN and self._probe is None)

    @property
    def rest(self) -> float:
        """Seconds until a probe may be sent; 0 where one may be, or is under way."""
        return 0.0 if self._open_until is None else max(0.0, self._open_until - self._time())

    def admit(self) -> "Permit | None":
        """Ask to send one request; None where it must not be sent."""
        if not self.admits:
            return None
        permit = Permit(self)
        if self._open_until is not None:
            self._probe = permit
        return permit

    def settle(self, permit: "Permit", ok: bool | None) -> None:
        """Take in how a request ended; None where it ended without telling anything of the endpoint."""
        is_probe = permit is self._probe
        if is_probe:
            self._probe = None
        if ok is None:
            return
        self._recent.append(ok)
        self._in_a_row = 0 if ok else self._in_a_row + 1
        if is_probe:
            if ok:
                self._close()
            else:
                self._open()
        elif self._open_until is None and self._is_too_much():
            self._open()

    def _is_too_much(self) -> bool:
        return self._in_a_row >= FAILURES_IN_A_ROW or (
            len(self._recent) == WINDOW and self.failure_rate >= OPEN_RATE
        )

    def _open(self) -> None:
        self._open_until = self._time() + self._rest
        self._rest = min(2 * self._rest, MAX_REST_SECONDS)
        self._opened()

    def _close(self) -> None:
        self._open_until = None
        self._rest = FIRST_REST_SECONDS
        # The failures that opened it are not held against it again.
        self._recent.clear()
        self._recent.append(True)


class Permit:
    """Leave to send one request, to be ended by exactly one of its methods."""

    __slots__ = ("_breaker",)

    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker

    def succeeded(self) -> None:
        """The endpoint answered."""
        self._breaker.settle(self, True)

    def failed(self) -> None:
        """The endpoint did not answer, or not as an RPC node does."""
        self._breaker.settle(self, False)

    def abandoned(self) -> None:
        """The request was given up."""
        self._breaker.settle(self, None)
