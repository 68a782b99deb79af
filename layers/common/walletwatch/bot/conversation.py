"""Questions to a person in a private chat, whose answer is the next text, whichever instance takes it in.

In groups the bot does not see what is not addressed to it, so nothing is asked there.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from typing import Final

from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.sessions import Session
from walletwatch.ports.common import Clock, Metrics
from walletwatch.ports.volatile import Sessions

PATIENCE_SECONDS: Final = 0.5
"""A person waits; what takes longer counts as down."""

_log = logging.getLogger("walletwatch.bot")


class Conversations:
    """The open questions. Where they cannot be remembered, commands work all the same."""

    def __init__(self, sessions: Sessions, clock: Clock, metrics: Metrics) -> None:
        self._sessions = sessions
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
        session = Session(contact.chat_id, contact.user_id, command, before, self._clock.now(), behind)
        try:
            if await self._in_time(self._sessions.save(session)) is not None:
                return True
            # The question that is being answered is open still: the next one takes its place.
            present = await self.open(contact)
            if present is None:
                return False
            return (
                await self._in_time(self._sessions.save(replace(session, version=present.version)))
                is not None
            )
        except StoreUnavailable:
            return False

    async def open(self, contact: Contact) -> Session | None:
        """The question that waits for its answer.

        Raises:
            StoreUnavailable: Nobody knows whether there is one.
        """
        if contact.chat_kind is not ChatKind.PRIVATE or contact.user_id is None:
            return None
        return await self._in_time(self._sessions.find(contact.chat_id, contact.user_id))

    async def close(self, session: Session) -> None:
        """The question was answered, or given up; one that was asked since stays."""
        try:
            await self._in_time(self._sessions.end(session))
        except StoreUnavailable:
            # It ends by itself; until then a text is taken for the answer once more, and that is harmless.
            return

    async def drop(self, contact: Contact) -> Session | None:
        """Give up the question that is open, and return it; None where there is none."""
        try:
            session = await self.open(contact)
        except StoreUnavailable:
            return None
        if session is None:
            return None
        await self.close(session)
        return session

    async def _in_time[T](self, operation: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await operation
        except (StoreUnavailable, TimeoutError) as error:
            self._metrics.count("SessionsUnavailable")
            _log.warning("sessions cannot be reached", extra={"reason": str(error) or "no answer in time"})
            raise StoreUnavailable("sessions cannot be reached") from error
