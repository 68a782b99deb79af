"""What the scan function runs."""

from dataclasses import dataclass

from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.alerting import make_alerting
from walletwatch.parts.consumer import make_consumer
from walletwatch.parts.postgres import make_database
from walletwatch.parts.prices import make_prices
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.scans import make_scan_reports
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.queueing.consumer import Consumer
from walletwatch.runtime import SystemClock
from walletwatch.services.risk_watching import RiskWatching
from walletwatch.services.scanning import Scanning
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.postgres.risks import PostgresRisks
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.watch import PostgresWatchStore
from walletwatch.storage.redis.cache import RedisCache


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan function runs."""

    service: Scanning
    risks: RiskWatching
    consumer: Consumer
    telemetry: Telemetry


def scan() -> Scan:
    """The scan function."""
    profile = load(ChainSettings).profile
    metrics = EmfMetrics("scan")
    clock = SystemClock()
    redis = make_redis()
    rpc = make_rpc(metrics)
    database = make_database()
    reports = make_scan_reports(
        rpc,
        RedisCache(redis, metrics),
        metrics,
        profile,
        make_prices(RpcChain(rpc), redis, metrics, profile),
        PostgresAddressLists(database),
        PostgresPoolCreators(database),
    )
    ledger, queues, renderer = PostgresLedger(database, clock), make_queues(), HtmlRenderer(profile)
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
            alerting=make_alerting(database, metrics),
            clock=clock,
        ),
        make_consumer(load(QueueSettings).scan_queue_url, metrics),
        make_telemetry("scan", metrics, redis, rpc),
    )
