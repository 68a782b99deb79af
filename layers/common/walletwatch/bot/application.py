"""The bot as python-telegram-bot's Application, fed by a webhook that is a Lambda function."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import Message, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import ChatMigrated as TelegramChatMigrated
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    PreCheckoutQueryHandler,
    filters,
)

from walletwatch.bot.arrivals import Arrivals
from walletwatch.bot.checkout import answer_checkout
from walletwatch.bot.commands import plans
from walletwatch.bot.commands.command import ButtonHandler, Command
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, unknown_wallet
from walletwatch.bot.commands.explaining import explain
from walletwatch.bot.commands.table import (
    ADMIN_BUTTONS,
    ADMIN_COMMANDS_BY_NAME,
    BUTTONS,
    COMMANDS_BY_NAME,
)
from walletwatch.bot.dispatch import CommandsHandler
from walletwatch.bot.inline import InlineMode
from walletwatch.bot.keyboards import CallbackData, StaleData
from walletwatch.bot.library import Context, KnownBot, make_application
from walletwatch.bot.messenger import make_request, translate
from walletwatch.bot.operators import Operators
from walletwatch.bot.pasted import unlinked
from walletwatch.bot.talk import Talk, contact_of, talk_of
from walletwatch.bot.views import ways
from walletwatch.bot.views.ways import Rows
from walletwatch.domain.addresses import is_address, looks_like_signature
from walletwatch.domain.admission import Admitted, SessionChange
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.errors import (
    ChainUnavailable,
    QuotaExceeded,
    StoreUnavailable,
    TransientError,
    UnknownWallet,
)
from walletwatch.domain.sessions import Session
from walletwatch.ports.common import UseMetrics
from walletwatch.ports.watching import SubscriptionStore

_log = logging.getLogger("walletwatch.bot")

type Run = Callable[[Talk], Awaitable[None]]


class BotApplication:
    """Runs the commands of one bot.

    A transient fault of ours before anything was answered is raised, so that the update is delivered again.
    After an answer it is only logged, since a redelivery would answer twice. A bug is logged, counted and
    told to the sender, and the update counts as handled: it must not block the chat.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        username: str,
        dialogue: Dialogue,
        subscriptions: SubscriptionStore,
        operators: Operators,
        metrics: UseMetrics,
    ) -> None:
        self._dialogue = dialogue
        self._conversations = dialogue.conversations
        self._operators = operators
        self._subscriptions = subscriptions
        self._metrics = metrics
        self._failure: TransientError | None = None
        self._bot = KnownBot(token, api_url, username, make_request())
        self._arrivals = Arrivals(self._bot, subscriptions, dialogue.linking, metrics)
        self._inline_mode = InlineMode(dialogue.inline, dialogue.views.inline, metrics, username)
        self._persistence = self._conversations.persistence
        self._application = make_application(self._bot, self._persistence)
        self._started = False
        self._add_handlers()

    async def start(self) -> None:
        """Make ready, once for each environment; nothing is sent."""
        if not self._started:
            await self._application.initialize()
            self._started = True

    async def close(self) -> None:
        """Close the connections."""
        if self._started:
            await self._application.shutdown()
            self._started = False

    async def handle(self, update: Mapping[str, Any], admitted: Admitted) -> SessionChange | None:
        """Handle one update of the Bot API, of whatever kind.

        Args:
            update: As Telegram sent it.
            admitted: What is known since it was let in.

        Returns:
            What its conversation waits for now; None where that did not change.

        Raises:
            TransientError: Deliver it again later; nothing was answered, and nothing changed.
        """
        await self.start()
        self._failure = None
        try:
            parsed = Update.de_json(dict(update), self._bot)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            # The last two: a date that no calendar has.
            self._metrics.count("UpdatesUnreadable")
            _log.warning("unreadable update: %s", type(error).__name__)
            return None
        change = await self._process(parsed, admitted)
        if self._failure is not None:
            raise self._failure
        return change

    async def _process(self, update: Update, admitted: Admitted) -> SessionChange | None:
        chat = update.effective_chat
        if chat is None:
            await self._application.process_update(update)
            return None
        self._persistence.expect(chat.id, admitted)
        try:
            await self._application.process_update(update)
            # The library does this once a minute by itself, in a process that runs for so long.
            await self._application.update_persistence()
        finally:
            self._application.forget(chat.id)
            change = self._persistence.finish(chat.id)
        return change

    def _add_handlers(self) -> None:
        add = self._application.add_handler
        new = filters.UpdateType.MESSAGE
        # Who posts to a channel administers it, and may ask there too.
        add(CommandsHandler(COMMANDS_BY_NAME, self._command, channels=True))
        add(CommandsHandler(ADMIN_COMMANDS_BY_NAME, self._admin_command))
        add(CallbackQueryHandler(self._button))
        add(InlineQueryHandler(self._inline))
        add(PreCheckoutQueryHandler(self._checkout))
        stars = filters.SUCCESSFUL_PAYMENT | filters.StatusUpdate.REFUNDED_PAYMENT
        add(MessageHandler(new & stars & filters.ChatType.PRIVATE, self._payment))
        add(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER))
        add(MessageHandler(new & filters.StatusUpdate.MIGRATE, self._migrated))
        add(MessageHandler(new & filters.COMMAND & filters.ChatType.PRIVATE, self._unknown_command))
        words = filters.TEXT | filters.FORWARDED
        add(MessageHandler(new & words & filters.ChatType.PRIVATE, self._text))
        add(MessageHandler(new & filters.Document.ALL, self._document))
        self._application.add_error_handler(self._bug)

    async def _command(self, update: Update, context: Context) -> None:
        name, *arguments = context.args or [""]
        command = COMMANDS_BY_NAME[name]

        async def answer(talk: Talk) -> None:
            talk.arguments = tuple(arguments)
            talk.body = _behind_command(update.effective_message)
            talk.given_up = await self._conversations.drop(talk.contact)
            self._metrics.used(f"command.{command.name}")
            await command.run(talk, self._dialogue)

        await self._guarded(update, answer, with_watched=command.names_wallet and bool(arguments))

    async def _admin_command(self, update: Update, context: Context) -> None:
        contact = contact_of(update)
        if contact is None or not self._operators.may(contact):
            # As any other word that is no command.
            if contact is not None and contact.chat_kind is ChatKind.PRIVATE:
                await self._unknown_command(update, context)
            return
        name, *arguments = context.args or [""]
        run = ADMIN_COMMANDS_BY_NAME[name].run

        async def answer(talk: Talk) -> None:
            talk.arguments = tuple(arguments)
            talk.body = _behind_command(update.effective_message)
            talk.given_up = await self._conversations.drop(talk.contact)
            self._metrics.count("AdminCommands")
            await run(talk, self._dialogue)

        await self._guarded(update, answer)

    async def _button(self, update: Update, _context: Context) -> None:
        query = update.callback_query
        data = query.data if query else None

        async def answer(talk: Talk) -> None:
            # Whatever was asked, the conversation has gone on from there.
            talk.given_up = await self._conversations.drop(talk.contact)
            try:
                decoded = CallbackData.decode(data or "")
                if decoded.action in BUTTONS:
                    self._metrics.used(f"button.{decoded.action.name.lower()}")
                await self._handler(decoded, talk.contact)(talk, self._dialogue, decoded)
            except StaleData as error:
                raise Complaint("error.outdated") from error
            await talk.toast()

        await self._guarded(update, answer)

    def _handler(self, data: CallbackData, contact: Contact) -> ButtonHandler:
        if data.action in BUTTONS:
            return BUTTONS[data.action]
        if not self._operators.may(contact):
            raise StaleData
        return ADMIN_BUTTONS[data.action]

    async def _text(self, update: Update, _context: Context) -> None:
        message = update.effective_message
        text = ((message.text if message else None) or "").strip()
        pasted = unlinked(text)

        async def answer(talk: Talk) -> None:
            try:
                session = await self._conversations.open(talk.contact)
            except StoreUnavailable:
                if is_address(pasted) or looks_like_signature(pasted):
                    session = None
                else:
                    raise Complaint("error.session_lost") from None
            command = self._asked(session, talk.contact)
            if session is not None and command is not None:
                talk.body = " ".join((*session.before, text, *session.behind))
                talk.arguments = tuple(talk.body.split())
                await self._answer_question(talk, session, command)
            elif is_address(pasted):
                await talk.send(self._dialogue.views.wallets.bare_address(pasted, talk.say))
            elif looks_like_signature(pasted):
                await explain(talk, self._dialogue, pasted)
            elif text:
                raise Complaint("error.unclear")

        await self._guarded(update, answer, with_watched=self._asked_for_wallet(message))

    def _asked(self, session: Session | None, contact: Contact) -> Command | None:
        """The command that waits for an answer; None where there is none, or no more for this person."""
        if session is None:
            return None
        if session.command in ADMIN_COMMANDS_BY_NAME and self._operators.may(contact):
            return ADMIN_COMMANDS_BY_NAME[session.command]
        return COMMANDS_BY_NAME.get(session.command)

    async def _document(self, update: Update, _context: Context) -> None:
        """A file is the answer to a question, or has a command in its caption."""
        caption = (update.effective_message.caption if update.effective_message else None) or ""
        word, *rest = caption.split(maxsplit=1) if caption.startswith("/") else ("", caption)
        name, _, addressee = word.removeprefix("/").partition("@")
        named = COMMANDS_BY_NAME.get(name.lower())
        if addressee and addressee.lower() != self._bot.username.lower():
            return

        async def answer(talk: Talk) -> None:
            try:
                session = await self._conversations.open(talk.contact) if named is None else None
            except StoreUnavailable:
                raise Complaint("error.session_lost") from None
            command = named if session is None else COMMANDS_BY_NAME.get(session.command)
            if command is None or not command.takes_file:
                raise Complaint("error.file")
            talk.body = "".join(rest)
            talk.arguments = tuple(talk.body.split())
            if session is None:
                talk.given_up = await self._conversations.drop(talk.contact)
                self._metrics.used(f"command.{command.name}")
                await command.run(talk, self._dialogue)
            else:
                await self._answer_question(talk, session, command)

        # In a group a file without a command is for its people.
        if named is not None or (update.effective_chat and update.effective_chat.type == ChatKind.PRIVATE):
            await self._guarded(update, answer)

    def _asked_for_wallet(self, message: Message | None) -> bool:
        """Whether a text is an answer that may name a watched wallet."""
        session = self._persistence.conversation(message.chat.id).session if message else None
        command = COMMANDS_BY_NAME.get(session.command) if session else None
        return command is not None and command.names_wallet

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

    async def _unknown_command(self, update: Update, _context: Context) -> None:
        async def answer(talk: Talk) -> None:
            await self._conversations.drop(talk.contact)
            raise Complaint("error.unknown_command")

        await self._guarded(update, answer)

    async def _member(self, update: Update, _context: Context) -> None:
        """The bot was blocked, unblocked, added or removed."""
        change, contact = update.my_chat_member, contact_of(update)
        if change is None or contact is None:
            return
        try:
            await self._arrivals.changed(change, contact)
        except TransientError as error:
            self._failure = error

    async def _migrated(self, update: Update, _context: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        try:
            if message.migrate_to_chat_id:
                await self._subscriptions.migrate(message.chat.id, message.migrate_to_chat_id)
            elif message.migrate_from_chat_id:
                await self._subscriptions.migrate(message.migrate_from_chat_id, message.chat.id)
        except TransientError as error:
            self._failure = error

    async def _inline(self, update: Update, _context: Context) -> None:
        if update.inline_query is not None:
            await self._inline_mode.answer(update.inline_query)

    async def _checkout(self, update: Update, _context: Context) -> None:
        query = update.pre_checkout_query
        if query is None:
            return
        try:
            await answer_checkout(query, self._dialogue.plans, self._metrics)
        except NetworkError as error:
            self._failure = _as_transient(error)
        except TransientError as error:
            self._failure = error

    async def _payment(self, update: Update, _context: Context) -> None:
        """Stars came, or went back."""
        message = update.effective_message

        async def take(talk: Talk) -> None:
            if message is not None:
                await plans.settle(talk, self._dialogue, message)

        await self._guarded(update, take, always=True)

    async def _guarded(
        self, update: Update, run: Run, *, with_watched: bool = False, always: bool = False
    ) -> None:
        """Run it for whoever sent the update; `always`, whatever they may do now: what was paid is owed."""
        talk = talk_of(update, self._bot)
        if talk is None:
            return
        try:
            await self._tell_complaints(talk, self._met(run, with_watched=with_watched, always=always))
        except TransientError as error:
            self._transient(talk, error)
        except TelegramError as error:
            try:
                await self._telegram_failed(talk, error)
            except TransientError as fault:
                self._transient(talk, fault)

    def _met(self, run: Run, *, with_watched: bool, always: bool) -> Run:
        async def answer(talk: Talk) -> None:
            greeting = await self._dialogue.watching.greet(talk.contact, with_watched=with_watched)
            talk.meet(greeting.chat)
            talk.watched = greeting.watched
            if not always and not self._operators.may(talk.contact):
                if greeting.turns_away:
                    await self._turn_away(talk)
                    return
                if greeting.maintenance is not None:
                    raise Complaint("error.maintenance", note=greeting.maintenance.note)
            # In a group whoever may not ask is not answered either; only a button must not spin for ever.
            if talk.in_group and talk.chat.settings.admins_only and not await talk.may_change():
                if talk.query_id is not None:
                    raise Complaint("error.admins_only")
                return
            await run(talk)

        return answer

    async def _turn_away(self, talk: Talk) -> None:
        """A banned person is told so, once a day; whatever else they do comes to nothing."""
        self._metrics.count("BannedIgnored")
        if await self._dialogue.admin_desk.people.tell_banned(talk.contact.user_id or talk.chat_id):
            await self._complain(talk, Complaint("error.banned"))
        else:
            await talk.toast()

    async def _tell_complaints(self, talk: Talk, run: Run) -> None:
        try:
            await run(talk)
        except Complaint as complaint:
            await self._complain(talk, complaint)
        except UnknownWallet as error:
            await self._complain(talk, unknown_wallet(error))
        except QuotaExceeded as error:
            await self._complain(talk, Complaint(f"quota.{error.quota}", limit=error.limit))
        except ChainUnavailable:
            await self._complain(talk, Complaint("error.chain"))

    async def _complain(self, talk: Talk, complaint: Complaint) -> None:
        text = talk.say(complaint.key, **complaint.values)
        if talk.query_id is not None:
            await talk.toast(text, alert=True)
        else:
            await talk.reply(text, self._helpful(talk, complaint))

    def _helpful(self, talk: Talk, complaint: Complaint) -> Rows:
        """Buttons below a complaint; a question that is still open can be left."""
        is_open = not talk.in_group and self._persistence.conversation(talk.chat_id).session is not None
        return (*ways.behind(complaint.key, talk.say), *(ways.giving_up(talk.say) if is_open else ()))

    def _transient(self, talk: Talk, error: TransientError) -> None:
        if talk.answered:
            self._metrics.count("AnswersIncomplete")
            _log.warning("fault after an answer: %s: %s", type(error).__name__, error)
        else:
            self._failure = error

    async def _telegram_failed(self, talk: Talk, error: TelegramError) -> None:
        match error:
            case Forbidden():
                await self._subscriptions.deactivate(talk.chat_id, error.message)
            case TelegramChatMigrated():
                await self._subscriptions.migrate(talk.chat_id, error.new_chat_id)
            case RetryAfter():
                self._transient(talk, _as_transient(error))
            case BadRequest():
                self._metrics.count("AnswersRefused")
                _log.error("answer refused: %s", error.message)
            case NetworkError():
                self._transient(talk, _as_transient(error))
            case _:
                self._metrics.count("AnswersRefused")
                _log.error("answer failed: %s", type(error).__name__)

    async def _bug(self, update: object, context: Context) -> None:
        """Any other exception of a handler."""
        error = context.error
        self._metrics.count("HandlerErrors")
        _log.error("a handler failed", exc_info=error)
        talk = talk_of(update, self._bot) if isinstance(update, Update) else None
        if talk is None or talk.in_group:
            return
        try:
            await self._complain(talk, Complaint("error.bug"))
        except TelegramError as failure:
            _log.warning("the sender could not be told: %s", type(failure).__name__)


def _behind_command(message: Message | None) -> str:
    """What stands behind the command of a message, with its line breaks."""
    parts = ((message.text if message else None) or "").split(maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def _as_transient(error: TelegramError) -> TransientError:
    translated = translate(error)
    assert isinstance(translated, TransientError)
    return translated
