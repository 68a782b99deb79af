"""What becomes of what goes wrong while an update is handled."""

import logging
from collections.abc import Awaitable, Callable

from telegram import Bot, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import ChatMigrated as TelegramChatMigrated

from walletwatch.bot.commands.dialogue import Complaint, unknown_wallet
from walletwatch.bot.entrance import Entrance
from walletwatch.bot.library import Context
from walletwatch.bot.messenger import translate
from walletwatch.bot.persistence import ConversationPersistence
from walletwatch.bot.talk import Talk, talk_of
from walletwatch.bot.views import ways
from walletwatch.bot.views.ways import Rows
from walletwatch.domain.currencies import Rates
from walletwatch.domain.errors import ChainUnavailable, QuotaExceeded, TransientError, UnknownWallet
from walletwatch.ports.common import Metrics
from walletwatch.ports.watching import SubscriptionStore

_log = logging.getLogger("walletwatch.bot")

type Run = Callable[[Talk], Awaitable[None]]


class Guard:
    """Answers whoever is let in, and sees to what could not be done.

    A transient fault of ours before anything was answered is kept, so that the update is delivered again.
    After an answer it is only logged, since a redelivery would answer twice. A bug is logged, counted and
    told to the sender, and the update counts as handled: it must not block the chat.
    """

    def __init__(
        self,
        bot: Bot,
        entrance: Entrance,
        subscriptions: SubscriptionStore,
        persistence: ConversationPersistence,
        rates: Rates,
        metrics: Metrics,
    ) -> None:
        self._bot = bot
        self._entrance = entrance
        self._subscriptions = subscriptions
        self._persistence = persistence
        self._rates = rates
        self._metrics = metrics
        self._failure: TransientError | None = None

    def begin(self) -> None:
        """Another update is handled from here on."""
        self._failure = None

    def check(self) -> None:
        """Raise the fault for which the update has to be delivered again.

        Raises:
            TransientError: Nothing was answered, and nothing changed.
        """
        if self._failure is not None:
            raise self._failure

    def later(self, error: TransientError) -> None:
        """Let the update be delivered again for this fault."""
        self._failure = error

    async def run(self, update: Update, run: Run, *, always: bool = False) -> None:
        """Run it for whoever sent the update, and was greeted.

        Args:
            update: What was sent.
            run: What answers it.
            always: Whatever they may do now: what was paid is owed.
        """
        talk = talk_of(update, self._bot, self._rates)
        if talk is None:
            return

        async def answer(talk: Talk) -> None:
            if await self._entrance.lets_in(talk, always=always):
                await run(talk)

        try:
            await self._tell_complaints(talk, answer)
        except TransientError as error:
            self._transient(talk, error)
        except TelegramError as error:
            try:
                await self._telegram_failed(talk, error)
            except TransientError as fault:
                self._transient(talk, fault)

    async def bug(self, update: object, context: Context) -> None:
        """Any other exception of a handler."""
        error = context.error
        self._metrics.count("HandlerErrors")
        _log.error("a handler failed", exc_info=error)
        talk = talk_of(update, self._bot, self._rates) if isinstance(update, Update) else None
        if talk is None or talk.in_group:
            return
        try:
            await self._complain(talk, Complaint("error.bug"))
        except TelegramError as failure:
            _log.warning("the sender could not be told: %s", type(failure).__name__)

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
        return (
            *ways.behind(complaint.key, talk.say, talk.bot.link),
            *(ways.giving_up(talk.say) if is_open else ()),
        )

    def _transient(self, talk: Talk, error: TransientError) -> None:
        if talk.answered:
            self._metrics.count("AnswersIncomplete")
            _log.warning("fault after an answer: %s: %s", type(error).__name__, error)
        else:
            self.later(error)

    async def _telegram_failed(self, talk: Talk, error: TelegramError) -> None:
        match error:
            case Forbidden():
                await self._subscriptions.deactivate(talk.chat_id, error.message)
            case TelegramChatMigrated():
                await self._subscriptions.migrate(talk.chat_id, error.new_chat_id)
            case RetryAfter():
                self._transient(talk, as_transient(error))
            case BadRequest():
                self._metrics.count("AnswersRefused")
                _log.error("answer refused: %s", error.message)
            case NetworkError():
                self._transient(talk, as_transient(error))
            case _:
                self._metrics.count("AnswersRefused")
                _log.error("answer failed: %s", type(error).__name__)


def as_transient(error: TelegramError) -> TransientError:
    """The domain's name for a fault of the connection to Telegram."""
    translated = translate(error)
    assert isinstance(translated, TransientError)
    return translated
