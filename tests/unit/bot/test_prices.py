"""What tokens are, cost and trade for, as people are shown it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.pool_accounts import MadePool, address
from tests.unit.bot.conftest import ANNA, GROUP, OTHER, WALLET, Chat
from tests.unit.bot.test_money import HOSTILE, PROFILE, USDC, data, name, watched
from tests.unit.chain.test_money_readers import mint_account
from walletwatch.bot.keyboards import Action
from walletwatch.domain.currencies import FIAT, Currency
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.domain.wallets import AccountKind, NewAccount
from walletwatch.ports.currencies import RateSheet

FOO, FAKE = address("foo"), address("fake")


async def holds(chat: Chat, *mints: str) -> None:
    """Anna's wallet holds these."""
    await watched(chat)
    (one,) = await chat.stores.subscriptions.subscriptions(ANNA)
    await chat.stores.watch.add_accounts(
        one.wallet_id, [NewAccount(address(f"account {mint}"), AccountKind.TOKEN, mint) for mint in mints]
    )


def pool(
    chat: Chat, first: str, second: str, reserves: tuple[int, int], decimals: tuple[int, int]
) -> MadePool:
    assert PROFILE.exchange is not None
    made = MadePool(
        (first, second), reserves, decimals, program=PROFILE.exchange.program, open_time=1_780_000_000
    )
    chat.chain.data |= made.accounts()
    return made


class TestPrice:
    async def test_the_native_token_by_default(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5123")}
        day = chat.clock.now() - timedelta(days=1)
        await chat.price_history.keep({NATIVE: Decimal("0.6")}, day)
        await chat.send("/price")
        assert "<b>$0.5123</b>" in chat.last
        assert "24 hours: <b>−14.6 %</b>" in chat.last
        assert data(Action.CONVERT, NATIVE) in chat.buttons

    async def test_a_token_in_dollars_and_native(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        chat.prices.liquidity_usd = Decimal(900)
        await chat.send("/price usdc.x")
        assert "<b>$1</b> · 2 XNT" in chat.last
        assert "24 hours: unknown" in chat.last
        assert "Liquidity behind it: $900" in chat.last
        assert "thin market" in chat.last

    async def test_a_change_too_small_to_be_told_has_no_sign(self, chat: Chat) -> None:
        chat.prices.usd = {USDC: Decimal("0.99987")}
        await chat.price_history.keep({USDC: Decimal("0.9998")}, chat.clock.now() - timedelta(days=1))
        await chat.send("/price usdc.x")
        assert "24 hours: <b>&lt; 0.1 %</b>" in chat.last

    async def test_an_impostor_in_ones_wallet_is_offered_behind_the_listed_one(self, chat: Chat) -> None:
        await holds(chat, FAKE)
        name(chat, FAKE, "USDC.x", impostor_of=USDC)
        chat.prices.usd = {USDC: Decimal(1)}
        await chat.send("/price USDC.x")
        assert "<b>$1</b>" in chat.last
        assert data(Action.PRICE, FAKE) in chat.buttons
        await chat.press(data(Action.PRICE, FAKE))
        assert "only pretends to be USDC.x" in chat.last
        assert FAKE in chat.last

    async def test_ones_own_tokens_are_found_by_name_and_nobody_elses(self, chat: Chat) -> None:
        await holds(chat, FOO)
        name(chat, FOO, "FOO")
        chat.prices.usd = {FOO: Decimal("0.000000000001")}
        await chat.send("/price foo")
        assert "$&lt; 0.000000001" in chat.last or "&lt; $" in chat.last
        await chat.send("/price foo", user=2)
        assert "no token called “foo”" in chat.last

    async def test_several_of_one_name(self, chat: Chat) -> None:
        await holds(chat, FOO, FAKE)
        name(chat, FOO, "FOO")
        name(chat, FAKE, "foo")
        await chat.send("/price foo")
        assert "Several tokens in your wallets" in chat.last
        assert {data(Action.PRICE, FOO), data(Action.PRICE, FAKE)} <= set(chat.buttons)

    async def test_what_only_looks_alike_is_asked_about(self, chat: Chat) -> None:
        await chat.send("/price USD\u0421.x")
        assert "Did you mean" in chat.last
        assert chat.buttons == [data(Action.PRICE, USDC)]

    async def test_unknown_away_and_no_such_token(self, chat: Chat) -> None:
        await chat.send("/price")
        assert "Price: unknown" in chat.last
        await chat.send(f"/price {FOO}")
        assert "no token at that address" in chat.last
        await chat.send(f"/price {HOSTILE}")
        assert HOSTILE not in chat.last
        chat.prices.down = True
        await chat.send("/price")
        assert "can't get prices" in chat.last


class TestToken:
    async def test_the_card(self, chat: Chat) -> None:
        account = mint_account("foo", supply=10**12, decimals=6, authority=True)
        chat.chain.data[FOO] = account
        name(chat, FOO, f"FOO{HOSTILE[:9]}")
        pool(chat, WRAPPED_NATIVE_MINT, FOO, (10**12, 10**12), (9, 6))
        chat.prices.usd = {NATIVE: Decimal("0.5"), FOO: Decimal("0.0005")}
        await chat.send(f"/token {FOO}")
        text = chat.last
        assert f"<code>{FOO}</code>" in text
        assert "Not on my list" in text
        assert "Supply: 1,000,000, and more can be made" in text
        assert "Price: <b>$0.0005</b>" in text
        assert "Market value: $500.00" in text
        assert "One pool, $1,000 deep" in text
        assert "make more of it" in text
        assert {data(Action.POOLS, FOO), data(Action.PRICE, FOO), data(Action.SCAN_ADDRESS, FOO)} <= set(
            chat.buttons
        )

    async def test_a_deep_link_opens_it(self, chat: Chat) -> None:
        chat.chain.data[FOO] = mint_account("foo")
        name(chat, FOO, "FOO")
        await chat.send(f"/start t_{FOO}")
        assert f"<code>{FOO}</code>" in chat.last
        await chat.send(f"/start t_{WALLET}")
        assert "no token at that address" in chat.last
        await chat.send("/start t_xyz")
        assert "not an address" in chat.last

    async def test_it_asks_which(self, chat: Chat) -> None:
        chat.chain.data[USDC] = mint_account("usdc")
        await chat.send("/token")
        assert "Which token?" in chat.last
        await chat.send("USDC.x")
        assert "A token I know" in chat.last
        await chat.send("/token", chat=GROUP)
        assert "For example" in chat.last

    async def test_the_native_one_has_only_a_price(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        await chat.send("/token xnt")
        assert "$0.5" in chat.last

    async def test_without_prices_or_chain(self, chat: Chat) -> None:
        chat.chain.data[FOO] = mint_account("foo")
        name(chat, FOO, "FOO")
        chat.prices.down = True
        await chat.send(f"/token {FOO}")
        assert "can't get prices" in chat.last
        assert "Pools: none" in chat.last
        chat.chain.down = True
        await chat.clock.sleep(120)
        await chat.send(f"/token {FOO}")
        assert "can't reach the chain" in chat.last


class TestPools:
    async def test_the_deepest_comes_first_with_its_share(self, chat: Chat) -> None:
        name(chat, FOO, "FOO")
        large = pool(chat, WRAPPED_NATIVE_MINT, FOO, (3 * 10**12, 10**12), (9, 6))
        pool(chat, FOO, USDC, (10**12, 500 * 10**6), (6, 6))
        pool(chat, FOO, address("unpriced"), (10**6, 10**6), (6, 6))
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        await chat.send(f"/pools {FOO}")
        text = chat.last
        assert "≈ $4,000 in all" in text
        assert "≈ $3,000</b> (75 %)" in text
        assert "3,000 XNT · 1,000,000 FOO" in text
        assert "value unknown" in text
        assert "open since" in text
        assert f"/address/{large.address}" in text
        assert text.index("$3,000") < text.index("$1,000<") < text.index("value unknown")

    async def test_pages(self, chat: Chat) -> None:
        name(chat, FOO, "FOO")
        for number in range(6):
            pool(chat, FOO, USDC, (10**12, (number + 1) * 10**6), (6, 6))
        await chat.send(f"/pools {FOO}")
        assert data(Action.POOLS, f"{FOO}.1") in chat.buttons
        await chat.press(data(Action.POOLS, f"{FOO}.1"))
        assert "6. " in chat.last

    async def test_none_and_a_node_that_does_not_list(self, chat: Chat) -> None:
        name(chat, FOO, "FOO")
        await chat.send(f"/pools {FOO}")
        assert "No pool trades" in chat.last
        chat.chain.lists_programs = False
        name(chat, FAKE, "BAR")
        await chat.send(f"/pools {FAKE}")
        assert "doesn't list them" in chat.last

    async def test_the_native_ones(self, chat: Chat) -> None:
        pool(chat, WRAPPED_NATIVE_MINT, USDC, (10**12, 500 * 10**6), (9, 6))
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        await chat.send("/pools")
        assert "XNT / USDC.x" in chat.last
        assert "there may be more" in chat.last


class TestConvert:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ("10 XNT USDC.x", "10 XNT = <b>5</b> USDC.x"),
            ("10 xnt in usd", "10 XNT = <b>5</b> USD"),
            ("$5 in XNT", "5 USD = <b>10</b> XNT"),
            ("$5", "5 USD = <b>10</b> XNT"),
            ("1,000 xnt", "1,000 XNT = <b>500</b> USD"),
        ],
    )
    async def test_what_people_write(self, chat: Chat, text: str, result: str) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        await chat.send(f"/convert {text}")
        assert result in chat.last
        assert "By mid price, without fees and slippage" in chat.last
        assert "is unknown" in chat.last

    async def test_what_it_would_lose(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        pool(chat, WRAPPED_NATIVE_MINT, USDC, (900 * 10**9, 450 * 10**6), (9, 6))
        await chat.send("/convert 100 xnt in usdc.x")
        assert "⚠️ A trade of that size would lose 10 %" in chat.last

    async def test_the_same_on_both_sides_is_no_trade(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        for wish in ("10 xnt in xnt", "5 usd in $"):
            await chat.send(f"/convert {wish}")
            assert "That is the same." in chat.last
            assert "would lose" not in chat.last
        await chat.send("/convert 10 usdc.x in usd")
        assert "10 USDC.x = <b>10</b> USD" in chat.last
        assert "would lose" not in chat.last

    async def test_money_of_other_countries(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        await chat.send("/convert 10 xnt in eur")
        assert "I know no price for that" in chat.last
        rates: dict[Currency, Decimal] = {each: Decimal(100) for each in FIAT if each is not Currency.USD}
        await chat.fx.keep(RateSheet(chat.clock.now().date(), {**rates, Currency.EUR: Decimal("0.9")}))
        chat.clock.advance(3600)
        await chat.send("/convert 10 xnt in eur")
        assert "10 XNT = <b>4.5</b> EUR" in chat.last
        await chat.send("/convert €9")
        assert "9 EUR = <b>20</b> XNT" in chat.last
        await chat.send("/convert 9 eur in jpy")
        assert "9 EUR = <b>1,000</b> JPY" in chat.last
        await chat.send("/convert 10 xnt")
        assert "<b>5</b> USD" in chat.last
        await chat.send("/currency eur")
        await chat.send("/convert 10 xnt")
        assert "<b>4.5</b> EUR" in chat.last
        await chat.press(data(Action.CONVERT, NATIVE))
        assert "How much XNT shall I reckon in EUR" in chat.last

    async def test_the_button_asks_how_much(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        await chat.press(data(Action.CONVERT, NATIVE))
        assert "How much XNT" in chat.last
        await chat.send("12.5")
        assert "12.5 XNT = <b>6.25</b> USD" in chat.last

    async def test_it_asks_and_complains(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        await chat.send("/convert")
        assert "What shall I convert?" in chat.last
        await chat.send("4 xnt")
        assert "<b>2</b> USD" in chat.last
        for text in ("nonsense", "-5 xnt", "0 xnt", "5", HOSTILE):
            await chat.send(f"/convert {text}")
            assert "/convert 10 XNT in USD" in chat.last
        await chat.send("/convert 5 nothing in usd")
        assert "no token called “nothing”" in chat.last
        await chat.send("/convert 5 usdc.x")
        assert "no price for that" in chat.last
        chat.prices.down = True
        await chat.send("/convert 5 xnt")
        assert "can't get prices" in chat.last
        await chat.send("/convert", chat=GROUP)
        assert "/convert 10 XNT in USD" in chat.last


async def test_an_address_alone_leads_to_its_card(chat: Chat) -> None:
    await chat.send(OTHER)
    assert data(Action.MINT, OTHER) in chat.buttons
