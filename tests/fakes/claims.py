"""`ports.UpdateClaims` in memory."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.outage import Outage
from tests.fakes.stores import FakeStores
from walletwatch.domain.admission import CLAIM_PERIOD, Admitted, Arrival, Claim, Entry, Knock
from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Wanted


@dataclass
class ClaimRow:
    """A claim."""

    user_id: int | None
    counted_as: str
    taken_at: datetime
    ends_at: datetime
    done: bool = False
    given_back: bool = False


@dataclass
class FakeUpdateClaims:
    stores: FakeStores
    period: timedelta = CLAIM_PERIOD
    outage: Outage = field(default_factory=Outage)
    rows: dict[int, ClaimRow] = field(default_factory=dict)

    async def admit(self, arrival: Arrival, contact: Contact | None, wanted: Wanted) -> Entry:
        self.outage.check()
        now = self.stores.clock.now()
        greeting = None if contact is None else await self.stores.subscriptions.greet(contact, wanted)
        row = self.rows.get(arrival.update_id)
        if row is not None and row.given_back:
            row.given_back, row.ends_at = False, now + self.period
            return Entry(Claim.TAKEN, greeting)
        if row is not None:
            return Entry(Claim.DONE if row.done else Claim.IN_PROGRESS, greeting, row.ends_at <= now)
        if arrival.user_id is not None and self._count(arrival) >= arrival.quota.limit:
            return Entry(Claim.LIMITED, greeting)
        counted_as = arrival.quota.counted_as
        self.rows[arrival.update_id] = ClaimRow(arrival.user_id, counted_as, now, now + self.period)
        return Entry(Claim.TAKEN, greeting)

    async def take_over(self, update_id: int) -> bool:
        self.outage.check()
        now, row = self.stores.clock.now(), self.rows.get(update_id)
        if row is None or row.done or row.ends_at > now:
            return False
        row.ends_at = now + self.period
        return True

    async def done(self, update_id: int) -> None:
        self.outage.check()
        if update_id in self.rows:
            self.rows[update_id].done = True

    async def give_back(self, update_id: int) -> None:
        self.outage.check()
        if update_id in self.rows:
            self.rows[update_id].given_back = True

    async def forget(self, ended_before: datetime) -> int:
        self.outage.check()
        gone = [
            update_id for update_id, row in self.rows.items() if row.ends_at < ended_before or row.given_back
        ]
        for update_id in gone:
            del self.rows[update_id]
        return len(gone)

    def _count(self, arrival: Arrival) -> int:
        since = self.stores.clock.now() - arrival.quota.window
        return sum(
            (row.user_id, row.counted_as) == (arrival.user_id, arrival.quota.counted_as)
            and row.taken_at > since
            for row in self.rows.values()
        )


def entering(stores: FakeStores) -> Callable[[Knock], Awaitable[Admitted]]:
    """Lets every update in, by whoever is greeted, with no conversation."""

    async def enter(knock: Knock) -> Admitted:
        contact = knock.contact
        wanted = knock.wanted(None)
        greeting = None if contact is None else await stores.subscriptions.greet(contact, wanted)
        return Admitted(Claim.TAKEN, greeting, knock.recalls)

    return enter
