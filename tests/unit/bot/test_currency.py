"""/currency through the bot, and values in the currency that was chosen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.lives import DAY, MINT, XNT, received, sent
from tests.unit.bot.conftest import ANNA, GROUP, OTHER, WALLET, Chat
from tests.unit.bot.test_figures import keep
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import Subscription
from walletwatch.domain.currencies import FIAT, Currency, Rates
from walletwatch.domain.delivery import DeliveryKind, PendingDelivery
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import PROFILES
from walletwatch.ports.currencies import RateSheet
from walletwatch.services.currencies import FreshRates


@pytest.fixture
async def rated(chat: Chat) -> Chat:
    """A dollar is half a euro since two days ago, and was two before; 100 of everything else."""
    today = chat.clock.now().date()
    everything: dict[Currency, Decimal] = {
        currency: Decimal(100) for currency in FIAT if currency is not Currency.USD
    }
    for days, eur in ((9, "2"), (2, "0.5")):
        rates = {**everything, Currency.EUR: Decimal(eur)}
        await chat.fx.keep(RateSheet(today - timedelta(days=days), rates))
    return chat


async def settled(chat: Chat, user: int = ANNA) -> Currency:
    known = await chat.stores.subscriptions.chat(user)
    assert known is not None
    return known.settings.currency


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


class TestChoosing:
    async def test_each_currency_is_a_button_and_the_chosen_one_is_marked(self, rated: Chat) -> None:
        await rated.send("/currency")
        assert "What shall values be told in?" in rated.last
        assert "in dollars stay in dollars" in rated.last
        keyboard = rated.request.calls[-1][1]["reply_markup"]["inline_keyboard"]
        texts = [[each["text"] for each in row] for row in keyboard]
        assert sum(map(len, texts[:-1])) == len(Currency)
        assert {len(row) for row in texts[:-1]} == {3}
        assert "✅ $ USD" in texts[0]
        assert texts[0][1] == "⬜️ € EUR"
        await rated.press(data(Action.CURRENCY, "eur"))
        assert await settled(rated) is Currency.EUR
        assert "no rate" not in rated.last

    @pytest.mark.parametrize("word", ["eur", "EUR", "€"])
    async def test_one_line_chooses_too(self, rated: Chat, word: str) -> None:
        await rated.send(f"/currency {word}")
        assert await settled(rated) is Currency.EUR
        await rated.send("/settings")
        assert "Currency: € EUR" in rated.last

    @pytest.mark.parametrize("word", ["doubloons", "e", "usd eur", "<b>", "chf"])
    async def test_what_is_no_currency_is_said_with_those_that_are(self, rated: Chat, word: str) -> None:
        await rated.send(f"/currency {word}")
        assert "I know: USD, EUR, GBP, RUB, CNY, INR, JPY, BRL, TRY, IDR, UAH, XNT." in rated.last
        await rated.press(data(Action.CURRENCY, word[:9]))
        assert await settled(rated) is Currency.USD

    async def test_money_without_rates_is_not_offered(self, chat: Chat) -> None:
        await chat.send("/currency eur")
        assert "I know: USD, XNT." in chat.last
        await chat.send("/currency")
        assert data(Action.CURRENCY, "native") in chat.buttons
        assert data(Action.CURRENCY, "eur") not in chat.buttons

    async def test_in_a_group_only_administrators_choose(self, rated: Chat) -> None:
        await rated.send("/currency eur", chat=GROUP)
        assert "administrators" in rated.last
        rated.request.admins.add(ANNA)
        await rated.send("/currency eur", chat=GROUP)
        assert await settled(rated, GROUP) is Currency.EUR

    async def test_a_rate_that_is_gone_is_said_and_dollars_are_told(self, rated: Chat) -> None:
        await rated.send("/currency eur")
        rated.clock.advance(40 * 86_400)
        await rated.send("/currency")
        assert "no rate for it right now" in rated.last
        rated.prices.usd = {NATIVE: Decimal("0.5")}
        rated.chain.lamports[WALLET] = 4 * 10**9
        await rated.send(f"/balance {WALLET}")
        assert "(≈ $2.00)" in rated.last


class TestTelling:
    async def test_the_present_is_told_by_the_newest_rate(self, rated: Chat) -> None:
        rated.prices.usd = {NATIVE: Decimal(3)}
        rated.chain.lamports[WALLET] = 4 * 10**9
        await rated.send("/currency eur")
        await rated.send(f"/balance {WALLET}")
        assert "4 XNT (≈ €6.00)" in rated.last
        await rated.send(f"/watch {WALLET}")
        await rated.send("/portfolio")
        assert "€6.00" in rated.last
        assert "$" not in rated.last
        await rated.send("/price XNT")
        assert "€1.5" in rated.last
        await rated.send("/language ru")
        await rated.send(f"/balance {WALLET}")
        assert "4 XNT (≈ 6,00\u00a0€)" in rated.last

    async def test_figures_are_told_by_the_rate_of_each_day(self, rated: Chat) -> None:
        await rated.send(f"/watch {OTHER} Pocket")
        now = int(rated.clock.now().timestamp())
        await keep(
            rated,
            OTHER,
            received(3 * XNT, usd={NATIVE: "2"}, at=now - 5 * DAY, wallet=OTHER, slot=1),
            sent(XNT, usd={NATIVE: "20"}, at=now - 60, wallet=OTHER, slot=2),
        )
        rated.prices.usd[NATIVE] = Decimal(30)
        await rated.send("/currency eur")
        await rated.send("/flows")
        # 3 XNT at $2 and €2, 1 XNT at $20 and €0.50.
        assert "in €12.00, out €10.00" in rated.last
        await rated.send("/top")
        assert "$" not in rated.last
        await rated.send("/pnl")
        assert "Realised <b>+€6.00</b>" in rated.last
        assert "<b>2 XNT</b> · €30.00" in rated.last
        assert "cost €8.00 · unrealised +€22.00" in rated.last
        await rated.send("/report weekly")
        assert "in €12.00, out €10.00" in rated.last
        await rated.send("/history")
        assert "3 XNT (≈ €12.00)" in rated.last
        assert "1 XNT (≈ €10.00)" in rated.last
        await rated.send("/currency usd")
        await rated.send("/flows")
        assert "in $6.00, out $20.00" in rated.last

    async def test_in_the_chains_own_token_figures_are_what_it_was_worth_then(self, rated: Chat) -> None:
        await rated.send(f"/watch {OTHER} Pocket")
        now = int(rated.clock.now().timestamp())
        await keep(
            rated, OTHER, received(4_000_000, MINT, usd={MINT: "3"}, at=now - 60, wallet=OTHER, slot=1)
        )
        await rated.send("/currency xnt")
        await rated.send("/flows")
        assert "in $12.00" in rated.last
        rated.fx.stored[Currency.NATIVE, rated.clock.now().date()] = Decimal("0.5")
        rated.clock.advance(3700)
        await rated.send("/flows")
        assert "in 6 XNT" in rated.last

    async def test_what_people_set_in_dollars_stays_in_dollars(self, rated: Chat) -> None:
        await rated.send("/currency eur")
        await rated.send("/filters min 5 usd")
        assert "Least worth: $5.00" in rated.last

    async def test_rates_are_read_once_for_many_commands_and_never_for_dollars(self, rated: Chat) -> None:
        await rated.send(f"/balance {WALLET}")
        assert rated.fx.reads == 0
        await rated.send("/currency eur")
        for _ in range(3):
            await rated.send(f"/balance {WALLET}")
        assert rated.fx.reads == 1


async def test_a_notification_tells_the_value_at_the_time(rated: Chat) -> None:
    profile = PROFILES["x1-mainnet"]
    renderer = HtmlRenderer(profile, FreshRates(Rates("XNT"), rated.fx, rated.clock, rated.metrics))
    await rated.send(f"/watch {OTHER} Pocket")
    await rated.send("/currency eur")
    (watched,) = await rated.stores.subscriptions.subscriptions(ANNA)
    now = int(rated.clock.now().timestamp())
    told = [received(3 * XNT, usd={NATIVE: "2"}, at=now - days * DAY, wallet=OTHER) for days in (0, 5)]
    await renderer.ready([watched.chat])
    assert "3 XNT (≈ €3.00)" in _message(renderer, watched, told[:1])
    assert "3 XNT (≈ €12.00)" in _message(renderer, watched, told[1:])
    both = [replace(told[1], signature="before"), told[0]]
    assert "€3.00" in _message(renderer, watched, both)
    assert "€12.00" in _message(renderer, watched, both)


def _message(renderer: HtmlRenderer, watched: Subscription, told: Sequence[Activity]) -> str:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    kind = DeliveryKind.ACTIVITY if len(told) == 1 else DeliveryKind.DIGEST
    return renderer.delivery(PendingDelivery("0" * 32, kind, watched, tuple(told), at)).html
