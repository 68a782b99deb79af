"""Pictures and exports: what they are made of, and files on their way to people."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from walletwatch.domain.activities import Activity
from walletwatch.domain.exports import ExportFormat, ExportRequest, Written
from walletwatch.domain.inspection.network import Listed, Network
from walletwatch.domain.pictures import Chart, DrawRequest, PictureWords, Theme
from walletwatch.domain.risk import Unknown
from walletwatch.domain.work import RenderedMessage

type Surroundings = Callable[[str], Awaitable[tuple[Network | Unknown, Listed | Unknown]]]
"""Whom a wallet deals with, and who of them is on a list.

Raises `ChainUnavailable`.
"""


class MediaStore(Protocol):
    """Keeps files for a day, by their keys (S3)."""

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Keep a file, in place of the one that has this key.

        Args:
            key: Names it.
            content: The file, or where it is; then it is not read into memory.
            content_type: MIME type.

        Raises:
            MediaUnavailable: It was not taken.
        """

    def opened(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A file of one's own with what is kept, which goes at the end.

        Raises:
            MediaGone: Nothing is kept by this key, or no longer.
            MediaUnavailable: It could not be had.
        """


class Movements(Protocol):
    """What is stored of a wallet's movements, summed up."""

    async def changes(
        self, wallet_id: int, asset: str, *, since: datetime, up_to_slot: int, step: timedelta
    ) -> Sequence[tuple[datetime, int]]:
        """By how much the wallet's own accounts changed, in base units, fees and rent included.

        Args:
            wallet_id: Of the wallet.
            asset: `NATIVE` or a mint.
            since: Earlier ones are left out.
            up_to_slot: Later ones are left out.
            step: The changes of so long a time are one, at its beginning. Oldest first.
        """

    async def known_since(self, wallet_id: int) -> datetime | None:
        """When the oldest stored movement was, or the watch began; None for a wallet that is not known."""

    async def flows(
        self, wallet_id: int, asset: str, *, since: datetime, timezone: str
    ) -> Sequence[tuple[date, int, int]]:
        """What came and what went on each day on which something did, in base units; oldest first.

        Args:
            wallet_id: Of the wallet.
            asset: `NATIVE` or a mint.
            since: Earlier ones are left out.
            timezone: IANA name: whose days.
        """


class HistoryPages(Protocol):
    """All that is stored of wallets, page by page, however much it is."""

    async def count(self, wallet_ids: Sequence[int], *, since: datetime | None, until: datetime) -> int:
        """How many activities there are."""

    def pages(
        self, wallet_id: int, *, since: datetime | None, until: datetime, size: int
    ) -> AsyncIterator[Sequence[Activity]]:
        """The activities of one wallet, oldest first.

        Args:
            wallet_id: Of the wallet.
            since: By their block's time; None for all. One without a time is only among all.
            until: What was stored later is left out.
            size: Of a page.
        """


class Painter(Protocol):
    """Draws."""

    def paint(self, chart: Chart, words: PictureWords, theme: Theme, zone: str) -> bytes:
        """A chart as PNG.

        Args:
            chart: The values.
            words: What is written beside them.
            theme: The colours.
            zone: IANA name, for the times on an axis.
        """


class PictureRenderer(Protocol):
    """What is said in pictures, and beside them."""

    def words(self, chart: Chart, request: DrawRequest) -> PictureWords:
        """What is written in a picture."""

    def picture(self, chart: Chart, request: DrawRequest) -> RenderedMessage:
        """The caption, and what else can be drawn."""

    def nothing(self, reason: str, request: DrawRequest) -> RenderedMessage:
        """Why there is no picture (`NothingToDraw.reason`, or `chain`)."""

    def lost(self, language: str) -> str:
        """That a file is gone, as HTML."""


class ExportFile(Protocol):
    """A file of an export that is being written."""

    def write(self, activity: Activity, wallet: str | None) -> int:
        """Append an activity; how many rows that were.

        Args:
            activity: What happened.
            wallet: What the chat calls the wallet.
        """

    def close(self) -> Path:
        """Finish it, packed where it is large."""


type OpenFile = Callable[[ExportFormat, Path, str], ExportFile]
"""Begins a file: of a format, in a folder, with times in a zone (IANA name)."""


class ExportRenderer(Protocol):
    """What is said beside exports."""

    def progress(self, tenths: int, request: ExportRequest) -> RenderedMessage:
        """How far it is."""

    def file(self, part: int, parts: int, written: Written, request: ExportRequest) -> RenderedMessage:
        """The caption of a file."""

    def refused(self, reason: str, request: ExportRequest) -> RenderedMessage:
        """Why there is no file: `empty`, `too_much`, `too_large` or `gone`."""

    def delayed(self, request: ExportRequest) -> RenderedMessage:
        """That it does not work yet."""

    def finished(self, written: Written, request: ExportRequest) -> RenderedMessage:
        """What the message that told the progress becomes."""

    def lost(self, language: str) -> str:
        """That a file is gone, as HTML."""
