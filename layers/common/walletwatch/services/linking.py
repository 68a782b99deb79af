"""Letting groups and channels hear of one's wallets."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from walletwatch.domain.chats import Chat
from walletwatch.domain.errors import QuotaExceeded, StoreUnavailable
from walletwatch.domain.linking import Link, LinkedChat
from walletwatch.ports.linking import LinkedChats
from walletwatch.ports.volatile import Cache
from walletwatch.ports.watching import SubscriptionStore

CODE_VALID: Final = timedelta(minutes=10)
CODE_LENGTH: Final = 10
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that look like others: 31 of them, so that a code has 49 bits."""


class Linking:
    """The use cases behind /link and /unlink. Who is an administrator of what, its callers ask Telegram."""

    def __init__(self, store: LinkedChats, subscriptions: SubscriptionStore, cache: Cache) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._cache = cache

    async def new_code(self, user_id: int) -> str | None:
        """A word by which a group knows who wants to link it, once and soon; None where it cannot be kept."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))
        try:
            await self._cache.set(_key(code), str(user_id).encode(), CODE_VALID)
        except StoreUnavailable:
            return None
        return code

    async def code_owner(self, code: str) -> int | None:
        """Whose code this is; None where it is nobody's, or nobody's any more.

        Raises:
            StoreUnavailable: Nobody knows.
        """
        if not is_code(code):
            return None
        value = await self._cache.get(_key(code))
        return None if value is None else int(value)

    async def use_code(self, code: str) -> bool:
        """Take a code out of use; only one of all who try gets True."""
        return await self._cache.pop(_key(code)) is not None

    async def chats(self, user_id: int) -> Sequence[LinkedChat]:
        """The groups and channels that somebody answers for."""
        return await self._store.owned(user_id)

    async def link(self, user_id: int, chat_id: int) -> Link | None:
        """One of them; None where it is not this person's."""
        return await self._store.link(user_id, chat_id)

    async def claim(self, chat: Chat, user_id: int, *, instead_of: int | None = None) -> bool:
        """Let somebody answer for a chat; False where somebody else than `instead_of` does."""
        return await self._store.claim(chat.chat_id, user_id, instead_of=instead_of)

    async def release(self, chat_id: int, user_id: int) -> bool:
        """Answer for a chat no longer; False where it was not this person's."""
        return await self._store.release(chat_id, user_id)

    async def silence(self, chat_id: int) -> int:
        """Let a chat hear of nothing any more, and nobody answer for it; how many wallets it heard of."""
        return await self._store.silence(chat_id)

    async def tell(self, link: Link, wallet_ids: Sequence[int], limit: int) -> None:
        """Let the chat hear of these wallets of its owner.

        Raises:
            QuotaExceeded: The owner watches more than they may; those that have a place are told.
        """
        # They are watched in private already, so that there is a place from which to go on.
        wanted = {
            wallet.address: wallet.label
            for wallet in link.wallets
            if wallet.wallet_id in wallet_ids and not wallet.told
        }
        told = await self._subscriptions.subscribe_many(link.chat.chat_id, wanted, slot=None, limit=limit)
        if len(told) < len(wanted):
            raise QuotaExceeded(limit)

    async def hush(self, link: Link, wallet_ids: Sequence[int]) -> None:
        """Let the chat hear of these wallets no longer."""
        await self._store.hush(link.chat.chat_id, wallet_ids)


def is_code(text: str) -> bool:
    """Whether it looks like a code."""
    return len(text) == CODE_LENGTH and not set(text) - set(_LETTERS)


def _key(code: str) -> str:
    return f"link:1:{code}"
