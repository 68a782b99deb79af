"""The only place that builds adapters: one builder for each function, importing only what that one needs.

Building reads and validates the settings and connects nothing; connections open with their first use.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from walletwatch import parts
from walletwatch import settings as config
from walletwatch.observability import EmfMetrics
from walletwatch.runtime import SystemClock

if TYPE_CHECKING:
    from walletwatch.queueing.consumer import Consumer
    from walletwatch.services.alarming import Alarming
    from walletwatch.services.alert_rounds import AlertRounds
    from walletwatch.services.backfilling import Backfilling
    from walletwatch.services.broadcasting import BroadcastReports, BroadcastSteps
    from walletwatch.services.checking import Checking
    from walletwatch.services.currencies import RateRefreshing
    from walletwatch.services.delivering import Delivering
    from walletwatch.services.digesting import Digesting
    from walletwatch.services.drawing import Drawing
    from walletwatch.services.exporting import Exporting
    from walletwatch.services.following import Following
    from walletwatch.services.health import HealthCheck
    from walletwatch.services.housekeeping import Housekeeping
    from walletwatch.services.intake import UpdateIntake
    from walletwatch.services.refreshing import Refreshing
    from walletwatch.services.reporting import Reporting
    from walletwatch.services.risk_watching import RiskWatching
    from walletwatch.services.scanning import Scanning
    from walletwatch.services.sweeping import Sweeping
    from walletwatch.services.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the webhook function runs."""

    secret: str
    metrics: EmfMetrics
    telemetry: "Telemetry"
    intake: "UpdateIntake"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep function runs."""

    service: "Sweeping"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Stream:
    """What the stream function runs."""

    service: "Following"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance function runs."""

    checking: "Checking"
    backfilling: "Backfilling"
    digesting: "Digesting"
    broadcasting: "BroadcastSteps"
    consumer: "Consumer"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan function runs."""

    service: "Scanning"
    risks: "RiskWatching"
    consumer: "Consumer"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Draw:
    """What the draw function runs."""

    service: "Drawing"
    consumer: "Consumer"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Export:
    """What the export function runs."""

    service: "Exporting"
    consumer: "Consumer"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Notifying:
    """What the notification function runs."""

    service: "Delivering"
    consumer: "Consumer"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What the cleanup function runs."""

    service: "Housekeeping"
    reporting: "Reporting"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Refresh:
    """What the refresh function runs."""

    service: "Refreshing"
    rates: "RateRefreshing"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the alerts function runs."""

    service: "AlertRounds"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Health:
    """What the health function runs.

    Attributes:
        operations_token: Who has it is shown everything; nobody where it is empty.
    """

    operations_token: str
    service: "HealthCheck"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the alarm function runs."""

    service: "Alarming"
    broadcasts: "BroadcastReports"
    telemetry: "Telemetry"


@dataclass(frozen=True, slots=True)
class Migration:
    """What a deployment does before it is taken into use."""

    dsn: Callable[[], Awaitable[str]]
    secrets: config.Secrets
    telegram: config.TelegramSettings
    max_connections: int
    admins: frozenset[int]

    async def schema(self) -> dict[str, Any]:
        """Bring the schema up to date. Safe to repeat."""
        from walletwatch.storage.postgres.migrate import migrate

        return {"Applied": list(await migrate(await self.dsn()))}

    async def register(self, webhook_url: str) -> dict[str, Any]:
        """Register the webhook and the commands. Safe to repeat."""
        from walletwatch.bot.registration import register

        await register(
            self.secrets.bot_token,
            self.telegram.telegram_api_url,
            webhook_url=webhook_url,
            secret=self.secrets.webhook_secret,
            max_connections=self.max_connections,
            admins=sorted(self.admins),
        )
        return {"WebhookUrl": webhook_url}

    async def unregister(self, webhook_url: str) -> dict[str, Any]:
        """Take the webhook away, unless it is another deployment's by now."""
        from walletwatch.bot.registration import unregister

        removed = await unregister(
            self.secrets.bot_token, self.telegram.telegram_api_url, webhook_url=webhook_url
        )
        return {"Removed": removed}


def webhook() -> Webhook:
    """The webhook function.

    Raises:
        InvalidSettings: By every builder, if the environment is not complete.
    """
    from walletwatch.bot.application import BotApplication
    from walletwatch.bot.operators import Operators
    from walletwatch.dialogue_parts import make_dialogue
    from walletwatch.services.admitting import Admitting
    from walletwatch.services.intake import UpdateIntake
    from walletwatch.storage.postgres.claims import PostgresUpdateClaims
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.redis.admission import RedisAdmission
    from walletwatch.storage.redis.board import RedisTelemetryBoard

    metrics = EmfMetrics("webhook")
    secrets = parts.read_secrets()
    settings = config.load(config.BotSettings)
    telegram = config.load(config.TelegramSettings)
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    database = parts.make_database()
    admins = config.load(config.AdminSettings)
    operators = Operators(admins.admins, frozenset(admins.chats))
    clock = SystemClock()
    bot = BotApplication(
        secrets.bot_token,
        telegram.telegram_api_url,
        username=telegram.bot_username,
        dialogue=make_dialogue(
            secrets=secrets,
            telegram=telegram,
            redis=redis,
            rpc=rpc,
            database=database,
            operators=operators,
            metrics=metrics,
        ),
        subscriptions=PostgresSubscriptionStore(database),
        operators=operators,
        metrics=metrics,
    )
    admission = RedisAdmission(redis, RedisTelemetryBoard(redis, clock), metrics)
    intake = UpdateIntake(
        admitting=Admitting(admission, PostgresUpdateClaims(database), clock, metrics),
        handle=bot.handle,
        metrics=metrics,
        updates_per_minute=settings.updates_per_minute,
    )
    telemetry = parts.make_telemetry("webhook", metrics, redis, rpc)
    return Webhook(secrets.webhook_secret, metrics, telemetry, intake)


def sweep() -> Sweep:
    """The sweep function."""
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.services.sweeping import Sweeping
    from walletwatch.storage.postgres.watch import PostgresWatchStore
    from walletwatch.storage.redis.leases import RedisLeases

    metrics = EmfMetrics("sweep")
    settings = config.load(config.SweepSettings)
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    return Sweep(
        Sweeping(
            watch=PostgresWatchStore(parts.make_database()),
            chain=RpcChain(rpc, concurrent_calls=settings.sweep_concurrent_calls),
            queues=parts.make_queues(),
            leases=RedisLeases(redis),
            clock=SystemClock(),
            metrics=metrics,
            interval=timedelta(seconds=settings.sweep_interval_seconds),
        ),
        parts.make_telemetry("sweep", metrics, redis, rpc),
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
    return Stream(service, parts.make_telemetry("stream", metrics, redis, client))


def balance() -> Balance:
    """The balance function."""
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.services.backfilling import Backfilling
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.watch import PostgresWatchStore

    metrics = EmfMetrics("balance")
    queue = config.load(config.QueueSettings).balance_queue_url
    database = parts.make_database()
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    chain = RpcChain(rpc)
    backfilling = Backfilling(
        watch=PostgresWatchStore(database),
        subscriptions=PostgresSubscriptionStore(database),
        ledger=PostgresLedger(database, SystemClock()),
        chain=chain,
        transactions=parts.make_transactions(chain, redis, metrics),
        decode=parts.make_decode(),
        queues=parts.make_queues(),
        metrics=metrics,
    )
    digesting = parts.make_digesting(database, metrics)
    checking = parts.make_checking(database, redis, chain, digesting, metrics)
    return Balance(
        checking,
        backfilling,
        digesting,
        parts.make_broadcast_steps(database, metrics),
        parts.make_consumer(queue, metrics),
        parts.make_telemetry("balance", metrics, redis, rpc),
    )


def scan() -> Scan:
    """The scan function."""
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.scan_parts import make_scan_reports
    from walletwatch.services.risk_watching import RiskWatching
    from walletwatch.services.scanning import Scanning
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.lists import PostgresAddressLists
    from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
    from walletwatch.storage.postgres.risks import PostgresRisks
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.watch import PostgresWatchStore
    from walletwatch.storage.redis.cache import RedisCache

    profile = config.load(config.ChainSettings).profile
    metrics = EmfMetrics("scan")
    clock = SystemClock()
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    database = parts.make_database()
    reports = make_scan_reports(
        rpc,
        RedisCache(redis, metrics),
        metrics,
        profile,
        parts.make_prices(RpcChain(rpc), redis, metrics, profile),
        PostgresAddressLists(database),
        PostgresPoolCreators(database),
    )
    ledger, queues, renderer = PostgresLedger(database, clock), parts.make_queues(), HtmlRenderer(profile)
    return Scan(
        Scanning(reports, ledger, queues, renderer, clock),
        RiskWatching(
            reports,
            watch=PostgresWatchStore(database),
            subscriptions=PostgresSubscriptionStore(database),
            risks=PostgresRisks(database),
            ledger=ledger,
            queues=queues,
            renderer=renderer,
            alerting=parts.make_alerting(database, metrics),
            clock=clock,
        ),
        parts.make_consumer(config.load(config.QueueSettings).scan_queue_url, metrics),
        parts.make_telemetry("scan", metrics, redis, rpc),
    )


def draw() -> Draw:
    """The draw function."""
    from walletwatch.bot.views.pictures import PicturesView
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.pictures.painter import MatplotlibPainter
    from walletwatch.scan_parts import make_surroundings
    from walletwatch.services.analysing import Analysing
    from walletwatch.services.analysing_use import Analytics
    from walletwatch.services.drawing import Drawing
    from walletwatch.services.picturing import Picturing
    from walletwatch.storage.postgres.chronicle import PostgresChronicle
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.lists import PostgresAddressLists
    from walletwatch.storage.postgres.movements import PostgresMovements
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.postgres.usage import PostgresUsage
    from walletwatch.storage.redis.cache import RedisCache

    profile = config.load(config.ChainSettings).profile
    metrics = EmfMetrics("draw")
    clock = SystemClock()
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    chain = RpcChain(rpc)
    database = parts.make_database()
    reads = parts.make_reads(database, metrics)
    prices = parts.make_prices(chain, redis, metrics, profile)
    picturing = Picturing(
        subscriptions=PostgresSubscriptionStore(database),
        movements=PostgresMovements(reads),
        analysing=Analysing(PostgresChronicle(database, reads), prices, clock),
        chain=chain,
        tokens=parts.make_tokens(chain, redis, metrics, profile),
        prices=prices,
        surroundings=make_surroundings(
            rpc, RedisCache(redis, metrics), metrics, profile, PostgresAddressLists(database)
        ),
        analytics=Analytics(PostgresUsage(database, reads), clock),
        profile=profile,
        clock=clock,
    )
    service = Drawing(
        picturing=picturing,
        painter=MatplotlibPainter(),
        media=parts.make_media(metrics),
        ledger=PostgresLedger(database, clock),
        queues=parts.make_queues(),
        renderer=PicturesView(profile),
        clock=clock,
        metrics=metrics,
    )
    return Draw(
        service,
        parts.make_consumer(config.load(config.QueueSettings).draw_queue_url, metrics),
        parts.make_telemetry("draw", metrics, redis, rpc),
    )


def export() -> Export:
    """The export function."""
    from walletwatch.bot.messenger import TelegramMessenger
    from walletwatch.bot.views.exports import ExportsView
    from walletwatch.exports.files import FileFormats
    from walletwatch.services.exporting import Exporting
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.movements import PostgresMovements
    from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
    from walletwatch.storage.redis.limits import RedisSendLimits

    profile = config.load(config.ChainSettings).profile
    metrics = EmfMetrics("export")
    clock = SystemClock()
    redis = parts.make_redis()
    database = parts.make_database()
    telegram = config.load(config.TelegramSettings)
    service = Exporting(
        subscriptions=PostgresSubscriptionStore(database),
        pages=PostgresMovements(parts.make_reads(database, metrics)),
        open_file=FileFormats(profile).open,
        media=parts.make_media(metrics),
        ledger=PostgresLedger(database, clock),
        queues=parts.make_queues(),
        messenger=TelegramMessenger.connect(parts.read_secrets().bot_token, telegram.telegram_api_url),
        limits=RedisSendLimits(redis),
        renderer=ExportsView(),
        clock=clock,
        metrics=metrics,
    )
    return Export(
        service,
        parts.make_consumer(config.load(config.QueueSettings).export_queue_url, metrics),
        parts.make_telemetry("export", metrics, redis),
    )


def notification() -> Notifying:
    """The notification function."""
    from walletwatch.bot.messenger import TelegramMessenger
    from walletwatch.bot.views.groups import HtmlNotices
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
        media=parts.make_media(metrics),
        subscriptions=PostgresSubscriptionStore(database),
        notices=HtmlNotices(),
        clock=clock,
        metrics=metrics,
    )
    queue = config.load(config.QueueSettings).notification_queue_url
    return Notifying(
        service,
        parts.make_consumer(queue, metrics),
        parts.make_telemetry("notification", metrics, redis),
    )


def cleanup() -> Cleanup:
    """The cleanup function."""
    from walletwatch.bot.rendering import HtmlRenderer
    from walletwatch.bot.views.plans import plan_ending
    from walletwatch.services.analysing_use import UsageKeeping
    from walletwatch.services.housekeeping import Housekeeping
    from walletwatch.services.plan_endings import PlanEndings
    from walletwatch.services.reporting import Reporting, Summaries
    from walletwatch.storage.postgres.alerts import PostgresAlerts
    from walletwatch.storage.postgres.chronicle import PostgresChronicle
    from walletwatch.storage.postgres.claims import PostgresUpdateClaims
    from walletwatch.storage.postgres.dealings import PostgresDealings
    from walletwatch.storage.postgres.ledger import PostgresLedger
    from walletwatch.storage.postgres.plans import PostgresPlanStore
    from walletwatch.storage.postgres.reporting import PostgresReportSchedules
    from walletwatch.storage.postgres.samples import PostgresSamples
    from walletwatch.storage.postgres.usage import PostgresUsage
    from walletwatch.storage.postgres.wallet_book import PostgresWalletBook
    from walletwatch.storage.postgres.watch import PostgresWatchStore
    from walletwatch.storage.redis.board import RedisTelemetryBoard
    from walletwatch.storage.redis.leases import RedisLeases

    metrics = EmfMetrics("cleanup")
    clock = SystemClock()
    database = parts.make_database()
    redis = parts.make_redis()
    service = Housekeeping(
        watch=PostgresWatchStore(database),
        ledger=PostgresLedger(database, clock),
        queues=parts.make_queues(),
        digesting=parts.make_digesting(database, metrics),
        alerts=PostgresAlerts(database),
        samples=PostgresSamples(database),
        claims=PostgresUpdateClaims(database),
        book=PostgresWalletBook(database),
        dealings=PostgresDealings(database),
        board=RedisTelemetryBoard(redis, clock),
        endings=PlanEndings(
            PostgresPlanStore(database),
            PostgresLedger(database, clock),
            parts.make_queues(),
            plan_ending,
            clock,
        ),
        broadcasts=parts.make_broadcast_steps(database, metrics),
        usage=UsageKeeping(
            RedisTelemetryBoard(redis, clock),
            PostgresUsage(database, parts.make_reads(database, metrics)),
            clock,
        ),
        clock=clock,
        metrics=metrics,
        retention=parts.retention(),
    )
    reporting = Reporting(
        summaries=Summaries(PostgresChronicle(database, parts.make_reads(database, metrics))),
        schedules=PostgresReportSchedules(database),
        leases=RedisLeases(redis),
        ledger=PostgresLedger(database, clock),
        queues=parts.make_queues(),
        renderer=HtmlRenderer(config.load(config.ChainSettings).profile),
        rates=parts.make_rates(database, metrics),
        clock=clock,
        metrics=metrics,
    )
    return Cleanup(service, reporting, parts.make_telemetry("cleanup", metrics, redis))


def refresh() -> Refresh:
    """The refresh function."""
    from walletwatch.chain.inspection.pool_makers import PoolMakers
    from walletwatch.chain.rpc.batching import BatchingCaller
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
    from walletwatch.services.currencies import RateRefreshing
    from walletwatch.services.looking_again import LookingAgain
    from walletwatch.services.pool_suspects import PoolSuspects
    from walletwatch.services.refreshing import Refreshing
    from walletwatch.storage.postgres.dealings import PostgresDealings
    from walletwatch.storage.postgres.fx_rates import PostgresFxRates
    from walletwatch.storage.postgres.lists import PostgresAddressLists
    from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
    from walletwatch.storage.redis.leases import RedisLeases

    metrics = EmfMetrics("refresh")
    clock = SystemClock()
    database = parts.make_database()
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    profile = config.load(config.ChainSettings).profile
    exchange = profile.exchange
    money = {WRAPPED_NATIVE_MINT, *(exchange.stable_mints if exchange else ())}
    store = PostgresPoolCreators(database)
    suspects = PoolSuspects(
        store,
        PostgresAddressLists(database),
        LookingAgain(PostgresDealings(database), parts.make_queues(), clock, metrics),
        clock,
        metrics,
        ordinary={*money, *profile.tokens},
        known=profile.labels,
    )
    service = Refreshing(
        lists=parts.make_pool_lists(profile),
        chain=PoolMakers(RpcChain(BatchingCaller(rpc)), exchange.program) if exchange else None,
        store=store,
        suspects=suspects,
        leases=RedisLeases(redis),
        clock=clock,
        metrics=metrics,
        money=money,
    )
    rates = RateRefreshing(parts.make_rate_source(), PostgresFxRates(database), store, clock, metrics)
    return Refresh(service, rates, parts.make_telemetry("refresh", metrics, redis, rpc))


def alerts() -> Alerts:
    """The alerts function."""
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.services.alert_rounds import AlertRounds
    from walletwatch.services.watched_balances import WatchedBalances
    from walletwatch.storage.postgres.alert_rules import PostgresAlertRules
    from walletwatch.storage.postgres.past import PostgresPast
    from walletwatch.storage.postgres.samples import PostgresSamples
    from walletwatch.storage.redis.leases import RedisLeases

    metrics = EmfMetrics("alerts")
    clock = SystemClock()
    database = parts.make_database()
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    chain = RpcChain(rpc)
    past = PostgresPast(database)
    service = AlertRounds(
        rules=PostgresAlertRules(database, clock),
        alerting=parts.make_alerting(database, metrics),
        digesting=parts.make_digesting(database, metrics),
        balances=WatchedBalances(chain, past),
        prices=parts.make_prices(chain, redis, metrics, config.load(config.ChainSettings).profile),
        samples=PostgresSamples(database),
        past=past,
        leases=RedisLeases(redis),
        clock=clock,
        metrics=metrics,
    )
    return Alerts(service, parts.make_telemetry("alerts", metrics, redis, rpc))


def health() -> Health:
    """The health function."""
    from walletwatch.bot.messenger import make_bot
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.services.health import HealthCheck
    from walletwatch.storage.redis.board import RedisTelemetryBoard

    metrics = EmfMetrics("health")
    secrets = parts.read_secrets()
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    bot = make_bot(secrets.bot_token, config.load(config.TelegramSettings).telegram_api_url)
    signs = parts.make_vital_signs(parts.make_database(), redis, RpcChain(rpc), bot, metrics)
    check = HealthCheck(
        signs, RedisTelemetryBoard(redis, SystemClock()), config.load(config.AlertSettings).limits
    )
    return Health(secrets.operations_token, check, parts.make_telemetry("health", metrics, redis, rpc))


def alarm() -> Alarm:
    """The alarm function."""
    from walletwatch.bot.messenger import TelegramMessenger, make_bot
    from walletwatch.bot.progress import TelegramProgress
    from walletwatch.bot.views import broadcasts
    from walletwatch.bot.views.system_alerts import alert_message
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.services.alarming import Alarming
    from walletwatch.services.alert_memory import AlertMemory
    from walletwatch.services.broadcasting import BroadcastReports
    from walletwatch.storage.postgres.alerts import PostgresAlerts
    from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
    from walletwatch.storage.redis.cache import RedisCache

    metrics = EmfMetrics("alarm")
    settings = config.load(config.AlertSettings)
    redis = parts.make_redis()
    rpc = parts.make_rpc(metrics)
    database = parts.make_database()
    bot = make_bot(parts.read_secrets().bot_token, config.load(config.TelegramSettings).telegram_api_url)
    service = Alarming(
        signs=parts.make_vital_signs(database, redis, RpcChain(rpc), bot, metrics),
        limits=settings.limits,
        alerts=PostgresAlerts(database),
        spare=AlertMemory(),
        cache=RedisCache(redis, metrics),
        messenger=TelegramMessenger(bot),
        render=alert_message,
        chats=config.load(config.AdminSettings).chats,
        clock=SystemClock(),
        metrics=metrics,
        settle=timedelta(seconds=settings.alert_settle_seconds),
    )
    reports = BroadcastReports(
        PostgresBroadcasts(database), TelegramProgress(bot), broadcasts.progress, SystemClock()
    )
    return Alarm(service, reports, parts.make_telemetry("alarm", metrics, redis, rpc))


def migration() -> Migration:
    """The migrate function."""
    return Migration(
        dsn=parts.write_url(),
        secrets=parts.read_secrets(),
        telegram=config.load(config.TelegramSettings),
        max_connections=config.load(config.RegistrationSettings).webhook_max_connections,
        admins=config.load(config.AdminSettings).admins,
    )
