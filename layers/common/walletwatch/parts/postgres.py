"""PostgreSQL."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from walletwatch.observability import EmfMetrics
from walletwatch.parts.logins import LoginOfSecret, write_url
from walletwatch.settings.reading import load
from walletwatch.settings.stores import DatabaseSettings
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.replica import Reads, ReplicaReads

PREPARE_THRESHOLD = 5
"""A statement is prepared when it is run this many times on a connection."""


def make_database() -> Database:
    """PostgreSQL, where it takes writes; a server that is a replica by now is not connected to."""
    return _database(write_url(), writes=True)


def make_reads(database: Database, metrics: EmfMetrics) -> Reads:
    """PostgreSQL, where it is read and may be some seconds old."""
    settings = load(DatabaseSettings)
    replica = None
    if settings.database_read_url:
        replica = _database(
            LoginOfSecret(settings.database_read_url, settings.database_secret_arn), writes=False
        )
    max_lag = timedelta(seconds=settings.database_read_max_lag_seconds)
    return ReplicaReads(database, replica, max_lag=max_lag, metrics=metrics)


def _database(url: Callable[[], Awaitable[str]], *, writes: bool) -> Database:
    settings = load(DatabaseSettings)
    return Database(
        url,
        writes=writes,
        min_connections=settings.database_pool_min if writes else 0,
        max_connections=settings.database_pool_max,
        acquire_timeout=timedelta(seconds=settings.database_acquire_seconds),
        connect_timeout=timedelta(seconds=settings.database_connect_seconds),
        max_idle=timedelta(seconds=settings.database_idle_seconds),
        prepare_threshold=PREPARE_THRESHOLD if settings.database_prepare else None,
    )
