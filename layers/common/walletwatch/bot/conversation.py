"""Questions to a person in a private chat, whose answer is the next text, whichever instance takes it in.

In groups the bot does not see what is not addressed to it, so nothing is asked there.
"""

import logging

from walletwatch.bot.persistence import Conversation, ConversationPersistence
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import Session
from walletwatch.ports.common import Clock, Metrics

_log = logging.getLogger("walletwatch.bot")


class Conversations:
    """The open questions. Where they cannot be remembered, commands work all the same.

    They are read when an update is let in, and what changes is stored when it was answered, all or nothing:
    a process that is killed before leaves the conversation as it was, for the update that comes again.
    """

    def __init__(self, persistence: ConversationPersistence, clock: Clock, metrics: Metrics) -> None:
        self.persistence = persistence
        self._clock = clock
        self._metrics = metrics

    async def ask(
        self,
        contact: Contact,
        command: str,
        *,
        before: tuple[str, ...] = (),
        behind: tuple[str, ...] = (),
    ) -> bool:
        """Wait for what the command lacks; False where the answer would not be understood.

        The command is then run with `before`, the words of the answer, and `behind`. A command with several
        questions (a wizard) asks for the first that is missing, each time it is run.

        Args:
            contact: Who is asked.
            command: Its name.
            before: What was said already and comes before the answer.
            behind: What was said already and comes behind it.
        """
        if contact.chat_kind is not ChatKind.PRIVATE or contact.user_id is None:
            return False
        try:
            conversation = self._conversation(contact)
        except StoreUnavailable:
            return False
        conversation.session = Session(
            contact.chat_id, contact.user_id, command, before, self._clock.now(), behind
        )
        return True

    async def open(self, contact: Contact) -> Session | None:
        """The question that waits for its answer.

        Raises:
            StoreUnavailable: Nobody knows whether there is one.
        """
        if contact.chat_kind is not ChatKind.PRIVATE or contact.user_id is None:
            return None
        return self._conversation(contact).session

    async def close(self, contact: Contact, session: Session) -> None:
        """The question was answered, or given up; one that was asked since stays."""
        conversation = self.persistence.conversation(contact.chat_id)
        if conversation.session is session:
            conversation.session = None

    async def drop(self, contact: Contact) -> Session | None:
        """Give up the question that is open, and return it; None where there is none, or it was not read."""
        try:
            session = await self.open(contact)
        except StoreUnavailable:
            return None
        conversation = self.persistence.conversation(contact.chat_id)
        conversation.session, conversation.ended = None, True
        return session

    def _conversation(self, contact: Contact) -> Conversation:
        conversation = self.persistence.conversation(contact.chat_id)
        if not conversation.known:
            self._metrics.count("SessionsUnavailable")
            _log.warning("sessions cannot be reached")
            raise StoreUnavailable("sessions cannot be reached")
        return conversation
