"""The bot with its HTTP layer replaced."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.telegram_request import FakeTelegramRequest
from tests.unit.bot.bench import Bench
from walletwatch.bot import application


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    request = FakeTelegramRequest()
    monkeypatch.setattr(application, "make_request", lambda **_: request)
    bench = Bench(request)
    await bench.bot.start()
    yield bench
    await bench.bot.close()
