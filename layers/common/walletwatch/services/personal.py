"""What a person can ask of us about themselves: what is kept, that it be forgotten, and to be heard."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.personal import PersonalRecords
from walletwatch.ports.volatile import RateLimits

MAX_ROWS: Final = 20_000
"""Of a table in what a person is given: some 10 MB, of the 50 that Telegram takes."""
MAX_FEEDBACK: Final = 1000
FEEDBACK_A_DAY: Final = 5
COPIES_AN_HOUR: Final = 3


@dataclass(frozen=True, slots=True)
class PersonalCopy:
    """What is kept of a person.

    Attributes:
        content: A JSON document in UTF-8, readable by people too.
        rows: How many rows it has.
        cut: The tables of which only the newest rows are in it.
    """

    content: bytes
    rows: int
    cut: tuple[str, ...]


class Personal:
    """The use cases behind /mydata, /deleteme and /feedback."""

    def __init__(self, records: PersonalRecords, rates: RateLimits, clock: Clock, metrics: Metrics) -> None:
        self._records = records
        self._rates = rates
        self._clock = clock
        self._metrics = metrics

    async def copy(self, user_id: int) -> PersonalCopy | None:
        """Everything that is kept of the person; None where they asked too often."""
        if not await self._may(user_id, "mydata", COPIES_AN_HOUR, timedelta(hours=1)):
            return None
        tables = await self._records.collect(user_id, limit=MAX_ROWS)
        document = {"user_id": user_id, "at": self._clock.now().isoformat(), **tables}
        return PersonalCopy(
            json.dumps(document, ensure_ascii=False, indent=1, default=str).encode(),
            sum(len(rows) for rows in tables.values()),
            tuple(table for table, rows in tables.items() if len(rows) >= MAX_ROWS),
        )

    async def forget(self, user_id: int) -> None:
        """Forget the person. What is on its way to them is not sent any more, as its ledger entry is gone."""
        await self._records.erase(user_id)
        self._metrics.count("PeopleForgotten")

    async def hear(self, user_id: int, text: str) -> int | None:
        """Keep what somebody says of the bot, and return its number; None where they said too much today."""
        if not await self._may(user_id, "feedback", FEEDBACK_A_DAY, timedelta(days=1)):
            return None
        return await self._records.feedback(user_id, text[:MAX_FEEDBACK], self._clock.now())

    async def _may(self, user_id: int, action: str, limit: int, window: timedelta) -> bool:
        try:
            return await self._rates.allow(user_id, action, limit=limit, window=window)
        except StoreUnavailable:
            # People are heard while nobody counts.
            self._metrics.count("LimitsUnavailable")
            return True
