"""`ports.people.People` in memory, over the chats of `FakeStores`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.ledger import settle_row
from tests.fakes.stores import FakeStores
from walletwatch.domain.chats import ChatKind
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.people import Feedback, PeopleOrder, PeopleQuery, Person, PersonCard, Watched
from walletwatch.domain.rules import Suppression

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass
class FakePeople:
    """Whoever has a private chat is a person; `known` adds what the chats do not say."""

    stores: FakeStores
    known: dict[int, Person] = field(default_factory=dict)
    said: list[Feedback] = field(default_factory=list)

    def add(self, person: Person) -> None:
        self.known[person.user_id] = person

    def hear(self, user_id: int, text: str, at: datetime) -> None:
        self.said.append(Feedback(len(self.said) + 1, user_id, None, text, at, None))

    async def person(self, user_id: int) -> Person | None:
        self.stores.outage.check()
        return self._all().get(user_id)

    async def page(self, query: PeopleQuery, *, limit: int) -> Sequence[Person]:
        self.stores.outage.check()

        def place(person: Person) -> tuple[datetime, int]:
            newest = query.order is PeopleOrder.NEWEST
            return (person.created_at if newest else person.seen_at), person.user_id

        found = [
            person
            for person in self._all().values()
            if not query.prefix or (person.username or "").lower().startswith(query.prefix)
        ]
        found.sort(key=place, reverse=not query.backwards)
        if query.mark is not None:
            mark = (query.mark.at, query.mark.user_id)
            found = [
                each for each in found if (place(each) > mark if query.backwards else place(each) < mark)
            ]
        found = found[:limit]
        return found[::-1] if query.backwards else found

    async def card(self, user_id: int, *, since: datetime) -> PersonCard | None:
        person = await self.person(user_id)
        if person is None:
            return None
        tables, chats = self.stores.tables, self._chats(user_id)
        told = Counter(
            row.status
            for row in tables.deliveries.values()
            if row.entry.chat_id in chats and row.created_at >= since
        )
        mine = tables.chats.get(user_id)
        return PersonCard(
            person,
            mine.chat.active if mine else None,
            sum(chat_id != user_id and tables.chats[chat_id].migrated_to is None for chat_id in chats),
            sum(row.chat_id in chats for row in tables.subscriptions.values()),
            sum(row.rule.chat_id in chats and row.rule.ended_at is None for row in tables.rules.values()),
            sum(payment.user_id == user_id for payment in tables.payments.values()),
            {status: told[status] for status in DeliveryStatus},
        )

    async def wallets(self, user_id: int, *, after: int, limit: int) -> Sequence[Watched]:
        self.stores.outage.check()
        tables, chats = self.stores.tables, self._chats(user_id)
        rows = sorted(tables.subscriptions.values(), key=lambda row: row.id)
        return [
            Watched(row.id, row.chat_id, tables.wallets[row.wallet_id].address, row.paused)
            for row in rows
            if row.chat_id in chats and row.id > after
        ][:limit]

    async def ban(self, user_id: int, reason: str | None, at: datetime) -> Person | None:
        person = await self.person(user_id)
        if person is None:
            return None
        banned = self._change(
            person, banned_at=person.banned_at or at, ban_reason=reason or person.ban_reason
        )
        for row in self.stores.tables.deliveries.values():
            if row.entry.chat_id in self._chats(user_id):
                settle_row(row, DeliveryStatus.SUPPRESSED, reason=Suppression.BANNED.value)
        return banned

    async def unban(self, user_id: int) -> Person | None:
        person = await self.person(user_id)
        return person and self._change(person, banned_at=None, ban_reason=None)

    async def grant(self, user_id: int, time: timedelta, now: datetime) -> Person | None:
        person = await self.person(user_id)
        if person is None:
            return None
        begin = max(person.premium_until or now, now)
        return self._change(person, premium_until=begin + time if NEVER - begin > time else NEVER)

    async def revoke(self, user_id: int) -> Person | None:
        person = await self.person(user_id)
        return person and self._change(person, premium_until=None)

    async def set_quota(self, user_id: int, name: str, value: int | None) -> Person | None:
        person = await self.person(user_id)
        if person is None:
            return None
        quotas = {each: set_to for each, set_to in person.quotas.items() if each != name}
        return self._change(person, quotas=quotas if value is None else {**quotas, name: value})

    async def feedback(self, *, before: int | None, limit: int) -> Sequence[Feedback]:
        self.stores.outage.check()
        people = self._all()
        return [
            replace(each, username=people[each.user_id].username if each.user_id in people else None)
            for each in reversed(self.said)
            if before is None or each.id < before
        ][:limit]

    async def answered(self, user_id: int, at: datetime) -> int:
        self.stores.outage.check()
        count = 0
        for index, each in enumerate(self.said):
            if each.user_id == user_id and each.answered_at is None:
                self.said[index] = replace(each, answered_at=at)
                count += 1
        return count

    def _chats(self, user_id: int) -> set[int]:
        return {
            chat_id
            for chat_id, row in self.stores.tables.chats.items()
            if chat_id == user_id or row.chat.owner.user_id == user_id
        }

    def _all(self) -> Mapping[int, Person]:
        now = self.stores.clock.now()
        for chat_id, row in self.stores.tables.chats.items():
            if row.chat.kind is ChatKind.PRIVATE and chat_id not in self.known:
                self.known[chat_id] = Person(chat_id, None, row.chat.language, now, now)
            if chat_id in self.known:
                owner = row.chat.owner
                self.known[chat_id] = replace(
                    self.known[chat_id], premium_until=owner.premium_until, quotas=owner.quotas
                )
        return self.known

    def _change(self, person: Person, **changes: Any) -> Person:
        changed = self.known[person.user_id] = replace(person, **changes)
        for chat_id in self._chats(person.user_id):
            row = self.stores.tables.chats[chat_id]
            owner = replace(
                row.chat.owner,
                banned=changed.banned_at is not None,
                premium_until=changed.premium_until,
                quotas=changed.quotas,
            )
            row.chat = replace(row.chat, owner=owner)
        return changed
