"""`ports.WalletBook` in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.fakes.outage import Outage
from tests.fakes.rows import SubscriptionRow, Tables, stored
from tests.progress import progress_of
from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.errors import TooManyTags, UnknownChat
from walletwatch.domain.rules import Suppression
from walletwatch.domain.wallet_book import (
    MAX_SHARES,
    MAX_TAGS,
    Resumed,
    Share,
    SharedWallet,
    WalletEntry,
)
from walletwatch.domain.wallets import AccountKind
from walletwatch.ports.watching import SubscriptionStore


@dataclass
class FakeWalletBook:
    tables: Tables
    outage: Outage
    subscriptions: SubscriptionStore

    async def entries(self, chat_id: int) -> Sequence[WalletEntry]:
        self.outage.check()
        return [await self._entry(row) for row in self._rows(chat_id, None)]

    async def entry(self, chat_id: int, subscription_id: int) -> WalletEntry | None:
        self.outage.check()
        row = self._used(chat_id, subscription_id)
        return None if row is None else await self._entry(row)

    async def use(self, chat_id: int, subscription_id: int) -> Subscription | None:
        self.outage.check()
        row = self._used(chat_id, subscription_id)
        return None if row is None else self.tables.subscription(row)

    async def recent(self, chat_id: int) -> Sequence[Subscription]:
        self.outage.check()
        rows = sorted(self._rows(chat_id, None), key=lambda row: row.used, reverse=True)
        return [self.tables.subscription(row) for row in rows]

    async def rename(self, chat_id: int, subscription_id: int, label: str | None) -> Subscription | None:
        self.outage.check()
        for row in self._rows(chat_id, [subscription_id]):
            row.label = label
            return self.tables.subscription(row)
        return None

    async def retag(
        self, chat_id: int, subscription_id: int, *, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> WalletEntry | None:
        self.outage.check()
        for row in self._rows(chat_id, [subscription_id]):
            tags = {*row.tags, *add} - set(remove)
            if len(tags) > MAX_TAGS:
                raise TooManyTags
            row.tags = tuple(sorted(tags))
            return await self._entry(row)
        return None

    async def annotate(self, chat_id: int, subscription_id: int, note: str | None) -> WalletEntry | None:
        self.outage.check()
        for row in self._rows(chat_id, [subscription_id]):
            row.note = note
            return await self._entry(row)
        return None

    async def describe(self, chat_id: int, facts: Mapping[str, tuple[Collection[str], str | None]]) -> None:
        self.outage.check()
        for row in self._rows(chat_id, None):
            fact = facts.get(self.tables.wallets[row.wallet_id].address)
            if fact is not None:
                row.tags, row.note = tuple(sorted(set(fact[0]))), fact[1]

    async def pause(
        self, chat_id: int, subscription_ids: Collection[int] | None, at: datetime
    ) -> Sequence[Subscription]:
        self.outage.check()
        rows = [row for row in self._rows(chat_id, subscription_ids) if not row.paused]
        for row in rows:
            row.paused, row.paused_at = True, at
        return [self.tables.subscription(row) for row in rows]

    async def resume(self, chat_id: int, subscription_ids: Collection[int] | None) -> Sequence[Resumed]:
        self.outage.check()
        resumed = []
        for row in self._rows(chat_id, subscription_ids):
            if row.paused:
                missed = self._missed(row)
                row.paused, row.paused_at = False, None
                resumed.append(Resumed(self.tables.subscription(row), missed))
        return resumed

    async def share(
        self,
        chat_id: int,
        token: str,
        wallets: Sequence[SharedWallet],
        *,
        named: bool,
        at: datetime,
        expires_at: datetime,
    ) -> Share:
        self.outage.check()
        if chat_id not in self.tables.chats:
            raise UnknownChat("the chat was never greeted")
        share = Share(next(self.tables.ids), token, chat_id, tuple(wallets), named, at, expires_at)
        self.tables.shares[share.id] = share
        mine = [each for each in self.tables.shares.values() if each.chat_id == chat_id]
        kept = self._shares(chat_id, at)
        for each in mine:
            if each not in kept[:MAX_SHARES]:
                del self.tables.shares[each.id]
        return share

    async def shares(self, chat_id: int, now: datetime) -> tuple[Sequence[WalletEntry], Sequence[Share]]:
        return await self.entries(chat_id), self._shares(chat_id, now)

    def _shares(self, chat_id: int, now: datetime) -> Sequence[Share]:
        mine = [
            each for each in self.tables.shares.values() if each.chat_id == chat_id and each.expires_at > now
        ]
        return sorted(mine, key=lambda each: each.id, reverse=True)

    async def shared(self, token: str, now: datetime) -> Share | None:
        self.outage.check()
        return next(
            (each for each in self.tables.shares.values() if each.token == token and each.expires_at > now),
            None,
        )

    async def revoke(self, chat_id: int, share_id: int) -> bool:
        self.outage.check()
        share = self.tables.shares.get(share_id)
        if share is None or share.chat_id != chat_id:
            return False
        del self.tables.shares[share_id]
        return True

    async def forget_shares(self, before: datetime) -> int:
        self.outage.check()
        ended = [each.id for each in self.tables.shares.values() if each.expires_at <= before]
        for share_id in ended:
            del self.tables.shares[share_id]
        return len(ended)

    def _rows(self, chat_id: int, ids: Collection[int] | None) -> list[SubscriptionRow]:
        return sorted(
            (
                row
                for row in self.tables.subscriptions.values()
                if row.chat_id == chat_id and (ids is None or row.id in ids)
            ),
            key=lambda row: row.id,
        )

    def _used(self, chat_id: int, subscription_id: int) -> SubscriptionRow | None:
        for row in self._rows(chat_id, [subscription_id]):
            row.used = next(self.tables.ids)
            return row
        return None

    def _missed(self, row: SubscriptionRow) -> int:
        since = row.paused_at or row.created_at
        return sum(
            (each.entry.chat_id, each.entry.wallet_id) == (row.chat_id, row.wallet_id)
            and each.status is DeliveryStatus.SUPPRESSED
            and each.entry.reason == Suppression.PAUSED
            and each.created_at >= since
            for each in self.tables.deliveries.values()
        )

    async def _entry(self, row: SubscriptionRow) -> WalletEntry:
        subscription = self.tables.subscription(row)
        done = [each for (wallet, _), each in self.tables.activities.items() if wallet == row.wallet_id]
        last = stored(max(done, key=lambda each: (each.slot, each.id))) if done else None
        progress = await progress_of(self.subscriptions)
        return WalletEntry(
            subscription,
            row.created_at,
            row.tags,
            row.note,
            (row.paused_at or row.created_at) if row.paused else None,
            self._missed(row) if row.paused else 0,
            last.kind if last else None,
            last.block_time if last else None,
            sum(each.kind is AccountKind.STAKE for each in self.tables.accounts_of(row.wallet_id)),
            self.tables.risks.get(row.wallet_id),
            progress.at if progress and subscription.checked_slot is not None else None,
        )
