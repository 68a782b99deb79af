"""The lists of addresses: what administrators enter, and what people report and appeal against."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from walletwatch.domain.administration import AuditEntry
from walletwatch.domain.lists import (
    ADMINISTRATORS,
    MAX_REASON,
    REPORT_WINDOW,
    REPORTS,
    REPORTS_A_DAY,
    REPORTS_TO_REVIEW,
    ListEntry,
    ListKind,
    Report,
    Review,
)
from walletwatch.ports.common import Clock
from walletwatch.ports.operations import Administration
from walletwatch.ports.scanning import AddressLists
from walletwatch.services.looking_again import LookingAgain

PAGE: Final = 10
REVIEWS: Final = 5


class Taken(Enum):
    """What became of a report."""

    NEW = auto()
    SAID_BEFORE = auto()
    TOO_MANY = auto()


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the blocklist.

    Attributes:
        number: From 0 on.
        more: Whether there is another one after it.
    """

    entries: Sequence[ListEntry]
    number: int
    more: bool


class Listing:
    """The use cases behind the commands of the lists. What administrators do is audited."""

    def __init__(
        self, lists: AddressLists, administration: Administration, again: LookingAgain, clock: Clock
    ) -> None:
        self._lists = lists
        self._again = again
        self._administration = administration
        self._clock = clock

    async def page(self, number: int) -> ListPage:
        """Whom people are warned of, the newest first."""
        found = await self._lists.newest(ListKind.BLOCK, limit=PAGE + 1, offset=number * PAGE)
        return ListPage(found[:PAGE], number, more=len(found) > PAGE)

    async def enter(self, address: str, kind: ListKind, reason: str, *, user_id: int) -> None:
        """An administrator warns of an address, or vouches for it."""
        await self._put(address, kind, ADMINISTRATORS, reason, user_id)
        await self._audit(kind.value, user_id, address=address, reason=reason)

    async def drop(self, address: str, *, user_id: int) -> int:
        """An administrator takes an address off all lists; says how many entries there were."""
        count = await self._lists.drop(address)
        await self._again.at(address)
        await self._audit("drop", user_id, address=address, entries=count)
        return count

    async def report(self, address: str, reason: str, *, appeal: bool, user_id: int) -> Taken:
        """A person warns of an address, or says that it is on the list by mistake."""
        now = self._clock.now()
        kept = await self._lists.report(
            Report(address, user_id, appeal, reason[:MAX_REASON], now),
            since=now - REPORT_WINDOW,
            at_most=REPORTS_A_DAY,
        )
        if kept is None:
            return Taken.TOO_MANY
        return Taken.NEW if kept else Taken.SAID_BEFORE

    async def entries(self, address: str) -> Sequence[ListEntry]:
        """What is said of an address."""
        return await self._lists.entries([address])

    async def reviews(self) -> Sequence[Review]:
        """What waits for an administrator."""
        return await self._lists.reviews(reports_needed=REPORTS_TO_REVIEW, limit=REVIEWS)

    async def decide(self, address: str, *, appeal: bool, agreed: bool, user_id: int) -> bool:
        """An administrator agrees with those who reported, or does not; False where it was decided before.

        The list is changed first: whoever is killed in between leaves reports to decide once more, and not a
        decision that nothing follows from.
        """
        found = await self._lists.reviews(reports_needed=REPORTS_TO_REVIEW, limit=REVIEWS, address=address)
        waiting = [each for each in found if each.appeal is appeal]
        if not waiting:
            return False
        if agreed and appeal:
            await self._lists.drop(address)
            await self._again.at(address)
        elif agreed:
            await self._put(address, ListKind.BLOCK, REPORTS, waiting[0].reasons[0], user_id)
        await self._lists.close(address, appeal=appeal, at=self._clock.now())
        await self._audit("review", user_id, address=address, appeal=appeal, agreed=agreed)
        return True

    async def _put(self, address: str, kind: ListKind, source: str, reason: str, user_id: int) -> None:
        await self._lists.put(
            ListEntry(address, kind, source, reason[:MAX_REASON], self._clock.now(), user_id)
        )
        await self._again.at(address)

    async def _audit(self, action: str, user_id: int, **details: str | int | bool) -> None:
        await self._administration.audit(AuditEntry(self._clock.now(), user_id, f"list.{action}", details))
