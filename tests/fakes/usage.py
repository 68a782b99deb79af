"""`ports.usage.Usage` in memory, over the tables of `FakeStores`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.fakes.people import FakePeople
from walletwatch.domain.analytics import ACTIVE_PEOPLE, ACTIVE_WALLETS, DELIVERIES, Cohort
from walletwatch.domain.delivery import DeliveryStatus


@dataclass
class FakeUsage:
    people_store: FakePeople
    seen: dict[str, int] = field(default_factory=dict)
    counts: Counter[tuple[date, str]] = field(default_factory=Counter)
    here: set[tuple[int, date]] = field(default_factory=set)

    async def carry_over(self, counters: Mapping[str, int], day: date) -> None:
        for what, value in counters.items():
            before = self.seen.get(what, 0)
            self.counts[day, what] += value - before if value >= before else value
            self.seen[what] = value

    async def measure(self, day: date) -> None:
        tables = self.people_store.stores.tables
        self.counts[day, ACTIVE_PEOPLE] = sum(each == day for _, each in self.here)
        wallets = {key[0] for key, row in tables.activities.items() if row.created_at.date() == day}
        self.counts[day, ACTIVE_WALLETS] = len(wallets)
        made = Counter(row.status for row in tables.deliveries.values() if row.created_at.date() == day)
        for status in DeliveryStatus:
            self.counts[day, f"{DELIVERIES}{status.value}"] = made[status]

    async def daily(self, names: Sequence[str], since: date) -> Mapping[str, Mapping[date, int]]:
        found: dict[str, dict[date, int]] = {}
        for (day, what), count in self.counts.items():
            if what in names and day >= since:
                found.setdefault(what, {})[day] = count
        return found

    async def sums(self, prefix: str, since: date) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for (day, what), count in self.counts.items():
            if what.startswith(prefix) and day >= since:
                found[what] += count
        return found

    async def people(self) -> int:
        return len(self.people_store._all())

    async def newcomers(self, since: date) -> Mapping[date, int]:
        days = (person.created_at.date() for person in self.people_store._all().values())
        return Counter(day for day in days if day >= since)

    async def cohorts(self, since: date, until: date) -> Sequence[Cohort]:
        weeks: dict[date, list[int]] = {}
        for person in self.people_store._all().values():
            day = person.created_at.date()
            if day >= since:
                weeks.setdefault(day - timedelta(days=day.weekday()), []).append(person.user_id)
        return [
            Cohort(
                week,
                len(came),
                tuple(
                    len({each for each, day in self.here if each in came and (day - week).days // 7 == later})
                    for later in range((until - week).days // 7 + 1)
                ),
            )
            for week, came in sorted(weeks.items())
        ]

    async def forget(self, before: date) -> int:
        gone = {each for each in self.here if each[1] < before}
        self.here -= gone
        return len(gone)
