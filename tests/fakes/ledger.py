"""`ports.Ledger` in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from tests.fakes.outage import Outage
from tests.fakes.rows import ActivityRow, DeliveryRow, Tables, stored
from walletwatch.domain.activities import Activity
from walletwatch.domain.addresses import looks_like_address
from walletwatch.domain.carrying import Deleted, carried
from walletwatch.domain.delivery import (
    Candidate,
    DeliveryKind,
    DeliveryStatus,
    NewDelivery,
    PendingDelivery,
)
from walletwatch.domain.digests import Burst, Outgoing, digest_key, group_key
from walletwatch.domain.work import DigestDue
from walletwatch.ports.common import Clock
from walletwatch.ports.telling import DeliveryPlan
from walletwatch.storage.postgres.rows import payload_json


@dataclass
class FakeLedger:
    tables: Tables
    outage: Outage
    clock: Clock

    async def record(
        self,
        wallet_id: int,
        activities: Sequence[Activity],
        candidates: Sequence[Candidate],
        plan: DeliveryPlan,
        *,
        since: datetime,
    ) -> Outgoing:
        self.outage.check()
        present = self._with_present(wallet_id, candidates)
        new = [candidate for candidate in present if self._entry(candidate) is None]
        bursts = {
            each.subscription.id: self._burst(each.subscription.chat.chat_id, wallet_id, since)
            for each in present
        }
        entries = plan(new, bursts) if new else []
        self._add(wallet_id, activities)
        closed = self._close(
            row.entry.key for row in self._overdue() if row.entry.wallet_id == wallet_id and candidates
        )
        for entry in entries:
            self._write(entry)
        keys = {row.entry.key for each in present if (row := self._entry(each))}
        together = {key(each) for each in present for key in (group_key, digest_key)}
        return self._outgoing(keys | together | closed)

    async def keep(self, wallet_id: int, activities: Sequence[Activity]) -> None:
        self.outage.check()
        self._add(wallet_id, activities)

    async def close_digest(self, key: str) -> Outgoing:
        self.outage.check()
        self._close(row.entry.key for row in self._overdue() if row.entry.key == key)
        return self._outgoing({key})

    async def overdue_digests(self, limit: int) -> Sequence[DigestDue]:
        self.outage.check()
        due = [(row.due_at, row.entry.key) for row in self._overdue() if row.due_at]
        return [DigestDue(key, due_at) for due_at, key in sorted(due)][:limit]

    async def add(self, delivery: NewDelivery) -> DeliveryStatus:
        self.outage.check()
        self._write(delivery)
        return self.tables.deliveries[delivery.key].status

    async def entry(self, chat_id: int, key: str) -> PendingDelivery | None:
        self.outage.check()
        row = self.tables.deliveries.get(key)
        return None if row is None or row.entry.chat_id != chat_id else self._pending(row)

    async def statuses(self, keys: Sequence[str]) -> Mapping[str, DeliveryStatus]:
        self.outage.check()
        return {key: row.status for key in keys if (row := self.tables.deliveries.get(key))}

    async def settle(
        self, key: str, status: DeliveryStatus, *, message_id: int | None = None, reason: str | None = None
    ) -> None:
        self.outage.check()
        row = self.tables.deliveries.get(key)
        if row is not None:
            settle_row(row, status, message_id=message_id, reason=reason)

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingDelivery]:
        self.outage.check()
        before = self.clock.now() - older_than
        rows = [
            row
            for row in self.tables.deliveries.values()
            if row.status is DeliveryStatus.PENDING and row.due_at is None and row.created_at < before
        ]
        ordered = sorted(self._in_order(rows), key=lambda row: row.created_at)
        return [pending for row in ordered if (pending := self._pending(row))][:limit]

    async def delete_scans_before(self, moment: datetime) -> int:
        self.outage.check()
        gone = [
            key
            for key, row in self.tables.deliveries.items()
            if row.entry.kind is DeliveryKind.SCAN
            and row.created_at < moment
            and row.status is not DeliveryStatus.PENDING
        ]
        for key in gone:
            del self.tables.deliveries[key]
        return len(gone)

    async def delete_before(self, moment: datetime) -> int:
        self.outage.check()
        tables = self.tables
        gone = [
            key
            for key, row in tables.deliveries.items()
            if row.created_at < moment and row.status is not DeliveryStatus.PENDING and not self._held(row)
        ]
        for key in gone:
            del tables.deliveries[key]
        told = {(row.entry.wallet_id, row.entry.signature) for row in tables.deliveries.values()}
        old = [
            (identity, row)
            for identity, row in tables.activities.items()
            if row.created_at < moment and identity not in told
        ]
        deleted = [Deleted(identity[0], stored(row), row.created_at) for identity, row in old]
        for flow in carried(deleted, {row.address for row in tables.wallets.values()}):
            before = tables.daily_flows.get(flow.key)
            tables.daily_flows[flow.key] = before.plus(flow) if before else flow
        for identity, _ in old:
            del tables.activities[identity]
        return len(gone)

    def _add(self, wallet_id: int, activities: Sequence[Activity]) -> None:
        now = self.clock.now()
        for activity in activities:
            if (wallet_id, activity.signature) in self.tables.activities:
                continue
            self.tables.activities[wallet_id, activity.signature] = ActivityRow(
                next(self.tables.ids), payload_json(activity), activity.slot, now
            )
            at = now if activity.block_time is None else datetime.fromtimestamp(activity.block_time, UTC)
            for address in {*activity.programs, *(leg.counterparty for leg in activity.legs)}:
                if address is not None and looks_like_address(address):
                    known = self.tables.dealings.get((address, wallet_id), date.min)
                    self.tables.dealings[address, wallet_id] = max(known, min(at, now).date())

    def _open(self) -> Sequence[DeliveryRow]:
        return [
            row
            for row in self.tables.deliveries.values()
            if row.due_at is not None
            and row.status is DeliveryStatus.PENDING
            and row.entry.kind is DeliveryKind.DIGEST
        ]

    def _overdue(self) -> Sequence[DeliveryRow]:
        now = self.clock.now()
        return [row for row in self._open() if row.due_at is not None and row.due_at <= now]

    def _close(self, keys: Iterable[str]) -> set[str]:
        closed = set(keys)
        for key in closed:
            self.tables.deliveries[key].due_at = None
        return closed

    def _burst(self, chat_id: int, wallet_id: int, since: datetime) -> Burst:
        owner = (chat_id, wallet_id)
        digests = [
            (row.due_at, row.entry.key)
            for row in self._open()
            if row.due_at
            and row.due_at > self.clock.now()
            and (row.entry.chat_id, row.entry.wallet_id) == owner
        ]
        now = self.clock.now()
        due_at, key = min(digests, default=(None, None))
        if due_at is not None and due_at <= now + (now - since):
            return Burst(digest_key=key, due_at=due_at)
        at_once = {DeliveryKind.ACTIVITY, DeliveryKind.GROUP}
        told = {DeliveryStatus.PENDING, DeliveryStatus.SENT, DeliveryStatus.FAILED}
        return Burst(
            sum(
                row.entry.kind in at_once
                and (row.entry.chat_id, row.entry.wallet_id) == owner
                and row.status in told
                and row.created_at > since
                for row in self.tables.deliveries.values()
            ),
            key,
            due_at,
        )

    def _outgoing(self, keys: Iterable[str]) -> Outgoing:
        rows = [
            row
            for key in keys
            if (row := self.tables.deliveries.get(key)) and row.status is DeliveryStatus.PENDING
        ]
        closed = self._in_order(row for row in rows if row.due_at is None)
        still_open = sorted((row.due_at, row.entry.key) for row in rows if row.due_at is not None)
        return Outgoing(
            [pending for row in closed if (pending := self._pending(row))],
            [DigestDue(key, due_at) for due_at, key in still_open],
        )

    def _held(self, row: DeliveryRow) -> bool:
        """Whether a digest that is not sent yet needs it."""
        digest = self.tables.deliveries.get(row.entry.digest_key or "")
        return digest is not None and digest.status is DeliveryStatus.PENDING

    def _with_present(self, wallet_id: int, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        present: dict[str, Candidate] = {}
        for candidate in candidates:
            row = self.tables.subscriptions.get(candidate.subscription.id)
            if row is not None and row.wallet_id == wallet_id:
                fresh = Candidate(candidate.activity, self.tables.subscription(row))
                present[fresh.key] = fresh
        return list(present.values())

    def _entry(self, candidate: Candidate) -> DeliveryRow | None:
        subscription = candidate.subscription
        return self.tables.entry_of(
            subscription.chat.chat_id, subscription.wallet_id, candidate.activity.signature
        )

    def _write(self, entry: NewDelivery) -> None:
        self.tables.deliveries.setdefault(
            entry.key, DeliveryRow(entry, entry.status, self.clock.now(), due_at=entry.due_at)
        )

    def _activities(self, row: DeliveryRow) -> Sequence[ActivityRow]:
        signatures = {row.entry.signature} | {
            merged.entry.signature
            for merged in self.tables.deliveries.values()
            if merged.entry.digest_key == row.entry.key
        }
        found = [
            activity
            for (wallet_id, signature), activity in self.tables.activities.items()
            if wallet_id == row.entry.wallet_id and signature in signatures
        ]
        return sorted(found, key=lambda activity: (activity.slot, activity.id))

    def _in_order(self, rows: Iterable[DeliveryRow]) -> Sequence[DeliveryRow]:
        def oldest(row: DeliveryRow) -> tuple[int, int, str]:
            first = next(iter(self._activities(row)), None)
            return (first.slot, first.id, row.entry.key) if first else (0, 0, row.entry.key)

        return sorted(rows, key=oldest)

    def _pending(self, row: DeliveryRow) -> PendingDelivery | None:
        entry = row.entry
        if entry.kind is DeliveryKind.SCAN or entry.wallet_id is None:
            return None
        subscription = self.tables.subscription_of(entry.chat_id, entry.wallet_id)
        activities = self._activities(row)
        if subscription is None or not activities:
            return None
        return PendingDelivery(
            entry.key,
            entry.kind,
            self.tables.subscription(subscription),
            tuple(stored(activity) for activity in activities),
            row.created_at,
            {
                self.tables.wallets[mine.wallet_id].address: mine.label
                for mine in self.tables.subscriptions.values()
                if mine.chat_id == entry.chat_id
            },
        )


def settle_row(
    row: DeliveryRow, status: DeliveryStatus, *, message_id: int | None = None, reason: str | None = None
) -> None:
    if row.status is DeliveryStatus.PENDING:
        row.status, row.message_id, row.entry = status, message_id, replace(row.entry, reason=reason)
