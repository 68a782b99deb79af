"""Every command and every button through the double of Telegram: an update in, a Bot API call out."""

import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram.request import HTTPXRequest

from telegram_double.client import ControlClient, Person, SentMessage
from telegram_double.policy import Policy
from telegram_double.testing import RunningDouble, running_double
from tests.integration.telegram_double.conftest import receiving
from tests.unit.bot.conftest import ALERT_GROUP, Chat
from tests.unit.bot.conftest import chat as chat  # noqa: PLC0414 - the fixture
from tests.unit.bot.test_everything import ARGUMENTS
from walletwatch.bot.commands.table import COMMANDS
from walletwatch.bot.registration import ALLOWED_UPDATES
from walletwatch.bot.texts import LANGUAGES

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

NO_LIMITS = Policy(chat_burst=10_000, group_burst=10_000, overall_burst=10_000)
MAX_PRESSES = 300
FORGET = "1:fx:"
LAST = ("unwatch", "deleteme")
NOT_MODIFIED = "are exactly the same"
"""The same button again shows the same: no error (Bot API, editMessageText)."""


class Phone:
    """A person with Telegram on their phone, and the bot behind it."""

    def __init__(self, chat: Chat, control: ControlClient, person: Person) -> None:
        self.chat = chat
        self.control = control
        self.person = person
        self.seen: set[str] = set()
        self.new: deque[tuple[SentMessage, str]] = deque()
        self.cursor = 0

    async def send(self, text: str) -> None:
        self.cursor = await self.control.cursor()
        await self.control.send_text(self.person.id, text)
        await self.control.wait_for_message(self.person.id, since=self.cursor, what="any")
        await self._look(text)

    async def press_everything(self) -> None:
        presses = 0
        while self.new and presses < MAX_PRESSES:
            presses += 1
            message, data = self.new.popleft()
            present = {each.message_id: each for each in await self.control.messages(self.person.id)}
            shown = present.get(message.message_id)
            if shown is None or data not in _data_of(shown):
                # The message has become another one meanwhile, as it does on a phone.
                continue
            self.cursor = await self.control.cursor()
            query = await self.control.press(shown, data=data)
            assert (await self.control.callback_answer(query)).answered, data
            await self._look(data)

    async def _look(self, what: str) -> None:
        counts = self.chat.metrics.counts
        assert counts.get("HandlerErrors", 0) == 0, what
        assert counts.get("AnswersRefused", 0) == 0, what
        refused = [
            call
            for call in await self.control.calls(status=400)
            if NOT_MODIFIED not in str(call.description)
            # There are no administrators in this world.
            and str(call.arguments.get("chat_id")) != str(ALERT_GROUP)
        ]
        assert refused == [], what
        for message in await self.control.messages(self.person.id, since=self.cursor):
            for data in _data_of(message):
                if message.from_bot and data not in self.seen and data != FORGET:
                    self.seen.add(data)
                    self.new.append((message, data))


def _data_of(message: SentMessage) -> list[str]:
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


@pytest.fixture
async def double() -> AsyncIterator[RunningDouble]:
    async with running_double(policy=NO_LIMITS) as running:
        yield running


@pytest.fixture
async def connected(chat: Chat, double: RunningDouble) -> AsyncIterator[Chat]:
    """The bot of the unit tests, whose calls go to the double, and to which the double delivers."""
    http = HTTPXRequest(connection_pool_size=8)
    await http.initialize()
    record = chat.request.do_request

    async def forward(url: str, method: str, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        await record(url, method, *arguments, **options)
        return await http.do_request(
            f"{double.base_url}{double.token}/{url.rsplit('/', 1)[-1]}", method, *arguments, **options
        )

    async def react(update: dict[str, Any]) -> web.Response:
        await chat.bot.handle(update)
        return web.Response()

    chat.request.do_request = forward  # type: ignore[method-assign]
    async with receiving() as receiver:
        receiver.react = react
        body = json.dumps({"url": receiver.url, "allowed_updates": ALLOWED_UPDATES}).encode()
        await _call(http, double, "setWebhook", body)
        yield chat
    await http.shutdown()


async def _call(http: HTTPXRequest, double: RunningDouble, method: str, body: bytes) -> None:
    import httpx  # noqa: PLC0415 - what the library speaks with

    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{double.base_url}{double.token}/{method}",
            content=body,
            headers={"Content-Type": "application/json"},
        )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_and_every_button_that_follows(
    connected: Chat, double: RunningDouble, language: str
) -> None:
    person = await double.control.add_user("Anna", language_code=language)
    phone = Phone(connected, double.control, person)
    names = [command.name for command in COMMANDS]
    for name in ["watch", *(each for each in names if each not in {"watch", *LAST}), *LAST]:
        for arguments in ("", *ARGUMENTS.get(name, ())):
            await phone.send(f"/{name} {arguments}".strip()[:4000])
        if name not in LAST:
            await phone.press_everything()
    await phone.press_everything()
    assert len(phone.seen) > 60
