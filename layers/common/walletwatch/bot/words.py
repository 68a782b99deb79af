"""Texts and files: an answer to what was asked, an address or a signature, or nothing that is understood."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from telegram import Update
from telegram.error import TelegramError

from walletwatch.bot.commands.command import Command
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, called, watched_by
from walletwatch.bot.commands.explaining import explain
from walletwatch.bot.commands.table import ADMIN_COMMANDS_BY_NAME, COMMANDS_BY_NAME
from walletwatch.bot.guard import Guard
from walletwatch.bot.knocks import captioned
from walletwatch.bot.library import Context
from walletwatch.bot.operators import Operators
from walletwatch.bot.pasted import addresses_in, unlinked
from walletwatch.bot.talk import Talk
from walletwatch.bot.views.ways import lost, runs
from walletwatch.domain.addresses import looks_like_signature
from walletwatch.domain.chats import Contact
from walletwatch.domain.errors import StoreUnavailable, TransientError
from walletwatch.domain.sessions import Session
from walletwatch.ports.common import UseMetrics

NEAREST: Final = 3
_ALIKE: Final = 0.7
"""How much of two names has to be the same (difflib, ratio)."""
_LONGEST_NAME: Final = 32
_SHORTEST_BEGINNING: Final = 3


class Words:
    """Handles the messages that no command begins."""

    def __init__(
        self, dialogue: Dialogue, guard: Guard, operators: Operators, metrics: UseMetrics, username: str
    ) -> None:
        self._dialogue = dialogue
        self._conversations = dialogue.conversations
        self._guard = guard
        self._operators = operators
        self._metrics = metrics
        self._username = username

    async def text(self, update: Update, _context: Context) -> None:
        """A text is the answer to a question, an address or a signature."""
        message = update.effective_message
        text = ((message.text if message else None) or "").strip()
        pasted, addresses = unlinked(text), addresses_in(text)

        async def answer(talk: Talk) -> None:
            try:
                session = await self._conversations.open(talk.contact)
            except StoreUnavailable:
                if addresses or looks_like_signature(pasted):
                    session = None
                else:
                    raise Complaint("error.session_lost") from None
            command = self._asked(session, talk.contact)
            if session is not None and command is not None:
                talk.body = " ".join((*session.before, text, *session.behind))
                talk.arguments = tuple(talk.body.split())
                await self._answer_question(talk, session, command)
            elif len(addresses) == 1:
                known = called(addresses[0], await watched_by(talk, self._dialogue))
                view = self._dialogue.views.wallets.bare_address(addresses[0], talk.say, known=known)
                await talk.send(view)
            elif addresses:
                raise Complaint("error.several_addresses")
            elif looks_like_signature(pasted):
                await explain(talk, self._dialogue, pasted)
            elif text:
                raise Complaint("error.unclear")

        await self._guard.run(update, answer)

    async def document(self, update: Update, _context: Context) -> None:
        """A file is the answer to a question, or has a command in its caption."""
        message = update.effective_message
        assert message is not None
        named, behind = captioned(message, self._username)

        async def answer(talk: Talk) -> None:
            try:
                session = await self._conversations.open(talk.contact) if named is None else None
            except StoreUnavailable:
                raise Complaint("error.session_lost") from None
            command = named if session is None else COMMANDS_BY_NAME.get(session.command)
            if command is None or not command.takes_file:
                raise Complaint("error.file")
            talk.body = behind
            talk.arguments = tuple(talk.body.split())
            if session is None:
                talk.given_up = await self._conversations.drop(talk.contact)
                self._metrics.used(f"command.{command.name}")
                await command.run(talk, self._dialogue)
            else:
                await self._answer_question(talk, session, command)

        await self._guard.run(update, answer)

    async def unknown_command(self, update: Update, _context: Context) -> None:
        """A command that there is not; it ends what was asked, as every command does."""
        text = (update.effective_message.text if update.effective_message else None) or "/"
        nearest = _nearest(text.split(maxsplit=1)[0].removeprefix("/").partition("@")[0].lower())

        async def answer(talk: Talk) -> None:
            await self._conversations.drop(talk.contact)
            if not nearest:
                raise Complaint("error.unknown_command")
            rows = (tuple(runs(f"/{name}", name) for name in nearest), *lost(talk.say))
            await talk.reply(talk.say("error.nearly_a_command"), rows)

        await self._guard.run(update, answer)

    def _asked(self, session: Session | None, contact: Contact) -> Command | None:
        """The command that waits for an answer; None where there is none, or no more for this person."""
        if session is None:
            return None
        if session.command in ADMIN_COMMANDS_BY_NAME and self._operators.may(contact):
            return ADMIN_COMMANDS_BY_NAME[session.command]
        return COMMANDS_BY_NAME.get(session.command)

    async def _answer_question(self, talk: Talk, session: Session, command: Command) -> None:
        """Run the command with what was sent; only then is the question closed, so that no kill loses it."""
        try:
            await command.run(talk, self._dialogue)
        except (Complaint, TransientError, TelegramError):
            # The person's next try, or Telegram's, is an answer still.
            raise
        except BaseException:
            await self._conversations.close(talk.contact, session)
            raise
        await self._conversations.close(talk.contact, session)


def _nearest(name: str) -> Sequence[str]:
    """The commands that may have been meant by a name that is none, the nearest first."""
    if len(name) > _LONGEST_NAME:
        return ()
    begun = (
        [known for known in COMMANDS_BY_NAME if known.startswith(name)]
        if len(name) >= _SHORTEST_BEGINNING
        else []
    )
    alike = get_close_matches(name, COMMANDS_BY_NAME, NEAREST, _ALIKE)
    return tuple(dict.fromkeys([*begun, *alike]))[:NEAREST]
