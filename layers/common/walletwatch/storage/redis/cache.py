"""`ports.Cache` on Redis."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from walletwatch.domain.caching import CacheStats, Looked, escaped
from walletwatch.ports.common import Metrics
from walletwatch.storage.redis.server import Call, RedisServer, Script, milliseconds
from walletwatch.storage.redis.turn import Turn

SCAN_STEP: Final = 500
"""Keys that the server looks at before it serves others again."""

_INCREMENT: Final = Script("""
local number = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return number
""")

_LOOK: Final = Script("""
local value = redis.call('GET', KEYS[1])
if value and redis.call('PTTL', KEYS[1]) > tonumber(ARGV[3]) then
  return {value, 0}
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', KEYS[2]) == ARGV[1] then
  return {value, 1}
end
return {value, 0}
""")
"""A try whose answer was lost finds its own name, and has the lock."""

_FILL: Final = Script("""
local holder = redis.call('GET', KEYS[2])
if holder == ARGV[1] then
  redis.call('DEL', KEYS[2])
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3], 'NX')
end
return 0
""")

_FORGET: Final = Script("""
if redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[1], KEYS[2])
end
return 0
""")

_RELEASE: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
""")


class RedisCache:
    """Values that may be lost at any moment.

    Args:
        server: Of all instances.
        metrics: Counts `CacheHits` and `CacheMisses`.
        turn: Of the update that is handled: what is asked at the same time goes together, what `look` found
            is not looked for again, and what is filled is written with the update's end. None where nobody
            waits for an answer: all is then done at once.
    """

    def __init__(self, server: RedisServer, metrics: Metrics, turn: Turn | None = None) -> None:
        self._server = server
        self._metrics = metrics
        self._turn = turn
        self._hits = 0
        self._misses = 0

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
        return await self._one(Call(("GET", self._key(key))))

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep the value for a while, at least a millisecond."""
        await self.set_many({key: value}, ttl)

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""
        # One round trip as MGET is, but keys of a cluster may be anywhere.
        values = await self._counted([Call(("GET", self._key(key))) for key in keys], len(keys))
        found = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        self._count(hits=len(found), misses=len(values) - len(found))
        return found

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        """Keep the values for a while, at least a millisecond."""
        if self._turn is not None:
            self._turn.forget(*values)
        await self._ask(
            [Call(("SET", self._key(key), value, "PX", milliseconds(ttl))) for key, value in values.items()]
        )

    async def delete(self, *keys: str) -> None:
        """Forget the values."""
        if self._turn is not None:
            self._turn.forget(*keys)
        await self._unlink([self._key(key) for key in keys])

    async def increment(self, key: str, amount: int = 1, *, ttl: timedelta) -> int:
        """Add to a number, which is 0 where there is none, and return it."""
        (number,) = await self._ask([_INCREMENT.call([self._key(key)], [amount, milliseconds(ttl)])])
        return int(number)

    async def pop(self, key: str) -> bytes | None:
        """The value, or None; it is forgotten."""
        if self._turn is not None:
            self._turn.forget(key)
        return await self._one(Call(("GETDEL", self._key(key))))

    async def clear(self, pattern: str) -> int:
        """Forget all values whose key matches, in steps that hold up nobody else."""
        cursor: int | str = 0
        cleared = 0
        while True:
            words = ("SCAN", cursor, "MATCH", escaped(self._key("")) + pattern, "COUNT", SCAN_STEP)
            ((cursor, names),) = await self._ask([Call(words)])
            cleared += await self._unlink(names)
            if int(cursor) == 0:
                return cleared

    def stats(self) -> CacheStats:
        """What was looked for through this object, in this process."""
        return CacheStats(self._hits, self._misses)

    async def look(
        self, keys: Sequence[str], *, holder: str, lock_for: timedelta, stale_for: timedelta
    ) -> Mapping[str, Looked]:
        """Look at values that their reader will load where they are missing: one of all instances."""
        found = {key: Looked(value, to_load=False) for key in keys if (value := self._seen(key)) is not None}
        unseen = [key for key in keys if key not in found]
        words = (holder, milliseconds(lock_for), round(stale_for.total_seconds() * 1000))
        answers = await self._counted(
            [_LOOK.call((self._key(key), self._lock(key)), words) for key in unseen], len(unseen)
        )
        for key, (value, to_load) in zip(unseen, answers, strict=True):
            found[key] = Looked(value, bool(to_load))
            if self._turn is not None and value is not None and not to_load:
                self._turn.see(key, value)
        # What another is loading is counted when it is there.
        self._count(
            hits=sum(not each.to_load and each.value is not None for each in found.values()),
            misses=sum(each.to_load for each in found.values()),
        )
        return found

    async def fill(
        self, values: Mapping[str, tuple[bytes, timedelta]], *, holder: str, gone: Sequence[str] = ()
    ) -> None:
        """Keep what was loaded, each for a while, forget what is gone, and give up the locks."""
        if self._turn is not None:
            self._turn.forget(*gone)
            for key, (value, _) in values.items():
                self._turn.see(key, value)
        await self._write(
            [
                *(
                    _FILL.call((self._key(key), self._lock(key)), (holder, value, milliseconds(ttl)))
                    for key, (value, ttl) in values.items()
                ),
                *(_FORGET.call((self._key(key), self._lock(key)), (holder,)) for key in gone),
            ]
        )

    async def release(self, keys: Sequence[str], *, holder: str) -> None:
        """Give up the locks, with nothing loaded."""
        await self._write([_RELEASE.call((self._lock(key),), (holder,)) for key in keys])

    async def _one(self, call: Call) -> bytes | None:
        (value,) = await self._counted([call], 1)
        self._count(hits=value is not None, misses=value is None)
        return value  # type: ignore[no-any-return] # nothing is decoded

    async def _counted(self, calls: Sequence[Call], looked_for: int) -> Sequence[Any]:
        try:
            return await self._ask(calls)
        except BaseException:
            # Whoever asked goes without: Redis failed, or was not waited for any longer.
            self._count(hits=0, misses=looked_for)
            raise

    async def _ask(self, calls: Sequence[Call]) -> Sequence[Any]:
        if not calls:
            return []
        return await (self._server.together(calls) if self._turn is None else self._turn.ask(calls))

    async def _write(self, calls: Sequence[Call]) -> None:
        if self._turn is not None:
            self._turn.write(calls)
        elif calls:
            await self._server.together(calls)

    def _seen(self, key: str) -> bytes | None:
        return None if self._turn is None else self._turn.seen(key)

    def _count(self, *, hits: int, misses: int) -> None:
        self._hits += hits
        self._misses += misses
        self._metrics.count("CacheHits", hits)
        self._metrics.count("CacheMisses", misses)

    async def _unlink(self, names: Sequence[str | bytes]) -> int:
        """Forget the values of these names; returns how many there were."""
        # A command for each, in one round trip: keys of a cluster may be anywhere.
        return sum(await self._ask([Call(("UNLINK", name)) for name in names]))

    def _key(self, key: str) -> str:
        return self._server.key("cache", key)

    def _lock(self, key: str) -> str:
        # The key as its tag: where the value is in a cluster, its lock is, too.
        return self._server.key("lock", f"{{{self._key(key)}}}")
