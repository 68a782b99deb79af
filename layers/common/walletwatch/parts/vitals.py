"""How the running system is examined."""

from datetime import timedelta

from telegram import Bot

from walletwatch.bot.webhook_state import TelegramWebhookState
from walletwatch.observability import EmfMetrics
from walletwatch.parts.inspection import make_inspection
from walletwatch.parts.postgres import make_reads
from walletwatch.ports.chain import Chain
from walletwatch.runtime import SystemClock
from walletwatch.services.vitals import Sources, VitalSigns
from walletwatch.settings.operations import VitalSettings
from walletwatch.settings.reading import load
from walletwatch.settings.secrets import Settings
from walletwatch.settings.stores import DatabaseSettings
from walletwatch.storage.expiries import CertificateAndSecrets
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.postgres.statistics import PostgresStatistics
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.server import RedisServer


def make_vital_signs(
    database: Database, redis: RedisServer, chain: Chain, bot: Bot, metrics: EmfMetrics
) -> VitalSigns:
    """How the running system is."""
    clock = SystemClock()
    settings = load(VitalSettings)
    secrets = {"application secret": load(Settings).secret_arn}
    if arn := load(DatabaseSettings).database_secret_arn:
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
