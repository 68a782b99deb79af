"""Addresses that people were warned of, and those that are vouched for: each with who says so, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

ADMINISTRATORS: Final = "administrators"
"""Source of what an administrator entered."""
REPORTS: Final = "reports"
"""Source of what several people reported, and an administrator agreed with."""

REPORTS_TO_REVIEW: Final = 3
"""Different people, before an administrator is bothered. Nobody is blocked by reports alone."""
REPORTS_A_DAY: Final = 5
"""By one person, appeals among them."""
REPORT_WINDOW: Final = timedelta(days=1)
MAX_REASON: Final = 200


class ListKind(StrEnum):
    """What an entry says of its address."""

    BLOCK = "block"
    ALLOW = "allow"
    """Wins over any number of blocks."""
    DROPPED = "dropped"
    """An administrator took it off; where the same source says it again, that is not believed."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """What one source says of an address.

    Attributes:
        source: Its name as people read it; one source has one entry for an address.
        reason: As it was given. A stranger's text.
        added_by: The administrator; None where nobody entered it by hand.
    """

    address: str
    kind: ListKind
    source: str
    reason: str
    added_at: datetime
    added_by: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one person says of an address.

    Attributes:
        appeal: That it is on the list and should not be, rather than that it should.
    """

    address: str
    user_id: int
    appeal: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """Reports on an address that wait for an administrator.

    Attributes:
        people: How many there are.
        reasons: Some of theirs, the newest first.
        since: Of the first of them.
    """

    address: str
    appeal: bool
    people: int
    reasons: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Dealer:
    """A watched wallet that dealt with an address.

    Attributes:
        dealt_on: The last day that it did (UTC).
    """

    wallet_id: int
    wallet: str
    dealt_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What the lists say of the subject of a scan.

    Attributes:
        entries: Blocks and allowances.
    """

    address: str
    entries: tuple[ListEntry, ...]

    @property
    def allowed(self) -> ListEntry | None:
        """Who vouches for it."""
        return next((each for each in self.entries if each.kind is ListKind.ALLOW), None)

    @property
    def blocked(self) -> tuple[ListEntry, ...]:
        """Who warns of it; nobody where somebody vouches for it."""
        if self.allowed is not None:
            return ()
        return tuple(each for each in self.entries if each.kind is ListKind.BLOCK)


def warned_of(entries: Iterable[ListEntry]) -> Mapping[str, str]:
    """By address, the source that warns of it: an administrator's word counts most, then the oldest."""
    by_address: dict[str, list[ListEntry]] = {}
    for entry in entries:
        by_address.setdefault(entry.address, []).append(entry)
    found = {}
    for address, of_address in by_address.items():
        blocked = Standing(address, tuple(of_address)).blocked
        if blocked:
            found[address] = min(
                blocked, key=lambda each: (each.source != ADMINISTRATORS, each.added_at, each.source)
            ).source
    return found
