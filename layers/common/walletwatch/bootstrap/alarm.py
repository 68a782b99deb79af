"""What the alarm function runs."""

from dataclasses import dataclass
from datetime import timedelta

from walletwatch.bot.messenger import TelegramMessenger, make_bot
from walletwatch.bot.progress import TelegramProgress
from walletwatch.bot.views import broadcasts
from walletwatch.bot.views.system_alerts import alert_message
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.postgres import make_database
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.secrets import read_secrets
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.parts.vitals import make_vital_signs
from walletwatch.runtime import SystemClock
from walletwatch.services.alarming import Alarming
from walletwatch.services.alert_memory import AlertMemory
from walletwatch.services.broadcasting import BroadcastReports
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.operations import AlertSettings
from walletwatch.settings.reading import load
from walletwatch.settings.telegram import AdminSettings, TelegramSettings
from walletwatch.storage.postgres.alerts import PostgresAlerts
from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
from walletwatch.storage.redis.cache import RedisCache


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the alarm function runs."""

    service: Alarming
    broadcasts: BroadcastReports
    telemetry: Telemetry


def alarm() -> Alarm:
    """The alarm function."""
    metrics = EmfMetrics("alarm")
    settings = load(AlertSettings)
    redis = make_redis()
    rpc = make_rpc(metrics)
    database = make_database()
    bot = make_bot(read_secrets().bot_token, load(TelegramSettings).telegram_api_url)
    service = Alarming(
        signs=make_vital_signs(database, redis, RpcChain(rpc), bot, metrics),
        limits=settings.limits,
        alerts=PostgresAlerts(database),
        spare=AlertMemory(),
        cache=RedisCache(redis, metrics),
        messenger=TelegramMessenger(bot),
        render=alert_message,
        chats=load(AdminSettings).chats,
        clock=SystemClock(),
        metrics=metrics,
        settle=timedelta(seconds=settings.alert_settle_seconds),
    )
    reports = BroadcastReports(
        PostgresBroadcasts(database), TelegramProgress(bot), broadcasts.progress, SystemClock()
    )
    return Alarm(service, reports, make_telemetry("alarm", metrics, redis, rpc))
