"""What chats write down about their wallets, and what they share."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.chats import Subscription
from walletwatch.domain.wallet_book import Resumed, Share, SharedWallet, WalletEntry


class WalletBook(Protocol):
    """Of the wallets of a chat. Whatever is asked by an id is of this chat, or is not there."""

    async def entries(self, chat_id: int) -> Sequence[WalletEntry]:
        """What the chat watches, in the order it was added."""

    async def entry(self, chat_id: int, subscription_id: int) -> WalletEntry | None:
        """One of them, which is remembered as used."""

    async def use(self, chat_id: int, subscription_id: int) -> Subscription | None:
        """The same without what is known beside it."""

    async def recent(self, chat_id: int) -> Sequence[Subscription]:
        """What the chat watches, the last used first; what was never used in the order it was added."""

    async def rename(self, chat_id: int, subscription_id: int, label: str | None) -> Subscription | None:
        """Call it by another name, or by none."""

    async def retag(
        self, chat_id: int, subscription_id: int, *, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> WalletEntry | None:
        """Add and take away tags.

        Raises:
            TooManyTags: It would have more than `MAX_TAGS`; nothing is changed.
        """

    async def annotate(self, chat_id: int, subscription_id: int, note: str | None) -> WalletEntry | None:
        """Keep this note, or none."""

    async def describe(self, chat_id: int, facts: Mapping[str, tuple[Collection[str], str | None]]) -> None:
        """Set tags and note of the chat's wallets, by address; whom the chat does not watch is left out."""

    async def pause(
        self, chat_id: int, subscription_ids: Collection[int] | None, at: datetime
    ) -> Sequence[Subscription]:
        """Tell nothing of these, or of all, from then on; those that this changed."""

    async def resume(self, chat_id: int, subscription_ids: Collection[int] | None) -> Sequence[Resumed]:
        """Tell of these, or of all, again; those that this changed."""

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
        """Keep a list under a token. Of more than `MAX_SHARES` the oldest end, as do those past their time.

        Raises:
            UnknownChat: It was never greeted.
        """

    async def shares(self, chat_id: int, now: datetime) -> tuple[Sequence[WalletEntry], Sequence[Share]]:
        """What the chat watches, as `entries`, and its open lists, the newest first."""

    async def shared(self, token: str, now: datetime) -> Share | None:
        """The list of a token; None where there is none, or it has ended."""

    async def revoke(self, chat_id: int, share_id: int) -> bool:
        """End a list; False where this chat has none such."""

    async def forget_shares(self, before: datetime) -> int:
        """Delete the lists that had ended by then; how many there were."""
