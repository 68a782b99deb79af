"""What an environment says of itself."""

from typing import TYPE_CHECKING

from walletwatch.chain.rpc.usage import RpcUsage
from walletwatch.observability import EmfMetrics, instance_id, memory
from walletwatch.runtime import SystemClock
from walletwatch.services.telemetry import Telemetry
from walletwatch.storage.redis.board import RedisTelemetryBoard
from walletwatch.storage.redis.server import RedisServer

if TYPE_CHECKING:
    from walletwatch.chain.rpc.client import RpcClient


def make_telemetry(
    function: str, metrics: EmfMetrics, redis: RedisServer, rpc: "RpcClient | None" = None
) -> Telemetry:
    """What this environment says of itself."""
    clock = SystemClock()
    return Telemetry(
        instance_id=instance_id(),
        function=function,
        metrics=metrics,
        board=RedisTelemetryBoard(redis, clock),
        clock=clock,
        memory=memory,
        rpc=RpcUsage(rpc.status) if rpc else None,
    )
