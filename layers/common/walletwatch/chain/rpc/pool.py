"""The endpoints as one: which is asked, and when a second one is asked too."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from walletwatch.chain.rpc.endpoint import Contender, Endpoint, EndpointFailed, EndpointStatus
from walletwatch.chain.rpc.hedging import Hedging
from walletwatch.chain.rpc.jsonrpc import Request
from walletwatch.chain.rpc.transport import HttpTransport, Transport

if TYPE_CHECKING:
    from walletwatch.ports.common import Metrics

type Connect = Callable[[str], Transport]
"""Makes the transport of one URL."""

MIN_HEDGE_SECONDS: Final = 0.25
LONG_WAIT_SECONDS: Final = 1.0
"""Rather than wait so long for an endpoint, one that lags behind is asked."""


class PoolLimits(msgspec.Struct, frozen=True):
    """What the pool may use.

    Attributes:
        min_connections: Idle connections to an endpoint that are kept for the next calls; those above are
            closed as soon as they are idle.
        max_connections: To an endpoint at the same time.
        idle_seconds: How long a kept connection stays open without use.
        requests_per_second: Calls to each endpoint, by this process; 0 is no limit. A batch counts as its
            calls, as providers bill them.
        hedge_seconds: Least age of a read that is asked of a second endpoint; 0 turns hedging off.
    """

    min_connections: int = 8
    max_connections: int = 16
    idle_seconds: float = 30.0
    requests_per_second: float = 0.0
    hedge_seconds: float = MIN_HEDGE_SECONDS


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """What is known of all endpoints.

    Attributes:
        endpoints: In the order of preference.
        in_use: Connections in use.
        limit: Connections that may be in use at once.
        waiting: Calls that wait for a budget or for a connection.
    """

    endpoints: Sequence[EndpointStatus]
    in_use: int
    limit: int
    waiting: int


class Unanswered(Exception):
    """No endpoint that was asked gave a result.

    Attributes:
        failures: One for each that was asked, the first asked first.
    """

    def __init__(self, failures: Sequence[EndpointFailed]) -> None:
        super().__init__(str(failures[0]))
        self.failures = failures


class RpcPool:
    """Endpoints in an order of preference.

    Args:
        urls: In that order; they may carry API keys.
        metrics: Counts and durations.
        timeout: Seconds for one exchange.
        limits: What may be used.
        connect: Makes a transport; for tests.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        metrics: "Metrics",
        timeout: float,
        limits: PoolLimits,
        connect: Connect | None = None,
    ) -> None:
        if not urls:
            raise ValueError("at least one RPC endpoint is needed")

        def http(url: str) -> Transport:
            return HttpTransport(
                url,
                timeout=timeout,
                max_connections=limits.max_connections,
                max_idle=limits.min_connections,
                idle_seconds=limits.idle_seconds,
            )

        self._metrics = metrics
        self._max_connections = limits.max_connections
        self._hedging = Hedging(limits.hedge_seconds if len(urls) > 1 else 0)
        self._endpoints = [
            Endpoint(
                index,
                url,
                (connect or http)(url),
                timeout=timeout,
                max_connections=limits.max_connections,
                rate=limits.requests_per_second,
                metrics=metrics,
                time=_now,
                newest_elsewhere=self._newest_elsewhere,
            )
            for index, url in enumerate(urls)
        ]

    def __len__(self) -> int:
        return len(self._endpoints)

    def status(self) -> PoolStatus:
        """What is known now, by this process; to be called on its event loop."""
        endpoints = tuple(endpoint.status for endpoint in self._endpoints)
        return PoolStatus(
            endpoints,
            in_use=sum(endpoint.in_use for endpoint in endpoints),
            limit=self._max_connections * len(endpoints),
            waiting=sum(endpoint.waiting for endpoint in endpoints),
        )

    def choose(
        self, calls: int = 1, *, without: Collection[Endpoint] = (), batches: bool = False
    ) -> Endpoint | None:
        """The best endpoint that may be asked; None where there is none.

        One that is up to date and can be asked at once comes first, then the order of preference.
        """
        candidates = [
            endpoint
            for endpoint in self._endpoints
            if endpoint not in without and endpoint.breaker.admits and (endpoint.takes_batches or not batches)
        ]
        return min(candidates, key=lambda endpoint: _rank(endpoint, calls), default=None)

    def rest(self, *, without: Collection[Endpoint] = ()) -> float:
        """Seconds until the breaker of one of the others lets a request through, if it does not yet."""
        return min((each.breaker.rest for each in self._endpoints if each not in without), default=0.0)

    async def ask(self, endpoint: Endpoint, request: Request, *, without: Collection[Endpoint] = ()) -> Any:
        """The result of a request, from this endpoint or, where it is slow, from a second one.

        Raises:
            Unanswered: Neither gave one.
        """
        # Importing solana-py takes as long as a slow read, and would be hedged at every cold start.
        endpoint.open()
        started = _now()
        delay = self._hedging.delay(request.method)
        if delay is None:
            result = await _alone(endpoint, request)
        else:
            result = await self._hedged(endpoint, request, delay, without)
        self._hedging.took(request.method, _now() - started)
        return result

    async def close(self) -> None:
        """Close the connections."""
        for endpoint in self._endpoints:
            await endpoint.close()

    async def _hedged(
        self, first: Endpoint, request: Request, delay: float, without: Collection[Endpoint]
    ) -> Any:
        contenders: dict[asyncio.Task[Any], Contender] = {}

        def enter(endpoint: Endpoint) -> asyncio.Task[Any]:
            contender = Contender()
            task = asyncio.create_task(endpoint.call(request, contender))
            contenders[task] = contender
            return task

        primary = enter(first)
        try:
            done, _ = await asyncio.wait({primary}, timeout=delay)
            hedge = None
            if not done and (second := self._second(first, without)) and self._hedging.spend():
                self._metrics.count("RpcHedges")
                hedge = enter(second)
            winner, failures = await _first_result(contenders)
            if winner is None:
                raise Unanswered(failures)
            if winner is hedge:
                self._metrics.count("RpcHedgesWon")
                contenders[primary].lost = not primary.done()
            return winner.result()
        finally:
            await _cancel(contenders)

    def _second(self, first: Endpoint, without: Collection[Endpoint]) -> Endpoint | None:
        second = self.choose(without={first, *without})
        # A hedge is to save time: it does not wait, and does not ask a node that lags behind.
        if second is None or second.health.behind or second.is_full or second.budget.delay(1) > 0:
            return None
        return second

    def _newest_elsewhere(self, endpoint: Endpoint) -> int | None:
        slots = [each.health.slot for each in self._endpoints if each is not endpoint]
        return max((slot for slot in slots if slot is not None), default=None)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _rank(endpoint: Endpoint, calls: int) -> tuple[bool, bool, bool, float, int]:
    delay = endpoint.budget.delay(calls)
    return delay > LONG_WAIT_SECONDS, endpoint.health.behind, endpoint.is_full, delay, endpoint.index


async def _alone(endpoint: Endpoint, request: Request) -> Any:
    try:
        return await endpoint.call(request, Contender())
    except EndpointFailed as failure:
        raise Unanswered([failure]) from None


async def _first_result(
    tasks: Collection[asyncio.Task[Any]],
) -> tuple[asyncio.Task[Any] | None, Sequence[EndpointFailed]]:
    """The task that gives a result first; None, and all failures, where none does."""
    failures: list[EndpointFailed] = []
    pending = set(tasks)
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            error = task.exception()
            if error is None:
                return task, ()
            if not isinstance(error, EndpointFailed):
                raise error
            failures.append(error)
    return None, failures


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    # They only end their exchange: what they raise was seen, or is of no interest any more.
    await asyncio.gather(*tasks, return_exceptions=True)
