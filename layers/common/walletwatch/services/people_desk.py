"""What administrators see of people, and do about them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.people import (
    MAX_REASON_LENGTH,
    Feedback,
    PeoplePage,
    PeopleQuery,
    Person,
    PersonCard,
    Watched,
)
from walletwatch.domain.plans import Limits
from walletwatch.ports.common import Clock
from walletwatch.ports.people import People
from walletwatch.ports.volatile import RateLimits
from walletwatch.services.auditing import Auditing

PAGE: Final = 10
TOLD_WITHIN: Final = timedelta(days=7)
GRANTED: Final = timedelta(days=30)
"""What one press of the button gives."""


class AdministratorsStay(Exception):
    """Who runs the bot cannot be banned."""


@dataclass(frozen=True, slots=True)
class WatchedPage:
    """A page of what a person's chats watch.

    Attributes:
        behind: Where the next page begins; None for the last.
    """

    user_id: int
    wallets: tuple[Watched, ...]
    behind: int | None


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """A page of what people said; `behind` as in `WatchedPage`."""

    feedback: tuple[Feedback, ...]
    behind: int | None


class PeopleDesk:
    """The use cases behind /users, /user, /ban, /limits, /feedbacks and /reply. Changes are audited.

    Args:
        admins: Who runs the bot.
        limits: What the plans allow.
    """

    def __init__(
        self,
        people: People,
        auditing: Auditing,
        admins: Collection[int],
        limits: Limits,
        rates: RateLimits,
        clock: Clock,
    ) -> None:
        self.limits = limits
        self._people = people
        self._auditing = auditing
        self._admins = frozenset(admins)
        self._rates = rates
        self._clock = clock

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self._clock.now()

    async def page(self, query: PeopleQuery) -> PeoplePage:
        """A page of people."""
        found = await self._people.page(query, limit=PAGE + 1)
        more = len(found) > PAGE
        if query.backwards:
            return PeoplePage(query, tuple(found[-PAGE:]), more_before=more, more_behind=True)
        return PeoplePage(query, tuple(found[:PAGE]), more_before=query.mark is not None, more_behind=more)

    async def card(self, user_id: int) -> PersonCard | None:
        """A person; None for one who is not known, here and below."""
        return await self._people.card(user_id, since=self._clock.now() - TOLD_WITHIN)

    async def person(self, user_id: int) -> Person | None:
        """A person, without what they do."""
        return await self._people.person(user_id)

    async def wallets(self, user_id: int, *, after: int = 0) -> WatchedPage:
        """What a person's chats watch."""
        found = await self._people.wallets(user_id, after=after, limit=PAGE + 1)
        return WatchedPage(user_id, tuple(found[:PAGE]), _behind([each.id for each in found]))

    async def ban(self, user_id: int, reason: str | None, *, by: int) -> Person | None:
        """Keep somebody out.

        Raises:
            AdministratorsStay: They run the bot.
        """
        if user_id in self._admins:
            raise AdministratorsStay
        reason = reason[:MAX_REASON_LENGTH] if reason else None
        person = await self._people.ban(user_id, reason, self._clock.now())
        if person is not None:
            await self._auditing.record(by, "ban", {"user": user_id, "reason": reason or ""})
        return person

    async def tell_banned(self, user_id: int) -> bool:
        """Whether somebody who is turned away is to be told so now: once a day."""
        try:
            return await self._rates.allow(user_id, "banned", limit=1, window=timedelta(days=1))
        except StoreUnavailable:
            return False

    async def unban(self, user_id: int, *, by: int) -> Person | None:
        """Let somebody in again."""
        person = await self._people.unban(user_id)
        if person is not None:
            await self._auditing.record(by, "unban", {"user": user_id})
        return person

    async def grant(self, user_id: int, *, by: int) -> Person | None:
        """Give somebody the premium plan for a month more. It is audited first: none is given unseen."""
        if await self._people.person(user_id) is None:
            return None
        await self._auditing.record(by, "grant", {"user": user_id, "days": GRANTED.days})
        return await self._people.grant(user_id, GRANTED, self._clock.now())

    async def revoke(self, user_id: int, *, by: int) -> Person | None:
        """Let somebody's premium plan end now."""
        person = await self._people.revoke(user_id)
        if person is not None:
            await self._auditing.record(by, "revoke", {"user": user_id})
        return person

    async def set_quota(self, user_id: int, name: str, value: int | None, *, by: int) -> Person | None:
        """Set somebody's quota; None to let their plan's hold again."""
        person = await self._people.set_quota(user_id, name, value)
        if person is not None:
            set_to = "plan" if value is None else value
            await self._auditing.record(by, "limits", {"user": user_id, "quota": name, "value": set_to})
        return person

    async def feedback(self, *, before: int | None = None) -> FeedbackPage:
        """What people said."""
        found = await self._people.feedback(before=before, limit=PAGE + 1)
        return FeedbackPage(tuple(found[:PAGE]), _behind([each.id for each in found]))

    async def replied(self, user_id: int, text: str, *, by: int) -> None:
        """Somebody was written to: what they said is answered."""
        await self._people.answered(user_id, self._clock.now())
        await self._auditing.record(by, "reply", {"user": user_id, "text": text})


def _behind(ids: Sequence[int]) -> int | None:
    return ids[PAGE - 1] if len(ids) > PAGE else None
