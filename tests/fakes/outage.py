"""Stores that can be taken away."""

from dataclasses import dataclass

from walletwatch.domain.errors import StoreUnavailable


@dataclass
class Outage:
    """Whether a fake answers: set `down` for all calls, or `failures` for the next ones."""

    down: bool = False
    failures: int = 0

    def check(self) -> None:
        if self.down:
            raise StoreUnavailable("the fake store is down")
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the fake store failed once")
