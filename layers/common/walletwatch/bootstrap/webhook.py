"""What the webhook function runs."""

from dataclasses import dataclass

from walletwatch.bot.application import BotApplication
from walletwatch.bot.operators import Operators
from walletwatch.observability import EmfMetrics
from walletwatch.parts.dialogue import make_dialogue
from walletwatch.parts.postgres import make_database
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.secrets import read_secrets
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.runtime import SystemClock
from walletwatch.services.admitting import Admitting
from walletwatch.services.intake import UpdateIntake
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.reading import load
from walletwatch.settings.telegram import AdminSettings, BotSettings, TelegramSettings
from walletwatch.storage.postgres.claims import PostgresUpdateClaims
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.settlements import RedisSettlements
from walletwatch.storage.redis.turn import Turn


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the webhook function runs."""

    secret: str
    metrics: EmfMetrics
    telemetry: Telemetry
    intake: UpdateIntake


def webhook() -> Webhook:
    """The webhook function."""
    metrics = EmfMetrics("webhook")
    secrets = read_secrets()
    settings = load(BotSettings)
    telegram = load(TelegramSettings)
    redis = make_redis()
    rpc = make_rpc(metrics)
    database = make_database()
    admins = load(AdminSettings)
    operators = Operators(admins.admins, frozenset(admins.chats))
    clock = SystemClock()
    turn = Turn(redis, metrics)
    bot = BotApplication(
        secrets.bot_token,
        telegram.telegram_api_url,
        username=telegram.bot_username,
        dialogue=make_dialogue(
            secrets=secrets,
            telegram=telegram,
            redis=redis,
            turn=turn,
            rpc=rpc,
            database=database,
            operators=operators,
            metrics=metrics,
        ),
        subscriptions=PostgresSubscriptionStore(database),
        operators=operators,
        metrics=metrics,
    )
    settlements = RedisSettlements(redis, RedisTelemetryBoard(redis, clock), metrics, turn)
    intake = UpdateIntake(
        admitting=Admitting(PostgresUpdateClaims(database), settlements, metrics),
        handle=bot.handle,
        metrics=metrics,
        updates_per_minute=settings.updates_per_minute,
    )
    telemetry = make_telemetry("webhook", metrics, redis, rpc)
    return Webhook(secrets.webhook_secret, metrics, telemetry, intake)
