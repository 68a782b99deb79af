"""What a security scan reads, judges and remembers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.fetching import FetchOutcome, Wanted
from walletwatch.domain.lists import ListEntry, ListKind, Report, Review
from walletwatch.domain.risk import Verdict
from walletwatch.domain.risk_watch import KnownRisk, WatchedRisk
from walletwatch.domain.scans import Inspection
from walletwatch.domain.work import SubjectKind


class Fetcher(Protocol):
    """Opens links that strangers wrote, wherever they lead."""

    async def fetch(self, link: str, wanted: Wanted) -> FetchOutcome:
        """What a link leads to, or why it was not, or in vain, followed; it raises nothing of a stranger's.

        Args:
            link: Anything.
            wanted: What it should lead to; nothing else is taken.
        """


class Inspector(Protocol):
    """Reads what a security scan looks at."""

    async def inspect(self, subject: str, kind: SubjectKind) -> Inspection:
        """What there is to know about an address, read now or remembered.

        What could not be read is `Unknown` among the facts.

        Args:
            subject: Any address.
            kind: What it is; AUTO lets the chain tell.

        Raises:
            ChainUnavailable: Not even what the address is could be read.
        """


class Judge(Protocol):
    """Says what facts come to."""

    def trusts(self, inspection: Inspection) -> bool:
        """Whether somebody who is trusted vouches for the subject."""

    def judge(self, inspection: Inspection) -> Verdict:
        """The verdict; the same facts give the same one."""


class Risks(Protocol):
    """What the last look at each watched wallet's risk came to (PostgreSQL)."""

    async def last(self, wallet_id: int) -> KnownRisk | None:
        """What the last look came to; None where there was none."""

    async def of_chat(self, chat_id: int) -> Sequence[WatchedRisk]:
        """The wallets that a chat watches, each with what the last look came to."""

    async def keep(self, wallet_id: int, risk: KnownRisk) -> None:
        """Remember a look; one that is older than what is remembered is not."""


class AddressLists(Protocol):
    """Addresses that people were warned of or that are vouched for, and what people report (PostgreSQL)."""

    async def entries(self, addresses: Collection[str]) -> Sequence[ListEntry]:
        """What is said of these addresses, dropped entries among it; one query."""

    async def hits(self, addresses: Collection[str]) -> Mapping[str, str]:
        """By address, the source that warns of it; what is on no list, or vouched for, is absent."""

    async def newest(self, kind: ListKind, *, limit: int, offset: int) -> Sequence[ListEntry]:
        """A page of a list, the newest first."""

    async def put(self, entry: ListEntry) -> None:
        """Enter what a source says of an address, in place of what it said before."""

    async def warn(self, entry: ListEntry) -> bool:
        """Enter what a source found by itself; whether anything was entered.

        What it said before stays, and so does what an administrator took off, or anybody vouches for.
        """

    async def drop(self, address: str) -> int:
        """Take an address off both lists for good; says how many entries that were."""

    async def report(self, report: Report, *, since: datetime, at_most: int) -> bool | None:
        """Keep what a person says of an address.

        Args:
            report: What.
            since: From when on that person's reports are counted.
            at_most: So many may be counted before this one.

        Returns:
            False where the person said it before, None where it would be one too many.
        """

    async def reviews(
        self, *, reports_needed: int, limit: int, address: str | None = None
    ) -> Sequence[Review]:
        """What waits for an administrator, the oldest first: any appeal, and warnings by enough people.

        Args:
            reports_needed: So many people have to warn.
            limit: At most so many.
            address: Only what is about this one.
        """

    async def close(self, address: str, *, appeal: bool, at: datetime) -> int:
        """An administrator has decided on these reports; says how many there were."""
