"""What several functions need: each part is built of the settings, and connects nothing until it is used.

Nothing but `walletwatch.bootstrap` calls these.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from walletwatch import settings as config
from walletwatch.observability import EmfMetrics, hide, instance_id, memory
from walletwatch.runtime import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Bot

    from walletwatch.chain.rpc.client import RpcClient
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.domain.activities import Activity
    from walletwatch.domain.explanations import Outline
    from walletwatch.domain.profile import ChainProfile, Exchange
    from walletwatch.ports.alerting import Samples
    from walletwatch.ports.chain import Chain, Decode, Outlines, Prices, Tokens
    from walletwatch.ports.common import Metrics
    from walletwatch.ports.currencies import RateSource
    from walletwatch.ports.listing import PoolList
    from walletwatch.ports.volatile import Cache
    from walletwatch.queueing.consumer import Consumer
    from walletwatch.queueing.inspection import SqsInspection
    from walletwatch.queueing.sqs import SqsQueues
    from walletwatch.services.alerting import Alerting
    from walletwatch.services.annotating import Annotating
    from walletwatch.services.broadcasting import BroadcastSteps
    from walletwatch.services.checking import Checking
    from walletwatch.services.currencies import FreshRates
    from walletwatch.services.digesting import Digesting
    from walletwatch.services.scan_memory import ScanMemory
    from walletwatch.services.telemetry import Telemetry
    from walletwatch.services.transactions import Transactions
    from walletwatch.services.vitals import VitalSigns
    from walletwatch.storage.postgres.database import Database
    from walletwatch.storage.postgres.replica import Reads
    from walletwatch.storage.redis.server import RedisServer
    from walletwatch.storage.s3 import S3Media

SECRETS_TIMEOUT_SECONDS = 5
LOGIN_FRESH_SECONDS = 60.0
PREPARE_THRESHOLD = 5
"""A statement is prepared when it is run this many times on a connection."""


def read_secret(arn: str) -> bytes:
    """An entry of Secrets Manager, whatever it holds."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    from walletwatch.domain.errors import TransientError

    client = boto3.client(
        "secretsmanager",
        config=Config(
            connect_timeout=SECRETS_TIMEOUT_SECONDS,
            read_timeout=SECRETS_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 4},
        ),
    )
    try:
        value: str = client.get_secret_value(SecretId=arn)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise TransientError(f"Secrets Manager: {type(error).__name__}") from error
    return value.encode()


def read_secrets() -> config.Secrets:
    """What Secrets Manager holds for the application; it is hidden from the logs from here on."""
    secrets = msgspec.json.decode(read_secret(config.load(config.Settings).secret_arn), type=config.Secrets)
    hide(secrets.bot_token, secrets.webhook_secret, secrets.operations_token)
    return secrets


def with_login(url: str, secret: bytes) -> str:
    """The URL with the user and the password of a secret, which is hidden from the logs from here on."""
    login = msgspec.json.decode(secret)
    hide(login["password"])
    parts = urlsplit(url)
    user = f"{quote(login['username'], safe='')}:{quote(login['password'], safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))


class LoginOfSecret:
    """A URL with the login that its secret has now, for a connection that is about to be opened.

    The secret is read again after a minute: RDS replaces the password every few days, and for so long at most
    new connections are refused; work that needs one is tried again.

    Args:
        url: Of a database.
        arn: Of the secret; empty where the URL has a login, or needs none.
    """

    def __init__(self, url: str, arn: str) -> None:
        self._url = url
        self._arn = arn
        self._known: str | None = None
        self._read_at = 0.0

    async def __call__(self) -> str:
        """The URL.

        Raises:
            TransientError: Secrets Manager did not answer.
        """
        if not self._arn:
            return self._url
        if self._known is None or time.monotonic() - self._read_at > LOGIN_FRESH_SECONDS:
            self._known = with_login(self._url, await asyncio.to_thread(read_secret, self._arn))
            self._read_at = time.monotonic()
        return self._known


def write_url() -> Callable[[], Awaitable[str]]:
    """Where PostgreSQL takes writes, with the login."""
    settings = config.load(config.DatabaseSettings)
    return LoginOfSecret(settings.database_write_url, settings.database_secret_arn)


def make_database() -> "Database":
    """PostgreSQL, where it takes writes; a server that is a replica by now is not connected to."""
    return _database(write_url(), writes=True)


def make_reads(database: "Database", metrics: EmfMetrics) -> "Reads":
    """PostgreSQL, where it is read and may be some seconds old."""
    from walletwatch.storage.postgres.replica import ReplicaReads

    settings = config.load(config.DatabaseSettings)
    replica = None
    if settings.database_read_url:
        replica = _database(
            LoginOfSecret(settings.database_read_url, settings.database_secret_arn), writes=False
        )
    max_lag = timedelta(seconds=settings.database_read_max_lag_seconds)
    return ReplicaReads(database, replica, max_lag=max_lag, metrics=metrics)


def _database(url: Callable[[], Awaitable[str]], *, writes: bool) -> "Database":
    from walletwatch.storage.postgres.database import Database

    settings = config.load(config.DatabaseSettings)
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


def make_telemetry(
    function: str, metrics: EmfMetrics, redis: "RedisServer", rpc: "RpcClient | None" = None
) -> "Telemetry":
    """What this environment says of itself."""
    from walletwatch.chain.rpc.usage import RpcUsage
    from walletwatch.services.telemetry import Telemetry
    from walletwatch.storage.redis.board import RedisTelemetryBoard

    clock = SystemClock()
    return Telemetry(
        instance_id=instance_id(),
        function=function,
        metrics=metrics,
        board=RedisTelemetryBoard(redis, clock),
        clock=clock,
        memory=memory,
        rpc=RpcUsage(rpc.status) if rpc else None,
    )


def make_rpc(metrics: EmfMetrics) -> "RpcClient":
    """The RPC endpoints."""
    from walletwatch.chain.rpc.client import RpcClient
    from walletwatch.chain.rpc.pool import PoolLimits

    chain = config.load(config.ChainSettings)
    limits = PoolLimits(
        min_connections=chain.rpc_min_connections,
        max_connections=chain.rpc_max_connections,
        idle_seconds=chain.rpc_idle_seconds,
        requests_per_second=chain.rpc_requests_per_second,
        hedge_seconds=chain.rpc_hedge_ms / 1000,
    )
    return RpcClient(
        chain.endpoints,
        metrics=metrics,
        timeout=chain.rpc_timeout_seconds,
        deadline=chain.rpc_deadline_seconds,
        batch_size=chain.rpc_batch_size,
        limits=limits,
    )


def make_queues() -> "SqsQueues":
    """The queues that this function was given."""
    from walletwatch.queueing.sqs import SqsQueues

    queues = config.load(config.QueueSettings)
    return SqsQueues(
        balance_url=queues.balance_queue_url,
        scan_url=queues.scan_queue_url,
        draw_url=queues.draw_queue_url,
        export_url=queues.export_queue_url,
        notification_url=queues.notification_queue_url,
    )


def make_media(metrics: EmfMetrics) -> "S3Media":
    """The files on their way to people."""
    from walletwatch.storage.s3 import S3Media

    return S3Media(config.load(config.MediaSettings).media_bucket, metrics)


def make_consumer(url: str | None, metrics: EmfMetrics) -> "Consumer":
    """The other end of a queue."""
    from walletwatch.queueing.consumer import Consumer

    if url is None:
        raise config.InvalidSettings("the URL of this function's queue is missing")
    return Consumer(url, metrics)


def make_redis() -> "RedisServer":
    """Redis."""
    from walletwatch.storage.redis.server import RedisServer

    settings = config.load(config.RedisSettings)
    url, arn = settings.redis_url, settings.redis_secret_arn
    return RedisServer(with_login(url, read_secret(arn)) if arn else url)


def make_inspection() -> "SqsInspection":
    """The queues and their dead-letter queues, from outside."""
    from walletwatch.queueing.inspection import QueuePair, SqsInspection

    pairs = config.load(config.QueueSettings).pairs
    return SqsInspection({name: QueuePair(*urls) for name, urls in pairs.items()})


def make_vital_signs(
    database: "Database", redis: "RedisServer", chain: "Chain", bot: "Bot", metrics: EmfMetrics
) -> "VitalSigns":
    """How the running system is."""
    from walletwatch.bot.webhook_state import TelegramWebhookState
    from walletwatch.services.vitals import Sources, VitalSigns
    from walletwatch.storage.expiries import CertificateAndSecrets
    from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
    from walletwatch.storage.postgres.statistics import PostgresStatistics
    from walletwatch.storage.redis.board import RedisTelemetryBoard

    clock = SystemClock()
    settings = config.load(config.VitalSettings)
    secrets = {"application secret": config.load(config.Settings).secret_arn}
    if arn := config.load(config.DatabaseSettings).database_secret_arn:
        secrets["database secret"] = arn
    days = settings.secret_max_age_days
    return VitalSigns(
        Sources(
            redis=redis.ping,
            database=database.ping,
            chain=chain,
            queues=make_inspection(),
            statistics=PostgresStatistics(database, make_reads(database, metrics)),
            board=RedisTelemetryBoard(redis, clock),
            telegram=TelegramWebhookState(bot),
            expiries=CertificateAndSecrets(
                url=settings.public_url, secrets=secrets, max_age=timedelta(days=days) if days else None
            ),
            lists=PostgresPoolCreators(database).sources,
            watchers=settings.watchers,
        ),
        clock,
        metrics,
    )


def make_tokens(
    chain: "Chain", redis: "RedisServer", metrics: EmfMetrics, profile: "ChainProfile"
) -> "Tokens":
    """What tokens are called."""
    from walletwatch.chain.tokens.cached import CachedTokens
    from walletwatch.chain.tokens.reader import ChainTokens
    from walletwatch.storage.redis.cache import RedisCache

    return CachedTokens(ChainTokens(chain, profile), RedisCache(redis, metrics), metrics, chain=profile.name)


def make_scan_memory(cache: "Cache", metrics: "Metrics", profile: "ChainProfile") -> "ScanMemory":
    """What scans said."""
    from walletwatch.services.scan_memory import ScanMemory

    return ScanMemory(cache, metrics, SystemClock(), chain=profile.name)


def make_prices(
    chain: "Chain",
    redis: "RedisServer",
    metrics: EmfMetrics,
    profile: "ChainProfile",
    history: "Samples | None" = None,
) -> "Prices":
    """What tokens are worth; `history` remembers it."""
    from walletwatch.chain.prices.cached import CachedPrices
    from walletwatch.chain.prices.sources import SourcedPrices
    from walletwatch.storage.redis.cache import RedisCache

    clock = SystemClock()
    cache = RedisCache(redis, metrics)
    settings = config.load(config.PriceSettings)
    sources: list[Prices] = []
    for name in settings.sources(profile):
        if name == "pools" and profile.exchange:
            sources.append(_pool_prices(chain, profile.exchange, cache, metrics, settings))
        elif name == "xdex-api" and profile.exchange and profile.exchange.api_network:
            from walletwatch.chain.prices.xdex_api import XdexApiPrices

            sources.append(
                XdexApiPrices(
                    settings.xdex_api_url,
                    profile.exchange.api_network,
                    profile.exchange.stable_mints,
                    cache,
                    clock,
                    metrics,
                    min_liquidity_usd=Decimal(settings.price_min_liquidity_usd),
                )
            )
        elif name == "fixed":
            from walletwatch.chain.prices.fixed import FixedPrices

            sources.append(FixedPrices(settings.fixed(profile), clock))
    patience = timedelta(seconds=settings.price_patience_seconds)
    source: Prices = SourcedPrices(sources, metrics, patience=patience)
    if history is not None:
        from walletwatch.services.price_recording import RecordedPrices

        source = RecordedPrices(source, history, clock, metrics)
    return CachedPrices(source, cache, clock, metrics, chain=profile.name)


def _pool_prices(
    chain: "Chain", exchange: "Exchange", cache: "Cache", metrics: EmfMetrics, settings: config.PriceSettings
) -> "Prices":
    from walletwatch.chain.prices.directory import PoolDirectory
    from walletwatch.chain.prices.pools import PoolPrices

    clock = SystemClock()
    return PoolPrices(
        chain,
        exchange,
        PoolDirectory(chain, exchange, cache=cache, clock=clock, metrics=metrics),
        clock,
        min_liquidity_usd=Decimal(settings.price_min_liquidity_usd),
    )


def make_pool_lists(profile: "ChainProfile") -> "Sequence[PoolList]":
    """Who lists the exchange's pools: its API, where it serves this chain and is asked for prices too."""
    settings = config.load(config.PriceSettings)
    if profile.exchange is None or profile.exchange.api_network is None:
        return ()
    if "xdex-api" not in settings.sources(profile):
        return ()
    from walletwatch.chain.prices.xdex_client import XdexClient
    from walletwatch.chain.prices.xdex_pools import XdexPoolList

    return (XdexPoolList(XdexClient(settings.xdex_api_url, profile.exchange.api_network, SystemClock())),)


def make_rates(database: "Database", metrics: EmfMetrics) -> "FreshRates":
    """What dollars are in other currencies; read when somebody is told of one."""
    from walletwatch.domain.currencies import Rates
    from walletwatch.services.currencies import FreshRates
    from walletwatch.storage.postgres.fx_rates import PostgresFxRates

    known = Rates(config.load(config.ChainSettings).profile.native_symbol)
    return FreshRates(known, PostgresFxRates(database), SystemClock(), metrics)


def make_rate_source() -> "RateSource | None":
    """Who publishes the rates; None where this deployment offers no money of countries."""
    url = config.load(config.RateSettings).fx_rates_url
    if not url:
        return None
    from walletwatch.chain.prices.open_rates import OpenRates

    return OpenRates(url, SystemClock())


def make_transactions(chain: "RpcChain", redis: "RedisServer", metrics: EmfMetrics) -> "Transactions":
    """Transactions that several checks share."""
    from walletwatch.services.transactions import Transactions
    from walletwatch.storage.redis.cache import RedisCache

    return Transactions(chain, RedisCache(redis, metrics), metrics)


def retention() -> timedelta:
    """How long activities are kept."""
    return timedelta(days=config.load(config.RetentionSettings).retention_days)


def make_digesting(database: "Database", metrics: EmfMetrics) -> "Digesting":
    """Telling what is new."""
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.domain.digests import DigestPolicy
    from walletwatch.domain.plans import Plan, Quota
    from walletwatch.services.digesting import Digesting
    from walletwatch.storage.postgres.ledger import PostgresLedger

    clock = SystemClock()
    settings = config.load(config.DigestSettings)
    paces = config.load(config.PlanSettings).limits[Quota.DIGEST_SECONDS]
    return Digesting(
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        renderer=HtmlRenderer(config.load(config.ChainSettings).profile, make_rates(database, metrics)),
        clock=clock,
        metrics=metrics,
        retention=retention(),
        policy=DigestPolicy(
            burst=settings.digest_burst,
            interval=timedelta(seconds=paces[Plan.FREE]),
            premium_interval=timedelta(seconds=paces[Plan.PREMIUM]),
        ),
    )


def make_broadcast_steps(database: "Database", metrics: EmfMetrics) -> "BroadcastSteps":
    """Queueing messages to many."""
    from walletwatch.bot.views.broadcasts import message
    from walletwatch.services.broadcasting import BroadcastSteps
    from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts

    return BroadcastSteps(PostgresBroadcasts(database), make_queues(), message, SystemClock(), metrics)


def make_alerting(database: "Database", metrics: EmfMetrics) -> "Alerting":
    """Telling what people asked to be told of."""
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.services.alerting import Alerting
    from walletwatch.storage.postgres.alert_ledger import PostgresAlertLedger
    from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
    from walletwatch.storage.postgres.past import PostgresPast

    clock = SystemClock()
    return Alerting(
        rules=PostgresAlertRules(database, clock),
        ledger=PostgresAlertLedger(database, clock),
        past=PostgresPast(database),
        queues=make_queues(),
        renderer=HtmlRenderer(config.load(config.ChainSettings).profile, make_rates(database, metrics)),
        clock=clock,
        metrics=metrics,
        retention=retention(),
    )


def make_annotating(
    database: "Database", redis: "RedisServer", chain: "RpcChain", metrics: EmfMetrics
) -> "Annotating":
    """What is known beside a transaction."""
    from walletwatch.services.annotating import Annotating
    from walletwatch.storage.postgres.history import PostgresHistory
    from walletwatch.storage.postgres.samples import PostgresSamples

    profile = config.load(config.ChainSettings).profile
    return Annotating(
        tokens=make_tokens(chain, redis, metrics, profile),
        prices=make_prices(chain, redis, metrics, profile, PostgresSamples(database)),
        history=PostgresHistory(make_reads(database, metrics)),
        profile=profile,
        clock=SystemClock(),
        metrics=metrics,
    )


def make_decode() -> "Decode":
    """The decoder for the profile of this deployment."""
    from functools import partial

    from walletwatch.chain.decoding import decode_transaction

    return partial(decode_transaction, native_symbol=config.load(config.ChainSettings).profile.native_symbol)


def make_late_decode() -> "Decode":
    """The decoder, loaded with the first transaction: whoever explains none does not pay for it."""
    loaded: list[Decode] = []

    def decode(result: "Mapping[str, Any]", wallet: str) -> "Activity | None":
        if not loaded:
            loaded.append(make_decode())
        return loaded[0](result, wallet)

    return decode


def make_late_outline() -> "Outlines":
    """What a transaction is about, loaded like the decoder."""

    def outline(result: "Mapping[str, Any]") -> "Outline":
        from walletwatch.chain.decoding.outline import outline as read

        return read(result)

    return outline


def make_checking(
    database: "Database",
    redis: "RedisServer",
    chain: "RpcChain",
    digesting: "Digesting",
    metrics: EmfMetrics,
) -> "Checking":
    """Looking at the histories of wallets."""
    from walletwatch.chain.parsing.belongings import belongings
    from walletwatch.services.checking import Checking
    from walletwatch.services.rewarding import Rewarding
    from walletwatch.storage.postgres.following import PostgresFollowStore
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    return Checking(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        chain=chain,
        follow=PostgresFollowStore(database),
        transactions=make_transactions(chain, redis, metrics),
        decode=make_decode(),
        find_accounts=belongings,
        annotating=make_annotating(database, redis, chain, metrics),
        rewarding=Rewarding(chain, metrics),
        digesting=digesting,
        alerting=make_alerting(database, metrics),
        queues=make_queues(),
        metrics=metrics,
    )
