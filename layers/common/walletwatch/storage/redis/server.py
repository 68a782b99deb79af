"""The connection to Redis or Valkey, and the one place where redis-py's errors become ours."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Call:
    """A command that goes with others.

    Attributes:
        words: As they are sent.
        script: What is sent in place of its hash where the server does not know it (yet, or any more).
    """

    words: tuple[str | int | bytes, ...]
    script: str | None = None

    @property
    def in_full(self) -> tuple[str | int | bytes, ...]:
        """With the script, if it has one."""
        return self.words if self.script is None else ("EVAL", self.script, *self.words[2:])


class Script:
    """A Lua script, sent by its hash; in full only where the server does not know it (yet, or any more)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def call(self, keys: Sequence[str], values: Sequence[str | int | bytes]) -> Call:
        """Run it among others: integers and bytes come back, or lists of them."""
        return Call(("EVALSHA", self._sha, len(keys), *keys, *values), self._text)


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

    async def together(self, calls: Sequence[Call]) -> Sequence[Any]:
        """Send commands that are safe to repeat, in one round trip; what came back, in their order.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        return await self.run(lambda client: _together(client, calls))

    async def apart(self, calls: Sequence[Call]) -> Sequence[Any]:
        """As `together`, for calls that have nothing in common: an error is the answer to its own call.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        answers = await self.run(lambda client: _apart(client, calls))
        return [
            StoreUnavailable(f"Redis: {type(answer).__name__}") if isinstance(answer, _REFUSED) else answer
            for answer in answers
        ]

    async def script(
        self, script: Script, keys: Sequence[str], values: Sequence[str | int | bytes] = ()
    ) -> Any:
        """Run a script, which must be safe to repeat.

        Raises:
            StoreUnavailable: Redis could not be reached, or did not answer in time.
        """
        return (await self.together([script.call(keys, values)]))[0]

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


def complete(calls: Sequence[Call]) -> Sequence[Call]:
    """The same, each script in full where it comes first: none is unknown, and all are run in their order."""
    sent: set[str | None] = {None}
    found = []
    for call in calls:
        found.append(call if call.script in sent else Call(call.in_full))
        sent.add(call.script)
    return found


async def in_one(client: Redis, calls: Sequence[Call]) -> list[Any]:
    """Send them in one round trip; errors of single commands are among the answers."""
    # No transaction: keys of a cluster may be anywhere.
    async with client.pipeline(transaction=False) as pipeline:
        for call in calls:
            add(pipeline, call)
        answers = await pipeline.execute(raise_on_error=False)
    return await in_full(client, calls, answers)


async def in_full(client: Redis, calls: Sequence[Call], answers: Sequence[Any]) -> list[Any]:
    """The same answers, with those of scripts that the server did not know."""
    unknown = [number for number, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
    known = list(answers)
    if unknown:
        async with client.pipeline(transaction=False) as pipeline:
            for number in unknown:
                pipeline.execute_command(*calls[number].in_full)
            found = await pipeline.execute(raise_on_error=False)
        for number, answer in zip(unknown, found, strict=True):
            known[number] = answer
    return known


def add(pipeline: Pipeline, call: Call) -> None:
    """Send a command with others; a server that does not know its script answers `NoScriptError`."""
    pipeline.execute_command(*call.words)


async def _apart(client: Redis, calls: Sequence[Call]) -> Sequence[Any]:
    if len(calls) == 1:
        return await _together(client, calls)
    answers = await in_one(client, calls)
    for answer in answers:
        if isinstance(answer, _LOST):
            raise answer
    return answers


async def _together(client: Redis, calls: Sequence[Call]) -> Sequence[Any]:
    if len(calls) == 1:
        # redis-py's pipeline takes a third of a local round trip to itself.
        try:
            return [await _execute(client, *calls[0].words)]
        except NoScriptError:
            return [await _execute(client, *calls[0].in_full)]
    answers = await in_one(client, calls)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def milliseconds(duration: timedelta) -> int:
    """The duration as Redis takes it, at least 1."""
    return max(1, round(duration.total_seconds() * 1000))
