"""One question to a public API over HTTP, bounded in size, time and tries."""

import random
from typing import TYPE_CHECKING, Final

from walletwatch.ports.common import Clock

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport, AsyncClient, Response

BACKOFF_SECONDS: Final = 0.5
_TRY_AGAIN: Final = 429
_OK: Final = 200
_SERVER_ERRORS: Final = 500


class NoAnswer(Exception):
    """Nobody answered in any try; another time they may."""


class BadAnswer(Exception):
    """It is none that could be taken, and would be no other at another try."""


class PublicSource:
    """Asks for one URL, over a connection that is kept.

    Args:
        url: With its query.
        clock: To wait between tries.
        most: Bytes of an answer.
        tries: All of them together.
        timeout: Seconds for one step of an exchange.
        transport: Instead of the network, for tests.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        most: int,
        tries: int,
        timeout: float = 3.0,
        transport: "AsyncBaseTransport | None" = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._most = most
        self._tries = tries
        self._timeout = timeout
        self._transport = transport
        self._client: AsyncClient | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def answer(self) -> bytes:
        """The body, as it came.

        Raises:
            NoAnswer: There was none.
            BadAnswer: It was not as it should be.
        """
        failure = ""
        for attempt in range(self._tries):
            if attempt:
                await self._clock.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311 - jitter
            try:
                return await self._exchange()
            except NoAnswer as error:
                failure = str(error)
        raise NoAnswer(failure)

    async def _exchange(self) -> bytes:
        import httpx2  # noqa: PLC0415 - only where the network is asked

        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=self._timeout,
                transport=self._transport,
                # Without compression the size that is counted is the size that is read.
                headers={"accept": "application/json", "accept-encoding": "identity"},
            )
        try:
            async with self._client.stream("GET", self._url) as response:
                return await self._body(response)
        except httpx2.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error

    async def _body(self, response: "Response") -> bytes:
        if response.status_code == _TRY_AGAIN or response.status_code >= _SERVER_ERRORS:
            raise NoAnswer(f"HTTP {response.status_code}")
        if response.status_code != _OK:
            raise BadAnswer(f"HTTP {response.status_code}")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise BadAnswer("it was compressed unasked")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._most:
                raise BadAnswer("it is too large")
        return bytes(body)
