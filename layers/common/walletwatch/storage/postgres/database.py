"""The connection pool, and the one place where psycopg's errors become ours."""

import asyncio
import contextvars
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from psycopg import AsyncConnection, InterfaceError, OperationalError, errors
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from walletwatch.domain.errors import StoreUnavailable

RETRY_DELAYS: Final = (0.05, 0.3)
"""Upper bounds, in seconds, of the random pauses before the second and the third try."""
ANSWER_SECONDS: Final = 2.0
"""How much longer than its statement timeout a unit of work may take before the server counts as lost."""
CHECK_AFTER_SECONDS: Final = 5.0
"""A connection that rested longer than this is asked whether it still lives before it is used."""


class Connection(AsyncConnection[tuple[Any, ...]]):
    """A pooled connection that knows its age.

    Attributes:
        opened_at: By the monotonic clock.
        used_at: In Unix seconds; the monotonic clock may stand still while a Lambda environment is frozen.
    """

    opened_at: float = 0.0
    used_at: float = 0.0


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections of one process.

    Attributes:
        size: Open, or being opened.
        waiting: Operations that wait for one.
    """

    in_use: int
    size: int
    limit: int
    waiting: int


class Database:
    """PostgreSQL behind a pool that opens with the first operation.

    It belongs to the event loop of that operation. A connection that was lost, for instance in a failover, is
    replaced, and the operation is done again.

    Args:
        dsn: libpq connection string, or what gives it to each connection that is opened.
        writes: Whether the server has to take writes; one that does not is not connected to.
        max_connections: How many operations may run at once.
        min_connections: How many stay open while nothing happens.
        acquire_timeout: How long an operation waits for a connection, the server's restart included.
        connect_timeout: For one attempt to connect.
        statement_timeout: For one unit of work on the server, waiting for locks included.
        max_idle: A connection that is not needed for this long is closed.
        prepare_threshold: A statement is prepared when it is run this many times; None never prepares, as
            RDS Proxy would pin such a connection.
    """

    def __init__(
        self,
        dsn: str | Callable[[], Awaitable[str]],
        *,
        writes: bool = True,
        max_connections: int = 4,
        min_connections: int = 0,
        acquire_timeout: timedelta = timedelta(seconds=5),
        connect_timeout: timedelta = timedelta(seconds=3),
        statement_timeout: timedelta = timedelta(seconds=10),
        max_idle: timedelta = timedelta(minutes=5),
        prepare_threshold: int | None = 5,
    ) -> None:
        self._statement_timeout_ms = round(statement_timeout.total_seconds() * 1000)
        self._work_timeout = statement_timeout.total_seconds() + ANSWER_SECONDS
        self._pool = AsyncConnectionPool(
            dsn,
            connection_class=Connection,
            kwargs={
                "autocommit": True,
                "prepare_threshold": prepare_threshold,
                "connect_timeout": max(2, round(connect_timeout.total_seconds())),
                "application_name": "walletwatch",
                # Servers say so by themselves since version 14: this costs no round trip.
                "target_session_attrs": "read-write" if writes else "any",
                "keepalives_idle": 30,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": self._statement_timeout_ms + 5000,
            },
            min_size=min_connections,
            max_size=max_connections,
            open=False,
            configure=self._configure,
            check=_check,
            timeout=acquire_timeout.total_seconds(),
            # Beyond this the pool would pause for ever longer between attempts, while clients wait in vain.
            reconnect_timeout=acquire_timeout.total_seconds(),
            max_idle=max_idle.total_seconds(),
            num_workers=2,
        )
        self._opening = asyncio.Lock()
        self._drained_at = 0.0

    async def run[T](self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do a unit of work on a connection (autocommit), again if the connection was lost meanwhile.

        Args:
            work: Must be safe to repeat, since a commit may have happened without being acknowledged.

        Raises:
            StoreUnavailable: PostgreSQL could not be reached, or ended the work, in every try.
        """
        if self._pool.closed:
            await self._open()
        for delay in (*RETRY_DELAYS, None):
            try:
                return await self._try(work)
            except errors.QueryCanceled as error:
                raise StoreUnavailable("PostgreSQL took too long") from error
            except (PoolTimeout, PoolClosed, TooManyRequests) as error:
                raise StoreUnavailable("no connection to PostgreSQL") from error
            except (OperationalError, InterfaceError) as error:
                if delay is None:
                    raise StoreUnavailable("PostgreSQL ended the work") from error
            await asyncio.sleep(random.uniform(0, delay))  # noqa: S311 - jitter
        raise AssertionError("the last try returns or raises")

    def status(self) -> PoolUse:
        """What is in use now; nothing is asked."""
        stats = self._pool.get_stats()
        size = stats.get("pool_size", 0)
        return PoolUse(
            in_use=size - stats.get("pool_available", 0),
            size=size,
            limit=self._pool.max_size,
            waiting=stats.get("requests_waiting", 0),
        )

    async def ping(self) -> None:
        """One round trip.

        Raises:
            StoreUnavailable: There is no answer.
        """

        async def work(connection: Connection) -> None:
            await connection.execute("SELECT 1")

        await self.run(work)

    async def close(self) -> None:
        """Close all connections; a database that is used again after this raises `StoreUnavailable`."""
        await self._pool.close()

    async def _open(self) -> None:
        async with self._opening:
            if self._pool.closed:
                try:
                    # Its workers live on: what this operation is about must not be in their log lines.
                    opening = asyncio.create_task(self._pool.open(), context=contextvars.Context())
                    await opening
                except OperationalError as error:
                    raise StoreUnavailable("the pool was closed") from error

    async def _try[T](self, work: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._pool.connection() as connection:
            try:
                with _bounded(connection, self._work_timeout):
                    result = await work(connection)
            except errors.ReadOnlySqlTransaction as error:
                # It was the primary when the connection was opened, and is a replica now.
                await connection.close()
                await self._drain(connection)
                raise OperationalError("the server takes no writes any more") from error
            except (OperationalError, InterfaceError):
                if connection.closed:
                    await self._drain(connection)
                raise
            connection.used_at = time.time()
            return result

    async def _drain(self, lost: Connection) -> None:
        """Trust no connection that is as old as one that was lost: a failover ends all of them at once."""
        if lost.opened_at > self._drained_at:
            self._drained_at = time.monotonic()
            await self._pool.drain()

    async def _configure(self, connection: Connection) -> None:
        # Not by the startup parameter `options`, which RDS Proxy refuses.
        with _bounded(connection, ANSWER_SECONDS):
            await connection.execute(
                "SELECT set_config('statement_timeout', %s, false), set_config('timezone', 'UTC', false)",
                [str(self._statement_timeout_ms)],
            )
        connection.opened_at = time.monotonic()
        connection.used_at = time.time()


async def _check(connection: Connection) -> None:
    if time.time() - connection.used_at > CHECK_AFTER_SECONDS:
        with _bounded(connection, ANSWER_SECONDS):
            await AsyncConnectionPool.check_connection(connection)


@asynccontextmanager
async def together(connection: Connection) -> AsyncIterator[None]:
    """A transaction whose statements are sent together, and so cost one round trip.

    Reading a result inside waits for all statements so far: one more round trip. `connection.transaction()`
    would wait for BEGIN and for COMMIT by themselves.
    """
    try:
        async with connection.pipeline():
            await connection.execute("BEGIN")
            yield
            await connection.execute("COMMIT")
    except BaseException:
        if not connection.closed:
            await connection.rollback()
        raise


@contextmanager
def _bounded(connection: Connection, seconds: float) -> Iterator[None]:
    """Cut the connection if the work on it takes longer.

    Cancelling would not do: psycopg then asks the server to end the statement, and waits for it to say so.

    Raises:
        StoreUnavailable: It was cut.
    """
    was_cut = False

    def cut() -> None:
        nonlocal was_cut
        was_cut = True
        with suppress(OSError, OperationalError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(seconds, cut)
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if was_cut:
            raise StoreUnavailable("PostgreSQL does not answer") from error
        raise
    finally:
        timer.cancel()
