"""Settings of the functions: read once from the environment, validated, and a clear failure at cold start.

Each function reads only what it needs. Values that are secret are never in the environment: `SECRET_ARN`
names an entry of Secrets Manager that holds `Secrets` as JSON.
"""

import os
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from walletwatch.domain.errors import WalletWatchError
from walletwatch.domain.profile import PROFILES, ChainProfile


class InvalidSettings(WalletWatchError):
    """The environment lacks a setting, or one has a wrong value. The message never holds the value."""


type PositiveInt = Annotated[int, msgspec.Meta(gt=0)]
type PositiveFloat = Annotated[float, msgspec.Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """What every function has."""

    secret_arn: str
    stage: str = "local"


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """PostgreSQL, the truth. The user and password come from the secret where the URL has none.

    Attributes:
        database_secret_arn: Secret of RDS with `username` and `password`.
    """

    database_url: str
    database_secret_arn: str = ""
    database_pool_max: PositiveInt = 2


class RedisSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The cache, sessions, limits and leases."""

    redis_url: str


class ChainSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The chain that is watched.

    Attributes:
        rpc_urls: One or more endpoints, separated by commas.
        rpc_ws_urls: Where those take subscriptions; by default at the same host, port and path.
        follow_commitment: How sure a block must be before it is followed.
        rpc_timeout_seconds: For one HTTP exchange.
    """

    rpc_urls: str
    rpc_ws_urls: str = ""
    follow_commitment: Literal["confirmed", "finalized"] = "confirmed"
    chain_profile: str = "x1-mainnet"
    rpc_timeout_seconds: PositiveFloat = 10.0

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints in the order of preference."""
        return _urls(self.rpc_urls)

    @property
    def subscription_endpoints(self) -> tuple[str, ...]:
        """Where those take subscriptions, if it was said."""
        return _urls(self.rpc_ws_urls)

    @property
    def profile(self) -> ChainProfile:
        """The chain's profile."""
        try:
            return PROFILES[self.chain_profile]
        except KeyError as error:
            raise InvalidSettings(f"CHAIN_PROFILE must be one of {', '.join(PROFILES)}") from error


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The Bot API.

    Attributes:
        telegram_api_url: Without the `/bot<token>` part.
        bot_username: Without `@`; saves a `getMe` at every cold start.
    """

    telegram_api_url: str = "https://api.telegram.org"
    bot_username: str = "x1walletwatchbot"


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Where work for the other functions goes; a function is given only the queues it writes to."""

    balance_queue_url: str | None = None
    scan_queue_url: str | None = None
    notification_queue_url: str | None = None


class BotSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the dialogue."""

    wallets_per_chat: PositiveInt = 25
    updates_per_minute: PositiveInt = 60


class SweepSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the sweep."""

    sweep_interval_seconds: PositiveFloat = 15.0


class RetentionSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """How long the ledger remembers; what happened before that is never told as new."""

    retention_days: PositiveInt = 365


class DigestSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """How much of a flood is told one by one, for a chat and a wallet in an interval."""

    digest_burst: PositiveInt = 10
    digest_interval_seconds: PositiveFloat = 60.0


class RegistrationSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of setWebhook; its URL comes with the deployment's event."""

    webhook_max_connections: Annotated[int, msgspec.Meta(ge=1, le=100)] = 40


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What Secrets Manager holds for the application."""

    bot_token: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+:[A-Za-z0-9_-]+$")]
    webhook_secret: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,256}$")]


def _urls(text: str) -> tuple[str, ...]:
    return tuple(url for part in text.split(",") if (url := part.strip()))


def load[S: msgspec.Struct](kind: type[S], environ: Mapping[str, str] | None = None) -> S:
    """Read settings of this kind.

    Args:
        kind: The class of settings.
        environ: Instead of the process's environment.

    Raises:
        InvalidSettings: One is missing or wrong; the message names it.
    """
    source = os.environ if environ is None else environ
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    try:
        return msgspec.convert(
            {name: value for name, value in source.items() if name in known}, kind, strict=False
        )
    except msgspec.ValidationError as error:
        raise InvalidSettings(f"{kind.__name__}: {error}") from None
