"""Counting round trips on the wire, between a client and a server on this machine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Wire:
    """A proxy that counts how often a client speaks after the server did, on each of its connections."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.trips = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """The port that leads to the server."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as proxy:
            yield proxy.sockets[0].getsockname()[1]

    async def count(self, operation: Callable[[], Awaitable[object]]) -> int:
        before = self.trips
        await operation()
        return self.trips - before

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection("127.0.0.1", self.target)
        client_spoke = False

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, from_client: bool) -> None:
            nonlocal client_spoke
            while data := await source.read(65536):
                self.trips += from_client and not client_spoke
                client_spoke = from_client
                sink.write(data)
            sink.close()

        await asyncio.gather(pump(reader, requests, True), pump(answers, writer, False))
