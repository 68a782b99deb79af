"""Pictures and files in a chat of the deployed stack: from the command to what Telegram has."""

import csv
import io
import urllib.request
import zipfile
from dataclasses import dataclass

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from telegram_double.client import ControlClient, Person, SentMessage
from telegram_double.files import picture_size
from traffic.actions import Chain
from walletwatch.bot.texts import texts

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

XNT = 10**9
SAY = texts("en")


@dataclass
class Chat:
    """Somebody who watches a wallet in which something has happened."""

    telegram: ControlClient
    person: Person
    wallet: Pubkey

    async def say(self, text: str) -> int:
        """Send a command; where in the journal that was."""
        since = await self.telegram.cursor()
        await self.telegram.send_text(self.person.id, text)
        return since

    async def picture(self, since: int) -> SentMessage:
        """The message that became a picture."""
        shown = await self.telegram.wait_for_message(self.person.id, since=since, what="edit", wait_s=60)
        assert "photo" in shown.attachment, shown.text
        return shown

    async def document(self, since: int) -> SentMessage:
        """The next document."""
        told = await self.telegram.wait_for_message(
            self.person.id, since=since, contains="Export for", wait_s=60
        )
        assert "document" in told.attachment
        return told

    def content(self, message: SentMessage) -> bytes:
        """What Telegram has of a message's file."""
        attachment = message.attachment
        found = attachment["document"] if "document" in attachment else attachment["photo"][-1]
        url = f"{self.telegram.base_url}/control/files/{found['file_id']}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            content: bytes = answer.read()
        return content


@pytest.fixture
async def chat(telegram: ControlClient, chain: Chain) -> Chat:
    """A watched wallet with some movements that were told."""
    key, friend = Keypair(), Keypair()
    await chain.airdrop(key.pubkey(), 50 * XNT)
    person = await telegram.add_user("Mira")
    since = await telegram.cursor()
    await telegram.send_text(person.id, f"/watch {key.pubkey()} Savings")
    await telegram.wait_for_message(person.id, since=since, contains="watching", wait_s=20)
    for number in range(3):
        since = await telegram.cursor()
        await chain.transfer_native(key, friend.pubkey(), (number + 1) * XNT)
        await telegram.wait_for_message(person.id, since=since, contains="XNT", wait_s=40)
    return Chat(telegram, person, key.pubkey())


async def test_pictures_of_every_kind_and_their_buttons(chat: Chat) -> None:
    first = await chat.picture(await chat.say("/chart 7d"))
    assert "Balance of Savings" in first.text
    assert picture_size(chat.content(first)) == (1200, 960)
    seen, shown = {chat.content(first)}, first
    for label, title in (
        (SAY("chart.button.dark"), "Balance of Savings"),
        (SAY("chart.kind.flows"), "In and out of Savings"),
        (SAY("chart.kind.pnl"), "Profit and loss of Savings"),
        (SAY("chart.kind.allocation"), "What Savings holds"),
    ):
        since = await chat.telegram.cursor()
        await chat.telegram.press(shown, text=label)
        shown = await chat.picture(since)
        assert title in shown.text
        assert shown.message_id == first.message_id
        seen.add(chat.content(shown))
    assert len(seen) == 5


async def test_the_network_below_a_scan(chat: Chat) -> None:
    since = await chat.say(f"/scan {chat.wallet}")
    verdict = await chat.telegram.wait_for_message(chat.person.id, since=since, contains="of 100", wait_s=40)
    since = await chat.telegram.cursor()
    await chat.telegram.press(verdict, text=SAY("chart.button.network"))
    shown = await chat.picture(since)
    assert "Around Savings" in shown.text
    assert picture_size(chat.content(shown)) == (1200, 1240)


async def test_an_export_by_its_wizard_and_in_one_line(chat: Chat) -> None:
    since = await chat.say("/export")
    question = await chat.telegram.wait_for_message(chat.person.id, since=since, wait_s=20)
    for choice in (SAY("history_export.format.csv"), SAY("history_export.period.30d")):
        since = await chat.telegram.cursor()
        await chat.telegram.press(question, text=choice)
        if choice != SAY("history_export.period.30d"):
            question = await chat.telegram.wait_for_message(
                chat.person.id, since=since, what="edit", wait_s=20
            )
    told = await chat.document(since)
    assert "Export for CSV" in told.text
    rows = list(csv.DictReader(io.StringIO(chat.content(told).decode("utf-8-sig"))))
    sent = [row["amount"] for row in rows if row["kind"] == "transfer_out"]
    assert sent == ["-1", "-2", "-3"]
    assert {row["wallet"] for row in rows} == {str(chat.wallet)}

    told = await chat.document(await chat.say("/export xlsx savings 30d"))
    assert "Export for Excel" in told.text
    with zipfile.ZipFile(io.BytesIO(chat.content(told))) as book:
        assert b"transfer_out" in book.read("xl/worksheets/sheet1.xml")

    told = await chat.document(await chat.say("/export koinly all all"))
    assert chat.content(told).decode("utf-8-sig").startswith("Date,Sent Amount,Sent Currency")
