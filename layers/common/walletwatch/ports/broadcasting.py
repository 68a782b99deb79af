"""Messages to many people at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from walletwatch.domain.broadcasts import Audience, Broadcast, Link, NewBroadcast, Outcome, Page
from walletwatch.domain.work import RenderedMessage


class Broadcasts(Protocol):
    """What is told to many, and how far that is (PostgreSQL)."""

    async def count(self, audience: Audience, now: datetime) -> int:
        """How many people are meant, about: they come and go."""

    async def draft(self, new: NewBroadcast, at: datetime) -> Broadcast:
        """Keep what was written; nothing is sent yet."""

    async def find(self, broadcast_id: int) -> Broadcast | None:
        """One; None where there is none."""

    async def newest(self, limit: int) -> Sequence[Broadcast]:
        """Those that were begun, newest first."""

    async def change(
        self, broadcast_id: int, *, link: Link | None = None, per_second: int | None = None
    ) -> Broadcast | None:
        """Change a draft; None where it is none."""

    async def discard(self, broadcast_id: int) -> bool:
        """Forget a draft; whether it was one."""

    async def start(self, broadcast_id: int, progress: tuple[int, int], at: datetime) -> Broadcast | None:
        """Begin with a draft; None where it is none, or no more: only one of all who press gets it."""

    async def stop(self, broadcast_id: int, at: datetime) -> Broadcast | None:
        """Send nothing more: what is pending is suppressed. None where there is nothing left to stop."""

    async def enter(self, broadcast: Broadcast, at: datetime) -> Page | None:
        """Write the ledger's entries of the next page.

        Safe to repeat: it is the same page until `advance`. None where it does not run any more, or is
        elsewhere by now.
        """

    async def advance(self, broadcast: Broadcast, page: Page, *, next_at: datetime, at: datetime) -> bool:
        """The page is queued; False where somebody else has moved on already, or it ended.

        Where nobody was left, the broadcast is done.
        """

    async def outcome(self, broadcast_id: int) -> Outcome:
        """What became of its messages so far."""

    async def untold(self) -> Sequence[Broadcast]:
        """Those that were begun and whose outcome is not kept yet, oldest first."""

    async def close(self, broadcast_id: int, outcome: Outcome) -> None:
        """Keep what became of it in the end."""


class ProgressMessages(Protocol):
    """Messages of ours that are edited."""

    async def edit(self, chat_id: int, message_id: int, message: RenderedMessage) -> bool:
        """Let it become this one; False for a message that is gone.

        Raises:
            DeliveryUnavailable: Telegram was not reached, or asks to wait.
        """
