"""Lists of wallets as files, over HTTP: a person sends one, and gets one back."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from telegram_double.testing import RunningDouble
from tests.fakes.claims import entering
from tests.unit.bot.conftest import OTHER, WALLET, Chat, chat
from walletwatch.bot import application, messenger
from walletwatch.bot.application import BotApplication
from walletwatch.bot.operators import Operators

__all__ = ["chat"]

pytestmark = pytest.mark.integration


@pytest.fixture
async def application_(
    double: RunningDouble,
    chat: Chat,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[BotApplication]:
    """The bot over fakes, but for Telegram."""
    monkeypatch.setattr(application, "make_request", messenger.make_request)
    built = BotApplication(
        double.token,
        double.url,
        username=double.double.world.bot.username or "",
        dialogue=chat.bot.bot._dialogue,
        subscriptions=chat.stores.subscriptions,
        operators=Operators(),
        metrics=chat.metrics,
    )
    await built.start()
    yield built
    await built.close()


async def test_a_file_is_read_and_another_is_sent(
    double: RunningDouble,
    bot: Bot,
    application_: BotApplication,
    chat: Chat,
) -> None:
    person = await double.control.add_user("Anna")
    content = f"address,label\r\n{WALLET},one\r\n{OTHER},=two\r\n".encode("utf-8-sig")
    await double.control.send_file(person.id, "list.csv", content, caption="/import")
    await double.control.send_text(person.id, "/exportwallets")
    for update in await bot.get_updates():
        await application_.handle(update.to_dict(), entering(chat.stores))
    labels = [each.label for each in await chat.stores.subscriptions.subscriptions(person.id)]
    assert labels == ["one", "=two"]
    report, file = [each for each in await double.control.messages(person.id) if each.from_bot]
    assert "2 wallets added" in report.text
    assert file.attachment["document"]["file_name"] == "wallets.csv"
    sent = await (await bot.get_file(file.attachment["document"]["file_id"])).download_as_bytearray()
    assert b"'=two" in sent
