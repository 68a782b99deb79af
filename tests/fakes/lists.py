"""`ports.AddressLists` in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.fakes.outage import Outage
from walletwatch.domain.lists import ListEntry, ListKind, Report, Review, warned_of


@dataclass
class FakeAddressLists:
    outage: Outage = field(default_factory=Outage)
    listed: dict[tuple[str, str], ListEntry] = field(default_factory=dict)
    reported: list[tuple[Report, bool]] = field(default_factory=list)

    async def entries(self, addresses: Collection[str]) -> Sequence[ListEntry]:
        if not addresses:
            return []
        self.outage.check()
        return [each for each in self.listed.values() if each.address in addresses]

    async def hits(self, addresses: Collection[str]) -> Mapping[str, str]:
        return warned_of(await self.entries(addresses))

    async def newest(self, kind: ListKind, *, limit: int, offset: int) -> Sequence[ListEntry]:
        self.outage.check()
        found = sorted(
            (each for each in self.listed.values() if each.kind is kind),
            key=lambda each: (-each.added_at.timestamp(), each.address, each.source),
        )
        return found[offset : offset + limit]

    async def put(self, entry: ListEntry) -> None:
        self.outage.check()
        self.listed[entry.address, entry.source] = entry

    async def warn(self, entry: ListEntry) -> bool:
        decided = {ListKind.ALLOW, ListKind.DROPPED}
        if any(each.kind in decided for each in await self.entries([entry.address])):
            return False
        return self.listed.setdefault((entry.address, entry.source), entry) is entry

    async def drop(self, address: str) -> int:
        self.outage.check()
        on = [
            key
            for key, each in self.listed.items()
            if each.address == address and each.kind is not ListKind.DROPPED
        ]
        for key in on:
            self.listed[key] = replace(self.listed[key], kind=ListKind.DROPPED)
        return len(on)

    async def report(self, report: Report, *, since: datetime, at_most: int) -> bool | None:
        self.outage.check()
        own = [each for each, _ in self.reported if each.user_id == report.user_id]
        if any((each.address, each.appeal) == (report.address, report.appeal) for each in own):
            return False
        if sum(each.at > since for each in own) >= at_most:
            return None
        self.reported.append((report, False))
        return True

    async def reviews(
        self, *, reports_needed: int, limit: int, address: str | None = None
    ) -> Sequence[Review]:
        self.outage.check()
        waiting: dict[tuple[str, bool], list[Report]] = {}
        for report, closed in self.reported:
            if not closed and address in {None, report.address}:
                waiting.setdefault((report.address, report.appeal), []).append(report)
        found = [
            Review(
                about,
                appeal,
                len(of),
                tuple(each.reason for each in sorted(of, key=lambda each: each.at, reverse=True)[:3]),
                min(each.at for each in of),
            )
            for (about, appeal), of in waiting.items()
            if appeal or len(of) >= reports_needed
        ]
        return sorted(found, key=lambda each: (each.since, each.address, each.appeal))[:limit]

    async def close(self, address: str, *, appeal: bool, at: datetime) -> int:
        self.outage.check()
        mine = [
            place
            for place, (report, closed) in enumerate(self.reported)
            if (report.address, report.appeal, closed) == (address, appeal, False)
        ]
        for place in mine:
            self.reported[place] = self.reported[place][0], True
        return len(mine)
