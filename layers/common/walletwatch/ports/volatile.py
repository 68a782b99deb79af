"""What may be lost at any moment (Redis)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from walletwatch.domain.admission import Arrival, Settlement
from walletwatch.domain.caching import CacheStats, Looked
from walletwatch.domain.sessions import Session
from walletwatch.domain.telemetry import Report


class Cache(Protocol):
    """Values that may be lost at any moment.

    Every look at a value is counted, as `CacheHits` or `CacheMisses`; one that the cache does not answer is a
    miss, beside the error that it raises.
    """

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep the value for a while, at least a millisecond."""

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        """Keep the values for a while, at least a millisecond."""

    async def delete(self, *keys: str) -> None:
        """Forget the values."""

    async def increment(self, key: str, amount: int = 1, *, ttl: timedelta) -> int:
        """Add to a number, which is 0 where there is none, and return it; at once for all instances.

        An increment whose answer was lost is made again, and so may count twice.

        Args:
            key: Of a number in decimal digits.
            amount: May be negative.
            ttl: Set by the first increment; the others leave the number its end.
        """

    async def pop(self, key: str) -> bytes | None:
        """The value, or None; it is forgotten, so that only one of all who ask gets it."""

    async def clear(self, pattern: str) -> int:
        """Forget all values whose key matches, in steps that hold up nobody else.

        Args:
            pattern: `*`, `?` and `[...]` as Redis has them, over whole keys (`balance:*`). What is put in
                from outside has to be `domain.caching.escaped`.

        Returns:
            How many there were.
        """

    def stats(self) -> CacheStats:
        """What was looked for through this object, in this process."""

    async def look(
        self, keys: Sequence[str], *, holder: str, lock_for: timedelta, stale_for: timedelta
    ) -> Mapping[str, Looked]:
        """Look at values that their reader will load where they are missing: one of all instances.

        Args:
            keys: All of them are answered.
            holder: Names who looks. Whoever gets `to_load` holds a lock on it until `fill` or `release`.
            lock_for: When the lock ends by itself, since its holder was killed.
            stale_for: A value is stale from so long before its end on.
        """

    async def fill(
        self, values: Mapping[str, tuple[bytes, timedelta]], *, holder: str, gone: Sequence[str] = ()
    ) -> None:
        """Keep what was loaded, each for a while, forget what is gone, and give up the locks.

        A value that is there stays, if somebody else has its lock by now: theirs is newer.
        """

    async def release(self, keys: Sequence[str], *, holder: str) -> None:
        """Give up the locks, with nothing loaded."""


class Settlements(Protocol):
    """How updates ended, and what their conversations wait for: one round trip, when an update is answered.

    All of it may be lost at any moment: an update whose handling was not acknowledged is then handled a
    second time, and a person who was asked something begins again.
    """

    async def session(self, arrival: Arrival) -> Session | None:
        """The question that is open in the update's private chat, with its full time again."""

    async def settled(self, arrival: Arrival) -> bool:
        """Whether this update was handled."""

    async def settle(self, settlement: Settlement, report: Report | None = None) -> bool:
        """Store how it ended, all of it or nothing, and take the instance's report along.

        Returns:
            False where the conversation went on elsewhere meanwhile, so that the change was not stored.
        """


class Lease(Protocol):
    """A lease that is held."""

    token: int
    """The fencing token: higher than that of every earlier holder."""

    async def renew(self) -> bool:
        """Hold it for its full time again; False if it was lost."""

    async def wanted(self) -> bool:
        """Whether somebody waits for it."""

    async def release(self) -> None:
        """Give it up, if it is still held."""


class Leases(Protocol):
    """Exclusive rights with an end, so that a killed holder blocks nobody for long."""

    async def acquire(self, name: str, ttl: timedelta, *, patience: timedelta) -> Lease | None:
        """Take the lease, waiting for it up to `patience` and letting its holder know; None if in vain."""

    async def adopt(self, name: str, ttl: timedelta) -> Lease | None:
        """Take the lease if nobody holds it or waits for it; else its holder is not told, and it is None."""


class RateLimits(Protocol):
    """How often one user may ask for something, in windows that begin with the first request."""

    async def allow(
        self, user: int, action: str, *, limit: int, window: timedelta, request: str | None = None
    ) -> bool:
        """Count this request; False if it is one too many.

        Args:
            user: Whose requests are counted.
            action: Counted by itself.
            limit: Of one window.
            window: How long it lasts.
            request: Names it, so that one that comes again is not counted again, and has the same answer.
        """

    async def give_back(self, user: int, action: str, *, request: str) -> None:
        """This request was not needed after all; one that is unknown, or was given back, changes nothing."""

    async def counts(self, user: int, actions: Sequence[str]) -> Sequence[int]:
        """How many requests for each the present window has counted, those included that were too many."""
