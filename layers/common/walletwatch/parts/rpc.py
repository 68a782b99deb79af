"""The RPC endpoints."""

from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.pool import PoolLimits
from walletwatch.observability import EmfMetrics
from walletwatch.settings.chain import ChainSettings
from walletwatch.settings.reading import load


def make_rpc(metrics: EmfMetrics) -> RpcClient:
    """The RPC endpoints."""
    chain = load(ChainSettings)
    limits = PoolLimits(
        min_connections=chain.rpc_min_connections,
        max_connections=chain.rpc_max_connections,
        idle_seconds=chain.rpc_idle_seconds,
        requests_per_second=chain.rpc_requests_per_second,
        hedge_seconds=chain.rpc_hedge_ms / 1000,
    )
    return RpcClient(
        chain.endpoints,
        metrics=metrics,
        timeout=chain.rpc_timeout_seconds,
        deadline=chain.rpc_deadline_seconds,
        batch_size=chain.rpc_batch_size,
        limits=limits,
    )
