"""The only place that builds adapters: one builder for each function, importing only what that one needs.

Building reads and validates the settings and connects nothing; connections open with their first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from walletwatch import settings as config
from walletwatch.observability import EmfMetrics, hide
from walletwatch.runtime import SystemClock

if TYPE_CHECKING:
    from walletwatch.bot.application import BotApplication
    from walletwatch.chain.rpc.client import RpcClient
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.domain.profile import ChainProfile, Exchange
    from walletwatch.ports import Cache, Chain, Decode, Prices, Tokens
    from walletwatch.queueing.consumer import Consumer
    from walletwatch.queueing.sqs import SqsQueues
    from walletwatch.services.annotating import Annotating
    from walletwatch.services.backfilling import Backfilling
    from walletwatch.services.checking import Checking
    from walletwatch.services.delivering import Delivering
    from walletwatch.services.digesting import Digesting
    from walletwatch.services.following import Following
    from walletwatch.services.health import Probe
    from walletwatch.services.housekeeping import Housekeeping
    from walletwatch.services.intake import UpdateIntake
    from walletwatch.services.scanning import Scanning
    from walletwatch.services.sweeping import Sweeping
    from walletwatch.services.transactions import Transactions
    from walletwatch.storage.postgres.database import Database
    from walletwatch.storage.redis.server import RedisServer

type Probes = "Mapping[str, Probe]"

SECRETS_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the webhook function runs."""

    secret: str
    metrics: EmfMetrics
    bot: "BotApplication"
    intake: "UpdateIntake"

    async def take(self, update: object) -> None:
        """Take in one update.

        Raises:
            TransientError: It could not be handled now; a redelivery is welcome.
        """
        await self.bot.start()
        await self.intake.take(update)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep function runs."""

    service: "Sweeping"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Stream:
    """What the stream function runs."""

    service: "Following"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance function runs."""

    checking: "Checking"
    backfilling: "Backfilling"
    digesting: "Digesting"
    consumer: "Consumer"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan function runs."""

    service: "Scanning"
    consumer: "Consumer"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Notifying:
    """What the notification function runs."""

    service: "Delivering"
    consumer: "Consumer"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What the cleanup function runs."""

    service: "Housekeeping"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Migration:
    """What a deployment does before it is taken into use."""

    dsn: str
    secrets: config.Secrets
    telegram: config.TelegramSettings
    max_connections: int

    async def run(self, webhook_url: str) -> dict[str, Any]:
        """Bring the schema up to date, then register the webhook and the commands. Safe to repeat."""
        from walletwatch.bot.registration import register
        from walletwatch.storage.postgres.migrate import migrate

        applied = await migrate(self.dsn)
        await register(
            self.secrets.bot_token,
            self.telegram.telegram_api_url,
            webhook_url=webhook_url,
            secret=self.secrets.webhook_secret,
            max_connections=self.max_connections,
        )
        return {"Applied": list(applied)}


def _secret(arn: str) -> bytes:
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


def _secrets() -> config.Secrets:
    secrets = msgspec.json.decode(_secret(config.load(config.Settings).secret_arn), type=config.Secrets)
    hide(secrets.bot_token, secrets.webhook_secret)
    return secrets


def _database_url(settings: config.DatabaseSettings) -> str:
    if not settings.database_secret_arn:
        return settings.database_url
    login = msgspec.json.decode(_secret(settings.database_secret_arn))
    hide(login["password"])
    parts = urlsplit(settings.database_url)
    user = f"{quote(login['username'], safe='')}:{quote(login['password'], safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))


def _database() -> "Database":
    from walletwatch.storage.postgres.database import Database

    settings = config.load(config.DatabaseSettings)
    return Database(_database_url(settings), max_connections=settings.database_pool_max)


def _chain(metrics: EmfMetrics, *, concurrent_calls: int = 8) -> "RpcChain":
    from walletwatch.chain.rpc.reader import RpcChain

    return RpcChain(_rpc(metrics), concurrent_calls=concurrent_calls)


def _rpc(metrics: EmfMetrics) -> "RpcClient":
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


def _queues() -> "SqsQueues":
    from walletwatch.queueing.sqs import SqsQueues

    queues = config.load(config.QueueSettings)
    return SqsQueues(
        balance_url=queues.balance_queue_url,
        scan_url=queues.scan_queue_url,
        notification_url=queues.notification_queue_url,
    )


def _consumer(url: str | None, metrics: EmfMetrics) -> "Consumer":
    from walletwatch.queueing.consumer import Consumer

    if url is None:
        raise config.InvalidSettings("the URL of this function's queue is missing")
    return Consumer(url, metrics)


def _redis() -> "RedisServer":
    from walletwatch.storage.redis.server import RedisServer

    return RedisServer(config.load(config.RedisSettings).redis_url)


def _tokens(chain: "Chain", redis: "RedisServer", metrics: EmfMetrics, profile: "ChainProfile") -> "Tokens":
    from walletwatch.chain.tokens.cached import CachedTokens
    from walletwatch.chain.tokens.reader import ChainTokens
    from walletwatch.storage.redis.cache import RedisCache

    return CachedTokens(ChainTokens(chain, profile), RedisCache(redis), metrics, chain=profile.name)


def _prices(chain: "Chain", redis: "RedisServer", metrics: EmfMetrics, profile: "ChainProfile") -> "Prices":
    from walletwatch.chain.prices.cached import CachedPrices
    from walletwatch.chain.prices.sources import SourcedPrices
    from walletwatch.storage.redis.cache import RedisCache

    clock = SystemClock()
    cache = RedisCache(redis)
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
                    min_liquidity_usd=Decimal(settings.price_min_liquidity_usd),
                )
            )
        elif name == "fixed":
            from walletwatch.chain.prices.fixed import FixedPrices

            sources.append(FixedPrices(settings.fixed(profile), clock))
    patience = timedelta(seconds=settings.price_patience_seconds)
    return CachedPrices(SourcedPrices(sources, metrics, patience=patience), cache, clock, chain=profile.name)


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


def webhook() -> Webhook:
    """The webhook function.

    Raises:
        InvalidSettings: By every builder, if the environment is not complete.
    """
    from walletwatch.bot.application import BotApplication
    from walletwatch.services.backfilling import BackfillRequests
    from walletwatch.services.balances import Balances
    from walletwatch.services.intake import UpdateIntake
    from walletwatch.services.scanning import ScanRequests
    from walletwatch.services.watching import Watching
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.redis.cache import RedisCache
    from walletwatch.storage.redis.claims import RedisUpdateClaims
    from walletwatch.storage.redis.limits import RedisRateLimits

    metrics = EmfMetrics("webhook")
    secrets = _secrets()
    settings = config.load(config.BotSettings)
    telegram = config.load(config.TelegramSettings)
    redis = _redis()
    chain = _chain(metrics)
    queues = _queues()
    subscriptions = PostgresSubscriptionStore(_database())
    bot = BotApplication(
        secrets.bot_token,
        telegram.telegram_api_url,
        username=telegram.bot_username,
        watching=Watching(
            subscriptions, chain, queues, SystemClock(), wallets_per_chat=settings.wallets_per_chat
        ),
        balances=Balances(chain, RedisCache(redis)),
        backfills=BackfillRequests(queues, RedisRateLimits(redis), SystemClock()),
        scans=ScanRequests(queues),
        subscriptions=subscriptions,
        profile=config.load(config.ChainSettings).profile,
        metrics=metrics,
    )
    intake = UpdateIntake(
        claims=RedisUpdateClaims(redis),
        rates=RedisRateLimits(redis),
        handle=bot.handle,
        metrics=metrics,
        updates_per_minute=settings.updates_per_minute,
    )
    return Webhook(secrets.webhook_secret, metrics, bot, intake)


def sweep() -> Sweep:
    """The sweep function."""
    from walletwatch.services.sweeping import Sweeping
    from walletwatch.storage.postgres.watch import PostgresWatchStore
    from walletwatch.storage.redis.leases import RedisLeases

    metrics = EmfMetrics("sweep")
    settings = config.load(config.SweepSettings)
    return Sweep(
        Sweeping(
            watch=PostgresWatchStore(_database()),
            chain=_chain(metrics, concurrent_calls=settings.sweep_concurrent_calls),
            queues=_queues(),
            leases=RedisLeases(_redis()),
            clock=SystemClock(),
            metrics=metrics,
            interval=timedelta(seconds=settings.sweep_interval_seconds),
        ),
        metrics,
    )


def stream() -> Stream:
    """The stream function."""
    from functools import partial

    from walletwatch.chain.parsing.concerned import concerned_accounts
    from walletwatch.chain.rpc.blocks import RpcBlocks
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.chain.rpc.slots import WebSocketSlots, websocket_url
    from walletwatch.services.block_follower import BlockFollower
    from walletwatch.services.following import Following
    from walletwatch.storage.postgres.following import PostgresFollowStore
    from walletwatch.storage.redis.leases import RedisLeases

    metrics = EmfMetrics("stream")
    clock = SystemClock()
    redis = _redis()
    chain = config.load(config.ChainSettings)
    client = _rpc(metrics)
    feed = chain.subscription_endpoints or tuple(map(websocket_url, chain.endpoints))
    follower = partial(
        BlockFollower,
        store=PostgresFollowStore(_database()),
        blocks=RpcBlocks(client, chain.follow_commitment),
        feed=WebSocketSlots(feed, metrics=metrics),
        transactions=_transactions(RpcChain(client), redis, metrics),
        concerned=concerned_accounts,
        queues=_queues(),
        clock=clock,
        metrics=metrics,
    )
    service = Following(follower=follower, leases=RedisLeases(redis), clock=clock, metrics=metrics)
    return Stream(service, metrics)


def balance() -> Balance:
    """The balance function."""
    from walletwatch.services.backfilling import Backfilling
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    metrics = EmfMetrics("balance")
    queue = config.load(config.QueueSettings).balance_queue_url
    database = _database()
    chain = _chain(metrics)
    backfilling = Backfilling(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        ledger=PostgresLedger(database, SystemClock()),
        chain=chain,
        transactions=_transactions(chain, _redis(), metrics),
        decode=_decode(),
        queues=_queues(),
        metrics=metrics,
    )
    digesting = _digesting(database, metrics)
    checking = _checking(database, digesting, metrics)
    return Balance(checking, backfilling, digesting, _consumer(queue, metrics), metrics)


def scan() -> Scan:
    """The scan function."""
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.services.scanning import Scanning
    from walletwatch.storage.postgres.ledger import PostgresLedger

    metrics = EmfMetrics("scan")
    clock = SystemClock()
    service = Scanning(
        _chain(metrics),
        PostgresLedger(_database(), clock),
        _queues(),
        HtmlRenderer(config.load(config.ChainSettings).profile),
        clock,
    )
    return Scan(service, _consumer(config.load(config.QueueSettings).scan_queue_url, metrics), metrics)


def notification() -> Notifying:
    """The notification function."""
    from walletwatch.bot.messenger import TelegramMessenger
    from walletwatch.services.delivering import Delivering
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.redis.limits import RedisSendLimits
    from walletwatch.storage.redis.marks import RedisSentMarks

    metrics = EmfMetrics("notification")
    clock = SystemClock()
    database = _database()
    redis = _redis()
    telegram = config.load(config.TelegramSettings)
    service = Delivering(
        ledger=PostgresLedger(database, clock),
        marks=RedisSentMarks(redis),
        limits=RedisSendLimits(redis),
        messenger=TelegramMessenger.connect(_secrets().bot_token, telegram.telegram_api_url),
        subscriptions=PostgresSubscriptionStore(database),
        clock=clock,
        metrics=metrics,
    )
    queue = config.load(config.QueueSettings).notification_queue_url
    return Notifying(service, _consumer(queue, metrics), metrics)


def cleanup() -> Cleanup:
    """The cleanup function."""
    from walletwatch.services.housekeeping import Housekeeping
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    metrics = EmfMetrics("cleanup")
    clock = SystemClock()
    database = _database()
    service = Housekeeping(
        watch=PostgresWatchStore(database),
        ledger=PostgresLedger(database, clock),
        queues=_queues(),
        digesting=_digesting(database, metrics),
        clock=clock,
        metrics=metrics,
        retention=_retention(),
    )
    return Cleanup(service, metrics)


def health() -> Probes:
    """The probes of the health function."""
    from walletwatch.services.health import Probe

    metrics = EmfMetrics("health")
    return {
        "database": Probe(_database().ping, vital=True),
        "redis": Probe(_redis().ping, vital=False),
        "chain": Probe(_chain(metrics).slot, vital=False),
    }


def migration() -> Migration:
    """The migrate function."""
    return Migration(
        dsn=_database_url(config.load(config.DatabaseSettings)),
        secrets=_secrets(),
        telegram=config.load(config.TelegramSettings),
        max_connections=config.load(config.RegistrationSettings).webhook_max_connections,
    )


def _transactions(chain: "RpcChain", redis: "RedisServer", metrics: EmfMetrics) -> "Transactions":
    from walletwatch.services.transactions import Transactions
    from walletwatch.storage.redis.cache import RedisCache

    return Transactions(chain, RedisCache(redis), metrics)


def _retention() -> timedelta:
    return timedelta(days=config.load(config.RetentionSettings).retention_days)


def _digesting(database: "Database", metrics: EmfMetrics) -> "Digesting":
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.domain.digests import DigestPolicy
    from walletwatch.services.digesting import Digesting
    from walletwatch.storage.postgres.ledger import PostgresLedger

    clock = SystemClock()
    settings = config.load(config.DigestSettings)
    return Digesting(
        ledger=PostgresLedger(database, clock),
        queues=_queues(),
        renderer=HtmlRenderer(config.load(config.ChainSettings).profile),
        clock=clock,
        metrics=metrics,
        retention=_retention(),
        policy=DigestPolicy(
            burst=settings.digest_burst, interval=timedelta(seconds=settings.digest_interval_seconds)
        ),
    )


def _annotating(database: "Database", chain: "RpcChain", metrics: EmfMetrics) -> "Annotating":
    from walletwatch.services.annotating import Annotating
    from walletwatch.storage.postgres.history import PostgresHistory

    profile = config.load(config.ChainSettings).profile
    redis = _redis()
    return Annotating(
        tokens=_tokens(chain, redis, metrics, profile),
        prices=_prices(chain, redis, metrics, profile),
        history=PostgresHistory(database),
        profile=profile,
        clock=SystemClock(),
        metrics=metrics,
    )


def _decode() -> "Decode":
    from functools import partial

    from walletwatch.chain.decoding import decode_transaction

    return partial(decode_transaction, native_symbol=config.load(config.ChainSettings).profile.native_symbol)


def _checking(database: "Database", digesting: "Digesting", metrics: EmfMetrics) -> "Checking":
    from walletwatch.chain.parsing.belongings import belongings
    from walletwatch.services.checking import Checking
    from walletwatch.services.rewarding import Rewarding
    from walletwatch.storage.postgres.following import PostgresFollowStore
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    chain = _chain(metrics)
    return Checking(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        chain=chain,
        follow=PostgresFollowStore(database),
        transactions=_transactions(chain, _redis(), metrics),
        decode=_decode(),
        find_accounts=belongings,
        annotating=_annotating(database, chain, metrics),
        rewarding=Rewarding(chain, metrics),
        digesting=digesting,
        queues=_queues(),
        metrics=metrics,
    )
