"""What the stream function runs."""

from dataclasses import dataclass
from functools import partial

from walletwatch.chain.parsing.concerned import concerned_accounts
from walletwatch.chain.rpc.blocks import RpcBlocks
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.chain.rpc.slots import WebSocketSlots, websocket_url
from walletwatch.observability import EmfMetrics
from walletwatch.parts.postgres import make_database
from walletwatch.parts.queues import make_queues
from walletwatch.parts.redis import make_redis
from walletwatch.parts.rpc import make_rpc
from walletwatch.parts.telemetry import make_telemetry
from walletwatch.parts.transactions import make_transactions
from walletwatch.runtime import SystemClock
from walletwatch.services.block_follower import BlockFollower
from walletwatch.services.following import Following
from walletwatch.services.telemetry import Telemetry
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load
from walletwatch.storage.postgres.following import PostgresFollowStore
from walletwatch.storage.redis.leases import RedisLeases


@dataclass(frozen=True, slots=True)
class Stream:
    """What the stream function runs."""

    service: Following
    telemetry: Telemetry


def stream() -> Stream:
    """The stream function."""
    metrics = EmfMetrics("stream")
    clock = SystemClock()
    redis = make_redis()
    chain = load(ChainSettings)
    client = make_rpc(metrics)
    feed = chain.subscription_endpoints or tuple(map(websocket_url, chain.endpoints))
    follower = partial(
        BlockFollower,
        store=PostgresFollowStore(make_database()),
        blocks=RpcBlocks(client, chain.follow_commitment),
        feed=WebSocketSlots(feed, metrics=metrics),
        transactions=make_transactions(RpcChain(client), redis, metrics),
        concerned=concerned_accounts,
        queues=make_queues(),
        clock=clock,
        metrics=metrics,
    )
    service = Following(follower=follower, leases=RedisLeases(redis), clock=clock, metrics=metrics)
    return Stream(service, make_telemetry("stream", metrics, redis, client))
