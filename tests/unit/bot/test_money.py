"""What wallets hold, as people are shown it."""

import json
import struct
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.chain import FakeChain
from tests.pool_accounts import CLASSIC, address
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from tests.unit.chain.test_core_assets import core_asset, core_collection
from tests.unit.chain.test_money_readers import history, mint_account
from tests.unit.chain.test_money_readers import stake as stake_of
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.addresses import decode_address
from walletwatch.domain.chain import AccountData, StakingReward, TokenHolding
from walletwatch.domain.currencies import Currency
from walletwatch.domain.errors import ChainUnavailable
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import PROFILES, WRAPPED_NATIVE_MINT
from walletwatch.domain.programs import SYSTEM
from walletwatch.domain.tokens import IdentitySource, TokenIdentity, listed
from walletwatch.domain.wallets import AccountKind, NewAccount

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
HOSTILE = "<b>&\u202eevil</b>{x}"


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


def hold(chat: Chat, mint: str, amount: int, decimals: int = 6, *, frozen: bool = False) -> None:
    account = TokenHolding(address(f"account {mint}"), AccountKind.TOKEN, mint, amount, decimals, 1, frozen)
    chat.chain.holdings.setdefault(WALLET, []).append(account)


def name(chat: Chat, mint: str, symbol: str, *, impostor_of: str | None = None) -> None:
    known = listed(mint, PROFILE) or TokenIdentity(
        mint, 6, symbol, None, None, IdentitySource.METAPLEX, impostor_of
    )
    chat.tokens.known[mint] = known


async def watched(chat: Chat, label: str = "Savings") -> int:
    await chat.send(f"/watch {WALLET} {label}")
    (one,) = await chat.stores.subscriptions.subscriptions(ANNA)
    return one.id


def stake(name: str, lamports: int, **fields: Any) -> AccountData:
    return stake_of(name, lamports, wallet=WALLET, **fields)


class TestBalance:
    async def test_what_is_worth_the_most_comes_first_and_spam_is_folded(self, chat: Chat) -> None:
        chat.chain.lamports[WALLET] = 4 * 10**9
        foo, fake = address("foo"), address("fake")
        hold(chat, USDC, 3 * 10**6)
        hold(chat, foo, 7 * 10**6, frozen=True)
        hold(chat, fake, 9 * 10**6)
        hold(chat, WRAPPED_NATIVE_MINT, 10**9, 9)
        hold(chat, address("empty"), 0)
        hold(chat, address("ape"), 1, 0)
        for mint, symbol in ((USDC, ""), (WRAPPED_NATIVE_MINT, ""), (foo, "FOO")):
            name(chat, mint, symbol)
        name(chat, fake, "USDC.x", impostor_of=USDC)
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1), foo: Decimal(2), fake: Decimal(5)}
        await chat.send(f"/balance {WALLET}")
        shown = chat.last
        assert "≈ $19.50</b>, without one token" in shown
        order = [shown.index(word) for word in ("4 XNT", "7 FOO", "3 USDC.x", "1 XNT (≈ $0.50), wrapped")]
        assert order == sorted(order)
        assert "❄️ frozen" in shown
        assert "one token of no known value" in shown
        assert "One of them only pretends" in shown
        assert "One token that may be an NFT" in shown
        assert "One token account is empty" in shown
        assert "Slot 100, read just now" in shown
        await chat.press(data(Action.BALANCE_ALL, WALLET))
        assert "only pretends to be USDC.x" in chat.last
        assert data(Action.BALANCE_ADDRESS, WALLET) in chat.buttons

    async def test_in_native(self, chat: Chat) -> None:
        chat.chain.lamports[WALLET] = 4 * 10**9
        hold(chat, USDC, 3 * 10**6)
        name(chat, USDC, "")
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}
        await chat.send("/currency xnt")
        await chat.send(f"/balance {WALLET}")
        assert "≈ 10 XNT" in chat.last
        assert "3 USDC.x (≈ 6 XNT)" in chat.last

    async def test_nothing_at_all(self, chat: Chat) -> None:
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        await chat.send(f"/balance {WALLET}")
        assert "There is nothing in it" in chat.last
        assert "0 XNT" in chat.last

    async def test_prices_that_nobody_tells_are_said_to_be_away(self, chat: Chat) -> None:
        chat.prices.down = True
        chat.chain.lamports[WALLET] = 10**9
        hold(chat, address("foo"), 5)
        await chat.send(f"/balance {WALLET}")
        assert "Prices can't be had" in chat.last
        assert "of no known value" not in chat.last
        chat.tokens.down = True
        await chat.send(f"/balance {OTHER}")
        assert "Names can't be had" not in chat.last

    async def test_a_name_that_no_wallet_has_is_not_called_an_address(self, chat: Chat) -> None:
        await watched(chat)
        await chat.send("/balance my cold wallet")
        assert "no wallet called “my cold wallet”" in chat.last
        await chat.send(f"/balance {WALLET[:-4]}")
        assert "not an address" in chat.last

    async def test_the_age_of_what_is_remembered(self, chat: Chat) -> None:
        await chat.send(f"/balance {WALLET}")
        await chat.clock.sleep(7)
        asked = list(chat.chain.calls)
        await chat.press(data(Action.BALANCE_ADDRESS, WALLET))
        assert chat.chain.calls == asked
        assert "Slot 100, read 7 seconds ago" in chat.last

    async def test_another_chats_wallet_is_shown_by_no_button(self, chat: Chat) -> None:
        number = await watched(chat, "Secret")
        for action in (Action.BALANCE, Action.BALANCE_ALL, Action.TOKENS, Action.NFTS, Action.STAKES):
            for argument in (str(number), f"{number}.1"):
                await chat.press(data(action, argument), user=BORIS)
                assert "Secret" not in chat.last
                assert "outdated" in chat.last

    @pytest.mark.parametrize("argument", ["", "x", "-1", "1.", f"{WALLET}.x", f"{WALLET}.-1", "9" * 30])
    async def test_nonsense_behind_a_button(self, chat: Chat, argument: str) -> None:
        for action in (Action.TOKENS, Action.NFTS, Action.STAKES, Action.PRICE, Action.POOLS, Action.CONVERT):
            await chat.press(data(action, argument))
            (answer,) = chat.request.of("answerCallbackQuery")[-1:]
            assert answer.get("show_alert"), (action, argument)


class TestTokens:
    async def test_pages_with_a_button_for_each(self, chat: Chat) -> None:
        number = await watched(chat)
        for token in range(11):
            hold(chat, address(f"t{token}"), 10**6)
            name(chat, address(f"t{token}"), f"T{token}{HOSTILE}")
        chat.prices.usd = {address("t7"): Decimal("0.000012345")}
        await chat.send("/tokens savings")
        assert "11 tokens" in chat.last
        assert chat.last.index("T7") < chat.last.index("T0")
        assert "$0.00001234 each" in chat.last
        assert HOSTILE not in chat.last
        assert data(Action.MINT, address("t7")) in chat.buttons
        assert data(Action.TOKENS, f"{number}.1") in chat.buttons
        await chat.press(data(Action.TOKENS, f"{number}.1"))
        assert "11. " in chat.last
        await chat.press(data(Action.TOKENS, f"{number}.999"))
        assert "11. " in chat.last
        assert data(Action.TOKENS, f"{number}.0") in chat.buttons

    async def test_none(self, chat: Chat) -> None:
        await chat.send(f"/tokens {WALLET}")
        assert "no tokens in it" in chat.last

    async def test_it_asks_which(self, chat: Chat) -> None:
        await chat.send("/tokens")
        assert "tokens of which address" in chat.last
        await chat.send(WALLET)
        assert "no tokens in it" in chat.last
        number = await watched(chat)
        await chat.send("/tokens")
        assert data(Action.TOKENS, number) in chat.buttons


class TestNfts:
    async def test_names_collections_and_what_is_not_known(self, chat: Chat) -> None:
        for each in ("one", "many", "gone"):
            hold(chat, address(each), 1, 0)
            name(chat, address(each), f"{each}{HOSTILE}")
        for account in (mint_account("one"), mint_account("many", supply=9)):
            chat.chain.data[account.address] = account
        await chat.send(f"/nfts {WALLET}")
        text = chat.last
        assert "3 tokens that may be NFTs" in text
        assert f'href="https://explorer.mainnet.x1.xyz/address/{address("one")}"' in text
        assert text.count("not the only one of its kind") == 1
        assert text.count("not known to be the only one") == 1
        assert "</b>{x}" not in text.replace("{x}</b>", "")

    async def test_none_and_a_chain_that_is_away(self, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
        await chat.send(f"/nfts {WALLET}")
        assert "nothing in it that may be an NFT" in chat.last
        hold(chat, address("one"), 1, 0)
        await chat.clock.sleep(11)

        async def away(*_: object, **__: object) -> object:
            raise ChainUnavailable("away")

        monkeypatch.setattr(FakeChain, "accounts", away)
        await chat.send(f"/nfts {WALLET}")
        assert "not known to be the only one" in chat.last


def asset(called: str, **fields: Any) -> AccountData:
    return core_asset(called, owner=WALLET, **fields)


class TestCoreAssets:
    def put(self, chat: Chat, *accounts: AccountData) -> None:
        chat.chain.data.update({each.address: each for each in accounts})

    async def test_they_stand_behind_the_tokens_with_who_has_power_over_them(self, chat: Chat) -> None:
        hold(chat, address("one"), 1, 0)
        name(chat, address("one"), "one")
        band = core_collection("band", plugins={7: (b"\2", b"")})
        frozen = asset("frozen", name=HOSTILE, collection=band.address, plugins={1: (b"\2", b"\1")})
        self.put(chat, band, frozen, asset("zlast"))
        await chat.send(f"/nfts {WALLET}")
        text = chat.last
        assert "One token that may be an NFT\n2 Metaplex Core assets" in text
        assert text.index("1. <b>one</b>") < text.index("2. <b>")
        assert "2. <b>&lt;b&gt;&amp;evil&lt;/b&gt;{x}</b>" in text
        assert f'href="https://explorer.mainnet.x1.xyz/address/{frozen.address}"' in text
        assert "of band\n     ❄️ frozen, it can't be moved\n     ⚠️ somebody else can move it\n" in text
        assert "can freeze it" not in text
        assert "3. <b>zlast</b>" in text

    async def test_a_wallet_with_nothing_else_pages_through_them(self, chat: Chat) -> None:
        self.put(chat, *(asset(f"asset {number:02}") for number in range(20)))
        await chat.send(f"/nfts {WALLET}")
        assert "tokens that may be" not in chat.last
        assert "20 Metaplex Core assets" in chat.last
        assert "8. <b>asset 07</b>" in chat.last
        assert "asset 08" not in chat.last
        await chat.press(data(Action.NFTS, f"{WALLET}.2"))
        assert "20. <b>asset 19</b>" in chat.last
        assert chat.chain.calls.count("program_accounts") == 1

    async def test_pages_go_over_from_tokens_to_assets(self, chat: Chat) -> None:
        for number in range(10):
            hold(chat, address(f"token {number}"), 1, 0)
        self.put(chat, *(asset(f"asset {number}") for number in range(3)))
        await chat.press(data(Action.NFTS, f"{WALLET}.1"))
        assert "10 tokens that may be NFTs\n3 Metaplex Core assets" in chat.last
        assert "11. <b>asset 0</b>" in chat.last
        assert "13. <b>asset 2</b>" in chat.last

    async def test_a_node_that_does_not_list_them_makes_no_empty_list(self, chat: Chat) -> None:
        chat.chain.lists_programs = False
        await chat.send(f"/nfts {WALLET}")
        assert "None of its tokens may be an NFT." in chat.last
        assert "didn't tell which Metaplex Core assets" in chat.last
        assert "nothing in it" not in chat.last
        hold(chat, address("one"), 1, 0)
        await chat.clock.sleep(11)
        await chat.send(f"/nfts {WALLET}")
        assert "One token that may be an NFT" in chat.last
        assert "didn't tell which Metaplex Core assets" in chat.last

    async def test_an_asset_that_could_not_be_read_says_so(
        self, chat: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(chat, asset("one"))

        async def away(*_: object, **__: object) -> object:
            raise ChainUnavailable("away")

        monkeypatch.setattr(FakeChain, "accounts", away)
        await chat.send(f"/nfts {WALLET}")
        assert "One Metaplex Core asset" in chat.last
        assert "nothing more is known of it right now" in chat.last


class TestStakes:
    async def test_what_each_does_and_who_else_has_a_say(self, chat: Chat) -> None:
        accounts = [
            stake("working", 50 * 10**9, begun=3),
            stake("warming", 40 * 10**9, begun=7),
            stake("cooling", 30 * 10**9, ended=7),
            stake("cold", 20 * 10**9, ended=4),
            stake("theirs", 10 * 10**9, withdrawer=OTHER),
        ]
        chat.chain.stakes[WALLET] = [each.address for each in accounts]
        chat.chain.data |= {each.address: each for each in accounts}
        chat.chain.data |= {history().address: history()}
        chat.chain.rewards = [StakingReward(address("working"), 6, 1, 10**9)]
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        await chat.send(f"/stakes {WALLET}")
        text = chat.last
        assert "5 stake accounts" in text
        assert "140 XNT (≈ $70.00)" in text
        assert "Rewards of the last epoch: 1 XNT" in text
        assert "Can be withdrawn now: 20 XNT" in text
        assert "active since epoch 3" in text
        assert "activating since epoch 7" in text
        assert "deactivating since epoch 7" in text
        await chat.press(data(Action.STAKES, f"{WALLET}.1"))
        assert "can withdraw it; it is not in the sum" in chat.last

    async def test_none_and_a_node_that_does_not_tell(self, chat: Chat) -> None:
        await chat.send(f"/stakes {WALLET}")
        assert "Nothing is staked" in chat.last
        chat.chain.refuses_stakes = True
        await chat.send(f"/stakes {OTHER}")
        assert "doesn't tell which stake accounts" in chat.last
        chat.chain.down = True
        await chat.clock.sleep(60)
        await chat.send(f"/stakes {WALLET}")
        assert "can't reach the chain" in chat.last


def token_account(mint: str, amount: int) -> AccountData:
    data_ = decode_address(mint) + decode_address(WALLET) + struct.pack("<Q", amount)
    return AccountData(address(f"account {mint}"), CLASSIC, 1, data_ + bytes(36) + b"\1" + bytes(56), 100)


class TestPortfolio:
    async def _two_wallets(self, chat: Chat) -> None:
        await watched(chat, HOSTILE)
        await chat.send(f"/watch {OTHER}")
        first, _ = await chat.stores.subscriptions.subscriptions(ANNA)
        accounts = [token_account(USDC, 30 * 10**6), stake("s", 40 * 10**9)]
        chat.chain.data |= {each.address: each for each in accounts}
        chat.chain.data[WALLET] = AccountData(WALLET, SYSTEM, 100 * 10**9, b"", 100)
        chat.chain.data[OTHER] = AccountData(OTHER, SYSTEM, 20 * 10**9, b"", 100)
        await chat.stores.watch.add_accounts(
            first.wallet_id,
            [
                NewAccount(accounts[0].address, AccountKind.TOKEN, USDC),
                NewAccount(accounts[1].address, AccountKind.STAKE),
            ],
        )
        name(chat, USDC, "")
        chat.prices.usd = {NATIVE: Decimal("0.5"), USDC: Decimal(1)}

    async def test_the_sum_its_parts_and_its_change(self, chat: Chat) -> None:
        await self._two_wallets(chat)
        day = chat.clock.now() - timedelta(days=1)
        await chat.price_history.keep({NATIVE: Decimal("0.4"), USDC: Decimal(1)}, day)
        await chat.send("/portfolio")
        text = chat.last
        assert "≈ $110.00</b> · 220 XNT" in text
        assert "24 hours: <b>+17 % (+$16.00)</b>" in text
        assert "54.5 % · XNT · $60.00" in text
        assert "27.3 % · USDC.x · $30.00" in text
        assert "18.2 % · XNT staked · $20.00" in text
        assert "$100" in text
        assert "$10.00" in text
        assert HOSTILE not in text

    async def test_a_change_that_is_not_known_is_said_to_be_so(self, chat: Chat) -> None:
        await self._two_wallets(chat)
        await chat.send("/portfolio")
        assert "24 hours: unknown" in chat.last
        await chat.send("/currency xnt")
        await chat.press(data(Action.PORTFOLIO))
        assert "USDC.x · 60 XNT" in chat.last

    async def test_what_could_not_be_read_is_named_and_not_counted(self, chat: Chat) -> None:
        await self._two_wallets(chat)
        chat.chain.down = True
        await chat.send("/portfolio")
        assert "so they are in no sum" in chat.last
        assert "I know no price of what they hold" not in chat.last
        assert "$0" not in chat.last
        chat.chain.down = False
        chat.prices.down = True
        await chat.send("/portfolio")
        assert "Prices can't be had" in chat.last
        assert "• 120 XNT\n• 40 XNT staked\n• 30 USDC.x" in chat.last

    async def test_shares_add_up_and_the_rest_has_one(self, chat: Chat) -> None:
        await watched(chat)
        (one,) = await chat.stores.subscriptions.subscriptions(ANNA)
        chat.chain.data[WALLET] = AccountData(WALLET, SYSTEM, 10**9, b"", 100)
        mints = [address(f"token {number}") for number in range(9)]
        for mint in mints:
            account = address(f"account {mint}")
            name(chat, mint, f"T{mint[:3]}")
            await chat.stores.watch.add_accounts(
                one.wallet_id, [NewAccount(account, AccountKind.TOKEN, mint)]
            )
            held = decode_address(mint) + decode_address(WALLET) + struct.pack("<Q", 10**6)
            chat.chain.data[account] = AccountData(
                account, CLASSIC, 1, held + b"\0" * 36 + b"\1" + b"\0" * 56, 100
            )
        chat.prices.usd = {NATIVE: Decimal(1), **dict.fromkeys(mints, Decimal(1))}
        chat.prices.liquidity_usd = Decimal(10**6)
        await chat.send("/portfolio")
        assert chat.last.count("</code> 10 % · ") == 8
        assert "… and 2 more assets · 20 % · $2.00" in chat.last

    async def test_nothing_in_a_wallet_is_worth_nothing_and_not_unknown(self, chat: Chat) -> None:
        await watched(chat)
        await chat.send(f"/watch {OTHER} Trading")
        for wallet in (WALLET, OTHER):
            chat.chain.data[wallet] = AccountData(wallet, SYSTEM, 0, b"", 100)
        await chat.send("/portfolio")
        assert "There is nothing in them." in chat.last
        assert "unknown" not in chat.last
        chat.clock.advance(100)
        chat.prices.usd = {NATIVE: Decimal("0.5")}
        chat.chain.data[WALLET] = AccountData(WALLET, SYSTEM, 10**9, b"", 100)
        await chat.send("/portfolio")
        assert "<b>≈ $0.50</b> · 1 XNT" in chat.last
        assert "<b>Trading</b> · <code>B69c…m9Tq</code> · empty" in chat.last

    async def test_one_chats_wallets_are_not_anothers(self, chat: Chat) -> None:
        await self._two_wallets(chat)
        await chat.send("/portfolio", user=BORIS)
        assert "I watch no wallet" in chat.last
        await chat.send("/portfolio", chat=GROUP)
        assert "I watch no wallet" in chat.last


async def test_a_card_leads_to_all_of_it(chat: Chat) -> None:
    number = await watched(chat)
    await chat.press(data(Action.CARD, number))
    for action in (Action.TOKENS, Action.NFTS, Action.STAKES):
        assert data(action, number) in chat.buttons
    await chat.send("/menu")
    assert data(Action.PORTFOLIO) in chat.buttons
    markup = json.dumps(chat.request.calls[-1][1], ensure_ascii=False)
    assert "📊" in markup or "\\ud83d\\udcca" in markup


async def test_times_follow_the_chats_zone(chat: Chat) -> None:
    locked = stake("locked", 10**9)
    until = int(chat.clock.now().timestamp()) + 86_400
    locked = replace(locked, data=locked.data[:76] + struct.pack("<qQ", until, 0) + locked.data[92:])
    chat.chain.stakes[WALLET] = [locked.address]
    chat.chain.data[locked.address] = locked
    await chat.send(f"/stakes {WALLET}")
    assert "🔒 locked until" in chat.last
    assert "Can be withdrawn now: 0 XNT" in chat.last
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    assert known.settings.currency is Currency.USD
