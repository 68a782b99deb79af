"""Plans as people see them: what they use, buying with Stars, refunds, and what their limits hold."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.bot.conftest import ADMIN, ANNA, BORIS, GROUP, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.chats import Chat as KnownChat
from walletwatch.domain.plans import NEVER
from walletwatch.services.auditing import Auditing
from walletwatch.services.plans import Plans

STARS = 250


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


async def invoice(chat: Chat, user: int = ANNA, days: int = 30) -> dict[str, Any]:
    await chat.send(f"/buy {days}", user=user)
    return chat.request.of("sendInvoice")[-1]


async def checkout(
    chat: Chat, payload: str, user: int = ANNA, stars: int = STARS, currency: str = "XTR"
) -> dict[str, Any]:
    query = {
        "id": str(next(chat.numbers)),
        "from": {"id": user, "is_bot": False, "first_name": "x"},
        "currency": currency,
        "total_amount": stars,
        "invoice_payload": payload,
    }
    await chat.bot.handle({"update_id": next(chat.numbers), "pre_checkout_query": query})
    return chat.request.of("answerPreCheckoutQuery")[-1]


def facts(charge: str, payload: str, stars: int = STARS) -> dict[str, Any]:
    return {
        "currency": "XTR",
        "total_amount": stars,
        "invoice_payload": payload,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }


async def pay(chat: Chat, charge: str, payload: str, user: int = ANNA) -> None:
    message = chat.message("", user=user)["message"]
    del message["text"]
    body = message | {"successful_payment": facts(charge, payload)}
    await chat.bot.handle({"update_id": next(chat.numbers), "message": body})


async def bought(chat: Chat, charge: str = "stx1", user: int = ANNA) -> str:
    payload = str((await invoice(chat, user))["payload"])
    assert (await checkout(chat, payload, user))["ok"]
    await pay(chat, charge, payload, user)
    return payload


async def known(chat: Chat, user: int = ANNA) -> KnownChat:
    found = await chat.stores.subscriptions.chat(user)
    assert found is not None
    return found


async def days_left(chat: Chat, user: int = ANNA) -> float | None:
    until = (await known(chat, user)).owner.premium_until
    return None if until is None else (until - chat.clock.now()) / timedelta(days=1)


class TestPlan:
    async def test_what_one_has_and_uses(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET}")
        await chat.send(f"/scan {WALLET}")
        await chat.send("/plan")
        assert "You have the free plan" in chat.last
        assert "<code>▰▰▰▰▱▱▱▱▱▱</code> 1 of 3" in chat.last
        assert "<code>▰▱▱▱▱▱▱▱▱▱</code> 1 of 20" in chat.last
        assert "0 of 10" in chat.last
        assert "every 60 seconds" in chat.last
        assert "250 wallets and 100 alerts" in chat.last
        assert chat.buttons[:2] == [data(Action.BUY, 30), data(Action.BUY, 365)]

    async def test_without_redis_the_rest_is_said(self, chat: Chat) -> None:
        chat.rates.outage.down = True
        await chat.send("/plan")
        assert "🛡 Scans a day\nup to 20" in chat.last

    async def test_premium_says_its_end(self, chat: Chat) -> None:
        await bought(chat)
        await chat.press(data(Action.PLAN))
        assert "You have premium</b> until 1 Dec 2026" in chat.last
        chat.plans.let(ANNA, NEVER)
        await chat.send("/plan")
        assert "without an end" in chat.last
        assert data(Action.BUY, 30) not in chat.buttons

    @pytest.mark.parametrize("command", ["/plan", "/buy", "/buy 30", "/refund"])
    async def test_it_is_nobody_elses_business(self, chat: Chat, command: str) -> None:
        await chat.send(command, chat=GROUP)
        assert "private chat" in chat.last

    async def test_the_limits_hold(self, chat: Chat) -> None:
        await chat.send("/start")
        chat.plans.let(ANNA, scans=1, wallets=0)
        for _ in range(2):
            await chat.send(f"/scan {WALLET}")
        assert "1 scans a day" in chat.last
        assert len(chat.queues.scans) == 1
        await chat.send(f"/watch {WALLET}")
        assert "room for 0 wallets" in chat.last

    async def test_a_premium_that_ends_keeps_what_there_is(self, chat: Chat) -> None:
        await bought(chat)
        for number in range(4):
            await chat.send(f"/watch {'1' * 31}{number + 2}")
        assert "Now watching" in chat.last
        chat.clock.advance(86_400 * 31)
        assert len(await chat.stores.subscriptions.subscriptions(ANNA)) == 4
        await chat.send(f"/watch {WALLET}")
        assert "room for 3 wallets" in chat.last


class TestBuying:
    async def test_a_purchase_from_the_offer_to_the_receipt(self, chat: Chat) -> None:
        await chat.send("/buy")
        assert "How long" in chat.last
        await chat.press(data(Action.BUY, 30))
        sent = chat.request.of("sendInvoice")[-1]
        assert (sent["currency"], sent["provider_token"]) == ("XTR", "")
        assert [price["amount"] for price in sent["prices"]] == [STARS]
        assert len(sent["title"]) <= 32
        assert len(sent["description"]) <= 255
        assert (await checkout(chat, sent["payload"]))["ok"]
        await pay(chat, "stx1", sent["payload"])
        assert "Thank you" in chat.last
        assert "until 1 Dec 2026" in chat.last
        assert await days_left(chat) == 30

    async def test_a_charge_that_is_told_twice_counts_once(self, chat: Chat) -> None:
        payload = await bought(chat)
        await pay(chat, "stx1", payload)
        assert await days_left(chat) == 30
        assert chat.metrics.counts["PaymentsTaken"] == 1

    @pytest.mark.parametrize("text", ["/buy 31", "/buy x", "/buy -30", "/buy 99999999999", "/buy ３０"])
    async def test_only_what_is_offered_is_sold(self, chat: Chat, text: str) -> None:
        await chat.send(text)
        assert chat.buttons[:2] == [data(Action.BUY, 30), data(Action.BUY, 365)]
        assert not chat.request.of("sendInvoice")

    async def test_nothing_is_sold_where_nothing_is_for_sale(self, chat: Chat) -> None:
        dialogue = chat.bot.bot._dialogue
        auditing = Auditing(chat.administration, chat.clock)
        plans = Plans(chat.plans, auditing, chat.clock, chat.metrics, offers=())
        object.__setattr__(dialogue, "plans", plans)
        for text in ("/buy", "/buy 30"):
            await chat.send(text)
            assert "not for sale" in chat.last

    async def test_who_has_premium_for_ever_buys_none(self, chat: Chat) -> None:
        await chat.send("/buy")
        stale = chat.buttons[0]
        chat.plans.let(ANNA, NEVER)
        for text in ("/buy", "/buy 30"):
            await chat.send(text)
            assert "nothing to buy" in chat.last
        await chat.press(stale)
        assert "nothing to buy" in chat.last
        assert not chat.request.of("sendInvoice")

    async def test_another_cannot_pay_ones_order(self, chat: Chat) -> None:
        payload = str((await invoice(chat, ANNA))["payload"])
        answer = await checkout(chat, payload, BORIS)
        assert answer["ok"] is False
        assert "/buy" in answer["error_message"]
        await chat.send("/start", user=BORIS)
        await pay(chat, "stx1", payload, BORIS)
        assert await days_left(chat, BORIS) is None
        assert await days_left(chat, ANNA) is None
        assert "/refund gives them back" in chat.last

    async def test_what_is_not_let_through(self, chat: Chat) -> None:
        payload = str((await invoice(chat))["payload"])
        for answer in (
            await checkout(chat, payload, stars=1),
            await checkout(chat, payload, currency="USD"),
            await checkout(chat, "0" * 32),
            await checkout(chat, "\x00"),
        ):
            assert answer["ok"] is False
        await pay(chat, "stx1", payload)
        assert (await checkout(chat, payload))["ok"] is False
        old = str((await invoice(chat))["payload"])
        chat.clock.advance(86_401)
        assert (await checkout(chat, old))["ok"] is False
        assert chat.metrics.counts["CheckoutsRefused"] == 6

    async def test_an_answer_that_comes_too_late_is_no_error(self, chat: Chat) -> None:
        payload = str((await invoice(chat))["payload"])
        chat.request.failures.append((400, "Bad Request: query is too old and response timeout expired", {}))
        await checkout(chat, payload)
        assert chat.metrics.counts["HandlerErrors"] == 0

    async def test_what_was_paid_is_given_to_the_banned_too(self, chat: Chat) -> None:
        payload = str((await invoice(chat))["payload"])
        await chat.send(f"/ban {ANNA}", user=ADMIN)
        assert (await known(chat)).owner.banned
        assert (await checkout(chat, payload))["ok"] is False
        await pay(chat, "stx1", payload)
        assert "Thank you" in chat.last
        assert await days_left(chat) == 30

    async def test_what_was_paid_is_given_during_maintenance_too(self, chat: Chat) -> None:
        payload = str((await invoice(chat))["payload"])
        await chat.send("/maintenance on", user=ADMIN)
        chat.clock.advance(10)
        await pay(chat, "stx1", payload)
        assert "Thank you" in chat.last
        assert round(await days_left(chat) or 0) == 30


class TestRefunds:
    async def test_one_purchase_can_be_taken_back(self, chat: Chat) -> None:
        await bought(chat)
        await chat.send("/refund")
        assert "Give 250 Stars back?" in chat.last
        confirm = chat.buttons[0]
        await chat.press(confirm)
        assert "Stars are back" in chat.last
        (call,) = chat.request.of("refundStarPayment")
        assert (call["user_id"], call["telegram_payment_charge_id"]) == (ANNA, "stx1")
        assert await days_left(chat) is None
        await chat.press(confirm)
        assert "outdated" in chat.last
        await bought(chat, "stx2")
        await chat.send("/refund")
        assert "one purchase, within 3 days" in chat.last
        assert len(chat.request.of("refundStarPayment")) == 1

    async def test_what_is_old_stays_paid(self, chat: Chat) -> None:
        await bought(chat)
        chat.clock.advance(86_400 * 4)
        await chat.send("/refund")
        assert "nothing I could give back" in chat.last

    async def test_anothers_payment_is_out_of_reach(self, chat: Chat) -> None:
        await bought(chat)
        await chat.send("/refund")
        confirm = chat.buttons[0]
        await chat.press(confirm, user=BORIS)
        assert "outdated" in chat.last
        await chat.send("/refund stx1", user=BORIS)
        await chat.send(f"/refund {ANNA} stx1", user=BORIS)
        await chat.send(f"/refundpayment {ANNA} stx1", user=BORIS)
        assert not chat.request.of("refundStarPayment")
        assert await days_left(chat) == 30

    async def test_an_interrupted_refund_is_finished(self, chat: Chat) -> None:
        await bought(chat)
        await chat.send("/refund")
        confirm = chat.buttons[0]
        chat.request.failures.append((502, "Bad Gateway", {}))
        with pytest.raises(Exception, match="not reached"):
            await chat.press(confirm)
        assert await days_left(chat) == 30
        chat.request.failures.append((400, "Bad Request: CHARGE_ALREADY_REFUNDED", {}))
        await chat.press(confirm)
        assert "Stars are back" in chat.last
        assert await days_left(chat) is None

    async def test_it_is_finished_however_late(self, chat: Chat) -> None:
        await bought(chat)
        await chat.send("/refund")
        chat.request.failures.append((502, "Bad Gateway", {}))
        with pytest.raises(Exception, match="not reached"):
            await chat.press(chat.buttons[0])
        chat.clock.advance(86_400 * 4)
        await chat.send("/refund")
        await chat.press(chat.buttons[0])
        assert "Stars are back" in chat.last
        assert await days_left(chat) is None

    async def test_what_gave_nothing_always_goes_back(self, chat: Chat) -> None:
        await bought(chat)
        await chat.send("/refund")
        await chat.press(chat.buttons[0])
        await chat.send("/start")
        for charge in ("stx2", "stx3"):
            await pay(chat, charge, "no order of theirs")
            chat.clock.advance(86_400 * 4)
        for _ in range(2):
            await chat.send("/refund")
            assert "your plan stays as it is" in chat.last
            await chat.press(chat.buttons[0])
            assert "shorter" not in chat.last
        await chat.send("/refund")
        assert "nothing I could give back" in chat.last
        given = [call["telegram_payment_charge_id"] for call in chat.request.of("refundStarPayment")]
        assert given == ["stx1", "stx3", "stx2"]

    async def test_a_refund_that_telegram_refuses_takes_nothing_away(self, chat: Chat) -> None:
        await bought(chat)
        await chat.send("/refund")
        chat.request.failures.append((400, "Bad Request: CHARGE_ID_INVALID", {}))
        await chat.press(chat.buttons[0])
        assert "does not give these Stars back" in chat.last
        assert await days_left(chat) == 30
        await chat.send("/refund")
        assert "Give 250 Stars back?" in chat.last

    async def test_telegram_gives_stars_back_by_itself(self, chat: Chat) -> None:
        payload = await bought(chat)
        message = chat.message("")["message"]
        del message["text"]
        update = {"message": message | {"refunded_payment": facts("stx1", payload)}}
        for _ in range(2):
            await chat.bot.handle({"update_id": next(chat.numbers)} | update)
        assert await days_left(chat) is None
        said = [call["text"] for call in chat.request.of("sendMessage") if "Stars are back" in call["text"]]
        assert len(said) == 1

    @pytest.mark.parametrize("command", ["/refundpayment", "/refund"])
    async def test_an_administrator_gives_anybodys_back(self, chat: Chat, command: str) -> None:
        await bought(chat)
        chat.clock.advance(86_400 * 20)
        await chat.send(f"/payments {ANNA}", user=ADMIN)
        assert "stx1" in chat.last
        await chat.send(f"{command} {ANNA} stx1", user=ADMIN)
        assert f"250 Stars are back with <code>{ANNA}</code>" in chat.last
        assert await days_left(chat) is None
        (entry,) = chat.administration.audited
        assert (entry.user_id, entry.action, entry.details["user"]) == (ADMIN, "refund", ANNA)
        await chat.send(f"{command} {ANNA} stx1", user=ADMIN)
        assert "no such payment" in chat.last
        await chat.send(f"/payments {ANNA}", user=ADMIN)
        assert "given back" in chat.last

    async def test_an_administrator_gives_back_by_buttons(self, chat: Chat) -> None:
        await bought(chat)
        await bought(chat, "stx2")
        await chat.send(f"/user {ANNA}", user=ADMIN)
        assert data(Action.PAYMENTS, ANNA) in chat.buttons
        await chat.press(data(Action.PAYMENTS, ANNA), user=ADMIN)
        asked = chat.buttons[1]
        await chat.press(asked, user=ADMIN)
        assert "Give the 250 Stars of 1 Nov 2026" in chat.last
        assert not chat.request.of("refundStarPayment")
        confirm = chat.buttons[0]
        await chat.press(confirm)
        assert "outdated" in chat.last
        for _ in range(2):
            await chat.press(confirm, user=ADMIN)
        (call,) = chat.request.of("refundStarPayment")
        assert call["telegram_payment_charge_id"] == "stx2"
        assert "no such payment" in chat.last
        assert await days_left(chat) == 30
        assert [entry.action for entry in chat.administration.audited] == ["refund"]
        await chat.press(data(Action.REFUND_PAYMENT, f"{BORIS}.{confirm.rpartition('.')[2]}"), user=ADMIN)
        assert "outdated" in chat.last

    async def test_what_gave_nothing_is_called_that(self, chat: Chat) -> None:
        await chat.send("/start")
        await pay(chat, "odd", "no order of theirs")
        await chat.press(data(Action.PAYMENTS, ANNA), user=ADMIN)
        await chat.press(chat.buttons[0], user=ADMIN)
        assert "They got nothing for them" in chat.last
        await chat.press(chat.buttons[0], user=ADMIN)
        assert "given back" in chat.last

    async def test_who_was_given_stars_back_is_told(self, chat: Chat) -> None:
        payload = await bought(chat)
        await chat.send(f"/refundpayment {ANNA} stx1", user=ADMIN)
        message = chat.message("")["message"]
        del message["text"]
        update = {"message": message | {"refunded_payment": facts("stx1", payload)}}
        await chat.bot.handle({"update_id": next(chat.numbers)} | update)
        assert chat.request.of("sendMessage")[-1]["chat_id"] == ANNA
        assert "Stars are back with you, and your premium is as much shorter" in chat.last

    @pytest.mark.parametrize(
        "text",
        ["/payments", "/payments x", "/payments -1", "/refundpayment", "/refundpayment 1", "/payments 9"],
    )
    async def test_administrators_are_told_what_is_missing(self, chat: Chat, text: str) -> None:
        await chat.send(text, user=ADMIN)
        assert "<code>/" in chat.last or "Nothing yet" in chat.last
