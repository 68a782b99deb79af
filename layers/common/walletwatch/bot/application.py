"""The bot as python-telegram-bot's Application, fed by a webhook that is a Lambda function."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

from telegram import Update, User
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import ChatMigrated as TelegramChatMigrated
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    MessageHandler,
    filters,
)

from walletwatch.bot.commands.command import ButtonHandler, Command, Handler
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.commands.table import (
    ADMIN_BUTTONS,
    ADMIN_COMMANDS,
    BUTTONS,
    COMMANDS,
    COMMANDS_BY_NAME,
)
from walletwatch.bot.keyboards import CallbackData, StaleData
from walletwatch.bot.messenger import make_request, translate
from walletwatch.bot.operators import Operators
from walletwatch.bot.talk import Talk, contact_of, talk_of
from walletwatch.bot.texts import texts
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.errors import ChainUnavailable, QuotaExceeded, StoreUnavailable, TransientError
from walletwatch.domain.sessions import Session
from walletwatch.ports.common import Metrics
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.administering import MaintenanceSwitch

_log = logging.getLogger("walletwatch.bot")

GONE_STATUSES: Final = frozenset({"kicked", "left"})

type Context = ContextTypes.DEFAULT_TYPE
type Run = Callable[[Talk], Awaitable[None]]


class _Bot(ExtBot[None]):
    """A bot that knows who it is, which saves a `getMe` at every cold start."""

    def __init__(self, token: str, api_url: str, username: str) -> None:
        # One client for both roles: updates come by webhook, and a client costs 40 ms for its TLS context.
        request = make_request()
        super().__init__(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        self._known = User(int(token.partition(":")[0]), username, is_bot=True, username=username)

    async def get_me(self, **_options: Any) -> User:
        self._bot_user = self._known
        return self._known


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
        maintenance: MaintenanceSwitch,
        operators: Operators,
        metrics: Metrics,
    ) -> None:
        self._dialogue = dialogue
        self._conversations = dialogue.conversations
        self._maintenance = maintenance
        self._operators = operators
        self._subscriptions = subscriptions
        self._metrics = metrics
        self._failure: TransientError | None = None
        self._bot = _Bot(token, api_url, username)
        self._application = Application.builder().bot(self._bot).updater(None).job_queue(None).build()
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

    async def handle(self, update: Mapping[str, Any]) -> None:
        """Handle one update of the Bot API, of whatever kind.

        Raises:
            TransientError: Deliver it again later; nothing was answered.
        """
        self._failure = None
        try:
            parsed = Update.de_json(dict(update), self._bot)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            # The last two: a date that no calendar has.
            self._metrics.count("UpdatesUnreadable")
            _log.warning("unreadable update: %s", type(error).__name__)
            return
        await self._application.process_update(parsed)
        if self._failure is not None:
            raise self._failure

    def _add_handlers(self) -> None:
        add = self._application.add_handler
        new = filters.UpdateType.MESSAGE
        for command in COMMANDS:
            add(CommandHandler(command.name, self._command(command.run), filters=new))
        for command in ADMIN_COMMANDS:
            add(CommandHandler(command.name, self._admin_command(command.run), filters=new))
        add(CallbackQueryHandler(self._button))
        add(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER))
        add(MessageHandler(new & filters.StatusUpdate.MIGRATE, self._migrated))
        add(MessageHandler(new & filters.COMMAND & filters.ChatType.PRIVATE, self._unknown_command))
        add(MessageHandler(new & filters.TEXT & filters.ChatType.PRIVATE, self._text))
        self._application.add_error_handler(self._bug)

    def _command(self, run: Handler) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        async def handler(update: Update, context: Context) -> None:
            arguments = tuple(context.args or ())

            async def answer(talk: Talk) -> None:
                talk.arguments = arguments
                talk.given_up = await self._conversations.drop(talk.contact)
                await run(talk, self._dialogue)

            await self._guarded(update, answer)

        return handler

    def _admin_command(self, run: Handler) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        async def handler(update: Update, context: Context) -> None:
            contact = contact_of(update)
            if contact is None or not self._operators.may(contact):
                # As any other word that is no command.
                if contact is not None and contact.chat_kind is ChatKind.PRIVATE:
                    await self._unknown_command(update, context)
                return
            arguments = tuple(context.args or ())

            async def answer(talk: Talk) -> None:
                talk.arguments = arguments
                self._metrics.count("AdminCommands")
                await run(talk, self._dialogue)

            await self._guarded(update, answer)

        return handler

    async def _button(self, update: Update, _context: Context) -> None:
        query = update.callback_query
        data = query.data if query else None

        async def answer(talk: Talk) -> None:
            # Whatever was asked, the conversation has gone on from there.
            talk.given_up = await self._conversations.drop(talk.contact)
            try:
                decoded = CallbackData.decode(data or "")
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

        async def answer(talk: Talk) -> None:
            try:
                session = await self._conversations.open(talk.contact)
            except StoreUnavailable:
                if is_address(text):
                    session = None
                else:
                    raise Complaint("error.session_lost") from None
            command = COMMANDS_BY_NAME.get(session.command) if session else None
            if session is not None and command is not None:
                talk.arguments = (*session.before, *text.split(), *session.behind)
                await self._answer_question(talk, session, command)
            elif is_address(text):
                await talk.send(self._dialogue.views.wallets.bare_address(text, talk.say))
            else:
                raise Complaint("error.unknown_command")

        await self._guarded(update, answer)

    async def _answer_question(self, talk: Talk, session: Session, command: Command) -> None:
        """Run the command with what was sent; only then is the question closed, so that no kill loses it."""
        try:
            await command.run(talk, self._dialogue)
        except (Complaint, TransientError, TelegramError):
            # The person's next try, or Telegram's, is an answer still.
            raise
        except BaseException:
            await self._conversations.close(session)
            raise
        await self._conversations.close(session)

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
        # The library lets an update through that lacks them.
        status = getattr(change.new_chat_member, "status", None)
        before = getattr(change.old_chat_member, "status", None)
        if not isinstance(status, str):
            return
        try:
            if status in GONE_STATUSES:
                await self._subscriptions.deactivate(contact.chat_id, status)
                return
            await self._subscriptions.remember(contact)
        except TransientError as error:
            self._failure = error
            return
        if contact.chat_kind in {ChatKind.GROUP, ChatKind.SUPERGROUP} and before in GONE_STATUSES:
            await self._bot.send_message(contact.chat_id, texts(contact.language)("group.welcome"))

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

    async def _guarded(self, update: Update, run: Run) -> None:
        talk = talk_of(update, self._bot)
        if talk is None:
            return
        try:
            await self._tell_complaints(talk, self._met(run))
        except TransientError as error:
            self._transient(talk, error)
        except TelegramError as error:
            try:
                await self._telegram_failed(talk, error)
            except TransientError as fault:
                self._transient(talk, fault)

    def _met(self, run: Run) -> Run:
        async def answer(talk: Talk) -> None:
            talk.meet(await self._dialogue.watching.greet(talk.contact))
            if not self._operators.may(talk.contact):
                maintenance = await self._maintenance.current()
                if maintenance is not None:
                    raise Complaint("error.maintenance", note=maintenance.note)
            await run(talk)

        return answer

    async def _tell_complaints(self, talk: Talk, run: Run) -> None:
        try:
            await run(talk)
        except Complaint as complaint:
            await self._complain(talk, complaint)
        except QuotaExceeded as error:
            await self._complain(talk, Complaint("error.quota", limit=error.limit))
        except ChainUnavailable:
            await self._complain(talk, Complaint("error.chain"))

    async def _complain(self, talk: Talk, complaint: Complaint) -> None:
        text = talk.say(complaint.key, **complaint.values)
        if talk.query_id is not None:
            await talk.toast(text, alert=True)
        else:
            await talk.reply(text)

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


def _as_transient(error: TelegramError) -> TransientError:
    translated = translate(error)
    assert isinstance(translated, TransientError)
    return translated
