"""The one way to read through the cache: whatever is missing is loaded once, however many ask for it.

Within a process, all who ask for a key at the same time share one load. Between instances, one takes a short
lock with the very look that finds nothing; the others have the stale value meanwhile, if there is one, or
look again until the new one is there. A loader that was killed holds its lock for `LOCK_FOR`, one that failed
gives it up. Without the cache, each process loads for itself.

Why not by chance before the end (XFetch): most values here are one person's, asked for now and then. Nobody
asks at the right time, and whoever comes too late would meet the whole crowd. A lock costs a hit nothing, and
a miss no round trip.
"""

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import msgspec

from walletwatch.domain.caching import Looked
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Metrics
from walletwatch.ports.volatile import Cache

LOCK_FOR: Final = timedelta(seconds=5)
"""Longer than a load usually takes; so long nobody else loads where a loader was killed."""
WAIT_SECONDS: Final = 2.0
"""Whoever waited that long for another instance loads for itself: a person waits behind it."""
POLL_SECONDS: Final = (0.02, 0.06)
CACHE_SECONDS: Final = 0.5
"""A cache that takes longer is as good as down."""

_encoder = msgspec.json.Encoder()
_log = logging.getLogger("walletwatch.caching")


@dataclass(eq=False, slots=True)
class _Flight[T]:
    """A load that is on its way, and how many wait for it."""

    task: asyncio.Task[Mapping[str, T]]
    waiting: int = 0


class Cached[T]:
    """Values that are read through the cache. Works without it, only slower.

    A load that fails is never kept: its error goes to all of this process who waited for it, and other
    instances load for themselves. Values are shared by those who asked at once, and so must not be changed.

    Args:
        cache: Of all instances.
        metrics: Counts `CacheFailures` (operations that the cache did not do in time), `CacheUnreadable`
            (values that another version wrote, or nobody of ours), and `CacheWaitsInVain`.
        decode: Gives back exactly what was encoded as JSON by msgspec.

            Raises `msgspec.MsgspecError` or `ValueError` for a value that is to be loaded anew.
        ttl: How long a value is fresh, or a function that tells it of the value.
        stale_for: How much longer it is kept, for those who ask while it is loaded anew.
    """

    def __init__(
        self,
        cache: Cache,
        metrics: Metrics,
        *,
        decode: Callable[[bytes], T],
        ttl: timedelta | Callable[[T], timedelta],
        stale_for: timedelta = timedelta(0),
    ) -> None:
        self._cache = cache
        self._metrics = metrics
        self._decode = decode
        self._ttl = ttl
        self._stale_for = stale_for
        self._flights: dict[str, _Flight[T]] = {}

    async def get_or_load(self, key: str, load: Callable[[], Awaitable[T]]) -> T:
        """The value, from the cache or else loaded; raises what the load raises."""

        async def load_it(_keys: Sequence[str]) -> Mapping[str, T]:
            return {key: await load()}

        return (await self.get_or_load_many([key], load_it))[key]

    async def get_or_load_many(
        self, keys: Collection[str], load: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]]
    ) -> Mapping[str, T]:
        """The values, from the cache or else loaded; raises what the load raises.

        Args:
            keys: Of the values.
            load: Is given the keys that are missing. A key that it has no value for is forgotten, and is
                missing in the answer, too.
        """
        flights = {self._flights[key] for key in keys if key in self._flights}
        missing = [key for key in dict.fromkeys(keys) if key not in self._flights]
        if missing:
            flights.add(self._start(missing, self._obtain(missing, load)))
        for flight in flights:
            flight.waiting += 1
        found: dict[str, T] = {}
        try:
            for flight in flights:
                # Whoever is cancelled does not cancel it for the others.
                found.update(await asyncio.shield(flight.task))
        finally:
            for flight in flights:
                self._leave(flight)
        return {key: found[key] for key in keys if key in found}

    async def peek(self, key: str) -> T | None:
        """The value, if it is there and can be read; nobody is asked to load it."""
        value = await self._attempt(self._cache.get(key))
        found: dict[str, T] = {}
        if value is not None:
            self._take({key: Looked(value, to_load=False)}, found)
        return found.get(key)

    async def put(self, key: str, value: T) -> None:
        """Keep a value that came about in another way than by a load. Where the cache is away it is lost."""
        await self._attempt(self._cache.set(key, _encoder.encode(value), self._kept_for(value)))

    def _start(self, keys: Sequence[str], work: Coroutine[Any, Any, Mapping[str, T]]) -> _Flight[T]:
        flight = _Flight(asyncio.create_task(work))
        self._flights |= dict.fromkeys(keys, flight)
        flight.task.add_done_callback(lambda _task: self._forget(flight))
        return flight

    def _leave(self, flight: _Flight[T]) -> None:
        flight.waiting -= 1
        if not flight.waiting and not flight.task.done():
            # Nobody wants it any more; whoever asks from now on must not join what is being cancelled.
            self._forget(flight)
            flight.task.cancel()

    def _forget(self, flight: _Flight[T]) -> None:
        self._flights = {key: other for key, other in self._flights.items() if other is not flight}
        if flight.task.done() and not flight.task.cancelled():
            # All who waited have it already; if they were cancelled first, it concerns nobody.
            flight.task.exception()

    async def _obtain(
        self, keys: Sequence[str], load: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]]
    ) -> Mapping[str, T]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS
        holder = uuid.uuid4().hex
        found: dict[str, T] = {}
        while True:
            looked = await self._look(keys, holder)
            if looked is None:
                return found | dict(await load(keys))
            unreadable = self._take(looked, found)
            locked = [key for key, each in looked.items() if each.to_load]
            if locked:
                found |= await self._load(locked, load, holder)
            keys = [key for key, each in looked.items() if each.value is None and not each.to_load]
            is_late = bool(keys) and loop.time() >= deadline
            if is_late:
                self._metrics.count("CacheWaitsInVain", len(keys))
            if without_lock := [*unreadable, *(keys if is_late else ())]:
                loaded = await load(without_lock)
                if unreadable:
                    await self._attempt(self._cache.delete(*unreadable))
                await self._keep(loaded, holder)
                found |= loaded
            if not keys or is_late:
                return found
            await asyncio.sleep(random.uniform(*POLL_SECONDS))  # noqa: S311 - jitter

    async def _look(self, keys: Sequence[str], holder: str) -> Mapping[str, Looked] | None:
        return await self._attempt(
            self._cache.look(keys, holder=holder, lock_for=LOCK_FOR, stale_for=self._stale_for)
        )

    def _take(self, looked: Mapping[str, Looked], found: dict[str, T]) -> Sequence[str]:
        """Note the values that need no load; returns the keys of those that nobody can read."""
        unreadable = []
        for key, each in looked.items():
            if each.value is None or each.to_load:
                continue
            try:
                found[key] = self._decode(each.value)
            except (msgspec.MsgspecError, ValueError) as error:
                self._metrics.count("CacheUnreadable")
                _log.warning("a cached value is unreadable", extra={"reason": type(error).__name__})
                unreadable.append(key)
        return unreadable

    async def _load(
        self,
        keys: Sequence[str],
        load: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]],
        holder: str,
    ) -> Mapping[str, T]:
        """Load what we hold the locks of."""
        try:
            loaded = await load(keys)
        except BaseException:
            await self._attempt(self._cache.release(keys, holder=holder))
            raise
        # A stale value must not come back.
        await self._keep(loaded, holder, [key for key in keys if key not in loaded])
        return loaded

    async def _keep(self, loaded: Mapping[str, T], holder: str, gone: Sequence[str] = ()) -> None:
        values = {key: (_encoder.encode(value), self._kept_for(value)) for key, value in loaded.items()}
        await self._attempt(self._cache.fill(values, holder=holder, gone=gone))

    def _kept_for(self, value: T) -> timedelta:
        return (self._ttl(value) if callable(self._ttl) else self._ttl) + self._stale_for

    async def _attempt[R](self, operation: Awaitable[R]) -> R | None:
        """What the cache answers; None where it does not."""
        try:
            async with asyncio.timeout(CACHE_SECONDS):
                return await operation
        except (StoreUnavailable, TimeoutError) as error:
            self._metrics.count("CacheFailures")
            _log.warning("the cache does not answer", extra={"reason": str(error) or type(error).__name__})
            return None
