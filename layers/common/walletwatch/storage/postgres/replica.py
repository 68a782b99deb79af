"""Reads that may be some seconds old, from a replica while it is fresh enough."""

import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, Protocol

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Metrics
from walletwatch.storage.postgres.database import Connection, Database

ASKED_EVERY_SECONDS: Final = 1.0
REST_SECONDS: Final = 10.0
"""For so long a replica that failed is not asked."""
LOOKS_KEPT: Final = 60


class Reads(Protocol):
    """Where statements that change nothing run."""

    async def run[T](self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do a unit of reading on a connection.

        Raises:
            StoreUnavailable: PostgreSQL could not be reached, or ended the work, in every try.
        """


class ReplicaReads:
    """`Reads` of a replica, and of the primary where that is stale, fails or is not there.

    How old the replica is, is measured and not believed: the primary says now and then where its log is, and
    the replica is as fresh as the newest of these places that it has reached. So it also holds while nothing
    is written, and while the replica has lost its primary without knowing (PostgreSQL, "Recovery Information
    Functions": pg_last_wal_replay_lsn).

    What follows a person's own change is not read here, nor what anything is decided by (ADR 8).

    Args:
        primary: Takes everything.
        replica: None where there is none.
        max_lag: What may be missing at most.
    """

    def __init__(
        self, primary: Database, replica: Database | None, *, max_lag: timedelta, metrics: Metrics
    ) -> None:
        self._primary = primary
        self._replica = replica
        self._max_lag = max_lag.total_seconds()
        self._metrics = metrics
        self._places: deque[tuple[float, int]] = deque(maxlen=LOOKS_KEPT)
        self._fresh_at = float("-inf")
        self._asked_at = float("-inf")
        self._failed_at = float("-inf")

    async def run[T](self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do a unit of reading on the replica or on the primary."""
        replica = self._replica
        if replica is None or time.monotonic() - self._failed_at < REST_SECONDS:
            return await self._primary.run(work)
        try:
            if await self._is_fresh(replica):
                return await replica.run(work)
            self._metrics.count("ReplicaStale")
        except StoreUnavailable:
            self._metrics.count("ReplicaFailed")
            self._failed_at = time.monotonic()
        return await self._primary.run(work)

    async def _is_fresh(self, replica: Database) -> bool:
        now = time.monotonic()
        if now - self._asked_at >= ASKED_EVERY_SECONDS:
            self._asked_at = now
            # The replica first: what it has reached by then, it has not reached for the primary's sake.
            reached = await replica.run(_replayed)
            for place in [place for place in self._places if place[1] <= reached]:
                self._fresh_at = max(self._fresh_at, place[0])
            written = await self._primary.run(_written)
            self._places.append((now, written))
            if reached >= written:
                self._fresh_at = now
        return time.monotonic() - self._fresh_at <= self._max_lag


async def _replayed(connection: Connection) -> int:
    """Up to where the replica has everything, in bytes of the log; a promoted one has its own log."""
    return await _place(connection, "coalesce(pg_last_wal_replay_lsn(), pg_current_wal_lsn())")


async def _written(connection: Connection) -> int:
    """Up to where the primary has written, in bytes of the log."""
    return await _place(connection, "pg_current_wal_lsn()")


async def _place(connection: Connection, function: str) -> int:
    cursor = await connection.execute(f"SELECT ({function} - '0/0'::pg_lsn)::bigint")
    row: tuple[Any, ...] | None = await cursor.fetchone()
    assert row is not None
    place: int = row[0]
    return place
