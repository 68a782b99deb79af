"""The bot on a bench: updates go in, calls of the Bot API come out, everything behind it is in memory."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.cache import FakeCache
from tests.fakes.chain import FakeChain
from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.queues import FakeQueues
from tests.fakes.stores import FakeStores
from tests.fakes.telegram_request import Call, FakeTelegramRequest
from walletwatch.bot.application import BotApplication
from walletwatch.domain.profile import ChainProfile
from walletwatch.services.balances import Balances
from walletwatch.services.scanning import ScanRequests
from walletwatch.services.watching import Watching

TOKEN = "111:test-token"
USERNAME = "watcher_bot"
ADA, GROUP = 42, -500
WALLET = "9Dpjw2pB5kXJr6ZTHiqzEMfJPic3om9jgNacnwpLCoaU"
OTHER_WALLET = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
PROFILE = ChainProfile("test", "XNT", "https://explorer.example")
WALLETS_PER_CHAT = 20


@dataclass
class Bench:
    """Attributes are the fakes; `request` has what the bot said."""

    request: FakeTelegramRequest = field(default_factory=FakeTelegramRequest)
    chain: FakeChain = field(default_factory=FakeChain)
    queues: FakeQueues = field(default_factory=FakeQueues)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    stores: FakeStores = field(default_factory=lambda: FakeStores(FakeClock()))
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    bot: BotApplication = field(init=False)

    def __post_init__(self) -> None:
        subscriptions = self.stores.subscriptions
        clock = self.stores.clock
        self.bot = BotApplication(
            TOKEN,
            "http://telegram.invalid",
            username=USERNAME,
            watching=Watching(
                subscriptions, self.chain, self.queues, clock, wallets_per_chat=WALLETS_PER_CHAT
            ),
            balances=Balances(self.chain, FakeCache(clock)),
            scans=ScanRequests(self.queues),
            subscriptions=subscriptions,
            profile=PROFILE,
            metrics=self.metrics,
        )

    async def handle(self, update: Mapping[str, Any]) -> list[Call]:
        """Hand over an update; the calls it caused."""
        before = len(self.request.calls)
        await self.bot.handle(update)
        return self.request.calls[before:]

    async def say(self, text: str, chat_id: int = ADA, **fields: Any) -> list[Call]:
        """A person writes."""
        return await self.handle(self.message(chat_id, text=text, **fields))

    async def press(self, data: str, chat_id: int = ADA, **fields: Any) -> list[Call]:
        """A person presses a button of a message of the bot."""
        number = next(self.ids)
        query = {
            "id": str(number),
            "from": person(),
            "chat_instance": "1",
            "data": data,
            "message": {"message_id": 7, "date": 1, "chat": chat(chat_id), "text": "buttons"},
        }
        return await self.handle({"update_id": number, "callback_query": query | fields})

    def message(self, chat_id: int = ADA, **fields: Any) -> dict[str, Any]:
        number = next(self.ids)
        text = str(fields.get("text", ""))
        values: dict[str, Any] = {"message_id": number, "date": 1, "chat": chat(chat_id), "from": person()}
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
            values["entities"] = [command]
        return {"update_id": number, "message": values | fields}


def person(user_id: int = ADA) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Ada", "language_code": "en"}


def chat(chat_id: int) -> dict[str, Any]:
    if chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": "Ada"}
    return {"id": chat_id, "type": "supergroup", "title": "Group"}


def only(calls: list[Call], method: str) -> Call:
    """The one call of this method."""
    found = [call for call in calls if call.method == method]
    assert len(found) == 1, [call.method for call in calls]
    return found[0]
