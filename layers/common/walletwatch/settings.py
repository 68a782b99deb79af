"""Settings of the functions: read once from the environment, validated, and a clear failure at cold start.

Each function reads only what it needs. Values that are secret are never in the environment: `SECRET_ARN`
names an entry of Secrets Manager that holds `Secrets` as JSON.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec

from walletwatch.domain.addresses import is_address
from walletwatch.domain.alerts import AlertLimits
from walletwatch.domain.errors import WalletWatchError
from walletwatch.domain.money import NATIVE
from walletwatch.domain.plans import LIMITS, MAX_STARS, OFFERS, Limits, Offer, Plan, Quota
from walletwatch.domain.profile import PROFILES, ChainProfile, ListedToken

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+:[0-9]+")
_SYMBOL: Final = re.compile(r"[A-Za-z0-9.$_-]{1,16}")
_MAX_DECIMALS: Final = 18
_LIMIT: Final = re.compile(r"([a-z_]+)=([0-9]{1,6})/([0-9]{1,6})")
_PRICE: Final = re.compile(r"([1-9][0-9]{0,3})=([1-9][0-9]{0,5})")
_MAX_DIGEST_SECONDS: Final = 900
"""What SQS delays a message by at most."""


class InvalidSettings(WalletWatchError):
    """The environment lacks a setting, or one has a wrong value. The message never holds the value."""


type PositiveInt = Annotated[int, msgspec.Meta(gt=0)]
type PositiveFloat = Annotated[float, msgspec.Meta(gt=0)]
type NotNegativeInt = Annotated[int, msgspec.Meta(ge=0)]
type NotNegativeFloat = Annotated[float, msgspec.Meta(ge=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """What every function has."""

    secret_arn: str
    stage: str = "local"


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


class ChainSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The chain that is watched.

    Attributes:
        rpc_urls: One or more endpoints in the order of preference, separated by commas.
        rpc_ws_urls: Where those take subscriptions; by default at the same host, port and path.
        follow_commitment: How sure a block must be before it is followed.
        listed_tokens: To vouch for beside the chain profile's: `MINT:SYMBOL:DECIMALS`, separated by commas.
        rpc_timeout_seconds: For one HTTP exchange.
        rpc_deadline_seconds: For a call with all its tries and waits.
        rpc_min_connections: Idle connections kept open to each endpoint.
        rpc_max_connections: Connections to each endpoint at the same time.
        rpc_idle_seconds: How long an idle connection is kept.
        rpc_requests_per_second: Calls to each endpoint by each running function; 0 is no limit.
        rpc_hedge_ms: Least age of a slow read that is asked of a second endpoint too; 0 turns it off.
        rpc_batch_size: Calls in one HTTP request at most; 1 turns batches off.
    """

    rpc_urls: str
    rpc_ws_urls: str = ""
    follow_commitment: Literal["confirmed", "finalized"] = "confirmed"
    chain_profile: str = "x1-mainnet"
    listed_tokens: str = ""
    rpc_timeout_seconds: PositiveFloat = 10.0
    rpc_deadline_seconds: PositiveFloat = 15.0
    rpc_min_connections: NotNegativeInt = 8
    rpc_max_connections: PositiveInt = 16
    rpc_idle_seconds: PositiveFloat = 30.0
    rpc_requests_per_second: NotNegativeFloat = 0.0
    rpc_hedge_ms: NotNegativeInt = 250
    rpc_batch_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        if not self.endpoints:
            raise ValueError("RPC_URLS names no endpoint")
        if self.rpc_min_connections > self.rpc_max_connections:
            raise ValueError("RPC_MIN_CONNECTIONS is above RPC_MAX_CONNECTIONS")
        if self.rpc_timeout_seconds > self.rpc_deadline_seconds:
            raise ValueError("RPC_TIMEOUT_SECONDS is above RPC_DEADLINE_SECONDS")

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
        """The chain's profile, with the tokens that this deployment lists besides."""
        try:
            profile = PROFILES[self.chain_profile]
        except KeyError as error:
            raise InvalidSettings(f"CHAIN_PROFILE must be one of {', '.join(PROFILES)}") from error
        added = dict(_listed_token(each) for each in _urls(self.listed_tokens))
        # What the profile says of a token, nobody says otherwise.
        return replace(profile, tokens={**added, **profile.tokens}) if added else profile


class PriceSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of prices in US dollars.

    Attributes:
        price_sources: `pools`, `xdex-api` and `fixed`, separated by commas, the one that is believed first.
            Empty: all that the chain profile has; `none`: no prices.
        fixed_prices: JSON, dollars for one whole token by asset (a mint or "native"), as text or number.
            Empty: those of the chain profile.
        price_min_liquidity_usd: What a pool has to hold of both sides to be listened to.
        price_patience_seconds: How long all sources together may take.
        xdex_api_url: Without the path.
    """

    price_sources: str = ""
    fixed_prices: str = ""
    price_min_liquidity_usd: PositiveInt = 1000
    price_patience_seconds: PositiveFloat = 5.0
    xdex_api_url: str = "https://api.xdex.xyz"

    def sources(self, profile: ChainProfile) -> tuple[str, ...]:
        """The names of the sources in the order of precedence.

        Raises:
            InvalidSettings: One is not known, or the chain profile does not have what it needs.
        """
        exchange = profile.exchange
        has = {
            "pools": exchange is not None and bool(exchange.stable_mints),
            "xdex-api": exchange is not None and exchange.api_network is not None,
            "fixed": bool(self.fixed_prices or profile.fixed_prices),
        }
        asked = tuple(name for part in self.price_sources.split(",") if (name := part.strip()))
        if asked == ("none",):
            return ()
        missing = [name for name in asked if not has.get(name)]
        if missing:
            raise InvalidSettings(f"PRICE_SOURCES: {profile.name} has no {', '.join(missing)}")
        return asked or tuple(name for name, there in has.items() if there)

    def fixed(self, profile: ChainProfile) -> Mapping[str, Decimal]:
        """The prices that somebody wrote down.

        Raises:
            InvalidSettings: They are not what they should be.
        """
        if not self.fixed_prices:
            return profile.fixed_prices
        try:
            prices = msgspec.json.decode(self.fixed_prices, type=dict[str, Decimal])
        except msgspec.DecodeError:
            raise InvalidSettings("FIXED_PRICES is no JSON object of numbers") from None
        for asset, usd in prices.items():
            if (asset != NATIVE and not is_address(asset)) or not usd.is_finite() or usd <= 0:
                raise InvalidSettings("FIXED_PRICES needs an amount above zero for each mint, or for native")
        return prices


class RateSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of what dollars are in the money of countries.

    Attributes:
        fx_rates_url: Of a file in the form of `chain.prices.open_rates`; empty: none is offered.
    """

    fx_rates_url: str = ""


class FetchSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the files that tokens point to.

    Attributes:
        fetch_metadata: Whether they are fetched at all.
        ipfs_gateway: Base URL of the gateway for `ipfs:` links.
        arweave_gateway: Base URL of the gateway for `ar:` links.
        fetch_test_origins: Of a local stack only: origins, separated by commas, that are fetched from
            although they are private (`http://127.0.0.1:8080`).
    """

    stage: str = "local"
    fetch_metadata: bool = True
    ipfs_gateway: str = "https://ipfs.io"
    arweave_gateway: str = "https://arweave.net"
    fetch_test_origins: str = ""

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        if self.test_origins and self.stage != "local":
            raise ValueError("FETCH_TEST_ORIGINS is for local stacks only")
        if not all(map(_ORIGIN.fullmatch, self.test_origins)):
            raise ValueError("FETCH_TEST_ORIGINS needs origins such as http://127.0.0.1:8080")
        for name, url in (("IPFS_GATEWAY", self.ipfs_gateway), ("ARWEAVE_GATEWAY", self.arweave_gateway)):
            is_test = any(url == origin or url.startswith(f"{origin}/") for origin in self.test_origins)
            if not url.startswith("https://") and not is_test:
                raise ValueError(f"{name} is no https URL")

    @property
    def test_origins(self) -> frozenset[str]:
        """The origins that may be private."""
        return frozenset(_urls(self.fetch_test_origins))


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """The Bot API.

    Attributes:
        telegram_api_url: Without the `/bot<token>` part.
        bot_username: Without `@`; saves a `getMe` at every cold start.
    """

    telegram_api_url: str = "https://api.telegram.org"
    bot_username: str = "x1walletwatchbot"


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Where work for the other functions goes; a function is given only the queues it deals with."""

    balance_queue_url: str | None = None
    scan_queue_url: str | None = None
    draw_queue_url: str | None = None
    export_queue_url: str | None = None
    notification_queue_url: str | None = None
    balance_dlq_url: str | None = None
    scan_dlq_url: str | None = None
    draw_dlq_url: str | None = None
    export_dlq_url: str | None = None
    notification_dlq_url: str | None = None

    @property
    def pairs(self) -> Mapping[str, tuple[str, str]]:
        """The URLs of each queue and of its dead-letter queue, by the queue's name.

        Raises:
            InvalidSettings: One is missing.
        """
        found: dict[str, tuple[str, str]] = {}
        for name in ("balance", "scan", "draw", "export", "notification"):
            url, dead = getattr(self, f"{name}_queue_url"), getattr(self, f"{name}_dlq_url")
            if url is None or dead is None:
                raise InvalidSettings(f"{name.upper()}_QUEUE_URL and {name.upper()}_DLQ_URL are both needed")
            found[name] = url, dead
        return found


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Where files wait for their way to people."""

    media_bucket: Annotated[str, msgspec.Meta(min_length=3, max_length=63)]


class BotSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the dialogue."""

    updates_per_minute: PositiveInt = 60


class PlanSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """What the free and the premium plan allow, and what premium costs.

    Attributes:
        plan_limits: Those that differ from `domain.plans.LIMITS`: `NAME=FREE/PREMIUM`, separated by commas.
        star_prices: What premium costs in Telegram Stars: `DAYS=STARS`, separated by commas. `none`: nothing
            is for sale; empty: `domain.plans.OFFERS`.
    """

    plan_limits: str = ""
    star_prices: str = ""

    @property
    def limits(self) -> Limits:
        """The limits of both plans.

        Raises:
            InvalidSettings: One is not what it should be.
        """
        known = {quota.value: quota for quota in Quota}
        limits = dict(LIMITS)
        for text in _urls(self.plan_limits):
            found = _LIMIT.fullmatch(text)
            if found is None or found[1] not in known:
                raise InvalidSettings(
                    f"PLAN_LIMITS is not NAME=FREE/PREMIUM, with NAME of {', '.join(known)}"
                )
            limits[known[found[1]]] = {Plan.FREE: int(found[2]), Plan.PREMIUM: int(found[3])}
        seconds = limits[Quota.DIGEST_SECONDS].values()
        if not all(1 <= each <= _MAX_DIGEST_SECONDS for each in seconds):
            raise InvalidSettings(f"PLAN_LIMITS: digest_seconds is from 1 to {_MAX_DIGEST_SECONDS}")
        return limits

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What is for sale.

        Raises:
            InvalidSettings: A price is not what it should be.
        """
        if self.star_prices.strip() == "none":
            return ()
        offers = []
        for text in _urls(self.star_prices):
            found = _PRICE.fullmatch(text)
            if found is None or not 1 <= int(found[2]) <= MAX_STARS:
                raise InvalidSettings(f"STAR_PRICES is not DAYS=STARS, with at most {MAX_STARS} Stars")
            offers.append(Offer(int(found[1]), int(found[2])))
        return tuple(offers) or OFFERS


class SweepSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of the sweep.

    Attributes:
        sweep_concurrent_calls: How many RPC calls of one invocation may be on their way at once.
    """

    sweep_interval_seconds: PositiveFloat = 15.0
    sweep_concurrent_calls: PositiveInt = 20


class RetentionSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """How long the ledger remembers; what happened before that is never told as new."""

    retention_days: PositiveInt = 365


class DigestSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """How much of a flood is told one by one, for a chat and a wallet in the free plan's interval."""

    digest_burst: PositiveInt = 10


class AdminSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Who runs this bot.

    Attributes:
        admin_ids: Telegram's ids of the users who may use the administrators' commands, separated by commas.
        alert_chats: Ids of the chats that are told of alerts; empty for the administrators themselves.
    """

    admin_ids: str = ""
    alert_chats: str = ""

    def __post_init__(self) -> None:
        """Check what the types cannot say."""
        for name, text in (("ADMIN_IDS", self.admin_ids), ("ALERT_CHATS", self.alert_chats)):
            try:
                _numbers(text)
            except ValueError:
                raise ValueError(f"{name} needs whole numbers, separated by commas") from None

    @property
    def admins(self) -> frozenset[int]:
        """The users who may do everything."""
        return frozenset(_numbers(self.admin_ids))

    @property
    def chats(self) -> tuple[int, ...]:
        """Who is told of alerts."""
        return _numbers(self.alert_chats) or _numbers(self.admin_ids)


class VitalSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of examining the running system.

    Attributes:
        watch_mode: Which watchers are deployed.
        public_url: Where Telegram reaches the API; its certificate is looked at.
        secret_max_age_days: After which a secret that does not rotate is to be replaced; 0: never.
    """

    watch_mode: Literal["sweep", "stream", "both"] = "both"
    public_url: str = ""
    secret_max_age_days: NotNegativeInt = 365

    @property
    def watchers(self) -> frozenset[str]:
        """The watchers that are deployed."""
        return frozenset({"sweep", "stream"} if self.watch_mode == "both" else {self.watch_mode})


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """From where on something is wrong; `walletwatch.domain.alerts.AlertLimits` says what each is.

    Attributes:
        alert_settle_seconds: For how long a condition must not have held to be over.
    """

    alert_rpc_percent: PositiveFloat = 90.0
    alert_failed_jobs: NotNegativeInt = 100
    alert_memory_percent: PositiveFloat = 80.0
    alert_error_percent: PositiveFloat = 5.0
    alert_cache_percent: NotNegativeFloat = 50.0
    alert_behind_seconds: PositiveFloat = 60.0
    alert_delivery_seconds: PositiveFloat = 30.0
    alert_webhook_seconds: PositiveFloat = 300.0
    alert_expiry_days: PositiveInt = 21
    alert_least_work: PositiveInt = 20
    alert_least_reads: PositiveInt = 100
    alert_least_deliveries: PositiveInt = 5
    alert_settle_seconds: NotNegativeFloat = 60.0

    @property
    def limits(self) -> AlertLimits:
        """As the domain takes them."""
        return AlertLimits(
            rpc_busy=self.alert_rpc_percent / 100,
            failed_jobs=self.alert_failed_jobs,
            memory=self.alert_memory_percent / 100,
            error_share=self.alert_error_percent / 100,
            cache_hit_share=self.alert_cache_percent / 100,
            behind=timedelta(seconds=self.alert_behind_seconds),
            delivery=timedelta(seconds=self.alert_delivery_seconds),
            webhook_error=timedelta(seconds=self.alert_webhook_seconds),
            expiry=timedelta(days=self.alert_expiry_days),
            least_work=self.alert_least_work,
            least_reads=self.alert_least_reads,
            least_deliveries=self.alert_least_deliveries,
        )


class RegistrationSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of setWebhook; its URL comes with the deployment's event."""

    webhook_max_connections: Annotated[int, msgspec.Meta(ge=1, le=100)] = 40


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What Secrets Manager holds for the application."""

    bot_token: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+:[A-Za-z0-9_-]+$")]
    webhook_secret: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,256}$")]
    operations_token: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9_-]{16,256})?$")] = ""
    """Opens /metrics and the details of /health; without one they are closed."""


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.strip())


def _listed_token(text: str) -> tuple[str, ListedToken]:
    mint, symbol, decimals = [*text.split(":"), "", ""][:3]
    known = is_address(mint) and _SYMBOL.fullmatch(symbol) and decimals.isascii() and decimals.isdecimal()
    if not known or text.count(":") != 2 or int(decimals) > _MAX_DECIMALS:
        raise InvalidSettings("LISTED_TOKENS is not MINT:SYMBOL:DECIMALS, with commas between")
    return mint, ListedToken(symbol, symbol, int(decimals))


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
