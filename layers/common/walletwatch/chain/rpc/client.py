"""JSON-RPC calls to one or more Solana RPC endpoints: failover, retries, batches and a time limit."""

import asyncio
import logging
import random
from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

import msgspec

from walletwatch.chain.rpc.endpoint import Endpoint, EndpointFailed
from walletwatch.chain.rpc.errors import ChainError, Fault
from walletwatch.chain.rpc.jsonrpc import Request, Success
from walletwatch.chain.rpc.pool import Connect, PoolLimits, PoolStatus, RpcPool, Unanswered
from walletwatch.domain.errors import BlockNotAvailable, ChainRefused, ChainUnavailable

if TYPE_CHECKING:
    from walletwatch.ports.common import Metrics

MAX_TRIES: Final = 4
BACKOFF_SECONDS: Final = 0.15
MAX_BACKOFF_SECONDS: Final = 3.0
LONG_REST_SECONDS: Final = 3.0
"""Where all circuit breakers stay open for longer, a call fails at once."""
TIMEOUT_SECONDS: Final = 10.0
DEADLINE_SECONDS: Final = 15.0
BATCH_SIZE: Final = 20

_REFUSALS: Final = frozenset({Fault.REFUSED_HERE, Fault.SLOT_SKIPPED})

_log = logging.getLogger("walletwatch.rpc")


class Answer(msgspec.Struct, frozen=True):
    """What became of one of many calls: a result or an error."""

    result: Any = None
    error: ChainError | None = None

    def get(self) -> Any:
        """The result.

        Raises:
            ChainUnavailable: Try again later.
            ChainRefused: Do not try again.
        """
        if self.error is not None:
            raise self.error
        return self.result


class RpcClient:
    """Calls methods and returns their `result`, or raises what the failure means.

    A call goes to the endpoint that is preferred among those that work. When it fails, the next one is asked
    at once; when all have failed, all are asked again after a pause (exponential backoff, full jitter), up
    to four tries in all or one for each endpoint. Every call ends within its time limit, waiting included.

    Args:
        endpoints: URLs in the order of preference; they may carry an API key, so they never appear in logs
            or errors.
        metrics: Counts and durations, all of them named `Rpc...`.
        timeout: Seconds for one HTTP exchange.
        deadline: Seconds for a call with all its tries.
        batch_size: Calls in one HTTP request of `call_many`; 1 turns batches off.
        limits: Of the pool.
        connect: Makes a transport; for tests.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        *,
        metrics: "Metrics",
        timeout: float = TIMEOUT_SECONDS,
        deadline: float = DEADLINE_SECONDS,
        batch_size: int = BATCH_SIZE,
        limits: PoolLimits | None = None,
        connect: Connect | None = None,
    ) -> None:
        self._pool = RpcPool(
            endpoints, metrics=metrics, timeout=timeout, limits=limits or PoolLimits(), connect=connect
        )
        self._metrics = metrics
        self._deadline = deadline
        self._batch_size = batch_size

    async def call(self, method: str, *params: object) -> Any:
        """The `result` of one method, in JSON types.

        Raises:
            BlockNotAvailable: No endpoint has the block yet; not tried again here, since the caller knows
                when it will be there.
            ChainUnavailable: No endpoint gave an answer in any try, or in time.
            SlotSkipped: The slot has no block.
            ChainRefused: The request will never be answered.
        """
        answer = await self._settle(
            Request(method, params), asyncio.get_running_loop().time() + self._deadline
        )
        return answer.get()

    async def call_many(self, calls: Sequence[tuple[str, Sequence[object]]]) -> Sequence[Answer]:
        """The answers to many calls, in their order, in as few HTTP requests as endpoints allow.

        What a batch leaves open, and everything where batches are refused, is asked for call by call. Each
        batch has the time limit of one call.
        """
        requests = [Request(method, params) for method, params in calls]
        chunks = await asyncio.gather(
            *(self._chunk(chunk) for chunk in batched(requests, self._batch_size, strict=False))
        )
        return [answer for chunk in chunks for answer in chunk]

    def status(self) -> PoolStatus:
        """Health of the endpoints, connections in use, calls that wait; to be called on the event loop."""
        return self._pool.status()

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def _chunk(self, requests: Sequence[Request]) -> Sequence[Answer]:
        deadline = asyncio.get_running_loop().time() + self._deadline
        answers = await self._batch(requests, deadline) if len(requests) > 1 else [None]
        alone = [at for at, answer in enumerate(answers) if answer is None]
        settled = await asyncio.gather(*(self._settle(requests[at], deadline) for at in alone))
        by_place = dict(zip(alone, settled, strict=True))
        return [answer or by_place[at] for at, answer in enumerate(answers)]

    async def _batch(self, requests: Sequence[Request], deadline: float) -> Sequence[Answer | None]:
        """The answers that one batch gave; None for those that must be asked for alone."""
        endpoint = self._pool.choose(len(requests), batches=True)
        if endpoint is None:
            return [None] * len(requests)
        try:
            async with asyncio.timeout_at(deadline):
                outcomes = await endpoint.call_batch(requests)
        except (EndpointFailed, TimeoutError) as error:
            _log.info("rpc batch failed", extra={"endpoint": endpoint.name, "reason": str(error)})
            outcomes = [None] * len(requests)
        answers = [self._final(request, outcome) for request, outcome in zip(requests, outcomes, strict=True)]
        self._metrics.count("RpcBatches")
        self._metrics.count("RpcBatchLeftovers", answers.count(None))
        return answers

    def _final(self, request: Request, outcome: Success | EndpointFailed | None) -> Answer | None:
        if isinstance(outcome, Success):
            return Answer(outcome.result)
        if outcome is None:
            return None
        final = {Fault.REFUSED} if len(self._pool) > 1 else _REFUSALS | {Fault.REFUSED}
        return Answer(error=_named(request, outcome.error)) if outcome.fault in final else None

    async def _settle(self, request: Request, deadline: float) -> Answer:
        tries = _Tries(request, self._pool, self._metrics, deadline)
        error: ChainError
        try:
            async with asyncio.timeout_at(deadline):
                return Answer(await tries.result())
        except TimeoutError:
            error = ChainUnavailable(f"no answer in time (last: {tries.last})")
        except (ChainUnavailable, ChainRefused) as raised:
            error = raised
        if not isinstance(error, BlockNotAvailable | ChainRefused):
            self._metrics.count("RpcFailures")
        return Answer(error=_named(request, error))


class _Tries:
    """The tries of one call.

    Args:
        deadline: On the loop's clock.
    """

    def __init__(self, request: Request, pool: RpcPool, metrics: "Metrics", deadline: float) -> None:
        self._request = request
        self._pool = pool
        self._metrics = metrics
        self._deadline = deadline
        self._failed: dict[Endpoint, EndpointFailed] = {}
        """In this round."""
        self._refused: dict[Endpoint, EndpointFailed] = {}
        """Never to be asked this again."""
        self._rounds = 0
        self.last: ChainError | None = None
        """The newest failure."""

    async def result(self) -> Any:
        for attempt in range(max(MAX_TRIES, len(self._pool))):
            endpoint = self._pool.choose(without=self._out)
            if endpoint is None:
                self._conclude()
                await self._next_round()
                endpoint = self._pool.choose(without=self._out)
            if endpoint is None:
                continue
            self._check_time(endpoint.budget.delay(1))
            if attempt:
                self._metrics.count("RpcRetries")
            try:
                return await self._pool.ask(endpoint, self._request, without=self._out)
            except Unanswered as unanswered:
                for failure in unanswered.failures:
                    self._take(failure)
        self._conclude()
        raise self._unavailable()

    @property
    def _out(self) -> Sequence[Endpoint]:
        return [*self._failed, *self._refused]

    def _take(self, failure: EndpointFailed) -> None:
        _log.info(
            "rpc call failed",
            extra={
                "rpc_method": self._request.method,
                "endpoint": failure.endpoint.name,
                "reason": str(failure.error),
            },
        )
        self.last = failure.error
        if failure.fault is Fault.REFUSED:
            raise failure.error
        # Another node may have the method, the history, or the block that this one lost by a ledger jump.
        group = self._refused if failure.fault in _REFUSALS else self._failed
        group[failure.endpoint] = failure

    def _conclude(self) -> None:
        """Raise what all endpoints' answers amount to, where they amount to something."""
        for fault in (Fault.SLOT_SKIPPED, Fault.BLOCK_NOT_YET):
            for failure in (*self._refused.values(), *self._failed.values()):
                if failure.fault is fault:
                    raise failure.error
        if len(self._refused) == len(self._pool):
            raise next(iter(self._refused.values())).error

    async def _next_round(self) -> None:
        self._rounds += 1
        rest = self._pool.rest(without=self._refused)
        if rest > LONG_REST_SECONDS:
            raise self._unavailable(retry_after=rest)
        longest = min(BACKOFF_SECONDS * 2**self._rounds, MAX_BACKOFF_SECONDS)
        pause = max(rest, random.uniform(0, longest))  # noqa: S311 - jitter
        self._check_time(pause)
        await asyncio.sleep(pause)
        self._failed.clear()

    def _check_time(self, wait: float) -> None:
        """Do not begin a wait that outlasts the call."""
        if asyncio.get_running_loop().time() + wait >= self._deadline:
            raise self._unavailable(retry_after=wait)

    def _unavailable(self, *, retry_after: float | None = None) -> ChainUnavailable:
        if isinstance(self.last, ChainUnavailable):
            return ChainUnavailable(str(self.last), retry_after=retry_after or self.last.retry_after)
        reason = "no endpoint may be asked now" if self.last is None else str(self.last)
        return ChainUnavailable(reason, retry_after=retry_after)


def _named(request: Request, error: ChainError) -> ChainError:
    text = f"{request.method}: {error}"
    if isinstance(error, ChainUnavailable):
        return type(error)(text, retry_after=error.retry_after)
    return type(error)(text)
