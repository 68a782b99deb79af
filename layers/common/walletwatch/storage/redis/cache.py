"""`ports.Cache` on Redis."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from redis.asyncio import Redis

from walletwatch.domain.caching import CacheStats, Looked, escaped
from walletwatch.ports.common import Metrics
from walletwatch.storage.redis.server import RedisServer, Script, milliseconds

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

_RELEASE: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
""")


class RedisCache:
    """Values that may be lost at any moment."""

    def __init__(self, server: RedisServer, metrics: Metrics) -> None:
        self._server = server
        self._metrics = metrics
        self._hits = 0
        self._misses = 0

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""

        async def read(client: Redis) -> bytes | None:
            return await client.get(self._key(key))  # type: ignore[return-value] # nothing is decoded

        return await self._one(read)

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep the value for a while, at least a millisecond."""
        await self._server.command("SET", self._key(key), value, "PX", milliseconds(ttl))

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""
        if not keys:
            return {}

        async def read(client: Redis) -> Sequence[bytes | None]:
            # One round trip as MGET is, but keys of a cluster may be anywhere.
            async with client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.get(self._key(key))
                values: Sequence[bytes | None] = await pipeline.execute()
                return values

        values = await self._counted(read, len(keys))
        found = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        self._count(hits=len(found), misses=len(values) - len(found))
        return found

    async def set_many(self, values: Mapping[str, bytes], ttl: timedelta) -> None:
        """Keep the values for a while, at least a millisecond."""
        if not values:
            return

        async def write(client: Redis) -> None:
            async with client.pipeline(transaction=False) as pipeline:
                for key, value in values.items():
                    pipeline.set(self._key(key), value, px=milliseconds(ttl))
                await pipeline.execute()

        await self._server.run(write)

    async def delete(self, *keys: str) -> None:
        """Forget the values."""
        await self._unlink([self._key(key) for key in keys])

    async def increment(self, key: str, amount: int = 1, *, ttl: timedelta) -> int:
        """Add to a number, which is 0 where there is none, and return it."""
        number: int = await self._server.script(_INCREMENT, [self._key(key)], [amount, milliseconds(ttl)])
        return number

    async def pop(self, key: str) -> bytes | None:
        """The value, or None; it is forgotten."""

        async def read(client: Redis) -> bytes | None:
            return await client.getdel(self._key(key))  # type: ignore[return-value] # nothing is decoded

        return await self._one(read)

    async def clear(self, pattern: str) -> int:
        """Forget all values whose key matches, in steps that hold up nobody else."""
        cursor: int | str = 0
        cleared = 0
        while True:
            cursor, names = await self._server.command(
                "SCAN", cursor, "MATCH", escaped(self._key("")) + pattern, "COUNT", SCAN_STEP
            )
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
        words = (holder, milliseconds(lock_for), round(stale_for.total_seconds() * 1000))
        calls = [((self._key(key), self._lock(key)), words) for key in keys]
        answers = await self._counted(lambda client: _LOOK.run_each(client, calls), len(keys))
        found = {
            key: Looked(value, bool(to_load)) for key, (value, to_load) in zip(keys, answers, strict=True)
        }
        # What another is loading is counted when it is there.
        self._count(
            hits=sum(not each.to_load and each.value is not None for each in found.values()),
            misses=sum(each.to_load for each in found.values()),
        )
        return found

    async def fill(self, values: Mapping[str, tuple[bytes, timedelta]], *, holder: str) -> None:
        """Keep what was loaded, each for a while, and give up the locks."""
        calls = [
            ((self._key(key), self._lock(key)), (holder, value, milliseconds(ttl)))
            for key, (value, ttl) in values.items()
        ]
        if calls:
            await self._server.run(lambda client: _FILL.run_each(client, calls))

    async def release(self, keys: Sequence[str], *, holder: str) -> None:
        """Give up the locks, with nothing loaded."""
        calls = [((self._lock(key),), (holder,)) for key in keys]
        if calls:
            await self._server.run(lambda client: _RELEASE.run_each(client, calls))

    async def _one(self, read: Callable[[Redis], Awaitable[bytes | None]]) -> bytes | None:
        value = await self._counted(read, 1)
        self._count(hits=value is not None, misses=value is None)
        return value

    async def _counted[T](self, read: Callable[[Redis], Awaitable[T]], looked_for: int) -> T:
        try:
            return await self._server.run(read)
        except BaseException:
            # Whoever asked goes without: Redis failed, or was not waited for any longer.
            self._count(hits=0, misses=looked_for)
            raise

    def _count(self, *, hits: int, misses: int) -> None:
        self._hits += hits
        self._misses += misses
        self._metrics.count("CacheHits", hits)
        self._metrics.count("CacheMisses", misses)

    async def _unlink(self, names: Sequence[str | bytes]) -> int:
        """Forget the values of these names; returns how many there were."""
        if not names:
            return 0

        async def unlink(client: Redis) -> int:
            # A command for each, in one round trip: keys of a cluster may be anywhere.
            async with client.pipeline(transaction=False) as pipeline:
                for name in names:
                    pipeline.unlink(name)
                return sum(await pipeline.execute())

        return await self._server.run(unlink)

    def _key(self, key: str) -> str:
        return self._server.key("cache", key)

    def _lock(self, key: str) -> str:
        # The key as its tag: where the value is in a cluster, its lock is, too.
        return self._server.key("lock", f"{{{self._key(key)}}}")
