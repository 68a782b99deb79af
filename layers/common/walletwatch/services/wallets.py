"""What a chat does with the wallets it watches, beside watching them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.chats import Owner, Subscription
from walletwatch.ports.common import Clock
from walletwatch.ports.wallets import WalletBook
from walletwatch.services.importing import Importing
from walletwatch.services.sharing import Sharing
from walletwatch.services.wallet_cards import WalletCards

PREMIUM_WALLETS: Final = 250
WALLETS_QUOTA: Final = "wallets"


@dataclass(frozen=True, slots=True)
class Wallets:
    """The use cases of the wallets' part of the dialogue.

    Attributes:
        wallets_per_chat: How many a chat of the free plan may watch.
    """

    book: WalletBook
    cards: WalletCards
    imports: Importing
    sharing: Sharing
    clock: Clock
    wallets_per_chat: int

    def limit(self, owner: Owner) -> int:
        """How many wallets a chat of this owner may watch."""
        if WALLETS_QUOTA in owner.quotas:
            return owner.quotas[WALLETS_QUOTA]
        is_premium = owner.premium_until is not None and owner.premium_until > self.clock.now()
        return max(PREMIUM_WALLETS, self.wallets_per_chat) if is_premium else self.wallets_per_chat

    async def pause(self, chat_id: int, subscription_ids: Collection[int] | None) -> Sequence[Subscription]:
        """Tell nothing of these, or of all, from now on; those that this changed."""
        return await self.book.pause(chat_id, subscription_ids, self.clock.now())
