"""What a chat does with the wallets it watches, beside watching them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from walletwatch.domain.chats import Subscription
from walletwatch.ports.common import Clock
from walletwatch.ports.wallets import WalletBook
from walletwatch.services.importing import Importing
from walletwatch.services.native_balances import NativeReads
from walletwatch.services.sharing import Sharing


@dataclass(frozen=True, slots=True)
class Wallets:
    """The use cases of the wallets' part of the dialogue."""

    book: WalletBook
    natives: NativeReads
    imports: Importing
    sharing: Sharing
    clock: Clock

    async def pause(self, chat_id: int, subscription_ids: Collection[int] | None) -> Sequence[Subscription]:
        """Tell nothing of these, or of all, from now on; those that this changed."""
        return await self.book.pause(chat_id, subscription_ids, self.clock.now())
