"""Every command and every button through the double of Telegram: an update in, a Bot API call out."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest
from aiohttp import web
from telegram.request import HTTPXRequest

from telegram_double.people import press_button
from telegram_double.policy import Policy
from telegram_double.queries import Payment
from telegram_double.testing import RunningDouble, running_double
from tests.fakes.telegram_request import NOT_MODIFIED
from tests.integration.telegram_double.conftest import receiving
from tests.unit.bot.conftest import ADMIN, ALERT_GROUP, ANNA, BORIS, GROUP, Chat
from tests.unit.bot.conftest import chat as chat  # noqa: PLC0414 - the fixture
from tests.unit.bot.furnished import messenger
from tests.unit.bot.test_everything import REPORTERS, drive
from tests.unit.bot.visiting import Shown, Visitor
from walletwatch.bot.keyboards import Action
from walletwatch.bot.registration import ALLOWED_UPDATES
from walletwatch.bot.texts import LANGUAGES, texts
from walletwatch.domain.work import Button, RenderedMessage

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

NO_LIMITS: Final = Policy(chat_burst=100_000, group_burst=100_000, overall_burst=100_000)
PATIENCE_S: Final = 20
ENOUGH: Final = 3
"""Buttons of one action; without the network more of them are pressed."""


@dataclass
class Connection:
    """The bot of the unit tests, whose calls go to the double, and to which the double delivers.

    Attributes:
        sent: The message that a call sent or changed, by the call's place among all of them.
        handled: The messages and pressed buttons whose updates were, by their ids.
    """

    double: RunningDouble
    http: HTTPXRequest
    sent: dict[int, int] = field(default_factory=dict)
    handled: set[str] = field(default_factory=set)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def connect(self, chat: Chat) -> None:
        record = chat.request.do_request

        async def forward(url: str, method: str, *arguments: Any, **options: Any) -> tuple[int, bytes]:
            await record(url, method, *arguments, **options)
            number, name = len(chat.request.calls), url.rsplit("/", 1)[-1]
            to = f"{self.double.base_url}{self.double.token}/{name}"
            status, body = await self.http.do_request(to, method, *arguments, **options)
            answer = json.loads(body)
            if not answer["ok"]:
                # Of a chat that nobody knows, the bot is told so; that is no fault.
                fine = name.startswith("get") or NOT_MODIFIED in answer["description"]
                if fine:
                    return status, body
                chat.request.refused.append(f"{name}: {answer['description']}")
            if isinstance(answer.get("result"), dict) and "message_id" in answer["result"]:
                self.sent[number] = answer["result"]["message_id"]
            return status, body

        chat.request.do_request = forward  # type: ignore[method-assign]

    async def wait(self, name: object) -> None:
        """Until the update of this was handled."""
        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(lambda: str(name) in self.handled)

    async def done(self, update: dict[str, Any]) -> None:
        """An update was handled."""
        query, message = update.get("callback_query"), update.get("message")
        async with self.news:
            self.handled |= {str(query["id"])} if query else set()
            self.handled |= {f"{message['chat']['id']}.{message['message_id']}"} if message else set()
            self.news.notify_all()


@dataclass
class Phone(Visitor):
    """A person with Telegram on their phone."""

    connection: Connection | None = None

    @property
    def line(self) -> Connection:
        assert self.connection is not None
        return self.connection

    async def deliver(self, text: str) -> None:
        if self.topic is None:
            sent = await self.line.double.control.send_text(self.chat_id, text, user_id=self.user)
            number = sent.message_id
        else:
            # People of the double do not write in topics.
            update = self.chat.message(text, user=self.user, chat=self.chat_id, **{"from": self.sender})
            update["message"] |= {"message_thread_id": self.topic, "is_topic_message": True}
            await self.line.double.control.forge_update({"message": update["message"]})
            number = update["message"]["message_id"]
        await self.line.wait(f"{self.chat_id}.{number}")

    async def tap(self, shown: Shown) -> None:
        """Press the button, or a copy of it where its message has become another one meanwhile."""
        world = self.line.double.double.world
        message = world.chats[shown.chat_id].messages.get(shown.message_id)
        present = message.inline_buttons() if message is not None else []
        message_id = shown.message_id
        if shown.data not in {button.get("callback_data") for button in present}:
            text = texts(self.language)("menu.title")
            copy = RenderedMessage(text, ((Button("👆", callback_data=shown.data),),))
            topic = self.topic if shown.chat_id == self.chat_id else None
            await messenger(self.chat).send(shown.chat_id, copy, topic=topic)
            message_id = self.line.sent[len(self.chat.request.calls)]
        query = press_button(
            self.line.double.double,
            chat_id=shown.chat_id,
            user_id=self.user,
            message_id=message_id,
            data=shown.data,
        )
        await self.line.wait(query.id)
        assert query.answer is not None, shown

    def message_of(self, number: int) -> int:
        return self.line.sent[number]


@pytest.fixture
async def double() -> AsyncIterator[RunningDouble]:
    async with running_double(policy=NO_LIMITS) as running:
        yield running


@pytest.fixture
async def connection(chat: Chat, double: RunningDouble) -> AsyncIterator[Connection]:
    http = HTTPXRequest(connection_pool_size=8)
    await http.initialize()
    connection = Connection(double, http)
    connection.connect(chat)

    async def react(update: dict[str, Any]) -> web.Response:
        await chat.bot.handle(update)
        await connection.done(update)
        return web.Response()

    async with receiving() as receiver, httpx.AsyncClient() as client:
        receiver.react = react
        answer = await client.post(
            f"{double.base_url}{double.token}/setWebhook",
            json={"url": receiver.url, "allowed_updates": ALLOWED_UPDATES},
        )
        assert answer.status_code == 200, answer.text
        yield connection
    await http.shutdown()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_button_works_in_each_language(
    chat: Chat, connection: Connection, double: RunningDouble, language: str
) -> None:
    control = double.control
    for user in (ANNA, BORIS, ADMIN, *REPORTERS):
        await control.add_user(f"Person {user}", user_id=user, language_code=language)
    for group in (GROUP, ALERT_GROUP):
        members = {ANNA: "administrator", ADMIN: "member"}
        await control.add_chat("supergroup", "Friends", members=members, chat_id=group, is_forum=True)

    def phone(user: int, chat_id: int, *, topic: int | None = None) -> Phone:
        return Phone(chat, language, user, chat_id, topic, ENOUGH, connection=connection)

    async def paid(charge: str, stars: int) -> None:
        double.double.questions.payments[charge] = Payment(charge, ANNA, stars, "x", 0)

    worked = await drive(chat, phone, paid)
    missing = sorted(action.name for action in set(Action) - worked)
    assert not missing, " ".join(missing)
