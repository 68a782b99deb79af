"""What the refresh function runs."""

from dataclasses import dataclass

from walletwatch.chain.inspection.pool_makers import PoolMakers
from walletwatch.chain.rpc.batching import BatchingCaller
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.observability import EmfMetrics
from walletwatch.parts.pool_lists import make_pool_lists
from walletwatch.parts.postgres import make_database
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.runtime import SystemClock
from walletwatch.services.looking_again import LookingAgain
from walletwatch.services.pool_suspects import PoolSuspects
from walletwatch.services.refreshing import Refreshing
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.dealings import PostgresDealings
from walletwatch.storage.postgres.lists import PostgresAddressLists
from walletwatch.storage.postgres.pool_creators import PostgresPoolCreators
from walletwatch.storage.redis.leases import RedisLeases


@dataclass(frozen=True, slots=True)
class Refresh:
    """What the refresh function runs."""

    service: Refreshing
    telemetry: Telemetry


def refresh() -> Refresh:
    """The refresh function."""
    metrics = EmfMetrics("refresh")
    clock = SystemClock()
    database = make_database()
    redis = make_redis()
    rpc = make_rpc(metrics)
    profile = load(ChainSettings).profile
    exchange = profile.exchange
    money = {WRAPPED_NATIVE_MINT, *(exchange.stable_mints if exchange else ())}
    store = PostgresPoolCreators(database)
    suspects = PoolSuspects(
        store,
        PostgresAddressLists(database),
        LookingAgain(PostgresDealings(database), make_queues(), clock, metrics),
        clock,
        metrics,
        ordinary={*money, *profile.tokens},
        known=profile.labels,
    )
    service = Refreshing(
        lists=make_pool_lists(profile),
        chain=PoolMakers(RpcChain(BatchingCaller(rpc)), exchange.program) if exchange else None,
        store=store,
        suspects=suspects,
        leases=RedisLeases(redis),
        clock=clock,
        metrics=metrics,
        money=money,
    )
    return Refresh(service, make_telemetry("refresh", metrics, redis, rpc))
