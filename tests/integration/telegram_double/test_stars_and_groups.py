"""Over HTTP: premium is bought and given back, groups and channels are linked, cards are posted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from telegram import Bot

from telegram_double.records import Person, SentMessage
from telegram_double.testing import RunningDouble
from tests.fakes.claims import entering
from tests.unit.bot.conftest import WALLET, Chat, chat
from walletwatch.bot import application, messenger
from walletwatch.bot.application import BotApplication
from walletwatch.bot.operators import Operators
from walletwatch.bot.registration import ALLOWED_UPDATES
from walletwatch.domain.chats import Chat as KnownChat

__all__ = ["chat"]

pytestmark = pytest.mark.integration


@dataclass
class Conversation:
    """The bot over fakes, but for Telegram; `settle` lets it handle what people did."""

    double: RunningDouble
    fakes: Chat
    telegram: Bot
    bot: BotApplication
    offset: int = 0

    async def settle(self) -> None:
        while updates := await self.telegram.get_updates(
            offset=self.offset, allowed_updates=list(ALLOWED_UPDATES)
        ):
            for update in updates:
                self.offset = update.update_id + 1
                await self.bot.handle(update.to_dict(), entering(self.fakes.stores))

    async def says(self, person: Person, text: str, chat_id: int | None = None) -> None:
        await self.double.control.send_text(chat_id or person.id, text, user_id=person.id)
        await self.settle()

    async def presses(self, person: Person, text: str, chat_id: int | None = None) -> None:
        message = await self.last(chat_id or person.id)
        await self.double.control.press(message, text=text, user_id=person.id)
        await self.settle()

    async def last(self, chat_id: int) -> SentMessage:
        messages = await self.double.control.messages(chat_id)
        return [each for each in messages if each.from_bot][-1]

    async def known(self, chat_id: int) -> KnownChat:
        found = await self.fakes.stores.subscriptions.chat(chat_id)
        assert found is not None
        return found

    async def days_left(self, person: Person) -> float | None:
        until = (await self.known(person.id)).owner.premium_until
        return None if until is None else (until - self.fakes.clock.now()) / timedelta(days=1)

    async def pays(self, person: Person, message: SentMessage) -> tuple[bool | None, str | None]:
        query = await self.double.control.pay(person.id, message=message)
        await self.settle()
        payment = await self.double.control.payment(query)
        return payment.approved, payment.charge_id


@pytest.fixture
async def conversation(
    double: RunningDouble, bot: Bot, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Conversation]:
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
    yield Conversation(double, chat, bot, built)
    await built.close()


async def test_premium_is_bought_and_given_back(conversation: Conversation) -> None:
    anna = await conversation.double.control.add_user("Anna")
    await conversation.says(anna, "/buy")
    await conversation.presses(anna, "⭐ 30 days for 250 Stars")
    invoice = await conversation.last(anna.id)
    assert invoice.attachment["invoice"]["total_amount"] == 250
    approved, charge = await conversation.pays(anna, invoice)
    assert approved
    assert charge is not None
    assert "Thank you" in (await conversation.last(anna.id)).text
    assert await conversation.days_left(anna) == 30
    # The same invoice is not paid twice.
    assert await conversation.pays(anna, invoice) == (False, None)

    await conversation.says(anna, "/refund")
    await conversation.presses(anna, "↩️ Yes, give me my Stars back")
    assert await conversation.days_left(anna) is None
    messages = await conversation.double.control.messages(anna.id)
    assert sum("Stars are back" in each.text for each in messages) == 1
    assert [
        name for name, payment in conversation.fakes.plans.tables.payments.items() if payment.refunded_at
    ] == [charge]


async def test_anothers_invoice_is_not_paid(conversation: Conversation) -> None:
    anna, boris = [await conversation.double.control.add_user(name) for name in ("Anna", "Boris")]
    await conversation.says(anna, "/buy 30")
    invoice = await conversation.last(anna.id)
    assert await conversation.pays(boris, invoice) == (False, None)
    assert await conversation.days_left(anna) is None


async def test_a_group_is_linked_by_its_administrator(conversation: Conversation) -> None:
    control = conversation.double.control
    anna, boris = [await control.add_user(name) for name in ("Anna", "Boris")]
    group = await control.add_chat(
        "supergroup",
        title="Friends",
        members={anna.id: "administrator", boris.id: "member"},
        bot_status="member",
    )
    await conversation.says(anna, f"/watch {WALLET} Savings")
    await conversation.says(anna, "/link")
    code = (await conversation.last(anna.id)).text.split("/link ")[1].split()[0]
    await conversation.says(boris, f"/link {code}", group.id)
    assert "don't know that code" in (await conversation.last(group.id)).text
    await conversation.says(anna, f"/link {code}", group.id)
    assert "is linked" in (await conversation.last(group.id)).text
    await conversation.presses(anna, "⬜️ Savings")
    (heard,) = await conversation.fakes.stores.subscriptions.subscriptions(group.id)
    assert heard.address == WALLET
    assert "✅ Savings" in str((await conversation.last(anna.id)).reply_markup)

    await control.set_member(group.id, conversation.double.double.bot.id, "kicked", by=boris.id)
    await conversation.settle()
    assert "can't write to 👥 Friends" in (await conversation.last(anna.id)).text
    assert not (await conversation.known(group.id)).active


async def test_a_channel_is_linked_by_its_administrator(conversation: Conversation) -> None:
    control = conversation.double.control
    anna, boris = [await control.add_user(name) for name in ("Anna", "Boris")]
    channel = await control.add_chat(
        "channel",
        title="Art",
        username="artists",
        members={anna.id: "creator", boris.id: "member"},
        bot_status="administrator",
    )
    await conversation.says(boris, "/link @artists")
    assert "you are none" in (await conversation.last(boris.id)).text
    await conversation.says(anna, "/link @artists")
    assert "📣 Art" in (await conversation.last(anna.id)).text
    assert (await conversation.known(channel.id)).owner.user_id == anna.id


async def test_a_card_is_posted_to_another_chat(conversation: Conversation) -> None:
    control = conversation.double.control
    anna = await control.add_user("Anna")
    group = await control.add_chat("group", title="Friends", members={anna.id: "member"})
    conversation.fakes.chain.lamports[WALLET] = 3 * 10**9
    await conversation.says(anna, f"/watch {WALLET} Secret")
    query = await control.ask_inline(anna.id, "secret")
    await conversation.settle()
    answer = (await control.inline_answer(query)).answer
    assert answer is not None
    (result,) = answer["results"]
    assert result["title"] == "👛 Secret"
    posted = await control.choose_inline(query, result["id"], group.id)
    assert posted.text == "👛 Wallet 9Dpj…CoaU\n💰 3 XNT"
    assert posted.reply_markup is not None
