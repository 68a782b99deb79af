"""What is kept of a person, for that person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class PersonalRecords(Protocol):
    """Everything that is kept of a person (PostgreSQL)."""

    async def collect(self, user_id: int, *, limit: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """All rows about the person and their private chat, by table, in JSON types.

        Args:
            user_id: Of the person, which is the id of their private chat too.
            limit: At most so many rows of a table, the newest.
        """

    async def erase(self, user_id: int) -> None:
        """Forget the person and their private chat. Safe to repeat.

        What others rely on stays: that somebody is banned, what administrators did, and what was paid.
        """

    async def feedback(self, user_id: int, text: str, at: datetime) -> int:
        """Keep what somebody says of the bot; returns its number."""
