"""What the health function runs."""

from dataclasses import dataclass

from walletwatch.bot.messenger import make_bot
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.postgres import make_database
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.secrets import read_secrets
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.parts.vitals import make_vital_signs
from walletwatch.runtime import SystemClock
from walletwatch.services.health import HealthCheck
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.operations import AlertSettings
from walletwatch.settings.reading import load
from walletwatch.settings.telegram import TelegramSettings
from walletwatch.storage.redis.board import RedisTelemetryBoard


@dataclass(frozen=True, slots=True)
class HealthEndpoint:
    """What the health function runs.

    Attributes:
        operations_token: Who has it is shown everything; nobody where it is empty.
    """

    operations_token: str
    service: HealthCheck
    telemetry: Telemetry


def health() -> HealthEndpoint:
    """The health function."""
    metrics = EmfMetrics("health")
    secrets = read_secrets()
    redis = make_redis()
    rpc = make_rpc(metrics)
    bot = make_bot(secrets.bot_token, load(TelegramSettings).telegram_api_url)
    signs = make_vital_signs(make_database(), redis, RpcChain(rpc), bot, metrics)
    check = HealthCheck(signs, RedisTelemetryBoard(redis, SystemClock()), load(AlertSettings).limits)
    return HealthEndpoint(secrets.operations_token, check, make_telemetry("health", metrics, redis, rpc))
