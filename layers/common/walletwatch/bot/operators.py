"""Who runs this bot."""

from dataclasses import dataclass

from walletwatch.domain.chats import ChatKind, Contact


@dataclass(frozen=True, slots=True)
class Operators:
    """Who runs this bot.

    Attributes:
        users: Who may use the administrators' commands, in their private chats and in `chats`.
        chats: Where alerts are told.
    """

    users: frozenset[int] = frozenset()
    chats: frozenset[int] = frozenset()

    def may(self, contact: Contact) -> bool:
        """Whether this person may use them here."""
        here = contact.chat_kind is ChatKind.PRIVATE or contact.chat_id in self.chats
        return here and contact.user_id in self.users
