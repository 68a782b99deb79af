"""The connection to Redis or Valkey, and the one place where redis-py's errors become ours."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    ClusterDownError,
    ConnectionError,  # noqa: A004 - redis-py's is no OSError
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004
    TryAgainError,
)
from redis.maint_notifications import MaintNotificationsConfig

from walletwatch.domain.errors import StoreUnavailable

NAMESPACE: Final = "ww:1:"
"""Prefix of all keys; the number changes with the meaning of the values."""
RETRY_DELAYS: Final = (0.02, 0.15)
"""Upper bounds, in seconds, of the random pauses before the second and the third try."""

_LOST: Final = (ConnectionError, ReadOnlyError, ClusterDownError, TryAgainError)
"""Errors of a connection that ended, or of a server that is being replaced: another try may find another."""
_REFUSED: Final = (TimeoutError, OutOfMemoryError)
"""Errors after which another try would only take longer."""


class Script:
    """A Lua script, sent by its hash; in full only where the server does not know it (yet, or any more)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, client: Redis, keys: Sequence[str], values: Sequence[str | int | bytes]) -> Any:
        """Run it: integers and bytes come back, or lists of them."""
        try:
            return await _execute(client, "EVALSHA", self._sha, len(keys), *keys, *values)
        except NoScriptError:
            return await _execute(client, "EVAL", self._text, len(keys), *keys, *values)

    async def run_each(
        self, client: Redis, calls: Sequence[tuple[Sequence[str], Sequence[str | int | bytes]]]
    ) -> Sequence[Any]:
        """Run it for each of these keys and values, in one round trip; what came back, in their order."""
        if len(calls) == 1:
            # redis-py's pipeline takes a third of a local round trip to itself.
            return [await self.run(client, *calls[0])]
        try:
            return await self._pipelined(client, calls)
        except NoScriptError:
            await _execute(client, "SCRIPT", "LOAD", self._text)
            return await self._pipelined(client, calls)

    def add(self, pipeline: Pipeline, keys: Sequence[str], values: Sequence[str | int | bytes]) -> None:
        """Send it with others; a server that does not know it answers `NoScriptError` in its place."""
        pipeline.evalsha(self._sha, len(keys), *keys, *values)

    async def _pipelined(
        self, client: Redis, calls: Sequence[tuple[Sequence[str], Sequence[str | int | bytes]]]
    ) -> Sequence[Any]:
        # No transaction: keys of a cluster may be anywhere.
        async with client.pipeline(transaction=False) as pipeline:
            for keys, values in calls:
                self.add(pipeline, keys, values)
            answers: Sequence[Any] = await pipeline.execute()
            return answers


class RedisServer:
    """Redis behind a pool that connects with the first operation, and belongs to that operation's event loop.

    Args:
        url: `redis://` or `rediss://` (TLS), with user and password if need be.
        namespace: Prefix of all keys.
        connect_timeout: For one attempt to connect.
        timeout: For one answer.
        max_connections: How many operations may run at once; more wait for a second.
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = NAMESPACE,
        connect_timeout: timedelta = timedelta(seconds=1),
        timeout: timedelta = timedelta(seconds=1),
        max_connections: int = 16,
    ) -> None:
        self._namespace = namespace
        self._client = Redis(
            connection_pool=BlockingConnectionPool.from_url(
                url,
                max_connections=max_connections,
                timeout=1,
                socket_connect_timeout=connect_timeout.total_seconds(),
                socket_timeout=timeout.total_seconds(),
                socket_keepalive=True,
                retry=Retry(NoBackoff(), 0),
                # Each of these would be a round trip more at every cold start.
                protocol=2,
                driver_info=None,
                maint_notifications_config=MaintNotificationsConfig(enabled=False),
            )
        )

    def key(self, *parts: object) -> str:
        """The name of a value: what it is for, and whose it is. A part in braces is a cluster's hash tag."""
        return self._namespace + ":".join(str(part) for part in parts)

    async def run[T](self, operation: Callable[[Redis], Awaitable[T]]) -> T:
        """Do an operation, again if the connection was lost meanwhile.

        Args:
            operation: Must be safe to repeat, since it may have happened without an answer.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        for delay in (*RETRY_DELAYS, None):
            try:
                return await operation(self._client)
            except _REFUSED as error:
                raise StoreUnavailable(f"Redis: {type(error).__name__}") from error
            except _LOST as error:
                if delay is None:
                    raise StoreUnavailable(f"Redis: {type(error).__name__}") from error
            await asyncio.sleep(random.uniform(0, delay))  # noqa: S311 - jitter
        raise AssertionError("the last try returns or raises")

    async def command(self, *words: str | int | bytes) -> Any:
        """Send one command, which must be safe to repeat.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        return await self.run(lambda client: _execute(client, *words))

    async def script(
        self, script: Script, keys: Sequence[str], values: Sequence[str | int | bytes] = ()
    ) -> Any:
        """Run a script, which must be safe to repeat.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        return await self.run(lambda client: script.run(client, keys, values))

    async def ping(self) -> None:
        """One round trip.

        Raises:
            StoreUnavailable: There is no answer.
        """
        await self.command("PING")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose(close_connection_pool=True)


async def _execute(client: Redis, *words: str | int | bytes) -> Any:
    return await client.execute_command(*words)  # type: ignore[no-untyped-call] # redis-py has no types here


def milliseconds(duration: timedelta) -> int:
    """The duration as Redis takes it, at least 1."""
    return max(1, round(duration.total_seconds() * 1000))
