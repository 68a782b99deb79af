"""python-telegram-bot's classes, as a function needs them that lives from one update to the next."""

from typing import Any

from telegram import User
from telegram.ext import Application, ApplicationBuilder, CallbackContext, ContextTypes, ExtBot
from telegram.request import BaseRequest

from walletwatch.bot.persistence import Conversation, ConversationPersistence

type Context = CallbackContext[ExtBot[None], dict[Any, Any], Conversation, dict[Any, Any]]


class KnownBot(ExtBot[None]):
    """A bot that knows who it is, which saves a `getMe` at every cold start."""

    def __init__(self, token: str, api_url: str, username: str, request: BaseRequest) -> None:
        # One client for both roles: updates come by webhook, and a client costs 40 ms for its TLS context.
        super().__init__(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        self._known = User(int(token.partition(":")[0]), username, is_bot=True, username=username)

    async def get_me(self, **_options: Any) -> User:
        """It is known."""
        self._bot_user = self._known
        return self._known


class ForgetfulApplication(Application[Any, Any, Any, Any, Any, Any]):
    """One that forgets a chat when its update is over; else it would keep all that it ever saw."""

    def forget(self, chat_id: int) -> None:
        """Let go of a chat's data; where it is stored, it stays."""
        self._chat_data.pop(chat_id, None)


def make_application(bot: KnownBot, persistence: ConversationPersistence) -> ForgetfulApplication:
    """The application of a bot that is fed by hand."""
    application = (
        ApplicationBuilder()
        .application_class(ForgetfulApplication)
        .context_types(ContextTypes(chat_data=Conversation))
        .persistence(persistence)
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .build()
    )
    assert isinstance(application, ForgetfulApplication)
    return application
