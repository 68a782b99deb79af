"""Settings of what keeps things: PostgreSQL, Redis, files, and for how long."""

from datetime import timedelta
from typing import Annotated

import msgspec

from walletwatch.settings.values import NotNegativeInt, PositiveFloat, PositiveInt


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """PostgreSQL, the truth. The user and password come from the secret where the URL has none.

    Attributes:
        database_read_url: A replica, for reads that tolerate it; empty where there is none.
        database_read_max_lag_seconds: What the replica may lack at most.
        database_secret_arn: Secret of RDS with `username` and `password`, which it replaces now and then.
        database_pool_min: Connections that stay open while nothing happens.
        database_pool_max: Connections at once.
        database_acquire_seconds: How long work waits for a connection; shorter where a function ends sooner.
        database_idle_seconds: After which a connection above the minimum is closed.
        database_connect_seconds: For one attempt to connect.
        database_prepare: Whether statements are prepared; through RDS Proxy that pins connections.
    """

    database_write_url: str
    database_read_url: str = ""
    database_read_max_lag_seconds: PositiveFloat = 5.0
    database_secret_arn: str = ""
    database_pool_min: NotNegativeInt = 2
    database_pool_max: PositiveInt = 10
    database_acquire_seconds: PositiveFloat = 30.0
    database_idle_seconds: PositiveFloat = 30.0
    database_connect_seconds: PositiveFloat = 10.0
    database_prepare: bool = True

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        if self.database_pool_min > self.database_pool_max:
            raise ValueError("DATABASE_POOL_MIN is above DATABASE_POOL_MAX")
        if self.database_connect_seconds > self.database_acquire_seconds:
            raise ValueError("DATABASE_CONNECT_SECONDS is above DATABASE_ACQUIRE_SECONDS")


class RedisSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The cache, sessions, limits and leases.

    Attributes:
        redis_secret_arn: Secret with `username` and `password`, where the URL has none.
    """

    redis_url: str
    redis_secret_arn: str = ""


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Where files wait for their way to people."""

    media_bucket: Annotated[str, msgspec.Meta(min_length=3, max_length=63)]


class RetentionSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """How long the ledger remembers; what happened before that is never told as new."""

    retention_days: PositiveInt = 365

    @property
    def retention(self) -> timedelta:
        """How long activities are kept."""
        return timedelta(days=self.retention_days)
