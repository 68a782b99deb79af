"""Asking for a picture, and drawing it."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery, delivery_key
from walletwatch.domain.errors import ChainUnavailable, PriceUnavailable, StoreUnavailable
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.pictures import DrawRequest, NothingToDraw, PictureKind, Theme
from walletwatch.domain.work import Attachment, MediaKind, Notification, RenderedMessage
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.media import MediaStore, Painter, PictureRenderer
from walletwatch.ports.queueing import MediaQueues, Queues
from walletwatch.ports.telling import Ledger
from walletwatch.ports.volatile import RateLimits
from walletwatch.services.picturing import Picturing

REQUESTS: Final = 60
REQUESTS_WINDOW: Final = timedelta(hours=1)
TRIES: Final = 3
"""After so many, who waits for a picture is told that the chain does not answer, and it is given up."""
CONTENT_TYPE: Final = "image/png"

_log = logging.getLogger("walletwatch.drawing")


class PictureRequests:
    """The use case behind /chart in the chat: it is queued, and answered by a message of its own."""

    def __init__(self, queues: MediaQueues, rates: RateLimits) -> None:
        self._queues = queues
        self._rates = rates

    async def allowed(self, chat_id: int) -> bool:
        """Count a request; False where the chat has asked too often."""
        try:
            return await self._rates.allow(chat_id, "picture", limit=REQUESTS, window=REQUESTS_WINDOW)
        except StoreUnavailable:
            # People are answered while nobody counts; the queue bears what comes of it.
            _log.warning("a picture was not counted")
            return True

    async def request(
        self,
        kind: PictureKind,
        *,
        request: str,
        chat_id: int,
        subscription_id: int | None,
        address: str | None,
        period: Lookback,
        theme: Theme,
        language: str,
        timezone: str,
        edits: int,
        asset: str,
        topic: int | None,
    ) -> None:
        """Queue a picture.

        Args:
            kind: What it shows.
            request: Names the message or the press of a button that asked; asking twice gives one answer.
            chat_id: Who is told.
            subscription_id: One of the chat's, or all of them.
            address: The centre of a network.
            period: Of its values.
            theme: Its colours.
            language: Of its words.
            timezone: Of its times.
            edits: The message that becomes the picture.
            asset: `NATIVE` or a mint.
            topic: Of a forum, where it was asked.
        """
        await self._queues.draw(
            DrawRequest(
                request_id=delivery_key(DeliveryKind.PICTURE, chat_id, request),
                chat_id=chat_id,
                kind=kind,
                subscription_id=subscription_id,
                address=address,
                period=period,
                theme=theme,
                language=language,
                timezone=timezone,
                edits=edits,
                asset=asset,
                topic=topic,
            )
        )


class Drawing:
    """Draws what was asked for and queues it. Safe to repeat: what was answered is not answered again."""

    def __init__(
        self,
        *,
        picturing: Picturing,
        painter: Painter,
        media: MediaStore,
        ledger: Ledger,
        queues: Queues,
        renderer: PictureRenderer,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._picturing = picturing
        self._painter = painter
        self._media = media
        self._ledger = ledger
        self._queues = queues
        self._renderer = renderer
        self._clock = clock
        self._metrics = metrics

    async def run(self, request: DrawRequest, *, attempt: int) -> None:
        """Draw.

        Args:
            request: What was asked.
            attempt: 1 for the first time; from `TRIES` on a failure of the chain is the answer.

        Raises:
            TransientError: To be tried again.
        """
        key = request.request_id
        statuses = await self._ledger.statuses([key])
        if statuses.get(key, DeliveryStatus.PENDING) is not DeliveryStatus.PENDING:
            return
        try:
            chart = await self._picturing.chart(request)
        except NothingToDraw as nothing:
            await self._tell(request, self._renderer.nothing(nothing.reason, request))
            return
        except (ChainUnavailable, PriceUnavailable):
            if attempt < TRIES:
                raise
            self._metrics.count("PicturesGivenUp")
            await self._tell(request, self._renderer.nothing("chain", request))
            return
        words = self._renderer.words(chart, request)
        png = await asyncio.to_thread(self._painter.paint, chart, words, request.theme, request.timezone)
        file = Attachment(
            MediaKind.PHOTO, f"pictures/{key}.png", "chart.png", self._renderer.lost(request.language)
        )
        await self._media.put(file.key, png, CONTENT_TYPE)
        self._metrics.count("PicturesDrawn")
        await self._tell(request, self._renderer.picture(chart, request), file)

    async def _tell(
        self, request: DrawRequest, message: RenderedMessage, file: Attachment | None = None
    ) -> None:
        key = request.request_id
        status = await self._ledger.add(NewDelivery(key, DeliveryKind.PICTURE, request.chat_id, None, None))
        if status is DeliveryStatus.PENDING:
            now = self._clock.now()
            await self._queues.notify(
                [
                    Notification(
                        key,
                        request.chat_id,
                        message,
                        now,
                        attachment=file,
                        edits=request.edits,
                        topic=request.topic,
                    )
                ]
            )
