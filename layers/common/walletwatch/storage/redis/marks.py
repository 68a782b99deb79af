"""`ports.SentMarks` on Redis."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from redis.asyncio import Redis

from walletwatch.storage.redis.server import RedisServer, milliseconds

MARK_PERIOD: Final = timedelta(days=1)


class RedisSentMarks:
    """A second place, beside the ledger, that remembers for a day what Telegram accepted."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def mark(self, key: str, message_id: int) -> None:
        """Telegram accepted the message of this ledger key."""
        await self._server.command("SET", self._key(key), message_id, "PX", milliseconds(MARK_PERIOD))

    async def marked(self, keys: Sequence[str]) -> Mapping[str, int]:
        """The message ids of the keys that were accepted."""
        if not keys:
            return {}

        async def read(client: Redis) -> Sequence[bytes | None]:
            # One round trip as MGET is, but keys of a cluster may be anywhere.
            async with client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.get(self._key(key))
                return await pipeline.execute()

        values = await self._server.run(read)
        return {key: int(value) for key, value in zip(keys, values, strict=True) if value is not None}

    def _key(self, key: str) -> str:
        return self._server.key("sent", key)
