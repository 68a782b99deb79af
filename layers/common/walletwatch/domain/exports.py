"""Exports of a chat's history as files."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from walletwatch.domain.lookback import Lookback

MAX_ACTIVITIES: Final = 1_000_000
"""What an invocation of a quarter of an hour writes in some minutes; more has to be asked for in parts."""
ROWS_IN_FILE: Final = 200_000
"""A file with so many rows, packed, is below what a bot may send."""
PACK_ABOVE_BYTES: Final = 10 * 10**6
MAX_FILE_BYTES: Final = 48 * 10**6
"""Below the 50 MB that a bot may send (Bot API, sendDocument)."""
EXPORT_PERIODS: Final = (Lookback.MONTH, Lookback.QUARTER, Lookback.YEAR, Lookback.ALL)


class ExportFormat(StrEnum):
    """Who is meant to read it."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    KOINLY = "koinly"
    COINTRACKING = "cointracking"

    @property
    def is_for_tool(self) -> bool:
        """Whether another service reads it, and no person."""
        return self in {ExportFormat.KOINLY, ExportFormat.COINTRACKING}

    @property
    def extension(self) -> str:
        """Of its files."""
        return self.value if self in {ExportFormat.JSON, ExportFormat.XLSX} else "csv"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Write a chat's history into files and send them.

    Attributes:
        request_id: Names the request: one that is worked on twice is answered once.
        subscription_id: Which of the chat's wallets; None for all of them.
        asked_at: What happened later is not in it.
        progress_id: The message that tells how far it is.
        topic: Of a forum, in which it was asked for.
    """

    request_id: str
    chat_id: int
    format: ExportFormat
    subscription_id: int | None
    period: Lookback
    language: str
    timezone: str
    asked_at: datetime
    progress_id: int | None
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the files of an export.

    Attributes:
        wallets: How many.
        first: Unix seconds of the oldest activity that has a time; None where none has, and so is `last`.
    """

    wallets: int
    activities: int
    rows: int
    first: int | None
    last: int | None
