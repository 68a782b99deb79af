"""Adding, listing and removing the wallets of a chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from walletwatch.domain.chain import WalletBalance
from walletwatch.domain.chats import Chat, ChatSettings, Contact, Subscription
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.service import Service
from walletwatch.domain.work import BalanceCheck, CheckReason
from walletwatch.ports.chain import Chain
from walletwatch.ports.common import Clock
from walletwatch.ports.queueing import Queues
from walletwatch.ports.watching import SubscriptionStore

STATUS_PERIOD = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class WatchStarted:
    """What /watch did.

    Attributes:
        balance: What the wallet holds; None where the chain could not be asked now.
    """

    subscription: Subscription
    created: bool
    balance: WalletBalance | None


@dataclass(frozen=True, slots=True)
class ChatStatus:
    """How well a chat is served.

    Attributes:
        slot: The newest confirmed slot; None where the chain could not be asked now.
        now: When this was asked.
        service: Its ledger entries are those of the last 24 hours.
    """

    slot: int | None
    now: datetime
    service: Service


class Watching:
    """The use cases behind /start, /watch, /unwatch, /list, /settings and /status."""

    def __init__(
        self,
        subscriptions: SubscriptionStore,
        chain: Chain,
        queues: Queues,
        clock: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._chain = chain
        self._queues = queues
        self._clock = clock

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self._clock.now()

    async def remember(self, contact: Contact) -> Chat:
        """Remember another chat than the one that was greeted."""
        return await self._subscriptions.remember(contact)

    async def watch(self, chat_id: int, address: str, label: str | None, *, limit: int) -> WatchStarted:
        """Watch a wallet from the newest confirmed slot on.

        Where the chain cannot be asked, the watch starts as soon as it can.

        Args:
            chat_id: A chat that was greeted.
            address: A valid address.
            label: What the chat calls it.
            limit: How many wallets whoever answers for the chat may watch in all of their chats.

        Raises:
            QuotaExceeded: They watch as many as they may.
        """
        try:
            balance = await self._chain.wallet_balance(address)
        except ChainUnavailable:
            balance = None
        subscribed = await self._subscriptions.subscribe(
            chat_id,
            address,
            label,
            slot=balance.slot if balance else None,
            limit=limit,
        )
        await self._queues.check([BalanceCheck(address, CheckReason.WATCH_STARTED)])
        return WatchStarted(subscribed.subscription, subscribed.created, balance)

    async def unwatch(self, chat_id: int, address: str) -> Subscription | None:
        """Stop watching; None where this chat did not watch the wallet."""
        return await self._subscriptions.unsubscribe(chat_id, address)

    async def subscriptions(self, chat_id: int) -> Sequence[Subscription]:
        """What the chat watches, in the order it was added."""
        return await self._subscriptions.subscriptions(chat_id)

    async def subscription(self, chat_id: int, subscription_id: int) -> Subscription | None:
        """One of the chat's subscriptions; None where it is not this chat's."""
        return await self._subscriptions.subscription(chat_id, subscription_id)

    async def change_settings(self, chat_id: int, settings: ChatSettings) -> Chat:
        """Store what the chat wants to hear."""
        return await self._subscriptions.change_settings(chat_id, settings)

    async def status(self, chat_id: int) -> ChatStatus:
        """Whether the chat's wallets are looked at, and what became of its messages."""
        now = self._clock.now()
        try:
            slot: int | None = await self._chain.slot()
        except ChainUnavailable:
            slot = None
        return ChatStatus(slot, now, await self._subscriptions.service(chat_id, now - STATUS_PERIOD))
