"""Transactions."""

from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.observability import EmfMetrics
from walletwatch.services.transactions import Transactions
from walletwatch.storage.redis.cache import RedisCache
from walletwatch.storage.redis.server import RedisServer


def make_transactions(chain: RpcChain, redis: RedisServer, metrics: EmfMetrics) -> Transactions:
    """Transactions that several checks share."""
    return Transactions(chain, RedisCache(redis, metrics), metrics)
