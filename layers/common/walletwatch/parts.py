"""What several functions need: each part is built of the settings, and connects nothing until it is used.

Nothing but `walletwatch.bootstrap` calls these.
"""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from walletwatch import settings as config
from walletwatch.observability import EmfMetrics, hide
from walletwatch.runtime import SystemClock

if TYPE_CHECKING:
    from walletwatch.chain.rpc.client import RpcClient
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.domain.profile import ChainProfile, Exchange
    from walletwatch.ports import Cache, Chain, Decode, Prices, Tokens
    from walletwatch.queueing.consumer import Consumer
    from walletwatch.queueing.sqs import SqsQueues
    from walletwatch.services.annotating import Annotating
    from walletwatch.services.checking import Checking
    from walletwatch.services.digesting import Digesting
    from walletwatch.services.transactions import Transactions
    from walletwatch.storage.postgres.database import Database
    from walletwatch.storage.redis.server import RedisServer

SECRETS_TIMEOUT_SECONDS = 5


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
    hide(secrets.bot_token, secrets.webhook_secret)
    return secrets


def database_url(settings: config.DatabaseSettings) -> str:
    """Where PostgreSQL is, with the user and the password of its secret."""
    if not settings.database_secret_arn:
        return settings.database_url
    login = msgspec.json.decode(read_secret(settings.database_secret_arn))
    hide(login["password"])
    parts = urlsplit(settings.database_url)
    user = f"{quote(login['username'], safe='')}:{quote(login['password'], safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))


def make_database() -> "Database":
    """PostgreSQL."""
    from walletwatch.storage.postgres.database import Database

    settings = config.load(config.DatabaseSettings)
    return Database(database_url(settings), max_connections=settings.database_pool_max)


def make_chain(metrics: EmfMetrics, *, concurrent_calls: int = 8) -> "RpcChain":
    """The chain, as the services ask it."""
    from walletwatch.chain.rpc.reader import RpcChain

    return RpcChain(make_rpc(metrics), concurrent_calls=concurrent_calls)


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
        notification_url=queues.notification_queue_url,
    )


def make_consumer(url: str | None, metrics: EmfMetrics) -> "Consumer":
    """The other end of a queue."""
    from walletwatch.queueing.consumer import Consumer

    if url is None:
        raise config.InvalidSettings("the URL of this function's queue is missing")
    return Consumer(url, metrics)


def make_redis() -> "RedisServer":
    """Redis."""
    from walletwatch.storage.redis.server import RedisServer

    return RedisServer(config.load(config.RedisSettings).redis_url)


def make_tokens(
    chain: "Chain", redis: "RedisServer", metrics: EmfMetrics, profile: "ChainProfile"
) -> "Tokens":
    """What tokens are called."""
    from walletwatch.chain.tokens.cached import CachedTokens
    from walletwatch.chain.tokens.reader import ChainTokens
    from walletwatch.storage.redis.cache import RedisCache

    return CachedTokens(ChainTokens(chain, profile), RedisCache(redis, metrics), metrics, chain=profile.name)


def make_prices(
    chain: "Chain", redis: "RedisServer", metrics: EmfMetrics, profile: "ChainProfile"
) -> "Prices":
    """What tokens are worth."""
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
    source = SourcedPrices(sources, metrics, patience=patience)
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
    from walletwatch.services.digesting import Digesting
    from walletwatch.storage.postgres.ledger import PostgresLedger

    clock = SystemClock()
    settings = config.load(config.DigestSettings)
    return Digesting(
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        renderer=HtmlRenderer(config.load(config.ChainSettings).profile),
        clock=clock,
        metrics=metrics,
        retention=retention(),
        policy=DigestPolicy(
            burst=settings.digest_burst, interval=timedelta(seconds=settings.digest_interval_seconds)
        ),
    )


def make_annotating(database: "Database", chain: "RpcChain", metrics: EmfMetrics) -> "Annotating":
    """What is known beside a transaction."""
    from walletwatch.services.annotating import Annotating
    from walletwatch.storage.postgres.history import PostgresHistory

    profile = config.load(config.ChainSettings).profile
    redis = make_redis()
    return Annotating(
        tokens=make_tokens(chain, redis, metrics, profile),
        prices=make_prices(chain, redis, metrics, profile),
        history=PostgresHistory(database),
        profile=profile,
        clock=SystemClock(),
        metrics=metrics,
    )


def make_decode() -> "Decode":
    """The decoder for the profile of this deployment."""
    from functools import partial

    from walletwatch.chain.decoding import decode_transaction

    return partial(decode_transaction, native_symbol=config.load(config.ChainSettings).profile.native_symbol)


def make_checking(database: "Database", digesting: "Digesting", metrics: EmfMetrics) -> "Checking":
    """Looking at the histories of wallets."""
    from walletwatch.chain.parsing.belongings import belongings
    from walletwatch.services.checking import Checking
    from walletwatch.services.rewarding import Rewarding
    from walletwatch.storage.postgres.following import PostgresFollowStore
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    chain = make_chain(metrics)
    return Checking(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        chain=chain,
        follow=PostgresFollowStore(database),
        transactions=make_transactions(chain, make_redis(), metrics),
        decode=make_decode(),
        find_accounts=belongings,
        annotating=make_annotating(database, chain, metrics),
        rewarding=Rewarding(chain, metrics),
        digesting=digesting,
        queues=make_queues(),
        metrics=metrics,
    )
