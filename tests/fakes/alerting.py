"""`ports.alerting` in memory, over the same tables as the other stores."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from tests.fakes.outage import Outage
from tests.fakes.rows import ActivityRow, DeliveryRow, RuleRow, Tables, stored
from walletwatch.domain.activities import Activity
from walletwatch.domain.alert_rules.facts import LastActivity
from walletwatch.domain.alert_rules.firing import Attempt, Firing, PendingAlert
from walletwatch.domain.alert_rules.rule import TRAITS, DueRule, Family, NewRule, Rule
from walletwatch.domain.alert_rules.schedule import first_check
from walletwatch.domain.chats import Chat, ChatSettings, Subscription
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus
from walletwatch.domain.errors import UnknownChat
from walletwatch.domain.filters import Filter
from walletwatch.domain.money import NATIVE
from walletwatch.domain.prices import NEAR
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.wallets import Progress
from walletwatch.domain.work import DigestDue
from walletwatch.ports.alerting import FiringPlan
from walletwatch.ports.common import Clock
from walletwatch.storage.postgres.alert_ledger import firing_json
from walletwatch.storage.postgres.alert_rules import REPEATED_WITHIN


@dataclass
class FakePreferences:
    tables: Tables
    outage: Outage

    async def change_filter(self, chat_id: int, subscription_id: int, wanted: Filter) -> Subscription | None:
        self.outage.check()
        row = self.tables.subscriptions.get(subscription_id)
        if row is None or row.chat_id != chat_id:
            return None
        row.filter = wanted
        return self.tables.subscription(row)

    async def change_timing(
        self, chat_id: int, settings: ChatSettings, due_at: datetime, *, urgent_at: datetime
    ) -> tuple[Chat, Sequence[DigestDue]]:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        if row is None:
            raise UnknownChat("settings of a chat that was never greeted")
        row.chat = replace(row.chat, settings=settings)
        moved = []
        for each in self.tables.deliveries.values():
            moment = urgent_at if self.tables.is_urgent(each) else due_at
            if each.entry.chat_id != chat_id or each.due_at in {None, moment}:
                continue
            if each.status is DeliveryStatus.PENDING:
                each.due_at = moment
                if each.entry.kind is DeliveryKind.DIGEST:
                    moved.append(DigestDue(each.entry.key, moment))
        return row.chat, moved


@dataclass
class FakeAlertRules:
    tables: Tables
    outage: Outage
    clock: Clock

    async def add(self, chat_id: int, rule: NewRule, *, limit: int) -> Rule | None:
        self.outage.check()
        own = [row.rule for row in self._of_chat(chat_id)]
        for row in self._of_chat(chat_id):
            known = row.rule
            same = (known.kind, known.wallet_id, known.terms) == (rule.kind, rule.wallet_id, rule.terms)
            if same and known.ended_at is None:
                return self._named(row)
        if chat_id not in self.tables.chats:
            return None
        if self.tables.alerts_of(self.tables.owner_of(chat_id)) >= limit:
            return None
        if rule.wallet_id is not None and self.tables.subscription_of(chat_id, rule.wallet_id) is None:
            return None
        wanted = {name: getattr(rule, name) for name in NewRule.__dataclass_fields__}
        stored_rule = Rule(
            **wanted,
            id=next(self.tables.ids),
            chat_id=chat_id,
            number=1 + max((each.number for each in own), default=0),
            created_at=self.clock.now(),
        )
        row = RuleRow(stored_rule, first_check(rule, self.clock.now()))
        self.tables.rules[stored_rule.id] = row
        return self._named(row)

    async def of_chat(self, chat_id: int) -> Sequence[Rule]:
        self.outage.check()
        return self.tables.rules_of(chat_id)

    async def find(self, chat_id: int, number: int) -> Rule | None:
        self.outage.check()
        return next((self._named(row) for row in self._of_chat(chat_id) if row.rule.number == number), None)

    async def change(self, chat_id: int, rule: Rule, *, again: bool = False) -> Rule | None:
        self.outage.check()
        row = self.tables.rules.get(rule.id)
        if row is None or row.rule.chat_id != chat_id:
            return None
        known = row.rule
        if rule.wallet_id not in {None, known.wallet_id}:
            assert rule.wallet_id is not None
            if self.tables.subscription_of(chat_id, rule.wallet_id) is None:
                return None
        afresh = (known.terms, known.wallet_id) != (rule.terms, rule.wallet_id)
        row.rule = replace(
            row.rule,
            terms=rule.terms,
            wallet_id=rule.wallet_id,
            name=rule.name,
            cooldown=rule.cooldown,
            repeats=rule.repeats,
            urgent=rule.urgent,
            expires_at=rule.expires_at,
            paused=rule.paused,
            armed=known.armed or again or afresh,
            ended_at=None if again or afresh else known.ended_at,
            last_fired_at=None if afresh else known.last_fired_at,
            created_at=self.clock.now() if afresh else known.created_at,
        )
        row.check_at = first_check(row.rule, self.clock.now())
        return self._named(row)

    async def delete(self, chat_id: int, number: int) -> Rule | None:
        found = await self.find(chat_id, number)
        if found is not None:
            del self.tables.rules[found.id]
        return found

    async def of_wallet(self, wallet_id: int, chat_ids: Collection[int]) -> Sequence[Rule]:
        self.outage.check()
        return [
            self._named(row)
            for _, row in sorted(self.tables.rules.items())
            if row.rule.chat_id in chat_ids
            and row.rule.wallet_id in {None, wallet_id}
            and not TRAITS[row.rule.kind].is_timed
            and not row.rule.paused
            and self._is_alive(row.rule)
        ]

    async def due(
        self, now: datetime, *, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[DueRule]:
        self.outage.check()
        found = []
        for row in self.tables.rules.values():
            chat = self.tables.chats[row.rule.chat_id].chat
            if row.check_at is None or row.check_at > now or row.rule.ended_at or row.rule.paused:
                continue
            if chat.active and (after is None or (row.check_at, row.rule.id) > after):
                found.append(DueRule(self._named(row), chat, row.check_at, self._accounts(row)))
        return sorted(found, key=lambda due: (due.check_at, due.rule.id))[:limit]

    async def postpone(
        self, moments: Mapping[int, datetime], armed: Collection[int], *, judged_at: datetime
    ) -> None:
        self.outage.check()
        for rule_id in {*moments, *armed}:
            row = self.tables.rules.get(rule_id)
            if row is not None and row.rule.ended_at is None and row.rule.created_at <= judged_at:
                row.check_at = moments.get(rule_id, row.check_at)
                row.rule = replace(row.rule, armed=row.rule.armed or rule_id in armed)

    async def priced_assets(self, limit: int) -> Sequence[str]:
        self.outage.check()
        return sorted(
            {
                row.rule.terms.asset
                for row in self.tables.rules.values()
                if row.rule.family is Family.PRICE and row.rule.ended_at is None and row.rule.terms.asset
            }
        )[:limit]

    def _is_alive(self, rule: Rule) -> bool:
        if rule.ended_at is None:
            return True
        return not rule.repeats and rule.ended_at > self.clock.now() - REPEATED_WITHIN

    def _of_chat(self, chat_id: int) -> Sequence[RuleRow]:
        rows = (row for row in self.tables.rules.values() if row.rule.chat_id == chat_id)
        return sorted(rows, key=lambda row: row.rule.number)

    def _named(self, row: RuleRow) -> Rule:
        return self.tables.named(row.rule)

    def _accounts(self, row: RuleRow) -> tuple[str, ...]:
        asset = row.rule.terms.asset
        mint = WRAPPED_NATIVE_MINT if asset == NATIVE else asset
        return tuple(
            account.address
            for account in self.tables.accounts.values()
            if account.wallet_id == row.rule.wallet_id and account.mint == mint and mint is not None
        )


@dataclass
class FakeAlertLedger:
    tables: Tables
    outage: Outage
    clock: Clock

    async def fire(self, attempts: Sequence[Attempt], plan: FiringPlan) -> Sequence[PendingAlert]:
        self.outage.check()
        new = {each.key: each for each in attempts if each.key not in self.tables.deliveries}
        rules = {
            each.rule_id: self.tables.rules[each.rule_id].rule
            for each in attempts
            if each.rule_id in self.tables.rules
        }
        now = self.clock.now()
        held = {
            (row.entry.chat_id, row.due_at, self.tables.is_urgent(row)): key
            for key, row in self.tables.deliveries.items()
            if row.entry.kind is DeliveryKind.ALERT and row.due_at is not None and row.due_at > now
        }
        for outcome in plan(list(new.values()), rules, held) if new else ():
            entry = outcome.delivery
            firing = None if outcome.firing is None else _again(outcome.firing)
            self.tables.deliveries[entry.key] = DeliveryRow(
                entry, entry.status, now, due_at=entry.due_at, firing=firing
            )
            if outcome.rule is not None:
                self.tables.rules[outcome.rule.id].rule = outcome.rule
        return self._pending({each.key for each in attempts})

    async def close_due(self, now: datetime, limit: int) -> Sequence[PendingAlert]:
        self.outage.check()
        due = [
            key
            for key, row in self.tables.deliveries.items()
            if row.entry.kind is DeliveryKind.ALERT and row.due_at is not None and row.due_at <= now
        ][:limit]
        for key in due:
            self.tables.deliveries[key].due_at = None
        return self._pending(due)

    async def stuck(self, older_than: timedelta, limit: int) -> Sequence[PendingAlert]:
        self.outage.check()
        before = self.clock.now() - older_than
        return self._pending([key for key, row in self.tables.deliveries.items() if row.created_at < before])[
            :limit
        ]

    def _pending(self, keys: Collection[str]) -> Sequence[PendingAlert]:
        found = []
        for key in keys:
            row = self.tables.deliveries.get(key)
            if row is None or row.status is not DeliveryStatus.PENDING or row.due_at is not None:
                continue
            if row.entry.kind is not DeliveryKind.ALERT:
                continue
            merged = [each for each in self.tables.deliveries.values() if each.entry.digest_key == key]
            firings = tuple(each.firing for each in [row, *merged] if each.firing is not None)
            if firings:
                chat = self.tables.chats[row.entry.chat_id].chat
                found.append(PendingAlert(key, chat, firings, row.created_at))
        return sorted(found, key=lambda alert: (alert.created_at, alert.key))


@dataclass
class FakeSamples:
    tables: Tables
    outage: Outage

    async def keep(self, prices: Mapping[str, Decimal], at: datetime) -> None:
        self.outage.check()
        for asset, usd in prices.items():
            self.tables.samples.setdefault((asset, at), usd)

    async def since(
        self, assets: Collection[str], moment: datetime
    ) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
        self.outage.check()
        found: defaultdict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
        for (asset, at), usd in sorted(self.tables.samples.items()):
            if asset in assets and at >= moment:
                found[asset].append((at, usd))
        return dict(found)

    async def price_at(self, assets: Collection[str], moment: datetime) -> Mapping[str, Decimal]:
        self.outage.check()
        found = {}
        for asset in assets:
            near = [
                (abs(at - moment), at, usd)
                for (known, at), usd in self.tables.samples.items()
                if known == asset and abs(at - moment) <= NEAR
            ]
            if near:
                found[asset] = min(near)[2]
        return found

    async def forget(self, before: datetime) -> int:
        self.outage.check()
        gone = [key for key in self.tables.samples if key[1] < before]
        for key in gone:
            del self.tables.samples[key]
        return len(gone)


@dataclass
class FakePast:
    tables: Tables
    outage: Outage

    async def labels(self, chat_id: int, addresses: Collection[str]) -> Mapping[str, str]:
        self.outage.check()
        return {
            self.tables.wallets[row.wallet_id].address: row.label
            for row in self.tables.subscriptions.values()
            if row.chat_id == chat_id
            and row.label is not None
            and self.tables.wallets[row.wallet_id].address in addresses
        }

    async def progress(self) -> Progress | None:
        self.outage.check()
        return self.tables.progress

    async def last_moved(self, wallet_ids: Collection[int]) -> Mapping[int, LastActivity]:
        self.outage.check()
        found = {}
        for wallet_id in wallet_ids:
            rows = self._rows(wallet_id)
            if rows:
                done = stored(rows[-1])
                at = rows[-1].created_at
                if done.block_time is not None:
                    at = datetime.fromtimestamp(done.block_time, UTC)
                found[wallet_id] = LastActivity(done.signature, done.slot, at)
        return found

    async def seen_assets(self, wallet_id: int, assets: Collection[str], before: Activity) -> frozenset[str]:
        self.outage.check()
        return frozenset(
            leg.asset
            for done in map(stored, self._rows(wallet_id))
            for leg in done.legs
            if done.slot <= before.slot and done.signature != before.signature and leg.asset in assets
        )

    async def of_chat(self, chat_id: int, since: datetime, until: datetime, limit: int) -> Sequence[Activity]:
        self.outage.check()
        wallets = [row.wallet_id for row in self.tables.subscriptions.values() if row.chat_id == chat_id]
        rows = [
            row
            for wallet_id in wallets
            for row in self._rows(wallet_id)[-limit:]
            if _within(row, since, until)
        ]
        return [stored(row) for row in sorted(rows, key=lambda row: (row.slot, row.id))]

    async def of_wallets(
        self, wallet_ids: Collection[int], since: datetime, limit: int
    ) -> Mapping[int, Sequence[Activity]]:
        self.outage.check()
        found = {}
        for wallet_id in wallet_ids:
            rows = [row for row in self._rows(wallet_id)[-limit:] if _within(row, since, None)]
            if rows:
                found[wallet_id] = [stored(row) for row in rows]
        return found

    def _rows(self, wallet_id: int) -> Sequence[ActivityRow]:
        rows = (row for (owner, _), row in self.tables.activities.items() if owner == wallet_id)
        return sorted(rows, key=lambda row: (row.slot, row.id))


def _within(row: ActivityRow, since: datetime, until: datetime | None) -> bool:
    at = stored(row).block_time
    return at is not None and int(since.timestamp()) <= at and (until is None or at <= int(until.timestamp()))


def _again(firing: Firing) -> Firing:
    """As it comes back from where it was stored."""
    return msgspec.json.decode(firing_json(firing), type=Firing)
