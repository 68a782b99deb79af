"""`ports.broadcasting` in memory, over the chats and the ledger of `FakeStores`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count as numbers_from

from tests.fakes.ledger import settle_row
from tests.fakes.people import FakePeople
from tests.fakes.rows import DeliveryRow
from walletwatch.domain.broadcasts import (
    Audience,
    Broadcast,
    BroadcastState,
    Link,
    NewBroadcast,
    Outcome,
    Page,
    Recipient,
    Segment,
    broadcast_key,
)
from walletwatch.domain.chats import ChatKind
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.errors import DeliveryUnavailable
from walletwatch.domain.people import Person
from walletwatch.domain.rules import Suppression
from walletwatch.domain.work import RenderedMessage

RUNNING = BroadcastState.RUNNING


@dataclass
class FakeBroadcasts:
    people: FakePeople
    kept: dict[int, Broadcast] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    numbers: "numbers_from[int]" = field(default_factory=lambda: numbers_from(1))

    async def count(self, audience: Audience, now: datetime) -> int:
        return len(await self._meant(audience, now))

    async def draft(self, new: NewBroadcast, at: datetime) -> Broadcast:
        self.people.stores.outage.check()
        number = next(self.numbers)
        self.kept[number] = Broadcast(
            number, new.created_by, new.audience, new.html, None, new.per_second, BroadcastState.DRAFT,
            new.expected, 0, None, None, None, at, None, None, None,
        )  # fmt: skip
        return self.kept[number]

    async def find(self, broadcast_id: int) -> Broadcast | None:
        self.people.stores.outage.check()
        return self.kept.get(broadcast_id)

    async def newest(self, limit: int) -> Sequence[Broadcast]:
        self.people.stores.outage.check()
        return [each for each in reversed(self.kept.values()) if each.started_at][:limit]

    async def change(
        self, broadcast_id: int, *, link: Link | None = None, per_second: int | None = None
    ) -> Broadcast | None:
        draft = self._in(broadcast_id, BroadcastState.DRAFT)
        if draft is not None:
            pace = per_second or draft.per_second
            draft = self.kept[broadcast_id] = replace(draft, link=link or draft.link, per_second=pace)
        return draft

    async def discard(self, broadcast_id: int) -> bool:
        draft = self._in(broadcast_id, BroadcastState.DRAFT)
        if draft is not None:
            del self.kept[broadcast_id]
        return draft is not None

    async def start(self, broadcast_id: int, progress: tuple[int, int], at: datetime) -> Broadcast | None:
        draft = self._in(broadcast_id, BroadcastState.DRAFT)
        if draft is not None:
            draft = self.kept[broadcast_id] = replace(
                draft, state=RUNNING, started_at=at, next_at=at, progress=progress
            )
        return draft

    async def stop(self, broadcast_id: int, at: datetime) -> Broadcast | None:
        found = self._in(broadcast_id, RUNNING, BroadcastState.DONE)
        if found is None or found.outcome is not None:
            return None
        self.kept[broadcast_id] = replace(found, state=BroadcastState.STOPPED, ended_at=at)
        for row in self._rows(broadcast_id):
            settle_row(row, DeliveryStatus.SUPPRESSED, reason=Suppression.STOPPED.value)
        return self.kept[broadcast_id]

    async def enter(self, broadcast: Broadcast, at: datetime) -> Page | None:
        present = self._in(broadcast.id, RUNNING)
        if present is None or present.reached != broadcast.reached:
            return None
        behind = [
            each
            for each in await self._meant(broadcast.audience, at)
            if broadcast.reached is None or each.chat_id > broadcast.reached
        ]
        page, deliveries = behind[: broadcast.page], self.people.stores.tables.deliveries
        untold: list[Recipient] = []
        for each in page:
            key = broadcast_key(broadcast.id, each.chat_id)
            entry = NewDelivery(key, DeliveryKind.BROADCAST, each.chat_id, None, None)
            row = deliveries.setdefault(key, DeliveryRow(entry, DeliveryStatus.PENDING, at))
            self.entered[key] = broadcast.id
            if row.status is DeliveryStatus.PENDING:
                untold.append(each)
        return Page(tuple(untold), len(page), page[-1].chat_id if page else None)

    async def advance(self, broadcast: Broadcast, page: Page, *, next_at: datetime, at: datetime) -> bool:
        present = self._in(broadcast.id, RUNNING)
        if present is None or present.reached != broadcast.reached:
            return False
        moved = replace(present, queued=present.queued + page.count, next_at=next_at)
        if page.last is None:
            moved = replace(moved, state=BroadcastState.DONE, ended_at=at)
        else:
            moved = replace(moved, reached=page.last)
        self.kept[broadcast.id] = moved
        return True

    async def outcome(self, broadcast_id: int) -> Outcome:
        self.people.stores.outage.check()
        rows = self._rows(broadcast_id)
        chats = self.people.stores.tables.chats
        counts = Counter(row.status for row in rows)
        blocked = sum(
            row.status is DeliveryStatus.FAILED and not chats[row.entry.chat_id].chat.active for row in rows
        )
        return Outcome(
            counts[DeliveryStatus.SENT],
            counts[DeliveryStatus.PENDING],
            counts[DeliveryStatus.FAILED] - blocked,
            blocked,
            counts[DeliveryStatus.SUPPRESSED],
        )

    async def untold(self) -> Sequence[Broadcast]:
        self.people.stores.outage.check()
        return [each for each in self.kept.values() if each.started_at and each.outcome is None]

    async def close(self, broadcast_id: int, outcome: Outcome) -> None:
        self.people.stores.outage.check()
        if self.kept[broadcast_id].outcome is None:
            self.kept[broadcast_id] = replace(self.kept[broadcast_id], outcome=outcome)

    def _in(self, broadcast_id: int, *states: BroadcastState) -> Broadcast | None:
        self.people.stores.outage.check()
        found = self.kept.get(broadcast_id)
        return found if found and found.state in states else None

    def _rows(self, broadcast_id: int) -> Sequence[DeliveryRow]:
        deliveries = self.people.stores.tables.deliveries
        return [deliveries[key] for key, number in self.entered.items() if number == broadcast_id]

    async def _meant(self, audience: Audience, now: datetime) -> Sequence[Recipient]:
        found: list[Recipient] = []
        for chat_id, row in sorted(self.people.stores.tables.chats.items()):
            person = await self.people.person(chat_id)
            chat = row.chat
            if person is None or chat.kind is not ChatKind.PRIVATE or not chat.active or person.banned_at:
                continue
            if chat.settings.news and _is_meant(person, chat.spoken_language, audience, now):
                found.append(Recipient(chat_id, chat.spoken_language))
        return found


def _is_meant(person: Person, language: str, audience: Audience, now: datetime) -> bool:
    match audience.segment:
        case Segment.ALL:
            return True
        case Segment.WEEK | Segment.MONTH:
            return person.seen_at > now - timedelta(days=audience.segment.days or 0)
        case Segment.PREMIUM:
            return person.is_premium(now)
        case Segment.FREE:
            return not person.is_premium(now)
        case Segment.ADMINS:
            return person.user_id in audience.people
        case Segment.LANGUAGE:
            return language == audience.language


@dataclass
class FakeProgressMessages:
    edited: list[tuple[int, int, RenderedMessage]] = field(default_factory=list)
    down: bool = False

    async def edit(self, chat_id: int, message_id: int, message: RenderedMessage) -> bool:
        if self.down:
            raise DeliveryUnavailable("the fake Telegram is down")
        self.edited.append((chat_id, message_id, message))
        return True
