"""`ports.linking.LinkedChats` in memory, over the tables of `FakeStores`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.fakes.ledger import settle_row
from tests.fakes.outage import Outage
from tests.fakes.rows import SubscriptionRow, Tables
from walletwatch.domain.chats import ChatKind, Owner
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.linking import Link, LinkedChat, LinkedWallet
from walletwatch.domain.rules import Suppression


@dataclass
class FakeLinkedChats:
    tables: Tables
    outage: Outage = field(default_factory=Outage)

    async def owned(self, user_id: int) -> Sequence[LinkedChat]:
        self.outage.check()
        chats = [
            row.chat
            for row in self.tables.chats.values()
            if row.chat.owner.user_id == user_id and row.chat.kind is not ChatKind.PRIVATE
        ]
        chats.sort(key=lambda chat: (chat.title is None, chat.title or "", chat.chat_id))
        return [LinkedChat(chat, len(self._of(chat.chat_id))) for chat in chats]

    async def link(self, user_id: int, chat_id: int) -> Link | None:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        if row is None or row.chat.kind is ChatKind.PRIVATE or row.chat.owner.user_id != user_id:
            return None
        told = {each.wallet_id: each for each in self._of(chat_id)}
        both = sorted([*self._of(user_id), *told.values()], key=lambda each: each.id)
        wallets: dict[int, LinkedWallet] = {}
        for each in both:
            labels = [
                other.label for other in both if other.wallet_id == each.wallet_id and other.label is not None
            ]
            own = told.get(each.wallet_id)
            label = own.label if own and own.label else next(iter(labels), None)
            address = self.tables.wallets[each.wallet_id].address
            wallets.setdefault(each.wallet_id, LinkedWallet(each.wallet_id, address, label, own is not None))
        return Link(row.chat, list(wallets.values()))

    async def claim(self, chat_id: int, user_id: int, *, instead_of: int | None) -> bool:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        if row is None or row.chat.kind is ChatKind.PRIVATE or row.migrated_to is not None:
            return False
        if row.chat.owner.user_id not in {None, user_id, instead_of}:
            return False
        person = self.tables.chats.get(user_id)
        row.chat = replace(row.chat, owner=person.chat.owner if person else Owner(user_id))
        return True

    async def release(self, chat_id: int, user_id: int) -> bool:
        self.outage.check()
        row = self.tables.chats.get(chat_id)
        if row is None or row.chat.kind is ChatKind.PRIVATE or row.chat.owner.user_id != user_id:
            return False
        row.chat = replace(row.chat, owner=Owner())
        return True

    async def hush(self, chat_id: int, wallet_ids: Sequence[int]) -> None:
        self.outage.check()
        for row in self._of(chat_id):
            if row.wallet_id in wallet_ids:
                del self.tables.subscriptions[row.id]
        for delivery in self.tables.deliveries.values():
            if delivery.entry.chat_id == chat_id and delivery.entry.wallet_id in wallet_ids:
                settle_row(delivery, DeliveryStatus.SUPPRESSED, reason=Suppression.UNWATCHED.value)

    async def silence(self, chat_id: int) -> int:
        gone = self._of(chat_id)
        await self.hush(chat_id, [row.wallet_id for row in gone])
        chat = self.tables.chats.get(chat_id)
        if chat is not None and chat.chat.kind is not ChatKind.PRIVATE:
            chat.chat = replace(chat.chat, owner=Owner())
        return len(gone)

    def _of(self, chat_id: int) -> list[SubscriptionRow]:
        return [row for row in self.tables.subscriptions.values() if row.chat_id == chat_id]
