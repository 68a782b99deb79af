"""The bot's name in any chat: cards of addresses, and of one's own wallets and nobody else's."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telegram_double.html_mode import parse_html
from tests.unit.bot.conftest import ANNA, BORIS, OTHER, WALLET, Chat
from walletwatch.domain.money import NATIVE
from walletwatch.domain.tokens import IdentitySource, TokenIdentity

MINT = OTHER


async def ask(chat: Chat, words: str = "", user: int = ANNA, offset: str = "") -> dict[str, Any]:
    """What Telegram is given to show; empty where the query is not answered."""
    query = {
        "id": str(next(chat.numbers)),
        "from": {"id": user, "is_bot": False, "first_name": "x", "language_code": "en"},
        "query": words,
        "offset": offset,
    }
    before = len(chat.request.of("answerInlineQuery"))
    await chat.bot.handle({"update_id": next(chat.numbers), "inline_query": query})
    answers = chat.request.of("answerInlineQuery")[before:]
    return answers[0] if answers else {}


def shown(answer: dict[str, Any]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = answer["results"]
    return results


def posted(result: dict[str, Any]) -> str:
    """What everybody reads who is in the chat."""
    content = result["input_message_content"]
    assert content["parse_mode"] == "HTML"
    return parse_html(content["message_text"]).text


def buttons(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in result["reply_markup"]["inline_keyboard"] for button in row]


class TestAddresses:
    async def test_a_wallet_with_its_balance_and_value(self, chat: Chat) -> None:
        chat.chain.lamports[WALLET] = 12_500_000_000
        chat.prices.usd[NATIVE] = Decimal("0.5")
        answer = await ask(chat, f" {WALLET} ")
        (result,) = shown(answer)
        assert posted(result) == "👛 Wallet 9Dpj…CoaU\n💰 12.5 XNT (≈ $6.25)"
        assert result["description"] == "12.5 XNT (≈ $6.25)"
        assert (answer["is_personal"], answer["cache_time"]) == (True, 5)
        explorer, copied, bot = buttons(result)
        assert WALLET in explorer["url"]
        assert copied["copy_text"] == {"text": WALLET}
        assert bot["url"] == f"https://t.me/testbot?start=w_{WALLET}"

    async def test_a_balance_that_was_not_read_is_not_zero(self, chat: Chat) -> None:
        chat.chain.down = chat.tokens.down = chat.prices.down = True
        (result,) = shown(await ask(chat, WALLET))
        assert "balance not read" in posted(result)
        assert "0 XNT" not in posted(result)

    async def test_a_token_with_its_price(self, chat: Chat) -> None:
        chat.tokens.known[MINT] = TokenIdentity(MINT, 6, "USDC.X", "USD Coin", None, IdentitySource.LISTED)
        chat.prices.usd[MINT] = Decimal("0.00001234")
        (result,) = shown(await ask(chat, MINT))
        assert result["title"] == "🪙 USDC.X"
        assert posted(result) == "🪙 USDC.X · B69c…m9Tq\nUSD Coin\n✅ A listed token\n💵 $0.00001234"

    async def test_a_hostile_token_is_only_text_and_has_no_price(self, chat: Chat) -> None:
        name = "<b>&amp;</b><a href='x'>"
        chat.tokens.known[MINT] = TokenIdentity(
            MINT, 6, name[:16], name, None, IdentitySource.METAPLEX, impostor_of=NATIVE
        )
        chat.prices.usd[MINT] = Decimal(9)
        (result,) = shown(await ask(chat, MINT))
        assert name in posted(result)
        assert "is not it" in posted(result)
        assert "is not it" in result["description"]
        assert "$9" not in posted(result)
        assert result["title"].endswith(name[:16])

    async def test_what_is_slow_is_left_out(self, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("walletwatch.services.inline_cards.PATIENCE_SECONDS", 0.0)
        (result,) = shown(await ask(chat, WALLET))
        assert "balance not read" in posted(result)
        assert chat.metrics.counts["InlineCardsIncomplete"] > 0


class TestOwnWallets:
    async def test_by_label_and_by_address(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} Secret <savings>")
        await chat.send(f"/watch {OTHER}")
        chat.chain.lamports[WALLET] = 2 * 10**9
        assert {each["id"] for each in shown(await ask(chat))} == {WALLET, OTHER}
        (result,) = shown(await ask(chat, "SAVINGS"))
        assert result["title"] == "👛 Secret <savings>"
        assert result["id"] == WALLET
        assert [each["id"] for each in shown(await ask(chat, OTHER[:6]))] == [OTHER]

    async def test_a_label_is_not_posted(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} Secret")
        for words in ("", "secret", WALLET):
            (result,) = shown(await ask(chat, words))
            assert "Secret" in result["title"]
            assert "Secret" not in json.dumps([result["input_message_content"], result["reply_markup"]])

    async def test_nobody_finds_anothers(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} Secret")
        for words in ("", "Secret", WALLET[:6]):
            for user in (BORIS, -100):
                assert shown(await ask(chat, words, user=user)) == []
        (result,) = shown(await ask(chat, WALLET, user=BORIS))
        assert "Secret" not in json.dumps(result)

    async def test_the_button_leads_to_the_bot(self, chat: Chat) -> None:
        assert (await ask(chat))["button"] == {
            "text": "You watch no wallet yet: open me",
            "start_parameter": "menu",
        }
        assert "called that" in (await ask(chat, "nothing"))["button"]["text"]
        await chat.send("/start menu")
        assert "Welcome" in chat.last

    async def test_many_are_paged(self, chat: Chat) -> None:
        await chat.send("/start")
        chat.plans.let(ANNA, wallets=99)
        for number in range(45):
            address = "1" * 30 + "23456789A"[number // 5 % 9] + "BCDEF"[number % 5]
            await chat.stores.subscriptions.subscribe(ANNA, address, None, slot=1, limit=99)
        seen: list[str] = []
        offset = ""
        for _ in range(3):
            answer = await ask(chat, offset=offset)
            seen += [each["id"] for each in shown(answer)]
            offset = answer.get("next_offset", "")
        assert len(set(seen)) == len(seen) == 45
        assert offset == ""
        assert chat.chain.calls == ["accounts"] * 3

    async def test_who_is_banned_gets_nothing(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} Secret")
        row = chat.stores.tables.chats[ANNA]
        row.chat = row.chat.__replace__(owner=row.chat.owner.__replace__(banned=True))
        for words in ("", WALLET):
            assert shown(await ask(chat, words)) == []


class TestFaults:
    async def test_a_query_that_is_too_old_is_no_error(self, chat: Chat) -> None:
        chat.request.failures.append((400, "Bad Request: query is too old and response timeout expired", {}))
        await ask(chat, WALLET)
        assert not chat.metrics.counts.keys() & {"HandlerErrors", "InlineQueriesUnanswered"}

    async def test_an_outage_asks_for_no_redelivery(self, chat: Chat) -> None:
        chat.stores.outage.down = True
        assert await ask(chat, WALLET) == {}
        chat.stores.outage.down = False
        chat.request.failures.append((502, "Bad Gateway", {}))
        await ask(chat, WALLET)
        assert chat.metrics.counts["InlineQueriesUnanswered"] == 2

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=256), st.text(max_size=64))
    async def test_whatever_is_typed_is_answered(self, chat: Chat, words: str, offset: str) -> None:
        chat.metrics.counts.clear()
        answer = await ask(chat, words, offset=offset)
        assert isinstance(answer["results"], list)
        assert chat.metrics.counts["HandlerErrors"] == 0
