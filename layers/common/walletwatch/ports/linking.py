"""Who answers for which group or channel."""

from collections.abc import Sequence
from typing import Protocol

from walletwatch.domain.chats import Chat
from walletwatch.domain.linking import Link, LinkedChat
from walletwatch.domain.work import RenderedMessage


class LinkedChats(Protocol):
    """Groups and channels with their owners (PostgreSQL)."""

    async def owned(self, user_id: int) -> Sequence[LinkedChat]:
        """The groups and channels that somebody answers for, at most 50, by their titles."""

    async def link(self, user_id: int, chat_id: int) -> Link | None:
        """One of them, with all wallets that it hears of or could; None where it is not this person's."""

    async def claim(self, chat_id: int, user_id: int, *, instead_of: int | None) -> bool:
        """Let somebody answer for a known group or channel. Safe to repeat.

        False where it belongs to somebody else than `instead_of`, or is a private chat.
        """

    async def release(self, chat_id: int, user_id: int) -> bool:
        """Nobody answers for it any more; False where it was not this person's."""

    async def hush(self, chat_id: int, wallet_ids: Sequence[int]) -> None:
        """A group or channel hears of these wallets no longer; what was pending for it is suppressed."""

    async def silence(self, chat_id: int) -> int:
        """A group or channel has no owner and hears of nothing any more; how many wallets it heard of."""


class ChatNotices(Protocol):
    """What the bot has to say about a chat of its own accord."""

    def unreachable(self, chat: Chat, owner: Chat) -> RenderedMessage:
        """To the owner in private: a group or channel does not take messages any more."""

    def topic_gone(self, chat: Chat) -> RenderedMessage:
        """To a forum: the topic that alerts went to is closed, or gone."""
