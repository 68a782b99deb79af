"""What an instance says of its connections to the RPC (`walletwatch.domain.telemetry.RpcUse`)."""

import asyncio
from collections.abc import Callable

from walletwatch.chain.rpc.breaker import BreakerState
from walletwatch.chain.rpc.endpoint import EndpointStatus
from walletwatch.chain.rpc.pool import PoolStatus
from walletwatch.domain.telemetry import EndpointUse, RpcUse


class RpcUsage:
    """Tells what was used since it was last asked; to be called on the pool's event loop.

    The share is that of the busiest endpoint: those that stand by for it are not to hide that it is full.

    Args:
        status: Of the pool.
    """

    def __init__(self, status: Callable[[], PoolStatus]) -> None:
        self._status = status
        self._asked_at: float | None = None
        self._busy: dict[str, float] = {}

    def __call__(self) -> RpcUse:
        """The use since the last call."""
        status, now = self._status(), asyncio.get_running_loop().time()
        limit = status.limit // len(status.endpoints)
        shares = [0.0]
        if self._asked_at is not None and now > self._asked_at:
            span = (now - self._asked_at) * limit
            shares += [
                (endpoint.busy_seconds - self._busy.get(endpoint.name, 0.0)) / span
                for endpoint in status.endpoints
            ]
        self._asked_at = now
        self._busy = {endpoint.name: endpoint.busy_seconds for endpoint in status.endpoints}
        return RpcUse(
            busy=round(max(shares), 4),
            limit=status.limit,
            waiting=status.waiting,
            endpoints=tuple(map(_use, status.endpoints)),
        )


def _use(endpoint: EndpointStatus) -> EndpointUse:
    return EndpointUse(
        name=endpoint.name,
        up=endpoint.breaker is not BreakerState.OPEN,
        behind=endpoint.behind,
        latency_ms=None if endpoint.latency_ms is None else round(endpoint.latency_ms, 1),
        slot=endpoint.slot,
    )
