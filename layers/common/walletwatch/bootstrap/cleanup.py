"""What the cleanup function runs."""

from dataclasses import dataclass

from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.bot.views.plans import plan_ending
from walletwatch.observability import EmfMetrics
from walletwatch.parts.broadcasts import make_broadcast_steps
from walletwatch.parts.digesting import make_digesting
from walletwatch.parts.postgres import make_database, make_reads
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.runtime import SystemClock
from walletwatch.services.analysing_use import UsageKeeping
from walletwatch.services.housekeeping import Housekeeping
from walletwatch.services.plan_endings import PlanEndings
from walletwatch.services.reporting import Reporting, Summaries
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load
from walletwatch.settings.stores import RetentionSettings
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


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What the cleanup function runs."""

    service: Housekeeping
    reporting: Reporting
    telemetry: Telemetry


def cleanup() -> Cleanup:
    """The cleanup function."""
    metrics = EmfMetrics("cleanup")
    clock = SystemClock()
    database = make_database()
    redis = make_redis()
    service = Housekeeping(
        watch=PostgresWatchStore(database),
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        digesting=make_digesting(database, metrics),
        alerts=PostgresAlerts(database),
        samples=PostgresSamples(database),
        claims=PostgresUpdateClaims(database),
        book=PostgresWalletBook(database),
        dealings=PostgresDealings(database),
        board=RedisTelemetryBoard(redis, clock),
        endings=PlanEndings(
            PostgresPlanStore(database),
            PostgresLedger(database, clock),
            make_queues(),
            plan_ending,
            clock,
        ),
        broadcasts=make_broadcast_steps(database, metrics),
        usage=UsageKeeping(
            RedisTelemetryBoard(redis, clock),
            PostgresUsage(database, make_reads(database, metrics)),
            clock,
        ),
        clock=clock,
        metrics=metrics,
        retention=load(RetentionSettings).retention,
    )
    reporting = Reporting(
        summaries=Summaries(PostgresChronicle(database, make_reads(database, metrics))),
        schedules=PostgresReportSchedules(database),
        leases=RedisLeases(redis),
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        renderer=HtmlRenderer(load(ChainSettings).profile),
        clock=clock,
        metrics=metrics,
    )
    return Cleanup(service, reporting, make_telemetry("cleanup", metrics, redis))
