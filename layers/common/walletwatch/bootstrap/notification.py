"""What the notification function runs."""

from dataclasses import dataclass

from walletwatch.bot.messenger import TelegramMessenger
from walletwatch.bot.views.groups import HtmlNotices
from walletwatch.observability import EmfMetrics
from walletwatch.parts.consumer import make_consumer
from walletwatch.parts.media import make_media
from walletwatch.parts.postgres import make_database
from walletwatch.parts.redis import make_redis
from walletwatch.parts.secrets import read_secrets
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.queueing.consumer import Consumer
from walletwatch.runtime import SystemClock
from walletwatch.services.delivering import Delivering
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load
from walletwatch.settings.telegram import TelegramSettings
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.redis.limits import RedisSendLimits
from walletwatch.storage.redis.marks import RedisSentMarks


@dataclass(frozen=True, slots=True)
class Notifying:
    """What the notification function runs."""

    service: Delivering
    consumer: Consumer
    telemetry: Telemetry


def notification() -> Notifying:
    """The notification function."""
    metrics = EmfMetrics("notification")
    clock = SystemClock()
    database = make_database()
    redis = make_redis()
    telegram = load(TelegramSettings)
    service = Delivering(
        ledger=PostgresLedger(database, clock),
        marks=RedisSentMarks(redis),
        limits=RedisSendLimits(redis),
        messenger=TelegramMessenger.connect(read_secrets().bot_token, telegram.telegram_api_url),
        media=make_media(metrics),
        subscriptions=PostgresSubscriptionStore(database),
        notices=HtmlNotices(),
        clock=clock,
        metrics=metrics,
    )
    queue = load(QueueSettings).notification_queue_url
    return Notifying(
        service,
        make_consumer(queue, metrics),
        make_telemetry("notification", metrics, redis),
    )
