"""The stored activities of a chat's wallets, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes.lists import FakeAddressLists
from tests.fakes.outage import Outage
from tests.fakes.rows import Tables, stored
from walletwatch.domain.activities import Activity
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.browsing import (
    KINDS,
    Direction,
    Found,
    HistoryFilter,
    OwnWallet,
    Place,
    Recorded,
    SeenAsset,
    WalletChoice,
    chosen_of,
    is_called,
)
from walletwatch.domain.carrying import CarriedFlow
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus
from walletwatch.domain.lists import ListKind
from walletwatch.domain.periods import Span
from walletwatch.domain.reports import Schedule
from walletwatch.domain.usage import Deeds, Told, Usage
from walletwatch.ports.scanning import AddressLists

FIRST_SEEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class FakeChronicle:
    """`ports.Chronicle` over the tables. It looks through everything: `Found.end` is never set."""

    tables: Tables
    outage: Outage = field(default_factory=Outage)
    lists: AddressLists = field(default_factory=FakeAddressLists)
    first_seen: datetime = FIRST_SEEN

    async def page(
        self,
        chat_id: int,
        choice: WalletChoice,
        wanted: HistoryFilter,
        span: Span,
        *,
        place: Place | None,
        limit: int,
    ) -> Found:
        self.outage.check()
        wallets, chosen, is_named = self._wallets(chat_id, choice)
        newer = place is not None and place.newer
        fitting = [
            record
            for record in self._records(chosen, span)
            if _fits(record.activity, wanted)
            and (choice.name is None or is_named or _is_about(record.activity, choice.name))
            and (place is None or _is_beyond(record, place))
        ]
        ordered = fitting if newer else fitting[::-1]
        shown = ordered[:limit]
        return Found(wallets, chosen, is_named, shown[::-1] if newer else shown, more=len(fitting) > limit)

    async def gather(self, chat_id: int, choice: WalletChoice, span: Span, *, limit: int) -> Found:
        self.outage.check()
        wallets, chosen, is_named = self._wallets(chat_id, choice)
        records = self._records(chosen, span)
        return Found(wallets, chosen, is_named, records[-limit:], more=len(records) > limit)

    async def gather_with_warnings(
        self, chat_id: int, choice: WalletChoice, span: Span, *, limit: int
    ) -> tuple[Found, Mapping[str, str]]:
        found = await self.gather(chat_id, choice, span, limit=limit)
        parties = {leg.counterparty for record in found.records for leg in record.activity.legs}
        entries = await self.lists.entries([party for party in parties if party is not None])
        return found, {each.address: each.source for each in entries if each.kind is ListKind.BLOCK}

    async def gather_with_carried(self, chat_id: int, *, limit: int) -> tuple[Found, Sequence[CarriedFlow]]:
        found = await self.gather(chat_id, WalletChoice(), Span(), limit=limit)
        ids = {wallet.wallet_id for wallet in found.wallets}
        flows = [flow for flow in self.tables.daily_flows.values() if flow.wallet_id in ids]
        return found, sorted(flows, key=lambda flow: (flow.wallet_id, flow.day))

    async def gather_for_report(
        self, chat_id: int, span: Span, *, limit: int
    ) -> tuple[Found, Sequence[CarriedFlow], Told, Sequence[Schedule]]:
        found, flows = await self.gather_with_carried(chat_id, limit=limit)
        told = (await self.usage(chat_id, WalletChoice(), span)).told
        return found, flows, told, self.tables.ordered_by(chat_id)

    async def usage(self, chat_id: int, choice: WalletChoice, span: Span) -> Usage:
        self.outage.check()
        wallets, chosen, is_named = self._wallets(chat_id, choice)
        deeds = {}
        for wallet in chosen:
            done = [record.activity for record in self._records([wallet], span)]
            if done:
                times = [activity.block_time for activity in done if activity.block_time is not None]
                kinds = Counter(activity.kind for activity in done)
                failed = sum(not activity.success for activity in done)
                deeds[wallet.wallet_id] = Deeds(kinds, failed, max(times, default=None))
        entries = [
            row
            for row in self.tables.deliveries.values()
            if row.entry.chat_id == chat_id
            and row.entry.kind is DeliveryKind.ACTIVITY
            and _is_within(int(row.created_at.timestamp()), span)
        ]
        told = Told(
            Counter(row.status for row in entries),
            Counter(
                row.entry.reason
                for row in entries
                if row.status is DeliveryStatus.SUPPRESSED and row.entry.reason
            ),
        )
        return Usage(wallets, chosen, is_named, deeds, told, self.first_seen)

    async def record(self, chat_id: int, activity_id: int) -> tuple[OwnWallet, Recorded] | None:
        self.outage.check()
        wallets, chosen, _ = self._wallets(chat_id, WalletChoice())
        for record in self._records(chosen, Span()):
            if record.id == activity_id:
                owner = next(each for each in wallets if each.address == record.activity.wallet)
                return owner, record
        return None

    async def of_transaction(
        self, chat_id: int, signature: str
    ) -> Sequence[tuple[OwnWallet, Activity | None]]:
        self.outage.check()
        wallets, _, _ = self._wallets(chat_id, WalletChoice())
        rows = [(each, self.tables.activities.get((each.wallet_id, signature))) for each in wallets]
        return [(each, None if row is None else stored(row)) for each, row in rows]

    async def assets(self, chat_id: int, choice: WalletChoice, *, limit: int) -> Sequence[SeenAsset]:
        self.outage.check()
        counts: Counter[str] = Counter()
        notes: dict[str, AssetNote] = {}
        _, chosen, _ = self._wallets(chat_id, choice)
        for record in self._records(chosen, Span()):
            activity = record.activity
            counts.update(leg.asset for leg in activity.legs)
            notes |= dict(activity.annotation.assets) if activity.annotation else {}
        order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [SeenAsset(asset, notes.get(asset), count) for asset, count in order[:limit]]

    def _wallets(
        self, chat_id: int, choice: WalletChoice
    ) -> tuple[Sequence[OwnWallet], Sequence[OwnWallet], bool]:
        wallets = [
            OwnWallet(row.id, row.wallet_id, self.tables.wallets[row.wallet_id].address, row.label)
            for row in sorted(self.tables.subscriptions.values(), key=lambda row: row.id)
            if row.chat_id == chat_id
        ]
        named = {wallet.subscription_id for wallet in wallets if is_called(wallet, choice.name)}
        return wallets, chosen_of(wallets, named, choice), bool(named)

    def _records(self, chosen: Sequence[OwnWallet], span: Span) -> list[Recorded]:
        """Oldest first."""
        wanted = {wallet.wallet_id for wallet in chosen}
        records = [
            Recorded(row.id, stored(row))
            for (wallet_id, _), row in self.tables.activities.items()
            if wallet_id in wanted
        ]
        return sorted(
            (record for record in records if _is_within(record.activity.block_time, span)),
            key=lambda record: (record.activity.slot, record.id),
        )


def _is_within(at: int | None, span: Span) -> bool:
    if at is None:
        return span.is_open
    return (span.start is None or at >= span.start) and (span.end is None or at < span.end)


def _is_beyond(record: Recorded, place: Place) -> bool:
    mine, other = (record.activity.slot, record.id), (place.slot, place.id)
    return mine > other if place.newer else mine < other


def _fits(activity: Activity, wanted: HistoryFilter) -> bool:
    if wanted.kinds and activity.kind not in KINDS[wanted.kinds]:
        return False
    if not (wanted.asset or wanted.counterparty or wanted.direction):
        return True
    return any(
        (not wanted.asset or leg.asset.startswith(wanted.asset))
        and (not wanted.counterparty or (leg.counterparty or "").startswith(wanted.counterparty))
        and (not wanted.direction or (leg.amount > 0) is (wanted.direction is Direction.IN))
        for leg in activity.legs
    )


def _is_about(activity: Activity, name: str) -> bool:
    notes = activity.annotation.assets if activity.annotation else {}
    return any((note.symbol or "").lower() == name.lower() for note in notes.values()) or any(
        name in {leg.asset, leg.counterparty} for leg in activity.legs
    )
