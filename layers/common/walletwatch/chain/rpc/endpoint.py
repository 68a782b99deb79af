"""One RPC endpoint: its connections, its budget, its breaker, and what is known of its health."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from walletwatch.chain.rpc import jsonrpc
from walletwatch.chain.rpc.breaker import BreakerState, CircuitBreaker
from walletwatch.chain.rpc.budget import RequestBudget
from walletwatch.chain.rpc.errors import MAX_MESSAGE_LENGTH, ChainError, Fault, reached_slot, to_chain_error
from walletwatch.chain.rpc.health import Health, answered_slot
from walletwatch.chain.rpc.jsonrpc import BatchRefused, Failure, Request, Success
from walletwatch.chain.rpc.redaction import Redaction
from walletwatch.chain.rpc.transport import Reply, Transport, TransportFailed

if TYPE_CHECKING:
    from walletwatch.ports.common import Metrics

LIMIT_PAUSE_SECONDS: Final = 0.25
"""First pause after a rate limit that names none; doubled with each in a row, with jitter."""
MAX_LIMIT_PAUSE_SECONDS: Final = 8.0
BATCHES_REFUSED_IN_A_ROW: Final = 2
"""A gateway's 502 is no refusal; a provider that always answers batches with one looks like this."""
BATCH_REST_SECONDS: Final = 600.0

_log = logging.getLogger("walletwatch.rpc")


class EndpointFailed(Exception):
    """One endpoint did not give a result.

    Attributes:
        endpoint: Which one.
        fault: What it says of the endpoint and the request.
        error: What the caller gets if no other endpoint does better.
    """

    def __init__(self, endpoint: "Endpoint", fault: Fault, error: ChainError) -> None:
        super().__init__(str(error))
        self.endpoint = endpoint
        self.fault = fault
        self.error = error


class Contender:
    """One of two endpoints that are asked the same."""

    __slots__ = ("lost",)

    def __init__(self) -> None:
        self.lost = False
        """Whether the other one, which was asked later, answered earlier."""


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """What is known of one endpoint.

    Attributes:
        name: Its place in the order of preference and its host; never the URL, which may hold a key.
        breaker: State of the circuit breaker.
        failure_rate: Share of the last exchanges that failed, 0 to 1.
        latency_ms: Moving average; None before the first answer.
        slot: The newest slot an answer named.
        behind: Whether it lags behind, by its own word or by the others' slots.
        paused_seconds: How long it asked to be left alone yet.
        in_use: Connections in use.
        busy_seconds: How long connections have been in use so far, those in use now included.
        waiting: Calls that wait for its budget or for a connection.
    """

    name: str
    breaker: BreakerState
    failure_rate: float
    latency_ms: float | None
    slot: int | None
    behind: bool
    paused_seconds: float
    in_use: int
    busy_seconds: float
    waiting: int


class Endpoint:
    """Asks one endpoint, within its limits.

    Args:
        index: Place in the order of preference, from 0.
        url: May carry an API key.
        transport: How it is reached.
        timeout: Seconds for one exchange, from a free connection to the whole answer.
        max_connections: Exchanges at the same time.
        rate: Calls a second; 0 is no limit.
        metrics: Counts and durations.
        time: The event loop's clock.
        newest_elsewhere: Gives the newest slot that the other endpoints named.
    """

    def __init__(
        self,
        index: int,
        url: str,
        transport: Transport,
        *,
        timeout: float,
        max_connections: int,
        rate: float,
        metrics: "Metrics",
        time: Callable[[], float],
        newest_elsewhere: Callable[["Endpoint"], int | None],
    ) -> None:
        self.index = index
        self.name = f"{index} {urlsplit(url).hostname}"
        self.breaker = CircuitBreaker(time, opened=self._opened)
        self.budget = RequestBudget(rate, time, waited=self._waited)
        self.health = Health(time)
        self._redaction = Redaction(url)
        self._transport = transport
        self._timeout = timeout
        self._metrics = metrics
        self._time = time
        self._newest_elsewhere = newest_elsewhere
        self._max_connections = max_connections
        self._connections = asyncio.Semaphore(max_connections)
        self._in_use = 0
        self._busy_seconds = 0.0
        self._counted_at = 0.0
        self._waiting = 0
        self._limits_in_a_row = 0
        self._batches_refused = 0
        self._batches_from = 0.0

    @property
    def is_full(self) -> bool:
        """Whether a call would wait for a connection."""
        return self._in_use + self._waiting >= self._max_connections

    @property
    def takes_batches(self) -> bool:
        """Whether it did not refuse them lately."""
        return self._time() >= self._batches_from

    @property
    def status(self) -> EndpointStatus:
        """What is known now."""
        latency = self.health.latency
        self._count_busy()
        return EndpointStatus(
            name=self.name,
            breaker=self.breaker.state,
            failure_rate=self.breaker.failure_rate,
            latency_ms=None if latency is None else latency * 1000,
            slot=self.health.slot,
            behind=self.health.behind,
            paused_seconds=self.budget.paused_for,
            in_use=self._in_use,
            busy_seconds=self._busy_seconds,
            waiting=self.budget.waiting + self._waiting,
        )

    def open(self) -> None:
        """Load what the first exchange needs."""
        self._transport.open()

    async def call(self, request: Request, contender: Contender) -> Any:
        """The result of one request.

        Raises:
            EndpointFailed: There is none.
        """

        def read(reply: Reply) -> tuple[Success | Failure, bool]:
            outcome = jsonrpc.decode(reply)
            return outcome, not (isinstance(outcome, Failure) and outcome.fault is Fault.BROKEN)

        reply, outcome = await self._exchange(jsonrpc.encode(request), 1, read, contender)
        if isinstance(outcome, Failure):
            self._note(outcome, reply.retry_after)
            raise self._failed(outcome, reply.retry_after)
        self._limits_in_a_row = 0
        self._reached(answered_slot(request.method, outcome.result))
        return outcome.result

    async def call_batch(self, requests: Sequence[Request]) -> Sequence[Success | EndpointFailed | None]:
        """The answers to a batch in one exchange; None where there is none to a request.

        Raises:
            EndpointFailed: There was no batch of answers.
        """

        def read(reply: Reply) -> tuple[Sequence[Success | Failure | None] | Failure, bool | None]:
            try:
                return jsonrpc.decode_batch(reply, len(requests)), True
            except BatchRefused as refused:
                # That it takes no batches says nothing of how it answers single requests.
                return refused.failure, None

        body = jsonrpc.encode_batch(requests)
        reply, outcomes = await self._exchange(body, len(requests), read, Contender())
        if isinstance(outcomes, Failure):
            self._batch_refused(outcomes)
            self._note(outcomes, reply.retry_after)
            raise self._failed(outcomes, reply.retry_after)
        self._batches_refused = 0
        failures = {outcome.fault: outcome for outcome in outcomes if isinstance(outcome, Failure)}
        for failure in failures.values():
            self._note(failure, reply.retry_after)
        return [
            self._failed(outcome, reply.retry_after) if isinstance(outcome, Failure) else outcome
            for outcome in outcomes
        ]

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _exchange[Outcome](
        self,
        body: str,
        calls: int,
        read: Callable[[Reply], tuple[Outcome, bool | None]],
        contender: Contender,
    ) -> tuple[Reply, Outcome]:
        """Send when it is this request's turn; `read` also says whether the endpoint works."""
        await self.budget.take(calls)
        async with self._connection():
            permit = self.breaker.admit()
            if permit is None:
                raise self._broken("its circuit breaker is open")
            works: bool | None = None
            started = self._time()
            try:
                self._metrics.count("RpcRequests")
                self._metrics.count("RpcCalls", calls)
                async with asyncio.timeout(self._timeout):
                    reply = await self._transport.post(body)
                outcome, works = read(reply)
            except TimeoutError:
                works = False
                raise self._broken("timeout") from None
            except TransportFailed as error:
                works = False
                raise self._broken(str(error)) from None
            except asyncio.CancelledError:
                self.health.took_at_least(self._time() - started)
                works = False if contender.lost else None
                raise
            finally:
                self.breaker.settle(permit, works)
            seconds = self._time() - started
            self._metrics.milliseconds("RpcLatency", seconds * 1000)
            if calls == 1:
                self.health.answered(seconds)
            return reply, outcome

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[None]:
        started = self._time()
        must_wait = self._connections.locked()
        self._waiting += 1
        try:
            await self._connections.acquire()
        finally:
            self._waiting -= 1
        if must_wait:
            self._waited(self._time() - started)
        self._count_busy()
        self._in_use += 1
        try:
            yield
        finally:
            self._count_busy()
            self._in_use -= 1
            self._connections.release()

    def _count_busy(self) -> None:
        now = self._time()
        self._busy_seconds += self._in_use * (now - self._counted_at)
        self._counted_at = now

    def _note(self, failure: Failure, retry_after: float | None) -> None:
        """Learn from an answer that is an error."""
        match failure.fault:
            case Fault.RATE_LIMITED:
                self._metrics.count("RpcRateLimited")
                self._limited(retry_after)
            case Fault.BEHIND:
                self.health.set_back()
            case Fault.NOT_YET:
                self._reached(reached_slot(failure.error))
            case Fault.BROKEN if retry_after is not None:
                self.budget.pause(retry_after)

    def _limited(self, retry_after: float | None) -> None:
        if retry_after is not None:
            self.budget.pause(retry_after)
        elif not self.budget.paused_for:
            # The answers to what was sent before the pause do not make it longer.
            longest = min(LIMIT_PAUSE_SECONDS * 2**self._limits_in_a_row, MAX_LIMIT_PAUSE_SECONDS)
            self._limits_in_a_row += 1
            self.budget.pause(random.uniform(longest / 2, longest))  # noqa: S311 - jitter

    def _batch_refused(self, failure: Failure) -> None:
        if failure.fault is Fault.RATE_LIMITED:
            return
        self._batches_refused += 1
        refused = failure.fault in {Fault.REFUSED, Fault.REFUSED_HERE}
        if refused or self._batches_refused >= BATCHES_REFUSED_IN_A_ROW:
            self._batches_from = self._time() + BATCH_REST_SECONDS
            _log.info("rpc endpoint takes no batches", extra={"endpoint": self.name})

    def _reached(self, slot: int | None) -> None:
        if slot is not None:
            self.health.reached(slot, self._newest_elsewhere(self))

    def _failed(self, failure: Failure, retry_after: float | None) -> EndpointFailed:
        text = self._redaction.hide(failure.text)[:MAX_MESSAGE_LENGTH]
        return EndpointFailed(
            self, failure.fault, to_chain_error(failure.fault, text, retry_after=retry_after)
        )

    def _broken(self, text: str) -> EndpointFailed:
        return EndpointFailed(self, Fault.BROKEN, to_chain_error(Fault.BROKEN, text))

    def _opened(self) -> None:
        self._metrics.count("RpcBreakerOpenings")
        _log.warning("rpc endpoint failed too often", extra={"endpoint": self.name})

    def _waited(self, seconds: float) -> None:
        self._metrics.count("RpcWaits")
        self._metrics.milliseconds("RpcWaiting", seconds * 1000)
