"""`ports.Cache` on Redis."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from redis.asyncio import Redis

from walletwatch.storage.redis.server import RedisServer, milliseconds


class RedisCache:
    """Values that may be lost at any moment."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
        value: bytes | None = await self._server.command("GET", self._key(key))
        return value

    async def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep the value for a while, at least a millisecond."""
        await self._server.command("SET", self._key(key), value, "PX", milliseconds(ttl))

    async def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""
        if not keys:
            return {}

        async def read(client: Redis) -> Sequence[bytes | None]:
            async with client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.get(self._key(key))
                values: Sequence[bytes | None] = await pipeline.execute()
                return values

        values = await self._server.run(read)
        return {key: value for key, value in zip(keys, values, strict=True) if value is not None}

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
        if not keys:
            return

        async def unlink(client: Redis) -> None:
            # A command for each, in one round trip: keys of a cluster may be anywhere.
            async with client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.unlink(self._key(key))
                await pipeline.execute()

        await self._server.run(unlink)

    def _key(self, key: str) -> str:
        return self._server.key("cache", key)
