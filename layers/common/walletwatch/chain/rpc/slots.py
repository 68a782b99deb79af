"""`ports.SlotFeed` over the RPC's WebSocket."""

import asyncio
import logging
import random
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from walletwatch.domain.chain import AnnouncedSlot

if TYPE_CHECKING:
    from walletwatch.ports.common import Metrics

CONNECT_SECONDS: Final = 5.0
BACKOFF_SECONDS: Final = (0.2, 5.0)
"""The first upper bound of the pause before connecting again, and the last one."""
SILENCE_SECONDS: Final = 15.0
"""A socket that says nothing for this long is taken for dead: a slot takes 0.4 seconds."""
MAX_PENDING: Final = 4096

_log = logging.getLogger("walletwatch.slots")


def websocket_url(rpc_url: str) -> str:
    """Where an RPC endpoint takes subscriptions, unless it says otherwise: same host, port and path."""
    parts = urlsplit(rpc_url)
    return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))


class WebSocketSlots:
    """News of slots (`slotSubscribe`) through solana-py, connecting again by itself.

    A lost connection is no error here: the feed is a hint, and its reader asks the node when it is silent.

    Args:
        urls: Endpoints, tried in turn; they may carry an API key, so they never appear in logs.
    """

    def __init__(self, urls: tuple[str, ...], *, metrics: "Metrics") -> None:
        self._urls = urls
        self._metrics = metrics
        self._news: list[AnnouncedSlot] = []
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def announced(self, patience: timedelta) -> list[AnnouncedSlot]:
        """What was announced since the last call, waiting for it up to `patience`; nothing if in vain."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen(), name="slots")
        if not self._news:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), patience.total_seconds())
        news, self._news = self._news, []
        self._arrived.clear()
        return news

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _listen(self) -> None:
        attempt = 0
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await self._subscription(self._urls[attempt % len(self._urls)])
            except Exception as error:  # noqa: BLE001 - a hint that ends, for any reason, is made anew
                # Only the class: the text may hold the URL.
                _log.info("slot feed ended", extra={"reason": type(error).__name__})
            self._metrics.count("SlotFeedReconnects")
            if asyncio.get_running_loop().time() - started > SILENCE_SECONDS:
                attempt = 0
            attempt += 1
            first, last = BACKOFF_SECONDS
            await asyncio.sleep(random.uniform(0, min(first * 2**attempt, last)))  # noqa: S311 - jitter

    async def _subscription(self, url: str) -> None:
        from solana.rpc.websocket_api import SolanaWsClient  # noqa: PLC0415 - 170 ms of cold start
        from solders.rpc.responses import SlotNotification  # noqa: PLC0415

        logging.getLogger("websockets").setLevel(logging.WARNING)
        async with SolanaWsClient(url, open_timeout=CONNECT_SECONDS, close_timeout=1.0) as client:
            await client.slot_subscribe()
            while True:
                message = await asyncio.wait_for(client.recv(), SILENCE_SECONDS)
                if isinstance(message, SlotNotification):
                    self._put(AnnouncedSlot(message.result.slot, message.result.parent))

    def _put(self, slot: AnnouncedSlot) -> None:
        # Nobody reads between two invocations; what is old is found by asking.
        if len(self._news) >= MAX_PENDING:
            self._news.clear()
        self._news.append(slot)
        self._arrived.set()
