"""A running double, a Bot that talks to it, and a webhook that writes down what it gets."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot

from telegram_double.policy import Policy
from telegram_double.testing import RunningDouble, running_double

SECRET = "a-Secret_of-the-test"

type Reaction = Callable[[dict[str, Any]], Awaitable[web.Response]]


@dataclass
class Receiver:
    """A webhook. ``react`` decides what it answers."""

    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    react: Reaction | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        self.updates.append(json.loads(await request.text()))
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.times.append(asyncio.get_running_loop().time())
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        self._arrived.set()
        self._arrived = asyncio.Event()
        try:
            return await self.react(self.updates[-1]) if self.react else web.Response()
        finally:
            self.open_now -= 1

    async def wait_for(self, count: int, seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while len(self.updates) < count:
                await self._arrived.wait()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/telegram", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture(autouse=True)
def _periods_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """What python-telegram-bot's next major version does; without it a RetryAfter warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def double() -> AsyncIterator[RunningDouble]:
    # Room for a whole test's messages: the limits have tests of their own.
    async with running_double(policy=Policy(chat_burst=200, group_burst=200, overall_burst=500)) as running:
        yield running


@pytest.fixture
async def bot(double: RunningDouble) -> AsyncIterator[Bot]:
    async with Bot(double.token, base_url=double.base_url, base_file_url=double.base_file_url) as client:
        yield client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running
