"""What the stores in memory hold: the tables of the schema as objects."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from walletwatch.domain.activities import Activity
from walletwatch.domain.administration import Maintenance
from walletwatch.domain.alert_rules.firing import Firing
from walletwatch.domain.alert_rules.rule import Rule
from walletwatch.domain.carrying import CarriedFlow
from walletwatch.domain.chain import Position
from walletwatch.domain.chats import Chat, Subscription
from walletwatch.domain.delivery import DeliveryStatus, NewDelivery
from walletwatch.domain.filters import Filter
from walletwatch.domain.plans import Payment
from walletwatch.domain.reports import ReportPeriod, Schedule
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.wallet_book import Share
from walletwatch.domain.wallets import AccountKind, AccountState, Cursor, Progress, Wallet, WatchedAccount

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class ChatRow:
    chat: Chat
    migrated_to: int | None = None


@dataclass
class WalletRow:
    id: int
    address: str
    watch_slot: int | None = None
    searched_tokens: datetime = EPOCH
    searched_stakes: datetime = EPOCH
    changed_at: datetime = EPOCH

    def wallet(self) -> Wallet:
        return Wallet(self.id, self.address, self.watch_slot)


@dataclass
class SubscriptionRow:
    id: int
    chat_id: int
    wallet_id: int
    label: str | None
    from_slot: int | None
    paused: bool = False
    filter: Filter = field(default_factory=Filter)
    tags: tuple[str, ...] = ()
    note: str | None = None
    paused_at: datetime | None = None
    used: int = 0
    created_at: datetime = EPOCH


@dataclass
class AccountRow:
    id: int
    wallet_id: int
    address: str
    kind: AccountKind
    mint: str | None = None
    cursor: Cursor | None = None
    state: AccountState | None = None


@dataclass
class ActivityRow:
    id: int
    payload: str
    slot: int
    created_at: datetime


@dataclass
class DeliveryRow:
    entry: NewDelivery
    status: DeliveryStatus
    created_at: datetime
    message_id: int | None = None
    due_at: datetime | None = None
    firing: Firing | None = None


@dataclass
class RuleRow:
    rule: Rule
    check_at: datetime | None


@dataclass
class FollowerRow:
    token: int = 0
    begun: int | None = None
    position: Position | None = None
    progress: Progress | None = None


@dataclass
class Tables:
    """All rows. Ids are never used twice."""

    ids: "count[int]" = field(default_factory=lambda: count(1))
    maintenance: Maintenance | None = None
    chats: dict[int, ChatRow] = field(default_factory=dict)
    wallets: dict[int, WalletRow] = field(default_factory=dict)
    subscriptions: dict[int, SubscriptionRow] = field(default_factory=dict)
    accounts: dict[int, AccountRow] = field(default_factory=dict)
    activities: dict[tuple[int, str], ActivityRow] = field(default_factory=dict)
    deliveries: dict[str, DeliveryRow] = field(default_factory=dict)
    rules: dict[int, RuleRow] = field(default_factory=dict)
    samples: dict[tuple[str, datetime], Decimal] = field(default_factory=dict)
    daily_flows: dict[object, CarriedFlow] = field(default_factory=dict)
    dealings: dict[tuple[str, int], date] = field(default_factory=dict)
    shards: list[Progress | None] = field(default_factory=lambda: [None])
    follower: FollowerRow = field(default_factory=FollowerRow)
    shares: dict[int, Share] = field(default_factory=dict)
    risks: dict[int, KnownRisk] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    reports: dict[tuple[int, ReportPeriod], tuple[Schedule, datetime]] = field(default_factory=dict)

    def ordered_by(self, chat_id: int) -> list[Schedule]:
        return [schedule for (chat, _), (schedule, _) in sorted(self.reports.items()) if chat == chat_id]

    def wallet_at(self, address: str) -> WalletRow | None:
        return next((row for row in self.wallets.values() if row.address == address), None)

    def subscription_of(self, chat_id: int, wallet_id: int) -> SubscriptionRow | None:
        return next(
            (
                row
                for row in self.subscriptions.values()
                if row.chat_id == chat_id and row.wallet_id == wallet_id
            ),
            None,
        )

    def named(self, rule: Rule) -> Rule:
        """The rule, with what its chat calls its wallet now."""
        if rule.wallet_id is None:
            return rule
        subscription = self.subscription_of(rule.chat_id, rule.wallet_id)
        label = subscription.label if subscription else None
        watching = subscription is not None and not subscription.paused
        return replace(rule, wallet=self.wallets[rule.wallet_id].address, label=label, watching=watching)

    def rules_of(self, chat_id: int) -> list[Rule]:
        rules = [self.named(row.rule) for row in self.rules.values() if row.rule.chat_id == chat_id]
        return sorted(rules, key=lambda rule: rule.number)

    def accounts_of(self, wallet_id: int) -> list[AccountRow]:
        return [row for row in self.accounts.values() if row.wallet_id == wallet_id]

    def owner_of(self, chat_id: int) -> int:
        """Whose wallets are counted: of a group that nobody has claimed, its own."""
        owner = self.chats[chat_id].chat.owner.user_id
        return chat_id if owner is None else owner

    def wallets_of(self, owner: int) -> set[int]:
        """The wallets that somebody watches in all of their chats."""
        return {row.wallet_id for row in self.subscriptions.values() if self.owner_of(row.chat_id) == owner}

    def alerts_of(self, owner: int) -> int:
        """How many alerts that have not ended somebody has in all of their chats."""
        return sum(
            row.rule.ended_at is None and self.owner_of(row.rule.chat_id) == owner
            for row in self.rules.values()
        )

    def watched(self, wallet_id: int) -> bool:
        """Whether an active chat watches the wallet."""
        return any(
            self.chats[row.chat_id].chat.active
            for row in self.subscriptions.values()
            if row.wallet_id == wallet_id
        )

    def is_urgent(self, holder: DeliveryRow) -> bool:
        """Whether an open message is of urgent alerts."""
        return any(
            row.entry.digest_key == holder.entry.key and row.firing is not None and row.firing.urgent
            for row in self.deliveries.values()
        )

    @property
    def progress(self) -> Progress | None:
        """Of the watcher that is ahead."""
        looks = [least_progress(self.shards), self.follower.progress]
        return max((look for look in looks if look), key=lambda look: look.slot, default=None)

    @property
    def followed_slot(self) -> int | None:
        return self.follower.position.slot if self.follower.position else None

    def subscription(self, row: SubscriptionRow) -> Subscription:
        wallet = self.wallets[row.wallet_id]
        own = next(account for account in self.accounts_of(wallet.id) if account.address == wallet.address)
        looks = [own.state.slot if own.state else None, self.followed_slot]
        return Subscription(
            row.id,
            self.chats[row.chat_id].chat,
            wallet.id,
            wallet.address,
            row.label,
            row.from_slot,
            row.paused,
            max((slot for slot in looks if slot is not None), default=None),
            row.filter,
        )

    def account(self, row: AccountRow) -> WatchedAccount:
        assert row.cursor is not None
        wallet = self.wallets[row.wallet_id].address
        return WatchedAccount(
            row.id, row.wallet_id, wallet, row.address, row.kind, row.mint, row.cursor, row.state
        )

    def entry_of(self, chat_id: int, wallet_id: int | None, signature: str | None) -> DeliveryRow | None:
        """The entry of an activity, whatever its key."""
        return next(
            (
                row
                for row in self.deliveries.values()
                if row.entry.signature is not None
                and (row.entry.chat_id, row.entry.wallet_id, row.entry.signature)
                == (chat_id, wallet_id, signature)
            ),
            None,
        )


def stored(row: ActivityRow) -> Activity:
    """The activity as a store gives it back."""

    return Activity.from_dict(json.loads(row.payload))


def least_progress(shards: Sequence[Progress | None]) -> Progress | None:
    known = [progress for progress in shards if progress is not None]
    if len(known) < len(shards):
        return None
    return Progress(min(each.slot for each in known), min(each.at for each in known))
