"""One HTTP exchange with one endpoint, through solana-py's provider."""

import logging
from math import isfinite
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

if TYPE_CHECKING:
    from solana.rpc.async_http_provider import AsyncHTTPProvider

_OK: Final = 200


class Reply(msgspec.Struct, frozen=True):
    """What came back.

    Attributes:
        status: HTTP status.
        text: The body, whatever it is.
        retry_after: Seconds of a Retry-After header.
    """

    status: int
    text: str
    retry_after: float | None = None


class TransportFailed(Exception):
    """No answer came; the message names the kind of failure and never the URL."""


class Transport(Protocol):
    """Exchanges texts with one endpoint."""

    def open(self) -> None:
        """Load what the first exchange needs, so that its time is not taken for the endpoint's."""

    async def post(self, body: str) -> Reply:
        """Send a JSON-RPC request or batch.

        Raises:
            TransportFailed: No answer came.
        """

    async def close(self) -> None:
        """Close the connections."""


class HttpTransport:
    """`Transport` over solana-py's `AsyncHTTPProvider`, which is not imported before it is needed.

    Args:
        url: May carry an API key.
        timeout: Seconds for each of connecting, writing and reading.
        max_connections: Open at the same time.
        max_idle: Kept open without use; those above are closed at once.
        idle_seconds: How long one is kept.
    """

    def __init__(
        self, url: str, *, timeout: float, max_connections: int, max_idle: int, idle_seconds: float
    ) -> None:
        self._url = url
        self._timeout = timeout
        self._max_connections = max_connections
        self._max_idle = max_idle
        self._idle_seconds = idle_seconds
        self._provider: AsyncHTTPProvider | None = None

    def open(self) -> None:
        """Import solana-py and build its provider; nothing is connected yet."""
        if self._provider is None:
            self._build()

    async def post(self, body: str) -> Reply:
        """Send, and take whatever HTTP answer comes."""
        import httpx2  # noqa: PLC0415 - 150 ms of cold start
        from solana.exceptions import SolanaRpcException  # noqa: PLC0415

        provider = self._provider or self._build()
        try:
            return Reply(_OK, await provider.make_request_unparsed(_Body(body)))
        except SolanaRpcException as error:
            cause = error.__cause__
            if isinstance(cause, httpx2.HTTPStatusError):
                response = cause.response
                return Reply(
                    response.status_code, response.text, _seconds(response.headers.get("retry-after"))
                )
            # Only the class: the text of a transport error may hold the URL.
            raise TransportFailed(type(cause).__name__) from None

    async def close(self) -> None:
        """Close the connections; another exchange would open new ones."""
        if self._provider is not None:
            await self._provider.close()
            self._provider = None

    def _build(self) -> "AsyncHTTPProvider":
        from solana.rpc.async_http_provider import AsyncHTTPProvider  # noqa: PLC0415 - 170 ms

        # Their lines hold the URL.
        for name in ("httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._provider = AsyncHTTPProvider(
            self._url,
            timeout=self._timeout,
            max_connections=self._max_connections,
            max_keepalive_connections=self._max_idle,
            keepalive_expiry=self._idle_seconds,
            http2=False,
            max_transport_retries=0,
        )
        return self._provider


class _Body(msgspec.Struct, frozen=True):
    """A request that is encoded already, in the form solana-py's provider takes."""

    text: str

    def to_json(self) -> str:
        return self.text


def _seconds(header: str | None) -> float | None:
    try:
        seconds = float(header) if header is not None else None
    except ValueError:
        return None
    return seconds if seconds is not None and isfinite(seconds) and seconds >= 0 else None
