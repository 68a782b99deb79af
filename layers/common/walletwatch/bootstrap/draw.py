"""What the draw function runs."""

from dataclasses import dataclass

from walletwatch.bot.views.pictures import PicturesView
from walletwatch.chain.account_sums import ChainSums
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.parts.consumer import make_consumer
from walletwatch.parts.media import make_media
from walletwatch.parts.postgres import make_database, make_reads
from walletwatch.parts.prices import make_prices
from walletwatch.parts.queues import make_queues
from walletwatch.parts.rates import make_rates
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.scans import make_surroundings
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.parts.tokens import make_tokens
from walletwatch.pictures.painter import MatplotlibPainter
from walletwatch.queueing.consumer import Consumer
from walletwatch.runtime import SystemClock
from walletwatch.services.analysing import Analysing
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.drawing import Drawing
from walletwatch.services.picture_courses import PictureCourses
from walletwatch.services.picture_names import PictureNames
from walletwatch.services.picture_networks import PictureNetworks
from walletwatch.services.picture_values import PictureValues
from walletwatch.services.picturing import Picturing
from walletwatch.services.portfolio import Portfolios
from walletwatch.services.telemetry import Telemetry
from walletwatch.services.valuation import Valuation
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.queues import QueueSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.chronicle import PostgresChronicle
from walletwatch.storage.postgres.ledger import PostgresLedger
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.movements import PostgresMovements
from walletwatch.storage.postgres.own_accounts import PostgresOwnAccounts
from walletwatch.storage.postgres.subscriptions import PostgresSubscriptionStore
from walletwatch.storage.postgres.usage import PostgresUsage
from walletwatch.storage.redis.cache import RedisCache


@dataclass(frozen=True, slots=True)
class Draw:
    """What the draw function runs."""

    service: Drawing
    consumer: Consumer
    telemetry: Telemetry


def draw() -> Draw:
    """The draw function."""
    profile = load(ChainSettings).profile
    metrics = EmfMetrics("draw")
    clock = SystemClock()
    redis = make_redis()
    rpc = make_rpc(metrics)
    chain = RpcChain(rpc)
    database = make_database()
    reads = make_reads(database, metrics)
    prices = make_prices(chain, redis, metrics, profile)
    subscriptions = PostgresSubscriptionStore(database)
    tokens = make_tokens(chain, redis, metrics, profile)
    names = PictureNames(tokens, profile)
    analysing = Analysing(PostgresChronicle(database, reads), prices, clock)
    cache = RedisCache(redis, metrics)
    portfolios = Portfolios(
        PostgresOwnAccounts(database),
        ChainSums(RpcChain(BatchingCaller(rpc))),
        Valuation(prices, tokens),
        cache,
        clock,
        metrics,
        profile=profile,
    )
    surroundings = make_surroundings(rpc, cache, metrics, profile, PostgresAddressLists(database))
    picturing = Picturing(
        subscriptions=subscriptions,
        courses=PictureCourses(chain, PostgresMovements(reads), names, clock),
        values=PictureValues(portfolios, analysing, tokens, names, make_rates(database, metrics)),
        networks=PictureNetworks(subscriptions, surroundings, profile),
        analytics=Analytics(PostgresUsage(database, reads), clock),
    )
    service = Drawing(
        picturing=picturing,
        painter=MatplotlibPainter(),
        media=make_media(metrics),
        ledger=PostgresLedger(database, clock),
        queues=make_queues(),
        renderer=PicturesView(profile),
        clock=clock,
        metrics=metrics,
    )
    return Draw(
        service,
        make_consumer(load(QueueSettings).draw_queue_url, metrics),
        make_telemetry("draw", metrics, redis, rpc),
    )
