"""Conversations as python-telegram-bot's persistent data, so that any instance continues any of them.

The library's persistence was made for one long process: it loads everything at the start and writes now and
then. Here nothing is loaded at the start. What one update needs was read when it was let in, is handed to the
library before its handlers run (`refresh_chat_data`), and what they changed is taken from it afterwards
(`update_chat_data`), to be stored with the update's end.
"""

from dataclasses import dataclass
from typing import Any, Final

from telegram.ext import BasePersistence, PersistenceInput

from walletwatch.domain.admission import Admitted, SessionChange
from walletwatch.domain.chats import Contact
from walletwatch.domain.greeting import Greeting
from walletwatch.domain.sessions import Session

_STORED: Final = PersistenceInput(bot_data=False, chat_data=True, user_data=False, callback_data=False)


@dataclass
class Conversation:
    """A private chat's `chat_data`: what the bot waits for in it.

    Attributes:
        session: The open question now.
        recalled: Whether the one that was stored when the update was let in was read.
        read: That one.
        known: Whether it was known then, or could be replaced without being known.
        ended: Whether it was given up, whatever it was.
    """

    session: Session | None = None
    recalled: bool = False
    read: Session | None = None
    known: bool = False
    ended: bool = False

    def change(self, contact: Contact) -> SessionChange | None:
        """What is to be stored of this person's conversation; None where nothing changed."""
        if contact.user_id is None or not self.known:
            return None
        if self.session == self.read and (self.recalled or not self.ended):
            return None
        replaced = (self.read.version if self.read else "") if self.recalled else None
        return SessionChange(contact.chat_id, contact.user_id, replaced, self.session)


class ConversationPersistence(BasePersistence[dict[Any, Any], Conversation, dict[Any, Any]]):
    """Hands conversations to the library, and takes their changes; it reads and writes nothing itself.

    Nobody else's conversations are ever in it: each is there while its update is handled.
    """

    def __init__(self) -> None:
        super().__init__(store_data=_STORED)
        self._expected: dict[int, tuple[Contact, Admitted]] = {}
        self._open: dict[int, Conversation] = {}
        self._changes: dict[int, SessionChange | None] = {}

    def expect(self, contact: Contact, admitted: Admitted) -> None:
        """An update of this contact was let in, and is handled next."""
        self._expected[contact.chat_id] = contact, admitted

    def greeting(self, chat_id: int) -> Greeting:
        """Of the update that is handled."""
        _, admitted = self._expected[chat_id]
        assert admitted.greeting is not None
        return admitted.greeting

    def conversation(self, chat_id: int) -> Conversation:
        """The conversation of the update that is handled; one of which nothing is known for any other."""
        return self._open.get(chat_id) or Conversation()

    def finish(self, chat_id: int) -> SessionChange | None:
        """Forget the conversation, and return what is to be stored."""
        self._expected.pop(chat_id, None)
        self._open.pop(chat_id, None)
        return self._changes.pop(chat_id, None)

    async def refresh_chat_data(self, chat_id: int, chat_data: Conversation) -> None:
        """Fill in what was read when the update was let in."""
        if chat_id in self._expected:
            _, admitted = self._expected[chat_id]
            chat_data.session = chat_data.read = admitted.session
            chat_data.recalled, chat_data.known = admitted.recalled, admitted.session_known
        self._open[chat_id] = chat_data

    async def update_chat_data(self, chat_id: int, data: Conversation) -> None:
        """Note what the handlers changed."""
        if chat_id in self._expected:
            contact, _ = self._expected[chat_id]
            self._changes[chat_id] = data.change(contact)

    async def get_chat_data(self) -> dict[int, Conversation]:
        """Nothing: a chat's is read with its update."""
        return {}

    async def drop_chat_data(self, chat_id: int) -> None:
        """Nothing of a chat is kept here."""

    async def flush(self) -> None:
        """Nothing waits to be written."""

    async def get_user_data(self) -> dict[int, dict[Any, Any]]:
        """Not used, as all below."""
        return {}

    async def get_bot_data(self) -> dict[Any, Any]:
        """Not used."""
        return {}

    async def get_callback_data(self) -> None:
        """Not used."""

    async def get_conversations(self, name: str) -> dict[Any, Any]:
        """Not used: there is no `ConversationHandler`."""
        del name
        return {}

    async def update_conversation(self, name: str, key: Any, new_state: object | None) -> None:
        """Not used."""

    async def update_user_data(self, user_id: int, data: dict[Any, Any]) -> None:
        """Not used."""

    async def update_bot_data(self, data: dict[Any, Any]) -> None:
        """Not used."""

    async def update_callback_data(self, data: Any) -> None:
        """Not used."""

    async def drop_user_data(self, user_id: int) -> None:
        """Not used."""

    async def refresh_user_data(self, user_id: int, user_data: dict[Any, Any]) -> None:
        """Not used."""

    async def refresh_bot_data(self, bot_data: dict[Any, Any]) -> None:
        """Not used."""
