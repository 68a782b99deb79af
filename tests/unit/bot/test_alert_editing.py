"""/editalert: the terms of an alert, one by one, and its options."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.bot.views.alert_lists import FIELDS
from walletwatch.domain.alert_rules.rule import TRAITS, AlertKind, Need, Rule
from walletwatch.domain.tokens import IdentitySource, TokenIdentity

MINT = "CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR"
SECOND = "9SLPTL41SPsYkgdsMzdfJsxymEANKr5bYoBsQzJyKpKS"
CANCEL = CallbackData(Action.RUN, "cancel").encode()

WORDS = {
    Need.WALLET: ("savings", "other"), Need.WALLETS: ("all", "other"), Need.ASSET: ("XNT", "USDC.x"),
    Need.MINT: (MINT, "USDC.x"), Need.AMOUNT: ("1", "500"), Need.AMOUNT_OR_USD: ("5", "$7"),
    Need.USD: ("0.25", "3"), Need.PERCENT: ("5", "12.5%"), Need.WINDOW: ("1h", "4h"),
    Need.ADDRESS: (OTHER, MINT), Need.DAYS: ("3", "9"), Need.COUNT: ("2", "4"), Need.POINTS: ("10", "30"),
}  # fmt: skip
"""What is said of each need, first and then."""
TERMS = [(kind, need) for kind, traits in TRAITS.items() for need in traits.needs]
IDS = [f"{kind}-{need}" for kind, need in TERMS]


async def _watch(chat: Chat) -> None:
    chat.tokens.known[MINT] = TokenIdentity(MINT, 4, "x", "<b>", None, IdentitySource.METAPLEX)
    await chat.send(f"/watch {WALLET} savings")
    await chat.send(f"/watch {SECOND} other")


async def _add(chat: Chat, kind: AlertKind) -> Rule:
    await _watch(chat)
    await chat.send(f"/addalert {kind} {' '.join(WORDS[need][0] for need in TRAITS[kind].needs)}")
    return _rule(chat)


def _rule(chat: Chat, number: int = 1) -> Rule:
    return next(row.rule for row in chat.stores.tables.rules.values() if row.rule.number == number)


def _remember(chat: Chat, **fields: object) -> Rule:
    """Let the first alert have done something."""
    row = next(iter(chat.stores.tables.rules.values()))
    row.rule = replace(row.rule, **fields)  # type: ignore[arg-type]
    return row.rule


def _wanted(rule: Rule, chat: Chat, need: Need) -> Rule:
    """The rule, with what the second word says of the need."""
    terms = rule.terms
    match need:
        case Need.WALLET | Need.WALLETS:
            wallet = chat.stores.tables.wallet_at(SECOND)
            assert wallet is not None
            return replace(rule, wallet_id=wallet.id)
        case Need.ASSET | Need.MINT:
            amount = None if terms.amount is None else terms.amount // 1000
            return replace(rule, terms=replace(terms, asset=OTHER, decimals=6, amount=amount))
        case Need.AMOUNT:
            return replace(rule, terms=replace(terms, amount=500 * 10**9))
        case Need.AMOUNT_OR_USD:
            return replace(rule, terms=replace(terms, amount=None, usd=Decimal(7)))
        case Need.USD:
            return replace(rule, terms=replace(terms, usd=Decimal(3)))
        case Need.PERCENT:
            return replace(rule, terms=replace(terms, percent=Decimal("12.5")))
        case Need.WINDOW:
            # It rests as long as it looks back.
            rest = max(timedelta(hours=4), TRAITS[rule.kind].cooldown)
            return replace(rule, terms=replace(terms, minutes=240), cooldown=rest)
        case Need.ADDRESS:
            return replace(rule, terms=replace(terms, address=MINT))
        case Need.DAYS:
            return replace(rule, terms=replace(terms, days=9))
        case Need.COUNT:
            return replace(rule, terms=replace(terms, count=4))
        case Need.POINTS:
            return replace(rule, terms=replace(terms, points=30))


@pytest.mark.parametrize(("kind", "need"), TERMS, ids=IDS)
async def test_each_term_of_each_kind_is_changed_in_one_line(chat: Chat, kind: AlertKind, need: Need) -> None:
    rule = await _add(chat, kind)
    await chat.send(f"/editalert 1 {FIELDS[need]} {WORDS[need][1]}")
    assert "begins afresh" in chat.last, chat.last
    assert _rule(chat) == _wanted(rule, chat, need)
    assert "1:av:1" in chat.buttons


@pytest.mark.parametrize(("kind", "need"), TERMS, ids=IDS)
async def test_each_term_of_each_kind_has_a_button_that_asks(chat: Chat, kind: AlertKind, need: Need) -> None:
    rule = await _add(chat, kind)
    await chat.press("1:ac:1")
    assert f"1:aE:1 {FIELDS[need]}" in chat.buttons
    await chat.press(f"1:aE:1 {FIELDS[need]}")
    assert "send me" in chat.last.lower() or "send it to me" in chat.last.lower()
    assert _rule(chat) == rule
    await chat.send(WORDS[need][1])
    assert _rule(chat) == _wanted(rule, chat, need)


@pytest.mark.parametrize(("kind", "need"), TERMS, ids=IDS)
async def test_what_a_button_offers_is_taken(chat: Chat, kind: AlertKind, need: Need) -> None:
    await _add(chat, kind)
    await chat.press(f"1:aE:1 {FIELDS[need]}")
    offered = [data for data in chat.buttons if data.startswith("1:aE:1 ")]
    for data in offered:
        # Twice: a double tap is as good as one.
        for _ in range(2):
            await chat.press(data)
            assert "Alert #1" in chat.last or "How much" in chat.last or "how many dollars" in chat.last
    assert chat.metrics.counts["HandlerErrors"] == 0


async def test_other_terms_begin_afresh(chat: Chat) -> None:
    await _add(chat, AlertKind.PRICE_ABOVE)
    now = chat.clock.now()
    before = _remember(chat, armed=False, fired=3, last_fired_at=now, ended_at=now, repeats=False)
    chat.clock.advance(60)
    await chat.send("/editalert 1 price 3")
    later = chat.clock.now()
    assert _rule(chat) == replace(
        before, terms=replace(before.terms, usd=Decimal(3)), armed=True, last_fired_at=None, ended_at=None,
        created_at=later,
    )  # fmt: skip
    assert "waiting" in chat.last
    assert "has not fired yet" in chat.last


async def test_the_same_terms_again_change_nothing(chat: Chat) -> None:
    await _add(chat, AlertKind.PRICE_ABOVE)
    before = _remember(chat, armed=False, fired=1, last_fired_at=chat.clock.now())
    chat.clock.advance(60)
    await chat.send("/editalert 1 price 0.25")
    assert "afresh" not in chat.last
    assert _rule(chat) == before


@pytest.mark.parametrize("words", ["name moon", "urgent on", "cooldown 4h", "expires 7d", "once"])
async def test_options_leave_what_an_alert_remembers(chat: Chat, words: str) -> None:
    await _add(chat, AlertKind.PRICE_ABOVE)
    before = _remember(chat, armed=False, fired=1, last_fired_at=chat.clock.now())
    await chat.send(f"/editalert 1 {words}")
    after = _rule(chat)
    assert after != before
    kept = ("armed", "fired", "last_fired_at", "ended_at", "created_at", "terms")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


async def test_an_alert_that_is_over_waits_again_where_its_end_is_taken_back(chat: Chat) -> None:
    await _add(chat, AlertKind.PRICE_ABOVE)
    now = chat.clock.now()
    over = {"armed": False, "fired": 1, "last_fired_at": now, "ended_at": now}
    _remember(chat, repeats=False, **over)
    await chat.send("/editalert 1 name still over")
    assert _rule(chat).ended_at == now
    await chat.send("/editalert 1 repeat")
    assert (_rule(chat).armed, _rule(chat).ended_at, _rule(chat).last_fired_at) == (True, None, now)
    _remember(chat, expires_at=now - timedelta(days=1), **over)
    await chat.send("/editalert 1 expires 2d")
    assert (_rule(chat).armed, _rule(chat).ended_at) == (True, None)
    _remember(chat, expires_at=now - timedelta(days=1), **over)
    # On other terms it does not end at once.
    await chat.send("/editalert 1 price 9")
    assert (_rule(chat).armed, _rule(chat).ended_at, _rule(chat).expires_at) == (True, None, None)


async def test_switches_and_times_in_words(chat: Chat) -> None:
    await _add(chat, AlertKind.PRICE_ABOVE)
    for words, name, value in (
        ("urgent", "urgent", True), ("urgent off", "urgent", False), ("once", "repeats", False),
        ("repeat on", "repeats", True), ("pause", "paused", True), ("resume", "paused", False),
        ("cooldown off", "cooldown", timedelta()), ("cooldown=2h", "cooldown", timedelta(hours=2)),
        ("expires 7d", "expires_at", chat.clock.now() + timedelta(days=7)),
        ("expires never", "expires_at", None), ("urgent name=moon", "name", "moon"),
    ):  # fmt: skip
        await chat.send(f"/editalert 1 {words}")
        assert "Alert #1" in chat.last
        assert getattr(_rule(chat), name) == value, words


async def test_rest_and_end_are_asked_for(chat: Chat) -> None:
    await _add(chat, AlertKind.PRICE_MOVED)
    await chat.press("1:aE:1 cooldown")
    # It looks back an hour, and rests no less.
    assert chat.buttons == ["1:aE:1 cooldown 1h", "1:aE:1 cooldown 1d", CANCEL]
    await chat.send("31d")
    assert "at most 30 days" in chat.last
    await chat.send("4h")
    assert _rule(chat).cooldown == timedelta(hours=4)
    await chat.press("1:aE:1 expires")
    assert chat.buttons[-2:] == ["1:aE:1 expires never", CANCEL]
    await chat.send("soon")
    assert "at most 365 days" in chat.last
    await chat.send("12h")
    assert _rule(chat).expires_at == chat.clock.now() + timedelta(hours=12)


async def test_a_rest_that_is_the_windows_goes_with_it(chat: Chat) -> None:
    await _add(chat, AlertKind.PRICE_MOVED)
    for window, rest in (("3d", timedelta(days=3)), ("15m", timedelta(hours=1))):
        await chat.send(f"/editalert 1 window {window}")
        assert _rule(chat).cooldown == rest
    await chat.send("/editalert 1 cooldown 2d")
    await chat.send("/editalert 1 window 4h")
    assert _rule(chat).cooldown == timedelta(days=2)


class TestAnotherToken:
    async def test_as_many_as_before(self, chat: Chat) -> None:
        await _add(chat, AlertKind.BALANCE_BELOW)
        await chat.send(f"/editalert 1 token {MINT}")
        assert (_rule(chat).terms.asset, _rule(chat).terms.amount) == (MINT, 10**4)

    async def test_or_as_many_as_are_said(self, chat: Chat) -> None:
        await _add(chat, AlertKind.BALANCE_BELOW)
        await chat.send("/editalert 1 token USDC.x 2.5k")
        assert (_rule(chat).terms.asset, _rule(chat).terms.amount) == (OTHER, 2_500 * 10**6)

    async def test_what_the_other_cannot_count_is_asked(self, chat: Chat) -> None:
        await _add(chat, AlertKind.BALANCE_BELOW)
        await chat.send("/editalert 1 amount 0.000000001")
        before = _rule(chat)
        await chat.send("/editalert 1 token USDC.x")
        assert "How much USDC.x" in chat.last
        assert _rule(chat) == before
        await chat.send("3")
        assert (_rule(chat).terms.asset, _rule(chat).terms.amount) == (OTHER, 3 * 10**6)

    async def test_of_any_token_only_a_worth_can_be_said(self, chat: Chat) -> None:
        await _add(chat, AlertKind.TRANSFER_OVER)
        await chat.send("/editalert 1 token any")
        assert "how many dollars" in chat.last
        await chat.send("5")
        assert "not an amount" in chat.last
        await chat.send("$5")
        assert (_rule(chat).terms.asset, _rule(chat).terms.amount, _rule(chat).terms.usd) == (
            None, None, Decimal(5),
        )  # fmt: skip
        await chat.send("/editalert 1 usd 8")
        assert _rule(chat).terms.usd == 8
        await chat.send("/editalert 1 token XNT")
        assert (_rule(chat).terms.asset, _rule(chat).terms.usd) == ("native", Decimal(8))

    async def test_one_that_is_not_known_is_complained_of(self, chat: Chat) -> None:
        before = await _add(chat, AlertKind.BALANCE_BELOW)
        for word, complaint in (("BOGUS", "no such token"), (SECOND, "how that token is counted")):
            await chat.send(f"/editalert 1 token {word}")
            assert complaint in chat.last
        assert _rule(chat) == before


@pytest.mark.parametrize(
    ("kind", "words", "complaint"),
    [
        (AlertKind.PRICE_ABOVE, "amount 500", "“amount” is nothing that this alert has"),
        (AlertKind.PRICE_ABOVE, "amount 500", "token, price, name, cooldown"),
        (AlertKind.PRICE_ABOVE, "wallet savings", "“wallet” is nothing"),
        (AlertKind.PRICE_ABOVE, "<b>x</b> 5", "“&lt;b&gt;x&lt;/b&gt;” is nothing"),
        (AlertKind.PRICE_ABOVE, "price -1", "not an amount"),
        (AlertKind.PRICE_ABOVE, "price 5 bananas", "don't understand “bananas”"),
        (AlertKind.PRICE_ABOVE, "urgent perhaps", "don't understand “perhaps”"),
        (AlertKind.BALANCE_BELOW, "wallet all", "all"),
        (AlertKind.BALANCE_BELOW, "wallet nobody", "nobody"),
        (AlertKind.BALANCE_BELOW, "amount $5", "not an amount"),
        (AlertKind.TOKEN_SOLD, "token XNT", "no such token"),
        (AlertKind.PRICE_MOVED, "percent 0.01", "between 0.1 and"),
        (AlertKind.PRICE_MOVED, "window 8d", "between a minute"),
        (AlertKind.INACTIVE, "days 0", "between 1 and 365"),
        (AlertKind.CLUSTER, "wallets 1", "between 2 and"),
        (AlertKind.RISK_WORSE, "points 101", "between 1 and 100"),
        (AlertKind.COUNTERPARTY, "address 0x52908400098527886E0F7030069857D2E4169EE7", "Ethereum"),
        (AlertKind.APPROVAL, "token XNT", "can be changed of it: wallet, name"),
    ],
)
async def test_what_does_not_fit_its_kind_is_said(
    chat: Chat, kind: AlertKind, words: str, complaint: str
) -> None:
    before = await _add(chat, kind)
    await chat.send(f"/editalert 1 {words}")
    assert complaint in chat.last
    assert _rule(chat) == before


async def test_of_two_wallets_of_one_name_it_asks_which(chat: Chat) -> None:
    await _add(chat, AlertKind.APPROVAL)
    await chat.send(f"/watch {OTHER} savings")
    await chat.send("/editalert 1 wallet savings")
    assert "For which wallet" in chat.last
    assert _rule(chat).wallet_id is None
    *_, second, cancel = chat.buttons
    assert cancel == CANCEL
    await chat.press(second)
    wallet = chat.stores.tables.wallet_at(OTHER)
    assert wallet is not None
    assert _rule(chat).wallet_id == wallet.id


async def test_what_another_alert_says_already_is_not_said_twice(chat: Chat) -> None:
    await chat.send("/addalert price_above XNT 5")
    await chat.send("/addalert price_above XNT 6")
    await chat.send("/editalert 2 price 5")
    assert "Alert #1 says that already" in chat.last
    assert _rule(chat, 2).terms.usd == 6
    _remember(chat, ended_at=chat.clock.now())
    await chat.press("1:aE:2 price 5")
    assert _rule(chat, 2).terms.usd == 5


async def test_a_wallet_that_is_watched_no_more_is_not_taken(chat: Chat) -> None:
    before = await _add(chat, AlertKind.APPROVAL)
    await chat.press("1:aE:1 wallet")
    data = chat.buttons[-1]
    await chat.send("/unwatch other")
    assert "other" in chat.last
    await chat.press(data)
    assert _rule(chat) == before
    assert chat.metrics.counts["HandlerErrors"] == 0


async def test_nobody_changes_anothers_terms(chat: Chat) -> None:
    before = await _add(chat, AlertKind.BALANCE_BELOW)
    await chat.send(f"/watch {WALLET} mine", user=BORIS)
    (mine,) = [each for each in chat.stores.tables.subscriptions.values() if each.chat_id == BORIS]
    for words in ("1 amount 5", "1 amount", "1 name x", "1"):
        await chat.send(f"/editalert {words}", user=BORIS)
        assert "no alert of that number" in chat.last
    # Nor does somebody's own alert get another's wallet.
    await chat.press(f"1:aE:1 wallet #{mine.id}")
    assert _rule(chat) == before


async def test_in_a_group_administrators_change_terms_in_one_line(chat: Chat) -> None:
    chat.request.admins.add(ANNA)
    await chat.send("/addalert price_above XNT 5", chat=GROUP)
    for words in ("price 6", "price", "urgent"):
        await chat.send(f"/editalert 1 {words}", chat=GROUP, user=BORIS)
        assert "only its administrators" in chat.last
    await chat.send("/editalert 1 price", chat=GROUP)
    assert "say it all at once" in chat.last
    assert "/editalert 1 price …" in chat.last
    await chat.press("1:aE:1 token", chat=GROUP)
    assert "1:aE:1 token native" in chat.buttons
    await chat.send("/editalert 1 price 6", chat=GROUP)
    assert _rule(chat).terms.usd == 6
