"""The only place that builds adapters: one builder for each function, importing only what that one needs.

Building reads and validates the settings and connects nothing; connections open with their first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from walletwatch import parts
from walletwatch import settings as config
from walletwatch.observability import EmfMetrics
from walletwatch.runtime import SystemClock

if TYPE_CHECKING:
    from walletwatch.bot.application import BotApplication
    from walletwatch.queueing.consumer import Consumer
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

type Probes = "Mapping[str, Probe]"


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
    from walletwatch.storage.redis.sessions import RedisSessions

    metrics = EmfMetrics("webhook")
    secrets = parts.read_secrets()
    settings = config.load(config.BotSettings)
    telegram = config.load(config.TelegramSettings)
    redis = parts.make_redis()
    chain = parts.make_chain(metrics)
    queues = parts.make_queues()
    subscriptions = PostgresSubscriptionStore(parts.make_database())
    bot = BotApplication(
        secrets.bot_token,
        telegram.telegram_api_url,
        username=telegram.bot_username,
        watching=Watching(
            subscriptions, chain, queues, SystemClock(), wallets_per_chat=settings.wallets_per_chat
        ),
        balances=Balances(chain, RedisCache(redis, metrics), metrics),
        backfills=BackfillRequests(queues, RedisRateLimits(redis), SystemClock()),
        scans=ScanRequests(queues),
        subscriptions=subscriptions,
        sessions=RedisSessions(redis, metrics),
        clock=SystemClock(),
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
            watch=PostgresWatchStore(parts.make_database()),
            chain=parts.make_chain(metrics, concurrent_calls=settings.sweep_concurrent_calls),
            queues=parts.make_queues(),
            leases=RedisLeases(parts.make_redis()),
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
    redis = parts.make_redis()
    chain = config.load(config.ChainSettings)
    client = parts.make_rpc(metrics)
    feed = chain.subscription_endpoints or tuple(map(websocket_url, chain.endpoints))
    follower = partial(
        BlockFollower,
        store=PostgresFollowStore(parts.make_database()),
        blocks=RpcBlocks(client, chain.follow_commitment),
        feed=WebSocketSlots(feed, metrics=metrics),
        transactions=parts.make_transactions(RpcChain(client), redis, metrics),
        concerned=concerned_accounts,
        queues=parts.make_queues(),
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
    database = parts.make_database()
    chain = parts.make_chain(metrics)
    backfilling = Backfilling(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        ledger=PostgresLedger(database, SystemClock()),
        chain=chain,
        transactions=parts.make_transactions(chain, parts.make_redis(), metrics),
        decode=parts.make_decode(),
        queues=parts.make_queues(),
        metrics=metrics,
    )
    digesting = parts.make_digesting(database, metrics)
    checking = parts.make_checking(database, digesting, metrics)
    return Balance(checking, backfilling, digesting, parts.make_consumer(queue, metrics), metrics)


def scan() -> Scan:
    """The scan function."""
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.services.scanning import Scanning, ScanReports
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.redis.cache import RedisCache

    metrics = EmfMetrics("scan")
    clock = SystemClock()
    service = Scanning(
        ScanReports(parts.make_chain(metrics), RedisCache(parts.make_redis(), metrics), metrics),
        PostgresLedger(parts.make_database(), clock),
        parts.make_queues(),
        HtmlRenderer(config.load(config.ChainSettings).profile),
        clock,
    )
    return Scan(
        service, parts.make_consumer(config.load(config.QueueSettings).scan_queue_url, metrics), metrics
    )


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
    database = parts.make_database()
    redis = parts.make_redis()
    telegram = config.load(config.TelegramSettings)
    service = Delivering(
        ledger=PostgresLedger(database, clock),
        marks=RedisSentMarks(redis),
        limits=RedisSendLimits(redis),
        messenger=TelegramMessenger.connect(parts.read_secrets().bot_token, telegram.telegram_api_url),
        subscriptions=PostgresSubscriptionStore(database),
        clock=clock,
        metrics=metrics,
    )
    queue = config.load(config.QueueSettings).notification_queue_url
    return Notifying(service, parts.make_consumer(queue, metrics), metrics)


def cleanup() -> Cleanup:
    """The cleanup function."""
    from walletwatch.services.housekeeping import Housekeeping
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    metrics = EmfMetrics("cleanup")
    clock = SystemClock()
    database = parts.make_database()
    service = Housekeeping(
        watch=PostgresWatchStore(database),
        ledger=PostgresLedger(database, clock),
        queues=parts.make_queues(),
        digesting=parts.make_digesting(database, metrics),
        clock=clock,
        metrics=metrics,
        retention=parts.retention(),
    )
    return Cleanup(service, metrics)


def health() -> Probes:
    """The probes of the health function."""
    from walletwatch.services.health import Probe

    metrics = EmfMetrics("health")
    return {
        "database": Probe(parts.make_database().ping, vital=True),
        "redis": Probe(parts.make_redis().ping, vital=False),
        "chain": Probe(parts.make_chain(metrics).slot, vital=False),
    }


def migration() -> Migration:
    """The migrate function."""
    return Migration(
        dsn=parts.database_url(config.load(config.DatabaseSettings)),
        secrets=parts.read_secrets(),
        telegram=config.load(config.TelegramSettings),
        max_connections=config.load(config.RegistrationSettings).webhook_max_connections,
    )
