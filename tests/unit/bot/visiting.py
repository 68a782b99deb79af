"""A person who sends everything, and presses every button there is."""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.unit.bot.answers import data_of, flaws
from tests.unit.bot.conftest import Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.texts import texts

LAST: Final = (
    Action.UNWATCH_CONFIRMED,
    Action.UNLINK_CONFIRMED,
    Action.SHARE_REVOKED,
    Action.AM_DELETE_CONFIRMED,
    Action.PURGE_CONFIRMED,
    Action.RETRY_FAILED,
    Action.ACKNOWLEDGE,
    Action.BROADCAST_DISCARDED,
    Action.BROADCAST_CONFIRMED,
    Action.BROADCAST_STOPPED,
    Action.REFUND_CONFIRMED,
    Action.REFUND_PAYMENT_CONFIRMED,
    Action.FORGET_CONFIRMED,
)
"""They take away what the others are about, in this order."""


@dataclass(frozen=True)
class Shown:
    """A button below a message."""

    chat_id: int
    message_id: int
    data: str

    @property
    def action(self) -> Action:
        return CallbackData.decode(self.data).action


@dataclass
class Visitor:
    """Presses what is shown, each button once, and looks at every answer.

    Attributes:
        enough: Buttons of one action: where one choice multiplies the next, there is no end of them.
        worked: The actions of which a button did not only say that it is outdated.
    """

    chat: Chat
    language: str
    user: int
    chat_id: int
    topic: int | None = None
    enough: int = 16
    seen: set[tuple[int, str]] = field(default_factory=set)
    new: deque[Shown] = field(default_factory=deque)
    late: list[Shown] = field(default_factory=list)
    worked: set[Action] = field(default_factory=set)
    pressed: Counter[Action] = field(default_factory=Counter)

    @property
    def sender(self) -> dict[str, Any]:
        return {"id": self.user, "is_bot": False, "first_name": "x", "language_code": self.language}

    async def send(self, text: str) -> None:
        """Write to the bot, and look at what it says."""
        self._speak()
        since = len(self.chat.request.calls)
        await self.deliver(text)
        assert len(self.chat.request.calls) > since, f"{text} was not answered"
        self.look(since, text)

    async def press(self, shown: Shown) -> None:
        self._speak()
        since = len(self.chat.request.calls)
        await self.tap(shown)
        answers = [
            arguments for name, arguments in self.chat.request.calls[since:] if name == "answerCallbackQuery"
        ]
        assert len(answers) == 1, f"{shown.data} was answered {len(answers)} times"
        if answers[0].get("text") != texts(self.language)("error.outdated"):
            self.worked.add(shown.action)
        self.look(since, shown.data)

    async def deliver(self, text: str) -> None:
        """The update of a message."""
        where = {"message_thread_id": self.topic, "is_topic_message": True} if self.topic else {}
        await self.chat.send(text, user=self.user, chat=self.chat_id, **{"from": self.sender} | where)

    async def tap(self, shown: Shown) -> None:
        """The update of a pressed button."""
        message = self.chat.message("a menu", user=self.user, chat=shown.chat_id)["message"]
        message |= {"message_id": shown.message_id}
        if self.topic and shown.chat_id == self.chat_id:
            message |= {"message_thread_id": self.topic, "is_topic_message": True}
        query = {
            "id": f"q{next(self.chat.numbers)}",
            "from": self.sender,
            "message": message,
            "chat_instance": "1",
            "data": shown.data,
        }
        await self.chat.bot.handle({"update_id": 1, "callback_query": query})

    def message_of(self, number: int) -> int:
        """The message that a call sent, by the call's place among all of them."""
        return number

    async def press_everything(self) -> None:
        """Press what was shown since, and what that shows; what takes something away is kept for the end."""
        while self.new:
            shown = self.new.popleft()
            self.pressed[shown.action] += 1
            if shown.action in LAST:
                self.late.append(shown)
            elif self.pressed[shown.action] <= self.enough:
                await self.press(shown)

    async def press_the_rest(self) -> None:
        """Take everything away."""
        while self.late:
            self.late.sort(key=lambda shown: LAST.index(shown.action))
            await self.press(self.late.pop(0))
            await self.press_everything()

    def look(self, since: int, what: str) -> None:
        """Judge the newest calls, and remember their buttons."""
        assert self.chat.metrics.counts.get("HandlerErrors", 0) == 0, what
        assert self.chat.metrics.counts.get("AnswersRefused", 0) == 0, what
        assert self.chat.request.refused == [], what
        for number, (_, arguments) in enumerate(self.chat.request.calls[since:], since + 1):
            # Others are told in their own language, and what administrators are told unasked is English.
            is_own = arguments.get("chat_id") in {self.chat_id, self.user}
            found = list(flaws(arguments, self.language if is_own else "en"))
            assert not found, f"{what}: {found}"
            for data in data_of(arguments):
                chat_id = int(arguments["chat_id"])
                is_theirs = chat_id > 0 and chat_id != self.user
                if not is_theirs and (chat_id, data) not in self.seen:
                    self.seen.add((chat_id, data))
                    message_id = int(arguments.get("message_id") or self.message_of(number))
                    self.new.append(Shown(chat_id, message_id, data))

    def _speak(self) -> None:
        """Whatever button chose another language: from here on it is this one again."""
        for chat_id in {self.chat_id, self.user}:
            row = self.chat.stores.tables.chats.get(chat_id)
            if row is not None:
                settings = replace(row.chat.settings, language=self.language)
                row.chat = replace(row.chat, settings=settings, language=self.language)
