"""The people who use the bot, for administrators."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from walletwatch.domain.people import Feedback, PeopleQuery, Person, PersonCard, Watched


class People(Protocol):
    """Who uses the bot, what they may do, and what they say of it (PostgreSQL)."""

    async def person(self, user_id: int) -> Person | None:
        """Somebody; None for a person who is not known."""

    async def page(self, query: PeopleQuery, *, limit: int) -> Sequence[Person]:
        """At most `limit` people from the query's mark on, in the order of the query.

        Where it goes backwards these are the ones nearest to the mark.
        """

    async def card(self, user_id: int, *, since: datetime) -> PersonCard | None:
        """Somebody and what they do; `since` is from when on their messages are counted."""

    async def wallets(self, user_id: int, *, after: int, limit: int) -> Sequence[Watched]:
        """What their chats watch, from behind this subscription on, oldest first."""

    async def ban(self, user_id: int, reason: str | None, at: datetime) -> Person | None:
        """Keep them out; messages to their chats that are pending are suppressed.

        One who is banned already stays so from when they were, with the new reason if there is one.

        Returns:
            The person as they are now; None for one who is not known, here and below.
        """

    async def unban(self, user_id: int) -> Person | None:
        """Let them in again."""

    async def grant(self, user_id: int, time: timedelta, now: datetime) -> Person | None:
        """Give them the premium plan for so much longer; one that has no end has none afterwards."""

    async def revoke(self, user_id: int) -> Person | None:
        """Let their premium plan end now."""

    async def set_quota(self, user_id: int, name: str, value: int | None) -> Person | None:
        """Set a quota; None to let the plan's hold again."""

    async def feedback(self, *, before: int | None, limit: int) -> Sequence[Feedback]:
        """What people said, newest first, of those with smaller ids than `before`."""

    async def answered(self, user_id: int, at: datetime) -> int:
        """All that this person said was answered; how much of it was not yet."""
