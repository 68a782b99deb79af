"""`ports.personal.PersonalRecords` in memory, over the tables of `FakeStores`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.stores import FakeStores


@dataclass
class FakePersonalRecords:
    stores: FakeStores
    heard: list[tuple[int, str, datetime]] = field(default_factory=list)

    async def collect(self, user_id: int, *, limit: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        self.stores.outage.check()
        tables = self.stores.tables
        found: dict[str, list[Mapping[str, Any]]] = {
            "chats": [{"id": chat_id} for chat_id in tables.chats if chat_id == user_id],
            "subscriptions": [
                {"address": tables.wallets[row.wallet_id].address, "label": row.label}
                for row in reversed(tables.subscriptions.values())
                if row.chat_id == user_id
            ],
            "deliveries": [
                {"key": row.entry.key} for row in tables.deliveries.values() if row.entry.chat_id == user_id
            ],
            "alert_rules": [
                {"number": row.rule.number, "kind": row.rule.kind.value}
                for row in tables.rules.values()
                if row.rule.chat_id == user_id
            ],
            "feedback": [{"text": text} for user, text, _ in reversed(self.heard) if user == user_id],
        }
        return {table: rows[:limit] for table, rows in found.items()}

    async def erase(self, user_id: int) -> None:
        self.stores.outage.check()
        tables = self.stores.tables
        tables.chats.pop(user_id, None)
        tables.subscriptions = {k: row for k, row in tables.subscriptions.items() if row.chat_id != user_id}
        tables.rules = {k: row for k, row in tables.rules.items() if row.rule.chat_id != user_id}
        tables.shares = {k: share for k, share in tables.shares.items() if share.chat_id != user_id}
        tables.deliveries = {k: r for k, r in tables.deliveries.items() if r.entry.chat_id != user_id}
        self.heard = [each for each in self.heard if each[0] != user_id]

    async def feedback(self, user_id: int, text: str, at: datetime) -> int:
        self.stores.outage.check()
        self.heard.append((user_id, text, at))
        return len(self.heard)
