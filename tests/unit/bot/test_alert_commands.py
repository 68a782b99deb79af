"""/alerts, /addalert, /editalert, /delalert, /testalert, and their buttons."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.contract.things import activity
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.html_length import MAX_UNITS, units
from walletwatch.bot.keyboards import Action
from walletwatch.bot.rendering import HtmlRenderer
from walletwatch.domain.alert_rules.clusters import SEPARATOR
from walletwatch.domain.alert_rules.firing import Firing, PendingAlert
from walletwatch.domain.alert_rules.rule import TRAITS, AlertKind, Need, Rule, Terms
from walletwatch.domain.chats import Owner
from walletwatch.domain.profile import PROFILES
from walletwatch.domain.tokens import IdentitySource, TokenIdentity
from walletwatch.services import rule_keeping

MINT = "CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR"

UNLISTED = TokenIdentity(MINT, 4, "x", "<b>", None, IdentitySource.METAPLEX)


def _rules(chat: Chat, chat_id: int = ANNA) -> list[Rule]:
    return [row.rule for row in chat.stores.tables.rules.values() if row.rule.chat_id == chat_id]


async def _watch(chat: Chat, label: str = "savings", user: int = ANNA) -> None:
    await chat.send(f"/watch {WALLET} {label}", user=user)


async def test_without_alerts_a_button_makes_the_first(chat: Chat) -> None:
    await chat.send("/alerts")
    assert "no alerts yet" in chat.last
    await chat.press("1:aw:")
    assert "What shall I watch for" in chat.last
    assert len(chat.buttons) == len(AlertKind) + 1


ONE_LINERS = {
    "balance_above savings XNT 1,000.5": Terms(asset="native", decimals=9, amount=1_000_500_000_000),
    "balance_below savings USDC.x 2.5k": Terms(asset=OTHER, decimals=6, amount=2_500_000_000),
    "balance_below savings xnt 10 XNT": Terms(asset="native", decimals=9, amount=10 * 10**9),
    "balance_moved savings XNT 12.5% 4h": Terms(
        asset="native", decimals=9, percent=Decimal("12.5"), minutes=240
    ),
    "transfer_over all XNT 500": Terms(asset="native", decimals=9, amount=500 * 10**9),
    "transfer_over savings XNT $500": Terms(asset="native", decimals=9, usd=Decimal(500)),
    "transfer_over all any 500 usd": Terms(usd=Decimal(500)),
    "token_new all": Terms(),
    f"counterparty savings {OTHER}": Terms(address=OTHER),
    f"program all {OTHER}": Terms(address=OTHER),
    "token_sold all USDC.x": Terms(asset=OTHER, decimals=6),
    f"token_bought all {MINT}": Terms(asset=MINT, decimals=4),
    "inactive savings 7": Terms(days=7),
    "cluster 3 15m": Terms(count=3, minutes=15),
    "price_above XNT 0.5": Terms(asset="native", decimals=9, usd=Decimal("0.5")),
    f"price_below {MINT} 0,000001": Terms(asset=MINT, usd=Decimal("0.000001")),
    "price_moved XNT 10 % 1d": Terms(asset="native", decimals=9, percent=Decimal(10), minutes=1440),
    "approval all": Terms(),
    "authority savings": Terms(),
    "stake_deactivated all": Terms(),
    "risk_worse all 25": Terms(points=25),
}


@pytest.mark.parametrize(
    ("words", "terms"), ONE_LINERS.items(), ids=[words.split()[0] for words in ONE_LINERS]
)
async def test_an_alert_can_be_said_at_once(chat: Chat, words: str, terms: Terms) -> None:
    chat.tokens.known[MINT] = UNLISTED
    await _watch(chat)
    await chat.send(f"/addalert {words}")
    assert "I'll tell you" in chat.last, chat.last
    (rule,) = _rules(chat)
    assert rule.kind.value == words.split(maxsplit=1)[0]
    assert rule.terms == terms
    assert (rule.wallet_id is not None) == ("savings" in words)
    assert rule.cooldown >= TRAITS[rule.kind].cooldown
    if rule.kind in {AlertKind.PRICE_MOVED, AlertKind.BALANCE_MOVED, AlertKind.CLUSTER}:
        assert rule.cooldown >= rule.terms.window
    # Its message, its card, its list and its test can be shown.
    for press in (f"1:{Action.AM_CARD}:1", f"1:{Action.AM_TEST}:1", f"1:{Action.AM_LIST}:0"):
        await chat.press(press)
    await chat.send("/testalert 1")
    assert "This is a test" in chat.last


def test_every_kind_can_be_said_at_once() -> None:
    assert {words.split()[0] for words in ONE_LINERS} == {kind.value for kind in AlertKind}


async def test_a_wizard_asks_for_what_is_missing_and_buttons_answer_too(chat: Chat) -> None:
    await _watch(chat, "cold storage")
    await chat.send("/addalert")
    await chat.press("1:aw:balance_below")
    assert "Which wallet" in chat.last
    await chat.send("Cold Storage")
    assert "Which token" in chat.last
    (button, *_) = (data for data in chat.buttons if data.endswith(" native"))
    await chat.press(button)
    assert "How much XNT" in chat.last
    await chat.send("lots")
    assert "not an amount" in chat.last
    await chat.send("12.5")
    assert "I'll tell you" in chat.last
    assert "holds less than 12.5 XNT" in chat.last
    (rule,) = _rules(chat)
    assert (rule.kind, rule.terms.amount) == (AlertKind.BALANCE_BELOW, 12_500_000_000)


async def test_of_two_wallets_of_one_name_it_asks_which(chat: Chat) -> None:
    await _watch(chat)
    await chat.send(f"/watch {OTHER} savings")
    await chat.send("/addalert approval savings")
    assert "For which wallet" in chat.last
    assert _rules(chat) == []
    await chat.press(chat.buttons[1])
    assert len(_rules(chat)) == 1
    for command in ("/mute savings", "/unmute savings", "/filters savings"):
        await chat.send(command)
        assert len(chat.buttons) == 2
    assert chat.metrics.counts["HandlerErrors"] == 0


@pytest.mark.parametrize("kind", AlertKind)
async def test_a_wizard_can_be_answered_by_text_alone(chat: Chat, kind: AlertKind) -> None:
    chat.tokens.known[MINT] = UNLISTED
    await _watch(chat)
    answers = {
        Need.WALLET: "savings", Need.WALLETS: "all", Need.ASSET: "XNT", Need.MINT: MINT,
        Need.AMOUNT: "1",
        Need.AMOUNT_OR_USD: "$5", Need.USD: "0.25", Need.PERCENT: "5", Need.WINDOW: "1h", Need.ADDRESS: OTHER,
        Need.DAYS: "3", Need.COUNT: "2", Need.POINTS: "10",
    }  # fmt: skip
    await chat.send("/addalert")
    await chat.send(kind.value)
    for need in TRAITS[kind].needs:
        assert _rules(chat) == []
        await chat.send(answers[need])
    assert [rule.kind for rule in _rules(chat)] == [kind]
    assert "I'll tell you" in chat.last


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("nonsense", "no such alert"),
        ("balance_below nobody XNT 5", "nobody"),
        (f"balance_below {OTHER} XNT 5", "does not watch that wallet"),
        ("balance_below all XNT 5", "all"),
        ("balance_below savings BOGUS 5", "no such token"),
        (f"balance_below savings {MINT} 5", "how that token is counted"),
        ("balance_below savings XNT 0", "not an amount"),
        ("balance_below savings XNT -5", "not an amount"),
        ("balance_below savings XNT 0.0000000001", "not an amount"),
        ("balance_below savings XNT 99999999999999", "not an amount"),
        ("balance_below savings XNT ٥", "not an amount"),
        ("transfer_over all any 500", "not an amount"),
        ("token_sold all XNT", "no such token"),
        ("price_moved XNT 0.01 1h", "between 0.1 and"),
        ("price_moved XNT 5 1s", "between a minute"),
        ("price_moved XNT 5 99d", "between a minute"),
        ("inactive savings 0", "between 1 and 365"),
        ("inactive savings many", "between 1 and 365"),
        ("cluster 1 5m", "between 2 and"),
        ("counterparty all 0x52908400098527886E0F7030069857D2E4169EE7", "Ethereum"),
        ("price_above XNT 5 sometimes", "don't understand"),
        ("price_above XNT 5 name=" + "x" * 49, "don't understand"),
        ("price_above XNT 5 cooldown=99d", "don't understand"),
    ],
)
async def test_what_cannot_be_understood_is_said(chat: Chat, words: str, complaint: str) -> None:
    await _watch(chat)
    await chat.send(f"/addalert {words}")
    assert complaint in chat.last
    assert _rules(chat) == []


async def test_options_stand_behind_the_terms(chat: Chat) -> None:
    await chat.send("/addalert price_above XNT 5 once urgent cooldown=2h expires=7d name=moon")
    (rule,) = _rules(chat)
    assert (rule.repeats, rule.urgent, rule.cooldown, rule.name) == (False, True, timedelta(hours=2), "moon")
    assert rule.expires_at == chat.clock.now() + timedelta(days=7)


async def test_a_double_tap_makes_one_alert(chat: Chat) -> None:
    for _ in range(2):
        await chat.press("1:aw:price_moved native 5 1h")
    assert len(_rules(chat)) == 1
    assert "Alert #1" in chat.last


async def test_a_plan_has_its_number_of_alerts(chat: Chat) -> None:
    for number in range(1, 11):
        await chat.send(f"/addalert price_above XNT {number}")
    for command in ("/addalert price_above XNT 11", "/addalert"):
        await chat.send(command)
        assert "You have 10 alerts" in chat.last
    row = chat.stores.tables.chats[ANNA]
    object.__setattr__(row.chat, "owner", Owner(ANNA, premium_until=chat.clock.now() + timedelta(days=1)))
    await chat.send("/addalert price_above XNT 11")
    assert "I'll tell you" in chat.last
    object.__setattr__(row.chat, "owner", Owner(ANNA, quotas={"alerts": 11}))
    await chat.send("/addalert price_above XNT 12")
    assert "You have 11 alerts" in chat.last
    await chat.send("/alerts")
    assert "11 of 11 alerts" in chat.last
    await chat.press("1:al:1")
    assert "#7" in chat.last
    assert "1:al:0" in chat.buttons


async def test_a_card_changes_what_its_buttons_say(chat: Chat) -> None:
    await chat.send("/addalert price_above XNT 5")
    for press in ("as:1 paused 1", "as:1 repeats 0", "as:1 urgent 1", "aE:1 cooldown 15m", "aE:1 expires 1d"):
        for _ in range(2):
            await chat.press(f"1:{press}")
    (rule,) = _rules(chat)
    assert (rule.paused, rule.repeats, rule.urgent, rule.cooldown) == (
        True,
        False,
        True,
        timedelta(minutes=15),
    )
    assert rule.expires_at == chat.clock.now() + timedelta(days=1)
    assert "⏸ paused" in chat.last
    for press in ("as:1 again 1", "aE:1 expires never", "aE:1 cooldown off"):
        await chat.press(f"1:{press}")
    (rule,) = _rules(chat)
    assert (rule.paused, rule.expires_at, rule.cooldown) == (False, None, timedelta())


@pytest.mark.parametrize(
    "data",
    ["as:1 paused 2", "as:1 cooldown 0", "as:1 again", "as:1", "as:x y z", "aE:x amount", "aE:9 amount"],
)
async def test_a_stale_button_answers(chat: Chat, data: str) -> None:
    await chat.send("/addalert price_above XNT 5")
    await chat.press(f"1:{data}")
    assert "outdated" in chat.last or "no alert of that number" in chat.last


async def test_an_alert_is_named_changed_and_deleted_by_number(chat: Chat) -> None:
    await chat.send("/addalert price_above XNT 5")
    await chat.send("/editalert")
    await chat.send("1")
    assert "Alert #1" in chat.last
    await chat.press("1:an:1")
    await chat.send("To <the> moon")
    assert "Name: To &lt;the&gt; moon" in chat.last
    await chat.send("/editalert 1 urgent cooldown=1d")
    (rule,) = _rules(chat)
    assert (rule.urgent, rule.cooldown, rule.name) == (True, timedelta(days=1), "To <the> moon")
    await chat.send("/editalert 1 name " + "x" * 49)
    assert "at most" in chat.last
    await chat.send("/delalert")
    assert "1:az:1" in chat.buttons
    await chat.press("1:az:1")
    assert "Delete alert #1" in chat.last
    await chat.press("1:ay:1")
    assert "is deleted" in chat.last
    await chat.press("1:ay:1")
    assert "no alert of that number" in chat.last
    await chat.send("/delalert 99999999999999999999")
    assert "no alert of that number" in chat.last
    assert _rules(chat) == []


async def test_nobody_reaches_anothers_alerts(chat: Chat) -> None:
    await _watch(chat)
    await chat.send("/addalert price_above XNT 5")
    await chat.send("/addalert approval all")
    await chat.send("/start", user=BORIS)
    before = _rules(chat)
    for press in (
        "ac:1", "as:1 paused 1", "az:1", "ay:1", "av:1", "at:1", "an:2", "aE:1 price", "aE:1 price 6",
    ):  # fmt: skip
        await chat.press(f"1:{press}", user=BORIS)
        assert "no alert of that number" in chat.last
    (subscription,) = chat.stores.tables.subscriptions.values()
    await chat.press(f"1:aw:inactive #{subscription.id} 3", user=BORIS)
    assert f"#{subscription.id}" in chat.last
    assert _rules(chat) == before
    assert _rules(chat, BORIS) == []


async def test_in_a_group_administrators_change_alerts(chat: Chat) -> None:
    await chat.send("/addalert price_above XNT 5", chat=GROUP)
    assert "only its administrators" in chat.last
    chat.request.admins.add(ANNA)
    await chat.send("/addalert price_above XNT", chat=GROUP)
    assert "say it all at once" in chat.last
    await chat.send("/addalert price_above XNT 5", chat=GROUP)
    assert len(_rules(chat, GROUP)) == 1
    await chat.send("/alerts", chat=GROUP, user=BORIS)
    assert "costs more than $5" in chat.last
    for press in ("as:1 paused 1", "ay:1", "an:1", "aw:approval all", "aE:1 price", "aE:1 price 6"):
        await chat.press(f"1:{press}", chat=GROUP, user=BORIS)
        assert "only its administrators" in chat.last
    (rule,) = _rules(chat, GROUP)
    assert not rule.paused


@pytest.mark.parametrize("word", ["one", "0", "-1", "²", "<b>"])
async def test_a_number_that_is_none_is_complained_of(chat: Chat, word: str) -> None:
    for command in ("editalert", "delalert", "testalert"):
        await chat.send(f"/{command} {word}")
        assert "no alert of that number" in chat.last


async def test_a_preview_says_what_it_does_not_know(chat: Chat) -> None:
    await _watch(chat)
    for words in ("price_above XNT 5", "approval all", "risk_worse all 5"):
        await chat.send(f"/addalert {words}")
    for number, text in (
        (1, "nothing is stored"),
        (2, "nothing is stored"),
        (3, "only the last one is kept"),
    ):
        await chat.press(f"1:av:{number}")
        assert text in chat.last
    now = chat.clock.now()
    for minutes, usd in ((50, 4), (40, 6), (30, 7), (20, 4), (10, 6)):
        at = now - timedelta(minutes=minutes)
        await chat.stores.samples.keep({"native": Decimal(usd)}, at)
    await chat.press("1:av:1")
    # It crossed the line twice, and rests for an hour.
    assert "<b>once</b>" in chat.last
    await chat.press("1:aE:1 cooldown off")
    await chat.press("1:av:1")
    assert "<b>2 times</b>" in chat.last
    assert "as far as I know" in chat.last


async def test_several_that_were_held_are_one_message(chat: Chat) -> None:
    await chat.send("/start")
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    now = chat.clock.now()
    firings = tuple(
        Firing(
            AlertKind.TOKEN_NEW, number, "<i>" * 16, Terms(), urgent=False, occasion=str(number), at=now,
            wallet=WALLET, label="<script>",
            values={"asset": MINT, "amount": "5", "decimals": 0, "symbol": "</b><a href='x'>", "usd": "12.5"},
        )
        for number in range(1, 30)
    )  # fmt: skip
    message = HtmlRenderer(PROFILES["x1-mainnet"]).alert(PendingAlert("k", known, firings, now))
    assert "29 alerts while" in message.html
    assert "… and 14 more" in message.html
    assert "<script>" not in message.html
    assert "<a " not in message.html


async def test_a_preview_knows_nothing_before_what_it_looked_at(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_keeping, "LOOKED_AT", 4)
    await _watch(chat)
    await chat.send(f"/watch {OTHER} other")
    now = chat.clock.now()
    for subscription in await chat.stores.subscriptions.subscriptions(ANNA):
        days = (9, 8, 2, 1) if subscription.label == "savings" else (20,)
        done = [
            replace(
                activity(f"{subscription.label} {each}", 10_000 - each, subscription.address),
                block_time=round((now - timedelta(days=each)).timestamp()),
            )
            for each in days
        ]
        await chat.stores.ledger.keep(subscription.wallet_id, done)
    await chat.send("/addalert transfer_over all XNT 0.000000001")
    await chat.press("1:av:1")
    # Two of each wallet: of the one with more, nothing is known before its second last.
    assert "<b>2 times</b>" in chat.last
    assert "from 30 Oct 2026 on" in chat.last
    await chat.send("/addalert cluster 2 7d")
    await chat.press("1:av:2")
    assert "would <b>not</b> have fired" in chat.last


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("price_above XNT 2", "XNT costs $2.1 now."),
        ("price_below XNT 2", "XNT costs $1.9 now."),
        ("price_moved XNT 10 1h", "XNT costs $1.1 now. It was $1, a change of 10 %."),
        ("balance_above savings XNT 10", "holds 10.5 XNT now."),
        ("balance_below savings XNT 10", "holds 9.5 XNT now."),
        ("balance_moved savings XNT 10 1h", "holds 1.1 XNT now. It was 1 XNT."),
        ("transfer_over savings XNT $500", "1.05 XNT (≈ $525.00)"),
    ],
)
async def test_a_test_says_what_would_make_it_fire(chat: Chat, words: str, said: str) -> None:
    await _watch(chat)
    await chat.send(f"/addalert {words}")
    await chat.press("1:at:1")
    assert said in chat.last


async def test_an_alert_that_is_paused_below_its_message_leaves_that_to_be_read(chat: Chat) -> None:
    await chat.send("/addalert price_above XNT 2")
    await chat.press("1:at:1")
    (pause,) = (data for data in chat.buttons if data.startswith(f"1:{Action.AM_PAUSE}:"))
    for _ in range(2):
        before = len(chat.request.calls)
        await chat.press(pause)
        assert "Alert #1 is paused" in chat.last
        assert {name for name, _ in chat.request.calls[before:]} == {"answerCallbackQuery"}
    (rule,) = _rules(chat)
    assert rule.paused
    await chat.send("/start", user=BORIS)
    await chat.press(pause, user=BORIS)
    assert "no alert of that number" in chat.last


async def test_a_test_without_alerts_leads_to_the_first(chat: Chat) -> None:
    await chat.send("/testalert")
    assert "This is a test" in chat.last
    assert chat.buttons == ["1:aw:"]


async def test_an_alert_names_a_counterparty_that_is_known(chat: Chat) -> None:
    await chat.send("/start")
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    now = chat.clock.now()
    for address, shown in (
        (WALLET, "Counterparty: <b>XDEX</b>"),
        (MINT, f"Counterparty: <code>{MINT}</code>"),
    ):
        firing = Firing(
            AlertKind.TRANSFER_OVER, 1, None, Terms(amount=1, asset="native", decimals=9), urgent=False,
            occasion="x", at=now, wallet=OTHER,
            values={"asset": "native", "amount": "5", "counterparty": address},
        )  # fmt: skip
        message = HtmlRenderer(PROFILES["x1-mainnet"]).alert(PendingAlert("k", known, (firing,), now))
        assert shown in message.html


async def test_an_alert_of_a_wallet_that_is_silent_does_not_wait(chat: Chat) -> None:
    await _watch(chat)
    await chat.send("/addalert inactive savings 3")
    for silent, back in (
        (f"/pause {WALLET}", f"/resume {WALLET}"),
        (f"/unwatch {WALLET}", f"/watch {WALLET}"),
    ):
        await chat.send(silent)
        await chat.send("/alerts")
        assert "silent: its wallet is paused or no longer watched" in chat.last
        await chat.send(back)
        await chat.press("1:ac:1")
        assert "🟢 waiting" in chat.last


async def test_of_many_long_alerts_that_were_held_it_is_said_how_many_are_left_out(chat: Chat) -> None:
    await chat.send("/start")
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    now = chat.clock.now()
    firings = tuple(
        Firing(
            AlertKind.COUNTERPARTY, number, "n" * 48, Terms(address=MINT), urgent=False, occasion=str(number),
            at=now, wallet=WALLET, label="l" * 48, values={"activity": "swap"},
        )
        for number in range(1, 15)
    )  # fmt: skip
    message = HtmlRenderer(PROFILES["x1-mainnet"]).alert(PendingAlert("k", known, firings, now))
    shown = message.html.count("🔔 <b>n")
    assert 8 < shown < 14
    assert message.html.endswith(f"… and {14 - shown} more")
    assert units(message.html) <= MAX_UNITS


async def test_many_alerts_are_chosen_from_page_by_page(chat: Chat) -> None:
    await chat.send("/start")
    row = chat.stores.tables.chats[ANNA]
    object.__setattr__(row.chat, "owner", Owner(ANNA, quotas={"alerts": 100}))
    for number in range(1, 81):
        await chat.send(f"/addalert price_above XNT {number}")
    await chat.send("/delalert")
    assert "… and 65 more" in chat.last
    assert chat.buttons[-1] == "1:al:0"
    await chat.send("80")
    assert "Alert #80 is deleted" in chat.last


async def test_a_cluster_says_which_wallets_did_the_same(chat: Chat) -> None:
    await chat.send("/start")
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    now = chat.clock.now()
    firing = Firing(
        AlertKind.CLUSTER, 1, None, Terms(count=3, minutes=60), urgent=False, occasion="x", at=now,
        wallet=WALLET, label="savings",
        values={"deed": "bought", "count": 3, "asset": OTHER, "others": f"<hot>{SEPARATOR}{MINT}"},
    )  # fmt: skip
    message = HtmlRenderer(PROFILES["x1-mainnet"]).alert(PendingAlert("k", known, (firing,), now))
    assert (
        "3 wallets, <b>savings</b> · <code>9Dpj…CoaU</code> the last of them: bought USDC.x" in message.html
    )
    assert "👛 The others: <b>&lt;hot&gt;</b>, <code>CAJe…xRvR</code>" in message.html


async def test_the_question_for_a_price_has_the_one_of_not_long_ago(chat: Chat) -> None:
    now = chat.clock.now()
    await chat.send("/addalert price_above XNT")
    assert "💱" not in chat.last
    for minutes, price in ((40, "0.3"), (5, "0.4215")):
        await chat.stores.samples.keep({"native": Decimal(price)}, now - timedelta(minutes=minutes))
    await chat.send("/addalert price_above XNT")
    assert "💱 XNT: $0.4215 · 5 minutes ago" in chat.last
    await chat.send("0.5")
    await chat.press("1:aE:1 price")
    assert "💱 XNT: $0.4215" in chat.last
    chat.clock.advance(3600)
    await chat.send("/addalert price_below XNT")
    assert "💱" not in chat.last
