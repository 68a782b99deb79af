"""JSON-RPC calls to one or more Solana RPC endpoints, through solana-py's HTTP provider."""

import asyncio
import itertools
import logging
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from walletwatch.chain.rpc.errors import raise_for_error
from walletwatch.domain.errors import BlockNotAvailable, ChainUnavailable

if TYPE_CHECKING:
    from solana.rpc.async_http_provider import AsyncHTTPProvider

    from walletwatch.ports import Metrics

MAX_TRIES: Final = 4
BACKOFF_SECONDS: Final = 0.15
MAX_BACKOFF_SECONDS: Final = 3.0
_OK: Final = 200

_log = logging.getLogger("walletwatch.rpc")


class _Body(msgspec.Struct, frozen=True):
    """A JSON-RPC 2.0 request in the form solana-py's provider takes."""

    method: str
    params: Sequence[Any]
    id: int = 1
    jsonrpc: str = "2.0"

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()


class RpcClient:
    """Calls methods and returns their `result`, or raises what the failure means.

    A call that may succeed later is tried again a few times, on the next endpoint if there is one, with
    exponential backoff and full jitter. solana-py is imported at the first call, off the cold start of
    functions that may not call at all.

    Args:
        endpoints: URLs; they may carry an API key, so they never appear in logs or errors.
        timeout: Seconds for one HTTP exchange.
    """

    def __init__(self, endpoints: Sequence[str], *, metrics: "Metrics", timeout: float = 10.0) -> None:
        if not endpoints:
            raise ValueError("at least one RPC endpoint is needed")
        self._endpoints = tuple(endpoints)
        self._timeout = timeout
        self._metrics = metrics
        self._providers: tuple[AsyncHTTPProvider, ...] = ()
        self._turn = itertools.count()

    async def call(self, method: str, *params: object) -> Any:
        """The `result` of one method, in JSON types.

        Raises:
            ChainUnavailable: No endpoint gave an answer in any try.
            BlockNotAvailable: The block is not there yet.
            ChainRefused: The request will never be answered.
        """
        body = _Body(method, params)
        last: ChainUnavailable | None = None
        for attempt in range(MAX_TRIES):
            if last is not None:
                await asyncio.sleep(_pause(attempt, last.retry_after))
            try:
                return await self._exchange(body)
            except BlockNotAvailable:
                # Whoever follows the blocks knows better when to ask again.
                raise
            except ChainUnavailable as error:
                self._metrics.count("RpcRetries")
                _log.info("rpc call failed", extra={"rpc_method": method, "reason": str(error)})
                last = error
        self._metrics.count("RpcFailures")
        raise ChainUnavailable(f"{method}: {last}", retry_after=last.retry_after if last else None) from last

    async def close(self) -> None:
        """Close the connections."""
        for provider in self._providers:
            await provider.close()
        self._providers = ()

    async def _exchange(self, body: _Body) -> Any:
        self._metrics.count("RpcCalls")
        status, text, retry_after = await self._post(body)
        try:
            answer = msgspec.json.decode(text)
        except msgspec.DecodeError:
            # The page of a gateway or a rate limiter, not JSON-RPC.
            raise_for_error(status, text[:80], retry_after=retry_after)
            raise ChainUnavailable(f"HTTP {status} without JSON") from None
        if not isinstance(answer, dict):
            raise ChainUnavailable(f"HTTP {status} with JSON of another shape")
        if "error" in answer and answer["error"] is not None:
            raise_for_error(status, answer["error"], retry_after=retry_after)
        if "result" not in answer or status != _OK:
            raise_for_error(status, answer, retry_after=retry_after)
        return answer["result"]

    async def _post(self, body: _Body) -> tuple[int, str, float | None]:
        import httpx2  # noqa: PLC0415 - 150 ms of cold start
        from solana.exceptions import SolanaRpcException  # noqa: PLC0415

        providers = self._connect()
        provider = providers[next(self._turn) % len(providers)]
        try:
            return _OK, await provider.make_request_unparsed(body), None
        except SolanaRpcException as error:
            cause = error.__cause__
            if isinstance(cause, httpx2.HTTPStatusError):
                response = cause.response
                return response.status_code, response.text, _seconds(response.headers.get("retry-after"))
            # Only the class: the text of a transport error may hold the URL.
            raise ChainUnavailable(type(cause).__name__) from None

    def _connect(self) -> "tuple[AsyncHTTPProvider, ...]":
        if not self._providers:
            from solana.rpc.async_http_provider import AsyncHTTPProvider  # noqa: PLC0415 - 170 ms

            for name in ("httpx2", "httpcore2"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._providers = tuple(
                AsyncHTTPProvider(url, timeout=self._timeout, http2=False, max_transport_retries=0)
                for url in self._endpoints
            )
        return self._providers


def _pause(attempt: int, asked: float | None) -> float:
    if asked is not None:
        return min(asked, MAX_BACKOFF_SECONDS)
    return random.uniform(0, min(BACKOFF_SECONDS * 2**attempt, MAX_BACKOFF_SECONDS))  # noqa: S311 - jitter


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdecimal() else None
