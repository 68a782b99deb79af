"""Which updates of Telegram were taken. The truth is in PostgreSQL."""

from datetime import datetime
from typing import Protocol

from walletwatch.domain.admission import Arrival, Entry
from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Wanted


class UpdateClaims(Protocol):
    """The way in for updates of Telegram, by `update_id`."""

    async def admit(self, arrival: Arrival, contact: Contact | None, wanted: Wanted) -> Entry:
        """Claim the update for as long as an invocation can last, count it, and greet its contact.

        A claim that is neither done nor given back lapses: its holder was killed, or has settled it where
        that is kept in the usual case. An update that comes again counts once.

        Args:
            arrival: The update.
            contact: Who wrote, and where: as `SubscriptionStore.remember`. None where nobody is greeted.
            wanted: What is read of the chat.
        """

    async def take_over(self, update_id: int) -> bool:
        """Claim an update whose claim has lapsed; False where somebody else has."""

    async def done(self, update_id: int) -> None:
        """The update was handled: it is not taken again for as long as Telegram may deliver it."""

    async def give_back(self, update_id: int) -> None:
        """The update was not handled after all: a redelivery is welcome, and is not counted again."""

    async def forget(self, ended_before: datetime) -> int:
        """Delete claims whose time ended before this; how many there were."""
