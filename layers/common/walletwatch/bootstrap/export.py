"""What the export function runs."""

from dataclasses import dataclass

from walletwatch.bot.messenger import TelegramMessenger
from walletwatch.bot.views.exports import ExportsView
from walletwatch.exports.files import FileFormats
from walletwatch.observability import EmfMetrics
from walletwatch.parts.consumer import make_consumer
from walletwatch.parts.media import make_media
from walletwatch.parts.postgres import make_database, make_reads
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.secrets import read_secrets
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.queueing.consumer import Consumer
from walletwatch.runtime import SystemClock
from walletwatch.services.exporting import Exporting
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load
from walletwatch.settings.telegram import TelegramSettings
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.movements import PostgresMovements
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.redis.limits import RedisSendLimits


@dataclass(frozen=True, slots=True)
class Export:
    """What the export function runs."""

    service: Exporting
    consumer: Consumer
    telemetry: Telemetry


def export() -> Export:
    """The export function."""
    profile = load(ChainSettings).profile
    metrics = EmfMetrics("export")
    clock = SystemClock()
    redis = make_redis()
    database = make_database()
    telegram = load(TelegramSettings)
    service = Exporting(
        subscriptions=PostgresSubscriptionStore(database),
        pages=PostgresMovements(make_reads(database, metrics)),
        open_file=FileFormats(profile).open,
        media=make_media(metrics),
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        messenger=TelegramMessenger.connect(read_secrets().bot_token, telegram.telegram_api_url),
        limits=RedisSendLimits(redis),
        renderer=ExportsView(),
        clock=clock,
        metrics=metrics,
    )
    return Export(
        service,
        make_consumer(load(QueueSettings).export_queue_url, metrics),
        make_telemetry("export", metrics, redis),
    )
