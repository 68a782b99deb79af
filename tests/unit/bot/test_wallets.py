"""The list of wallets, their cards, and finding the one that is meant."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.things import activity
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.texts import texts
from walletwatch.domain.activities import ActivityKind
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import TokenHolding
from walletwatch.domain.chats import Owner
from walletwatch.domain.risk_watch import KnownRisk
from walletwatch.domain.sweep import Shard
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.domain.wallets import AccountKind, AccountState, NewAccount, Progress

SAY = texts("en")


def address(number: int) -> str:
    return encode_address(bytes([number + 1] * 32))


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


def button_texts(chat: Chat) -> list[str]:
    """What the newest keyboard says."""
    for _, arguments in reversed(chat.request.calls):
        if "reply_markup" in arguments:
            markup = arguments["reply_markup"]
            rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
            return [str(each["text"]) for row in rows for each in row]
    return []


async def watched(chat: Chat, *labels: str | None, chat_id: int = ANNA) -> list[int]:
    """A wallet for each label; their numbers."""
    await chat.send("/start", user=abs(chat_id), chat=chat_id)
    for number, label in enumerate(labels):
        await chat.stores.subscriptions.subscribe(chat_id, address(number), label, slot=1, limit=999)
    return [each.id for each in await chat.stores.subscriptions.subscriptions(chat_id)]


async def premium(chat: Chat, owner: Owner) -> None:
    row = chat.stores.tables.chats[ANNA]
    row.chat = type(row.chat)(**{**_fields(row.chat), "owner": owner})


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


class TestWatch:
    async def test_what_is_empty_may_be_a_slip(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET}")
        assert "It is empty." in chat.last
        await chat.send(f"/watch {WALLET}")
        assert "It holds 0 XNT" in chat.last
        chat.chain.lamports[OTHER] = 1
        await chat.send(f"/watch {OTHER}")
        assert "It holds 0.000000001 XNT" in chat.last


async def test_an_address_may_be_written_as_it_is_shown(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET} Savings")
    shown = f"{WALLET[:4]}…{WALLET[-4:]}"
    assert shown in chat.last
    await chat.send(f"/label {shown} Vault")
    assert "It is called <b>Vault</b>" in chat.last
    await chat.send(f"/wallet {shown}")
    assert WALLET in chat.last
    await chat.send(f"/wallet {shown}", user=BORIS)
    assert WALLET not in chat.last


class TestList:
    async def test_it_is_empty(self, chat: Chat) -> None:
        await chat.send("/list")
        assert "no wallet" in chat.last
        assert data(Action.ADD) in chat.buttons
        assert data(Action.IMPORT) in chat.buttons

    async def test_it_turns_pages_in_its_order(self, chat: Chat) -> None:
        numbers = await watched(chat, *(f"w{number:02}" for number in range(20, 0, -1)))
        await chat.send("/list name")
        assert "20 wallets" in chat.last
        assert data(Action.CARD, numbers[-1]) == chat.buttons[0]
        await chat.press(data(Action.LIST, "1.n"))
        assert "w09" in chat.last
        assert "w08" not in chat.last
        assert "20 wallets</b> · 2/3" in chat.last
        assert data(Action.LIST, "0.n") in chat.buttons
        assert data(Action.LIST, "2.n") in chat.buttons
        await chat.press(data(Action.LIST, "999.n"))
        assert "w20" in chat.last
        assert data(Action.LIST, "3.n") not in chat.buttons

    async def test_by_activity_and_how_long_ago_that_was(self, chat: Chat) -> None:
        await watched(chat, "quiet", "busy")
        busy = chat.stores.tables.wallet_at(address(1))
        assert busy is not None
        at = int((chat.clock.now() - timedelta(hours=3)).timestamp())
        await chat.stores.ledger.keep(busy.id, [activity("s", 5, block_time=at)])
        await chat.send("/list activity")
        assert chat.last.index("busy") < chat.last.index("quiet")
        assert "3 hours ago" in chat.last

    async def test_by_what_they_hold_with_one_question_to_the_chain(self, chat: Chat) -> None:
        await watched(chat, "poor", "rich", "empty")
        chat.chain.lamports = {address(0): 10**9, address(1): 5 * 10**9}
        chat.prices.usd["native"] = Decimal(2)
        chat.chain.calls.clear()
        await chat.send("/list balance")
        assert chat.last.index("rich") < chat.last.index("poor") < chat.last.index("empty")
        assert "5 XNT (≈ $10.00)" in chat.last
        assert chat.chain.calls == ["accounts"]

    async def test_balances_that_could_not_be_read_are_not_zero(self, chat: Chat) -> None:
        await watched(chat, "one", "two")
        chat.chain.down = True
        await chat.send("/list balance")
        assert "can't reach the chain" in chat.last
        assert "0 XNT" not in chat.last
        assert "one" in chat.last

    async def test_without_a_price_the_amount_stands_alone(self, chat: Chat) -> None:
        await watched(chat, "one")
        chat.chain.lamports[address(0)] = 10**9
        chat.prices.down = True
        await chat.send("/list balance")
        assert "1 XNT" in chat.last
        assert "$" not in chat.last

    async def test_those_of_a_tag(self, chat: Chat) -> None:
        numbers = await watched(chat, "one", "two")
        await chat.stores.book.retag(ANNA, numbers[1], add=["кит"])
        await chat.send("/list #Кит")
        assert "One wallet with #кит" in chat.last
        assert "one" not in chat.last.split("\n", 1)[1]
        await chat.send("/tags")
        tag_button = chat.buttons[0]
        await chat.press(tag_button)
        assert "One wallet with #кит" in chat.last
        await chat.stores.book.retag(ANNA, numbers[1], remove=["кит"])
        await chat.press(tag_button)
        assert "2 wallets" in chat.last
        await chat.send("/list #none")
        assert "No wallet has the tag" in chat.last

    @pytest.mark.parametrize("place", ["x", "", "0.q", "0.a.b.c", "-1", "9" * 30, "0.a." + "f" * 40])
    async def test_no_place(self, chat: Chat, place: str) -> None:
        await watched(chat, "one")
        await chat.press(data(Action.LIST, place))
        assert chat.request.calls[-1][0] == "answerCallbackQuery"
        assert chat.metrics.counts["HandlerErrors"] == 0

    async def test_250_wallets_of_long_names_are_a_message_still(self, chat: Chat) -> None:
        numbers = await watched(chat, *(f"{'&' * 45}{n:03}" for n in range(250)))
        for number in numbers[:10]:
            tags = [f"{'т' * 22}{n:02}" for n in range(10)]
            await chat.stores.book.retag(ANNA, number, add=tags)
        await chat.send("/list")
        await chat.send("/tags")
        await chat.press(data(Action.WALLET_TAGS, numbers[0]))
        await chat.press(data(Action.CARD, numbers[0]))
        assert chat.metrics.counts["HandlerErrors"] == 0


class TestCard:
    async def _known(self, chat: Chat) -> int:
        (number,) = await watched(chat, "Main <&>")
        await chat.stores.book.retag(ANNA, number, add=["defi"])
        await chat.stores.book.annotate(ANNA, number, "a <b>note</b>\nof two lines")
        wallet = chat.stores.tables.wallet_at(address(0))
        assert wallet is not None
        at = int((chat.clock.now() - timedelta(minutes=5)).timestamp())
        await chat.stores.ledger.keep(wallet.id, [activity("s", 5, kind=ActivityKind.SWAP, block_time=at)])
        chat.stores.tables.risks[wallet.id] = KnownRisk(40, 2, 1, chat.clock.now() - timedelta(days=3))
        (account,) = await chat.stores.watch.wallet_accounts(wallet.id)
        await chat.stores.watch.add_accounts(wallet.id, [NewAccount(address(9), AccountKind.STAKE)])
        await chat.stores.watch.record_states({account.id: AccountState(b"s", 9)})
        looked = chat.clock.now() - timedelta(seconds=12)
        await chat.stores.watch.record_progress(Shard(0, 1), Progress(9, looked))
        return number

    async def test_all_that_is_known(self, chat: Chat) -> None:
        number = await self._known(chat)
        chat.chain.lamports[address(0)] = 3 * 10**9
        chat.chain.holdings[address(0)] = [
            TokenHolding(address(20), AccountKind.TOKEN, OTHER, 5_000_000, 6, 1, frozen=True)
        ]
        chat.prices.usd = {"native": Decimal(2), OTHER: Decimal(1)}
        chat.tokens.known[OTHER] = TokenIdentity(OTHER, 6, "USDC.x", "USDC", None, IdentitySource.LISTED)
        await chat.press(data(Action.CARD, number))
        for part in (
            "Main &lt;&amp;&gt;",
            f"<code>{address(0)}</code>",
            "3 XNT (≈ $6.00)",
            "5 USDC.x (≈ $5.00) (frozen)",
            "about <b>$11.00</b>",
            "One stake account",
            "Swapped, 5 minutes ago",
            "🟠 Warning, risk 40 of 100, looked at 3 days ago",
            "Last checked 12 seconds ago",
            "#defi",
            "a &lt;b&gt;note&lt;/b&gt;\nof two lines",
        ):
            assert part in chat.last, part
        said = chat.last
        await chat.send("/wallet main <&>")
        assert chat.last == said
        await chat.send(f"/wallet {address(0)}")
        assert chat.last == said

    async def test_what_is_not_known_is_said(self, chat: Chat) -> None:
        (number,) = await watched(chat, None)
        chat.chain.down = True
        await chat.press(data(Action.CARD, number))
        assert "don't know what it holds" in chat.last
        assert "0 XNT" not in chat.last
        assert "No activity seen yet" in chat.last
        assert "Risk: not looked at yet" in chat.last
        assert "Waiting for its first check" in chat.last

    async def test_a_worth_without_all_prices_says_so_and_an_impostor_is_worth_nothing(
        self, chat: Chat
    ) -> None:
        (number,) = await watched(chat, "one")
        false = address(30)
        chat.chain.lamports[address(0)] = 10**9
        chat.chain.holdings[address(0)] = [
            TokenHolding(address(20), AccountKind.TOKEN, false, 5_000_000, 6, 1),
            TokenHolding(address(21), AccountKind.TOKEN, address(31), 5, 0, 1),
        ]
        chat.prices.usd = {"native": Decimal(2), false: Decimal(1000)}
        chat.tokens.known[false] = TokenIdentity(
            false, 6, "USDC.x", None, None, IdentitySource.NONE, impostor_of=OTHER
        )
        await chat.press(data(Action.CARD, number))
        assert "about <b>$2.00</b>, without what has no known price" in chat.last
        assert "5,000" not in chat.last

    async def test_without_names_and_prices_there_is_a_card(self, chat: Chat) -> None:
        (number,) = await watched(chat, "one")
        chat.chain.lamports[address(0)] = 10**9
        chat.chain.holdings[address(0)] = [TokenHolding(address(20), AccountKind.TOKEN, OTHER, 7, 0, 1)]
        chat.prices.down = chat.tokens.down = True
        await chat.press(data(Action.CARD, number))
        assert "1 XNT" in chat.last
        assert "Worth" not in chat.last

    async def test_any_other_wallet_is_offered(self, chat: Chat) -> None:
        await chat.send(f"/wallet {OTHER}")
        assert data(Action.WATCH_ADDRESS, OTHER) in chat.buttons
        await chat.send("/wallet nobody")
        assert "no wallet called “nobody”" in chat.last
        await chat.send("/wallet")
        assert "Send me its address" in chat.last
        await chat.send(OTHER)
        assert data(Action.WATCH_ADDRESS, OTHER) in chat.buttons

    @pytest.mark.parametrize(
        "action",
        [
            Action.CARD,
            Action.LABEL,
            Action.WALLET_TAGS,
            Action.NOTE,
            Action.PAUSE,
            Action.RESUME,
            Action.SHARE_WALLET,
        ],
    )
    async def test_nobody_reaches_anothers_wallet(self, chat: Chat, action: Action) -> None:
        (number,) = await watched(chat, "secret name")
        before = await chat.stores.book.entries(ANNA)
        await chat.press(data(action, number), user=BORIS)
        assert "secret" not in chat.last
        assert chat.request.of("answerCallbackQuery")[-1]["text"]
        assert await chat.stores.book.entries(ANNA) == before

    async def test_every_button_of_a_card_leads_somewhere(self, chat: Chat) -> None:
        (number,) = await watched(chat, "one")
        await chat.press(data(Action.CARD, number))
        buttons = list(chat.buttons)
        assert len(buttons) == 17
        for each in buttons:
            await chat.press(each)
            assert chat.request.calls[-1][0] == "answerCallbackQuery"
            assert chat.request.calls[-1][1].get("text") is None
        assert chat.metrics.counts["HandlerErrors"] == 0


class TestChoosing:
    async def test_the_last_used_come_first_and_pages_turn(self, chat: Chat) -> None:
        numbers = await watched(chat, *(f"w{number}" for number in range(20)))
        await chat.press(data(Action.CARD, numbers[15]))
        await chat.send("/balance")
        assert chat.buttons[0] == data(Action.BALANCE, numbers[15])
        assert chat.buttons[-2:] == [data(Action.CHOOSE, "b.1"), data(Action.RUN, "cancel")]
        await chat.press(data(Action.CHOOSE, "b.1"))
        name, arguments = chat.request.calls[-2]
        assert name == "editMessageReplyMarkup"
        assert data(Action.BALANCE, numbers[7]) in json.dumps(arguments["reply_markup"])
        await chat.send(f"{OTHER}")
        assert "0 XNT" in chat.last

    @pytest.mark.parametrize("argument", ["", "b", "b.x", "nothing.1", "b.-1"])
    async def test_no_page(self, chat: Chat, argument: str) -> None:
        await watched(chat, "one")
        await chat.press(data(Action.CHOOSE, argument))
        assert "outdated" in chat.last

    @pytest.mark.parametrize(
        ("command", "action"),
        [
            ("/balance same", Action.BALANCE),
            ("/scan Same", Action.SCAN),
            ("/wallet SAME", Action.CARD),
            ("/unwatch same", Action.UNWATCH),
            ("/label same new name", Action.LABEL),
            ("/tag same x", Action.WALLET_TAGS),
            ("/note same x", Action.NOTE),
            ("/pause same", Action.PAUSE),
            ("/resume same", Action.RESUME),
        ],
    )
    async def test_of_two_with_one_name_it_asks_which(self, chat: Chat, command: str, action: Action) -> None:
        first, _, third = await watched(chat, "same", "other", "Same")
        await chat.send(command)
        assert "2 wallets are called so" in chat.last
        assert chat.buttons == [data(action, first), data(action, third)]
        assert len(set(button_texts(chat))) == 2
        assert len(await chat.stores.subscriptions.subscriptions(ANNA)) == 3

    async def test_a_backfill_of_two_with_one_name(self, chat: Chat) -> None:
        await watched(chat, "same", "same")
        await chat.send("/backfill same 30")
        assert "Several wallets are called same" in chat.last
        assert chat.queues.backfills == []


class TestWatching:
    async def test_the_name_may_come_first(self, chat: Chat) -> None:
        await chat.send(f"/watch My {WALLET} savings")
        assert "Now watching <b>My savings</b>" in chat.last

    async def test_several_addresses_are_a_list(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} one\n{OTHER} two")
        assert "2 wallets added" in chat.last
        labels = [each.label for each in await chat.stores.subscriptions.subscriptions(ANNA)]
        assert labels == ["one", "two"]

    async def test_the_button_asks(self, chat: Chat) -> None:
        await chat.press(data(Action.ADD))
        assert "Which address" in chat.last
        await chat.send(WALLET)
        assert "Now watching" in chat.last

    async def test_unwatching_can_be_taken_back(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} main")
        await chat.send("/unwatch main")
        assert chat.buttons[0] == data(Action.WATCH_ADDRESS, WALLET)
        await chat.press(chat.buttons[0])
        assert "Now watching" in chat.last

    @pytest.mark.parametrize(
        ("owner", "limit"),
        [
            (Owner(ANNA), 3),
            (Owner(ANNA, quotas={"wallets": 1}), 1),
            (Owner(ANNA, premium_until=datetime(9999, 1, 1, tzinfo=UTC)), 250),
            (Owner(ANNA, premium_until=datetime(2000, 1, 1, tzinfo=UTC)), 3),
        ],
    )
    async def test_the_owners_plan_says_how_many(self, chat: Chat, owner: Owner, limit: int) -> None:
        await chat.send("/start")
        await premium(chat, owner)
        text = "\n".join(encode_address(bytes([1, *divmod(n, 256), *[7] * 29])) for n in range(260))
        await chat.send(f"/import {text}")
        assert len(await chat.stores.subscriptions.subscriptions(ANNA)) == limit
        assert f"you can watch {limit}" in chat.last
        await chat.send(f"/watch {WALLET}")
        assert f"{limit} wallets" in chat.last


async def test_in_a_group_everybody_looks_and_administrators_change(chat: Chat) -> None:
    chat.request.admins.add(ANNA)
    for text in (f"/watch {WALLET} main", "/tag main defi", "/note main a note"):
        await chat.send(text, chat=GROUP)
    (before,) = await chat.stores.book.entries(GROUP)
    number = before.subscription.id
    for text, expected in (
        ("/list", "main"),
        ("/wallet main", "a note"),
        ("/tags", "#defi"),
        ("/exportwallets", "main"),
    ):
        await chat.send(text, user=BORIS, chat=GROUP)
        assert expected in chat.last or chat.request.uploads
    for text in (
        "/label main other",
        "/tag main x",
        "/note main x",
        "/pause main",
        f"/import {OTHER}",
        "/share",
        "/unwatch main",
        "/resume",
    ):
        await chat.send(text, user=BORIS, chat=GROUP)
        assert SAY("error.admins_only") in chat.last, text
    for action, argument in (
        (Action.CLEAR, f"l.{number}"),
        (Action.CLEAR, f"n.{number}"),
        (Action.PAUSE, number),
        (Action.PAUSE_ALL_CONFIRMED, ""),
        (Action.RESUME, number),
        (Action.RESUME_ALL, ""),
        (Action.SHARE, ""),
        (Action.SHARE_MADE, "y.-"),
        (Action.SHARE_REVOKED, 1),
        (Action.UNWATCH_CONFIRMED, number),
    ):
        await chat.press(data(action, argument), user=BORIS, chat=GROUP)
        assert SAY("error.admins_only") in chat.last, action
    assert await chat.stores.book.entries(GROUP) == [before]
    for text, expected in (("/label main", "behind the command"), ("/import", "behind the command")):
        await chat.send(text, chat=GROUP)
        assert expected in chat.last
    await chat.press(data(Action.NOTE, number), chat=GROUP)
    assert "behind the command" in chat.last
