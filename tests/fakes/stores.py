"""`ports.SubscriptionStore`, `ports.WatchStore` and `ports.Ledger` in memory, over the same tables.

The contract tests hold them to what the PostgreSQL adapters do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.fakes.alerting import (
    FakeAlertLedger,
    FakeAlertRules,
    FakePast,
    FakePreferences,
    FakeSamples,
)
from tests.fakes.following import FakeFollowStore
from tests.fakes.ledger import FakeLedger, settle_row
from tests.fakes.outage import Outage
from tests.fakes.rows import (
    AccountRow,
    ChatRow,
    SubscriptionRow,
    Tables,
    WalletRow,
    least_progress,
)
from tests.fakes.wallet_book import FakeWalletBook
from walletwatch.domain.chats import (
    MAX_LABEL_LENGTH,
    Chat,
    ChatKind,
    ChatSettings,
    Contact,
    Owner,
    Subscribed,
    Subscription,
)
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus
from walletwatch.domain.errors import QuotaExceeded, UnknownChat
from walletwatch.domain.filters import Filter
from walletwatch.domain.greeting import Greeting, Wanted
from walletwatch.domain.rules import Suppression
from walletwatch.domain.service import Service
from walletwatch.domain.sweep import Belongings, Shard, SweptAccount, SweptWallet, bucket_of
from walletwatch.domain.wallets import (
    AccountKind,
    AccountState,
    Cursor,
    NewAccount,
    Progress,
    Wallet,
    WatchedAccount,
)
from walletwatch.ports.common import Clock


@dataclass
class FakeStores:
    """The three stores of one database; `outage` takes all of them away."""

    clock: Clock
    tables: Tables = field(default_factory=Tables)
    outage: Outage = field(default_factory=Outage)

    @property
    def subscriptions(self) -> "FakeSubscriptionStore":
        return FakeSubscriptionStore(self.tables, self.outage)

    @property
    def watch(self) -> "FakeWatchStore":
        return FakeWatchStore(self.tables, self.outage)

    @property
    def follow(self) -> "FakeFollowStore":
        return FakeFollowStore(self.tables, self.outage, self.clock)

    @property
    def book(self) -> "FakeWalletBook":
        return FakeWalletBook(self.tables, self.outage, self.subscriptions)

    @property
    def ledger(self) -> "FakeLedger":
        return FakeLedger(self.tables, self.outage, self.clock)

    @property
    def preferences(self) -> FakePreferences:
        return FakePreferences(self.tables, self.outage)

    @property
    def rules(self) -> FakeAlertRules:
        return FakeAlertRules(self.tables, self.outage, self.clock)

    @property
    def alerts(self) -> FakeAlertLedger:
        return FakeAlertLedger(self.tables, self.outage, self.clock)

    @property
    def samples(self) -> FakeSamples:
        return FakeSamples(self.tables, self.outage)

    @property
    def past(self) -> FakePast:
        return FakePast(self.tables, self.outage)


@dataclass
class FakeSubscriptionStore:
    tables: Tables
    outage: Outage

    async def remember(self, contact: Contact) -> Chat:
        self.outage.check()
        row = self.tables.chats.get(contact.chat_id)
        if row is None:
            is_person = contact.chat_kind is ChatKind.PRIVATE
            owner = Owner(contact.chat_id if is_person else None)
            chat = Chat(
                contact.chat_id, contact.chat_kind, contact.language, owner=owner, title=contact.title
            )
            row = self.tables.chats[contact.chat_id] = ChatRow(chat)
        language = contact.language if contact.chat_kind is ChatKind.PRIVATE else row.chat.language
        row.chat = replace(
            row.chat,
            kind=contact.chat_kind,
            language=language,
            active=row.migrated_to is None,
            title=contact.title or row.chat.title,
        )
        return row.chat

    async def greet(self, contact: Contact, wanted: Wanted) -> Greeting:
        chat = await self.remember(contact)
        watched = await self.subscriptions(contact.chat_id) if wanted.watched else None
        rules = self.tables.rules_of(contact.chat_id) if wanted.rules else None
        mine = self.tables.chats.get(contact.user_id or 0)
        sender_banned = mine is not None and mine.chat.owner.banned
        return Greeting(chat, self.tables.maintenance, watched, sender_banned, rules)

    async def chat(self, chat_id: int) -> Chat | None:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        return row.chat if row else None

    async def change_settings(self, chat_id: int, settings: ChatSettings) -> Chat:
        self.outage.check()
        row = self._known(chat_id)
        row.chat = replace(row.chat, settings=settings)
        return row.chat

    async def deactivate(self, chat_id: int, reason: str) -> Chat | None:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        if row is None or not row.chat.active:
            return None
        row.chat = replace(row.chat, active=False)
        return row.chat

    async def leave_topic(self, chat_id: int, topic: int) -> Chat | None:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        if row is None or row.chat.settings.topic != topic:
            return None
        row.chat = replace(row.chat, settings=replace(row.chat.settings, topic=None))
        return row.chat

    async def migrate(self, chat_id: int, new_chat_id: int) -> None:
        self.outage.check()
        tables = self.tables
        old = tables.chats.get(chat_id)
        if old is not None and old.migrated_to is None:
            new = tables.chats.setdefault(
                new_chat_id, ChatRow(Chat(new_chat_id, ChatKind.SUPERGROUP, old.chat.language))
            )
            new.chat = replace(
                new.chat,
                language=old.chat.language,
                settings=old.chat.settings,
                title=new.chat.title or old.chat.title,
                owner=new.chat.owner if old.chat.owner.user_id is None else old.chat.owner,
            )
            old.chat = replace(old.chat, active=False, owner=Owner())
            old.migrated_to = new_chat_id
        if new_chat_id not in tables.chats:
            return
        for row in [row for row in tables.subscriptions.values() if row.chat_id == chat_id]:
            kept = tables.subscription_of(new_chat_id, row.wallet_id)
            if kept is None:
                row.chat_id = new_chat_id
                continue
            kept.from_slot = _least(kept.from_slot, row.from_slot)
            kept.label = kept.label or row.label
            kept.filter = row.filter if kept.filter == Filter() else kept.filter
            kept.note = kept.note or row.note
            kept.tags = kept.tags or row.tags
            del tables.subscriptions[row.id]
        for share in list(tables.shares.values()):
            if share.chat_id == chat_id:
                tables.shares[share.id] = replace(share, chat_id=new_chat_id)
        for key, delivery in list(tables.deliveries.items()):
            entry = delivery.entry
            if entry.chat_id != chat_id:
                continue
            if entry.signature and tables.entry_of(new_chat_id, entry.wallet_id, entry.signature):
                del tables.deliveries[key]
            else:
                delivery.entry = replace(entry, chat_id=new_chat_id)
        taken = max(
            (row.rule.number for row in tables.rules.values() if row.rule.chat_id == new_chat_id), default=0
        )
        for rule_row in tables.rules.values():
            if rule_row.rule.chat_id == chat_id:
                rule_row.rule = replace(
                    rule_row.rule, chat_id=new_chat_id, number=rule_row.rule.number + taken
                )
        told = {row.entry.digest_key for row in tables.deliveries.values()}
        for key, delivery in list(tables.deliveries.items()):
            entry = delivery.entry
            left = entry.chat_id == new_chat_id and key not in told
            if (
                entry.kind in {DeliveryKind.GROUP, DeliveryKind.DIGEST}
                and left
                and delivery.status is DeliveryStatus.PENDING
            ):
                del tables.deliveries[key]

    async def subscribe(
        self, chat_id: int, address: str, label: str | None, *, slot: int | None, limit: int
    ) -> Subscribed:
        self.outage.check()
        assert label is None or 0 < len(label) <= MAX_LABEL_LENGTH
        tables = self.tables
        self._known(chat_id)
        wallet = tables.wallet_at(address)
        known = tables.subscription_of(chat_id, wallet.id) if wallet else None
        if known is not None:
            known.label = label or known.label
            return Subscribed(tables.subscription(known), created=False)
        others = tables.wallets_of(tables.owner_of(chat_id)) - ({wallet.id} if wallet else set())
        if len(others) >= limit:
            raise QuotaExceeded(limit)
        if wallet is None:
            wallet = WalletRow(next(tables.ids), address)
            tables.wallets[wallet.id] = wallet
        start = self._watch_from(wallet, slot)
        row = SubscriptionRow(
            next(tables.ids), chat_id, wallet.id, label, start, created_at=datetime.now(UTC)
        )
        tables.subscriptions[row.id] = row
        # As the database does, by its own clock.
        wallet.changed_at = datetime.now(UTC)
        return Subscribed(tables.subscription(row), created=True)

    async def subscribe_many(
        self, chat_id: int, wanted: Mapping[str, str | None], *, slot: int | None, limit: int
    ) -> Mapping[str, Subscribed]:
        self.outage.check()
        self._known(chat_id)
        done: dict[str, Subscribed] = {}
        for address, label in wanted.items():
            with suppress(QuotaExceeded):
                done[address] = await self.subscribe(chat_id, address, label, slot=slot, limit=limit)
        return done

    def _watch_from(self, wallet: WalletRow, slot: int | None) -> int | None:
        """Make the wallet ready for a new watcher, and return where that one starts."""
        tables = self.tables
        watched = tables.watched(wallet.id)
        accounts = tables.accounts_of(wallet.id)
        start = slot
        if watched and slot is None:
            looks = [wallet.watch_slot, self.tables.followed_slot]
            for account in accounts:
                looks.append(account.cursor.slot if account.cursor else None)
                looks.append(account.state.slot if account.state else None)
            start = max((look for look in looks if look is not None), default=None)
        wallet.watch_slot = _least(wallet.watch_slot, start) if watched else start
        for account in accounts:
            del tables.accounts[account.id]
            account.id = next(tables.ids)
            tables.accounts[account.id] = account
            ahead = account.cursor is None or (start is not None and account.cursor.slot > start)
            if not watched:
                account.state = None
            if not watched or ahead:
                account.cursor = None if start is None else Cursor(start)
        if all(account.address != wallet.address for account in accounts):
            own = AccountRow(next(tables.ids), wallet.id, wallet.address, AccountKind.SYSTEM)
            own.cursor = None if start is None else Cursor(start)
            tables.accounts[own.id] = own
        for row in tables.subscriptions.values():
            if row.wallet_id == wallet.id and row.from_slot is None:
                row.from_slot = start
        return start

    async def unsubscribe(self, chat_id: int, address: str) -> Subscription | None:
        self.outage.check()
        wallet = self.tables.wallet_at(address)
        row = self.tables.subscription_of(chat_id, wallet.id) if wallet else None
        if row is None:
            return None
        subscription = self.tables.subscription(row)
        del self.tables.subscriptions[row.id]
        for delivery in self.tables.deliveries.values():
            entry = delivery.entry
            if (entry.chat_id, entry.wallet_id) == (chat_id, row.wallet_id):
                settle_row(delivery, DeliveryStatus.SUPPRESSED, reason=Suppression.UNWATCHED.value)
        return subscription

    async def subscriptions(self, chat_id: int) -> Sequence[Subscription]:
        self.outage.check()
        return [
            self.tables.subscription(row)
            for row in sorted(self.tables.subscriptions.values(), key=lambda row: row.id)
            if row.chat_id == chat_id
        ]

    async def subscription(self, chat_id: int, subscription_id: int) -> Subscription | None:
        self.outage.check()
        row = self.tables.subscriptions.get(subscription_id)
        return self.tables.subscription(row) if row and row.chat_id == chat_id else None

    async def watchers(self, wallet_id: int) -> Sequence[Subscription]:
        self.outage.check()
        return [
            self.tables.subscription(row)
            for row in self.tables.subscriptions.values()
            if row.wallet_id == wallet_id
        ]

    async def service(self, chat_id: int, since: datetime) -> Service:
        rows = [
            row
            for row in self.tables.deliveries.values()
            if row.entry.chat_id == chat_id and row.created_at >= since
        ]
        counted = Counter(row.status for row in rows)
        reasons = Counter(row.entry.reason or "" for row in rows if row.status is DeliveryStatus.SUPPRESSED)
        return Service(
            await self.subscriptions(chat_id),
            self.tables.progress,
            {status: counted[status] for status in DeliveryStatus},
            reasons,
        )

    def _known(self, chat_id: int) -> ChatRow:
        if chat_id not in self.tables.chats:
            raise UnknownChat("the chat was never greeted")
        return self.tables.chats[chat_id]


@dataclass
class FakeWatchStore:
    tables: Tables
    outage: Outage

    async def wallet(self, address: str) -> Wallet | None:
        self.outage.check()
        row = self.tables.wallet_at(address)
        return row.wallet() if row else None

    async def start(self, wallet_id: int, slot: int) -> None:
        self.outage.check()
        wallet = self.tables.wallets[wallet_id]
        wallet.watch_slot = slot if wallet.watch_slot is None else wallet.watch_slot
        for subscription in self.tables.subscriptions.values():
            if subscription.wallet_id == wallet_id and subscription.from_slot is None:
                subscription.from_slot = slot
        for account in self.tables.accounts_of(wallet_id):
            account.cursor = account.cursor or Cursor(slot)

    async def unstarted(self, limit: int) -> Sequence[str]:
        self.outage.check()
        return [
            wallet.address
            for wallet in self.tables.wallets.values()
            if wallet.watch_slot is None and self.tables.watched(wallet.id)
        ][:limit]

    async def wallet_accounts(self, wallet_id: int) -> Sequence[WatchedAccount]:
        self.outage.check()
        return self._accounts(wallet_id)

    async def add_accounts(self, wallet_id: int, accounts: Sequence[NewAccount]) -> Sequence[WatchedAccount]:
        self.outage.check()
        wallet = self.tables.wallets[wallet_id]
        known = {row.address for row in self.tables.accounts_of(wallet_id)}
        for account in accounts:
            if account.address in known:
                continue
            known.add(account.address)
            row = AccountRow(next(self.tables.ids), wallet_id, account.address, account.kind, account.mint)
            row.cursor = None if wallet.watch_slot is None else Cursor(wallet.watch_slot)
            self.tables.accounts[row.id] = row
        asked = {account.address for account in accounts}
        return [account for account in self._accounts(wallet_id) if account.address in asked]

    async def swept_wallets(
        self, shard: Shard, *, after: SweptWallet | None, limit: int
    ) -> Sequence[SweptWallet]:
        self.outage.check()
        passed = (-1, 0) if after is None else (bucket_of(after.address), after.id)
        mine = sorted(
            (place, wallet)
            for wallet in self._watched()
            if (place := (bucket_of(wallet.address), wallet.id)) > passed and place[0] in shard.buckets
        )
        return [self._swept(wallet) for _, wallet in mine[:limit]]

    async def record_search(self, wallet_ids: Sequence[int], belongings: Belongings, at: datetime) -> None:
        self.outage.check()
        for wallet_id in wallet_ids:
            wallet = self.tables.wallets[wallet_id]
            if belongings is Belongings.TOKENS:
                wallet.searched_tokens = at
            else:
                wallet.searched_stakes = at

    async def record_states(self, states: Mapping[int, AccountState]) -> None:
        self.outage.check()
        for account_id, state in states.items():
            row = self.tables.accounts.get(account_id)
            if row is not None and (row.state is None or row.state.slot <= state.slot):
                row.state = state

    async def shards(self) -> Sequence[Progress | None]:
        self.outage.check()
        return list(self.tables.shards)

    async def reshard(self, present: int, wanted: int) -> None:
        self.outage.check()
        old = self.tables.shards
        if len(old) != present:
            return
        self.tables.shards = [
            least_progress(
                [
                    progress
                    for index, progress in enumerate(old)
                    if set(Shard(index, present).buckets) & set(Shard(new, wanted).buckets)
                ]
            )
            for new in range(wanted)
        ]

    async def record_progress(self, shard: Shard, progress: Progress) -> None:
        self.outage.check()
        if shard.count != len(self.tables.shards):
            return
        known = self.tables.shards[shard.index]
        if known is None or known.slot <= progress.slot:
            self.tables.shards[shard.index] = progress

    async def move_cursors(self, cursors: Mapping[int, Cursor]) -> None:
        self.outage.check()
        for account_id, cursor in cursors.items():
            row = self.tables.accounts.get(account_id)
            if row is not None and row.cursor is not None and row.cursor.slot <= cursor.slot:
                row.cursor = cursor

    async def forget_unwatched(self, watched_before: datetime, limit: int) -> int:
        self.outage.check()
        tables = self.tables
        kept = {wallet_id for wallet_id, _ in tables.activities}
        kept |= {row.entry.wallet_id for row in tables.deliveries.values() if row.entry.wallet_id}
        watched = {row.wallet_id for row in tables.subscriptions.values()}
        gone = [
            wallet.id
            for wallet in tables.wallets.values()
            if wallet.changed_at < watched_before
            and wallet.id not in watched
            and (tables.accounts_of(wallet.id) or wallet.id not in kept)
        ][:limit]
        for wallet_id in gone:
            for account in list(tables.accounts_of(wallet_id)):
                del tables.accounts[account.id]
            if wallet_id not in kept:
                del tables.wallets[wallet_id]
        return len(gone)

    def _watched(self) -> Sequence[WalletRow]:
        return [
            wallet
            for wallet in self.tables.wallets.values()
            if wallet.watch_slot is not None and self.tables.watched(wallet.id)
        ]

    def _swept(self, wallet: WalletRow) -> SweptWallet:
        accounts = [
            SweptAccount(row.id, row.address, row.kind, row.state)
            for row in sorted(self.tables.accounts_of(wallet.id), key=lambda row: row.id)
            if row.cursor is not None
        ]
        return SweptWallet(
            wallet.id, wallet.address, wallet.searched_tokens, wallet.searched_stakes, accounts
        )

    def _accounts(self, wallet_id: int) -> Sequence[WatchedAccount]:
        wallet = self.tables.wallets.get(wallet_id)
        if wallet is None or wallet.watch_slot is None:
            return []
        return [
            self.tables.account(row)
            for row in sorted(self.tables.accounts_of(wallet_id), key=lambda row: row.id)
        ]


def _least(one: int | None, other: int | None) -> int | None:
    """As SQL's `least`: of what is there."""
    return min((value for value in (one, other) if value is not None), default=None)
