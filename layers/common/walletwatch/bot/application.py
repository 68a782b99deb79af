"""The bot as python-telegram-bot's Application, fed by a webhook that is a Lambda function."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from telegram import Message, Update
from telegram.error import NetworkError
from telegram.ext import (
    BaseHandler,
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
from walletwatch.bot.commands.command import ButtonHandler
from walletwatch.bot.commands.dialogue import Complaint, Dialogue
from walletwatch.bot.commands.table import (
    ADMIN_BUTTONS,
    ADMIN_COMMANDS_BY_NAME,
    BUTTONS,
    COMMANDS_BY_NAME,
)
from walletwatch.bot.dispatch import CommandsHandler
from walletwatch.bot.entrance import Entrance
from walletwatch.bot.guard import Guard, as_transient
from walletwatch.bot.inline import InlineMode
from walletwatch.bot.keyboards import CallbackData, StaleData
from walletwatch.bot.knocks import of_button, of_command, of_file, of_nobody, of_somebody, of_text
from walletwatch.bot.library import Context, KnownBot, make_application
from walletwatch.bot.messenger import make_request
from walletwatch.bot.operators import Operators
from walletwatch.bot.talk import Talk, contact_of
from walletwatch.bot.words import Words
from walletwatch.domain.admission import Admitted, Knock, SessionChange
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.errors import TransientError
from walletwatch.ports.common import UseMetrics
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.intake import Enter

type Handler = BaseHandler[Update, Any, Any]
type Approach = Callable[[Update, object, Contact | None], Knock | None]
"""What has to be known before a handler takes an update, by what it has found in it; None to leave it."""

_log = logging.getLogger("walletwatch.bot")


class BotApplication:
    """Takes each update of one bot to what handles it."""

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
        self._bot = KnownBot(token, api_url, username, make_request())
        entrance = Entrance(dialogue, operators, metrics)
        self._persistence = self._conversations.persistence
        self._guard = Guard(
            self._bot, entrance, subscriptions, self._persistence, dialogue.rates.known, metrics
        )
        self._words = Words(dialogue, self._guard, operators, metrics, username)
        self._arrivals = Arrivals(self._bot, subscriptions, dialogue.linking, metrics)
        self._inline_mode = InlineMode(
            dialogue.inline, dialogue.views.inline, metrics, username, dialogue.rates
        )
        self._application = make_application(self._bot, self._persistence)
        self._started = False
        self._username = username
        self._approaches: list[tuple[Handler, Approach]] = []
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

    async def handle(self, update: Mapping[str, Any], enter: Enter) -> SessionChange | None:
        """Handle one update of the Bot API, of whatever kind.

        Args:
            update: As Telegram sent it.
            enter: Lets it in, where there is something to be done about it.

        Returns:
            What its conversation waits for now; None where that did not change.

        Raises:
            TransientError: Deliver it again later; nothing was answered, and nothing changed.
        """
        await self.start()
        try:
            parsed = Update.de_json(dict(update), self._bot)
            contact = contact_of(parsed)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            # The last two: a date that no calendar has.
            self._metrics.count("UpdatesUnreadable")
            _log.warning("unreadable update: %s", type(error).__name__)
            return None
        knock = self._knock(parsed, contact)
        admitted = None if knock is None else await enter(knock)
        if knock is None or admitted is None:
            return None
        self._guard.begin()
        change = await self._process(parsed, knock, admitted)
        self._guard.check()
        return change

    def _knock(self, update: Update, contact: Contact | None) -> Knock | None:
        """What has to be known before the update is handled; None where nobody handles it."""
        for handler, approach in self._approaches:
            found = handler.check_update(update)
            if found is not None and found is not False:
                return approach(update, found, contact)
        return None

    async def _process(self, update: Update, knock: Knock, admitted: Admitted) -> SessionChange | None:
        chat = update.effective_chat
        if chat is None:
            await self._application.process_update(update)
            return None
        if knock.contact is not None:
            self._persistence.expect(knock.contact, admitted)
        try:
            await self._application.process_update(update)
            # The library does this once a minute by itself, in a process that runs for so long.
            await self._application.update_persistence()
        finally:
            self._application.forget(chat.id)
            change = self._persistence.finish(chat.id)
        return change

    def _add_handlers(self) -> None:
        add = self._add
        new = filters.UpdateType.MESSAGE
        private = filters.ChatType.PRIVATE
        # Who posts to a channel administers it, and may ask there too.
        add(CommandsHandler(COMMANDS_BY_NAME, self._command, channels=True), of_command)
        add(CommandsHandler(ADMIN_COMMANDS_BY_NAME, self._admin_command), self._of_admin_command)
        add(CallbackQueryHandler(self._button), of_button)
        add(InlineQueryHandler(self._inline), of_nobody)
        add(PreCheckoutQueryHandler(self._checkout), of_nobody)
        stars = filters.SUCCESSFUL_PAYMENT | filters.StatusUpdate.REFUNDED_PAYMENT
        add(MessageHandler(new & stars & private, self._payment), of_somebody)
        add(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER), of_nobody)
        add(MessageHandler(new & filters.StatusUpdate.MIGRATE, self._migrated), of_nobody)
        add(MessageHandler(new & filters.COMMAND & private, self._words.unknown_command), of_somebody)
        add(MessageHandler(new & (filters.TEXT | filters.FORWARDED) & private, self._words.text), of_text)
        add(
            MessageHandler(new & filters.Document.ALL, self._words.document),
            lambda update, _, contact: of_file(update, self._username, contact),
        )
        self._application.add_error_handler(self._guard.bug)

    def _add(self, handler: Handler, approach: Approach) -> None:
        self._application.add_handler(handler)
        self._approaches.append((handler, approach))

    def _of_admin_command(self, update: Update, found: object, contact: Contact | None) -> Knock | None:
        if contact is not None and not self._operators.may(contact):
            # As any other word that is no command.
            return of_somebody(update, found, contact) if contact.chat_kind is ChatKind.PRIVATE else None
        return of_somebody(update, found, contact)

    async def _command(self, update: Update, context: Context) -> None:
        name, *arguments = context.args or [""]
        command = COMMANDS_BY_NAME[name]

        async def answer(talk: Talk) -> None:
            talk.arguments = tuple(arguments)
            talk.body = _behind_command(update.effective_message)
            talk.given_up = await self._conversations.drop(talk.contact)
            self._metrics.used(f"command.{command.name}")
            await command.run(talk, self._dialogue)

        await self._guard.run(update, answer)

    async def _admin_command(self, update: Update, context: Context) -> None:
        contact = contact_of(update)
        if contact is None or not self._operators.may(contact):
            await self._words.unknown_command(update, context)
            return
        name, *arguments = context.args or [""]
        run = ADMIN_COMMANDS_BY_NAME[name].run

        async def answer(talk: Talk) -> None:
            talk.arguments = tuple(arguments)
            talk.body = _behind_command(update.effective_message)
            talk.given_up = await self._conversations.drop(talk.contact)
            self._metrics.count("AdminCommands")
            await run(talk, self._dialogue)

        await self._guard.run(update, answer)

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

        await self._guard.run(update, answer)

    def _handler(self, data: CallbackData, contact: Contact) -> ButtonHandler:
        if data.action in BUTTONS:
            return BUTTONS[data.action]
        if not self._operators.may(contact):
            raise StaleData
        return ADMIN_BUTTONS[data.action]

    async def _member(self, update: Update, _context: Context) -> None:
        """The bot was blocked, unblocked, added or removed."""
        change, contact = update.my_chat_member, contact_of(update)
        if change is None or contact is None:
            return
        try:
            await self._arrivals.changed(change, contact)
        except TransientError as error:
            self._guard.later(error)

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
            self._guard.later(error)

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
            self._guard.later(as_transient(error))
        except TransientError as error:
            self._guard.later(error)

    async def _payment(self, update: Update, _context: Context) -> None:
        """Stars came, or went back."""
        message = update.effective_message

        async def take(talk: Talk) -> None:
            if message is not None:
                await plans.settle(talk, self._dialogue, message)

        await self._guard.run(update, take, always=True)


def _behind_command(message: Message | None) -> str:
    """What stands behind the command of a message, with its line breaks."""
    parts = ((message.text if message else None) or "").split(maxsplit=1)
    return parts[1] if len(parts) > 1 else ""
