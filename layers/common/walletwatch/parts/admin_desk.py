"""What administrators may do."""

from walletwatch.bot.messenger import make_bot
from walletwatch.bot.operators import Operators
from walletwatch.domain.plans import Limits
from walletwatch.observability import EmfMetrics
from walletwatch.parts.inspection import make_inspection
from walletwatch.parts.postgres import make_reads
from walletwatch.parts.queues import make_queues
from walletwatch.parts.vitals import make_vital_signs
from walletwatch.ports.chain import Chain
from walletwatch.queueing.messages import ledger_key_of
from walletwatch.runtime import SystemClock
from walletwatch.services.admin_desk import AdminDesk, Once
from walletwatch.services.administering import Administering
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.auditing import Auditing
from walletwatch.services.broadcasting import Broadcasting
from walletwatch.services.clearing import CacheClearing
from walletwatch.services.people_desk import PeopleDesk
from walletwatch.settings.operations import AlertSettings
from walletwatch.settings.reading import load
from walletwatch.settings.secrets import Secrets
from walletwatch.settings.telegram import TelegramSettings
from walletwatch.storage.postgres.administration import PostgresAdministration
from walletwatch.storage.postgres.alerts import PostgresAlerts
from walletwatch.storage.postgres.broadcasts import PostgresBroadcasts
from walletwatch.storage.postgres.database import Database
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.people import PostgresPeople
from walletwatch.storage.postgres.statistics import PostgresStatistics
from walletwatch.storage.postgres.usage import PostgresUsage
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.limits import RedisRateLimits
from walletwatch.storage.redis.server import RedisServer


def make_admin_desk(
    redis: RedisServer, database: Database, operators: Operators, limits: Limits, metrics: EmfMetrics
) -> AdminDesk:
    """The people, the broadcasts, the use of the bot, and its caches."""
    clock = SystemClock()
    auditing = Auditing(PostgresAdministration(database), clock)
    rates = RedisRateLimits(redis)
    return AdminDesk(
        people=PeopleDesk(PostgresPeople(database), auditing, operators.users, limits, rates, clock),
        broadcasts=Broadcasting(
            PostgresBroadcasts(database), make_queues(), auditing, operators.users, clock
        ),
        analytics=Analytics(PostgresUsage(database, make_reads(database, metrics)), clock),
        clearing=CacheClearing(RedisCache(redis, metrics), auditing),
        once=Once(rates),
    )


def make_administering(
    secrets: Secrets,
    telegram: TelegramSettings,
    redis: RedisServer,
    chain: Chain,
    database: Database,
    metrics: EmfMetrics,
) -> Administering:
    """The system and its dead letters."""
    clock = SystemClock()
    bot = make_bot(secrets.bot_token, telegram.telegram_api_url)
    return Administering(
        signs=make_vital_signs(database, redis, chain, bot, metrics),
        limits=load(AlertSettings).limits,
        board=RedisTelemetryBoard(redis, clock),
        statistics=PostgresStatistics(database, make_reads(database, metrics)),
        dead_letters=make_inspection(),
        ledger=PostgresLedger(database, clock),
        alerts=PostgresAlerts(database),
        administration=PostgresAdministration(database),
        key_of=ledger_key_of,
        clock=clock,
    )
