"""/filters, /quiet, /digest, /mute, /unmute, /snooze, and their buttons."""

from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest

from tests.contract.things import activity, address
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.domain.addresses import is_address
from walletwatch.domain.chats import ChatSettings, Subscription
from walletwatch.domain.filters import Direction, Filter, KindGroup, unwanted
from walletwatch.domain.quiet import FOREVER, Pace, QuietHours
from walletwatch.domain.rules import effective

MINT = "CAJeVEoSm1QQZccnCqYu9cnNF7TTD2fcUA3E5HQoxRvR"


async def _settings(chat: Chat, chat_id: int = ANNA) -> ChatSettings:
    known = await chat.stores.subscriptions.chat(chat_id)
    assert known is not None
    return known.settings


async def _subscription(chat: Chat, user: int = ANNA) -> Subscription:
    await chat.send(f"/watch {WALLET} savings", user=user)
    (subscription,) = await chat.stores.subscriptions.subscriptions(user)
    return subscription


async def test_filters_say_what_they_leave_out_and_switches_turn(chat: Chat) -> None:
    await chat.send("/filters")
    assert "all are told" in chat.last
    for data in ("0 swaps 0", "0 nfts 0", "0 way in", "0 dust 0", "0 spam 0"):
        for _ in range(2):
            await chat.press(f"1:ag:{data}")
    settings = await _settings(chat)
    assert settings.filter == Filter(unwanted=(KindGroup.SWAPS, KindGroup.NFTS), direction=Direction.IN)
    assert (settings.failed, settings.dust, settings.spam) == (True, False, False)
    assert "Kinds left out: Swaps, NFTs" in chat.last
    assert "Direction: only in" in chat.last
    await chat.press("1:ag:0 swaps 1")
    assert (await _settings(chat)).filter.unwanted == (KindGroup.NFTS,)
    await chat.press("1:ag:0 reset 1")
    assert await _settings(chat) == ChatSettings()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("min 5 usd", Filter(min_usd=Decimal(5))),
        ("min $2.5", Filter(min_usd=Decimal("2.5"))),
        ("min 10 XNT", Filter(min_amounts=MappingProxyType({"native": 10**10}))),
        ("block USDC.x", Filter(blocked=(OTHER,))),
        (f"block {MINT}", Filter(blocked=(MINT,))),
        ("allow XNT", Filter(allowed=("native",))),
        (f"sender {WALLET}", Filter(senders=(WALLET,))),
    ],
)
async def test_what_is_left_out_can_be_written(chat: Chat, words: str, wanted: Filter) -> None:
    for _ in range(2):
        await chat.send(f"/filters {words}")
    assert (await _settings(chat)).filter == wanted
    await chat.send("/filters min 0")
    await chat.send("/filters reset")
    assert (await _settings(chat)).filter == Filter()


@pytest.mark.parametrize("words", ["min", "min x", "min 5", "min 5 BOGUS", "block", "block x", "allow", "sender", "sender x", "nobody", "min -5 usd"])  # fmt: skip # noqa: E501
async def test_what_cannot_be_left_out_is_said(chat: Chat, words: str) -> None:
    await chat.send("/start")
    await chat.send(f"/filters {words}")
    assert (await _settings(chat)).filter == Filter()
    assert chat.metrics.counts["HandlerErrors"] == 0
    assert "What I leave out" not in chat.last


async def test_a_wallet_has_a_filter_of_its_own(chat: Chat) -> None:
    subscription = await _subscription(chat)
    await chat.press("1:ag:0 swaps 0")
    await chat.press("1:af:w")
    assert f"1:af:{subscription.id}" in chat.buttons
    await chat.press(f"1:af:{subscription.id}")
    assert "savings" in chat.last
    await chat.press(f"1:ag:{subscription.id} nfts 0")
    await chat.press(f"1:ag:{subscription.id} dust 0")
    await chat.send("/filters savings min 5 usd")
    found = await chat.stores.subscriptions.subscription(ANNA, subscription.id)
    assert found is not None
    assert found.filter == Filter(unwanted=(KindGroup.SWAPS, KindGroup.NFTS), dust=False, min_usd=Decimal(5))
    assert (await _settings(chat)).dust
    await chat.press(f"1:ai:{subscription.id} block")
    await chat.send("USDC.x")
    assert "Left out tokens: USDC.x" in chat.last
    await chat.press(f"1:ae:{subscription.id} b {OTHER}")
    assert "Left out tokens" not in chat.last
    await chat.press(f"1:ag:{subscription.id} reset 1")
    found = await chat.stores.subscriptions.subscription(ANNA, subscription.id)
    assert found is not None
    assert found.filter == Filter()


@pytest.mark.parametrize("what", ["min", "block", "allow", "sender"])
async def test_a_button_asks_for_what_it_lacks(chat: Chat, what: str) -> None:
    await chat.press(f"1:ai:0 {what}")
    await chat.send({"min": "5 usd", "sender": WALLET}.get(what, "USDC.x"))
    assert (await _settings(chat)).filter != Filter()


async def test_what_is_listed_is_taken_off(chat: Chat) -> None:
    for command in ("allow USDC.x", "allow XNT", f"block {MINT}", f"sender {WALLET}"):
        await chat.send(f"/filters {command}")
    assert {f"1:ae:0 a {OTHER}", "1:ae:0 a native", f"1:ae:0 b {MINT}", f"1:ae:0 s {WALLET}"} <= set(
        chat.buttons
    )
    for data in (f"a {OTHER}", "a native", f"b {MINT}", f"s {WALLET}", "b nothing"):
        await chat.press(f"1:ae:0 {data}")
    # Without anything on it the list of what is allowed is no list.
    assert (await _settings(chat)).filter == Filter()


async def test_a_message_leaves_out_a_token_a_wallet_and_a_sender(chat: Chat) -> None:
    subscription = await _subscription(chat)
    for data in (f"am:{MINT}", "am:native", f"ab:{OTHER}", f"ao:{subscription.id}"):
        for _ in range(2):
            await chat.press(f"1:{data}")
    assert "until you /unmute it" in chat.last
    settings = await _settings(chat)
    assert settings.filter == Filter(blocked=(MINT, "native"), senders=(OTHER,))
    (found,) = await chat.stores.subscriptions.subscriptions(ANNA)
    assert found.filter.muted_until == FOREVER
    await chat.press(f"1:au:{subscription.id}")
    assert "I tell you of" in chat.last
    (found,) = await chat.stores.subscriptions.subscriptions(ANNA)
    assert found.filter == Filter()


@pytest.mark.parametrize("data", ["ag:0", "ag:0 swaps 2", "ag:0 x 1", "ag:x swaps 1", "ai:0 reset", "ai:0", "ae:0 z x", "am:x", "am:", "ab:nobody", "aq:x", "aq:25002600", "aD:x", "aD:", "ah:x", "ah:99999999999", "aj:0", "aj:99999999", "ao:999", "au:999", "af:999", "af:x"])  # fmt: skip # noqa: E501
async def test_a_stale_or_forged_button_answers_and_changes_nothing(chat: Chat, data: str) -> None:
    await chat.send("/start")
    await chat.press(f"1:{data}")
    assert chat.metrics.counts["HandlerErrors"] == 0
    assert await _settings(chat) == ChatSettings()
    assert chat.request.of("answerCallbackQuery")


async def test_nobody_reaches_the_filters_of_anothers_wallet(chat: Chat) -> None:
    subscription = await _subscription(chat)
    await chat.send("/start", user=BORIS)
    for data in ("af:{}", "ag:{} nfts 0", "ai:{} block", "ae:{} b native", "ao:{}", "au:{}"):
        await chat.press("1:" + data.format(subscription.id), user=BORIS)
        assert "outdated" in chat.last
    await chat.send(f"/filters #{subscription.id} min 5 usd", user=BORIS)
    assert await chat.stores.subscriptions.subscription(ANNA, subscription.id) == subscription


@pytest.mark.parametrize(
    ("words", "quiet"),
    [
        ("22:00-07:00", QuietHours(1320, 420)),
        ("22-7", QuietHours(1320, 420)),
        ("23:30 - 06:15 mon-fri", QuietHours(1410, 375, (0, 1, 2, 3, 4))),
        ("9-10 sat,sun", QuietHours(540, 600, (5, 6))),
        ("9-10 Friday-Monday", QuietHours(540, 600, (0, 4, 5, 6))),
        ("22:00-24:00", QuietHours(1320, 0)),
        ("9-10 mon-sun", QuietHours(540, 600)),
    ],
)
async def test_quiet_hours(chat: Chat, words: str, quiet: QuietHours) -> None:
    await chat.send("/quiet")
    assert "There are none" in chat.last
    await chat.send(words)
    assert (await _settings(chat)).quiet == quiet
    await chat.press("1:aq:2300-0800")
    assert (await _settings(chat)).quiet == QuietHours(1380, 480)
    await chat.send("/quiet off")
    assert (await _settings(chat)).quiet is None


@pytest.mark.parametrize(
    "words", ["at night", "22", "22:00-22:00", "25-7", "22:60-7", "22-7 someday", "٢٢-٧"]
)
async def test_hours_that_are_none(chat: Chat, words: str) -> None:
    await chat.send(f"/quiet {words}")
    assert "from when to when" in chat.last


async def test_digests(chat: Chat) -> None:
    await chat.send("/digest")
    assert "At once" in chat.last
    await chat.send("daily 18")
    assert "every day at 18:00" in chat.last
    settings = await _settings(chat)
    assert (settings.pace, settings.digest_hour) == (Pace.DAILY, 18)
    await chat.press("1:aD:hourly")
    assert (await _settings(chat)).pace is Pace.HOURLY
    await chat.press("1:aD:daily 9")
    await chat.press("1:aD:daily 9")
    assert (await _settings(chat)).digest_hour == 9
    for words in ("weekly", "daily 24", "daily x"):
        await chat.send(f"/digest {words}")
        assert "0 to 23" in chat.last


async def test_silence_for_a_while_for_good_and_for_a_wallet(chat: Chat) -> None:
    subscription = await _subscription(chat)
    await chat.send("/mute")
    await chat.send("2h")
    assert "until 1 Nov 2026, 14:00:00 UTC" in chat.last
    assert (await _settings(chat)).filter.muted_until == chat.clock.now() + timedelta(hours=2)
    await chat.press("1:ah:0")
    assert (await _settings(chat)).muted
    await chat.send("/unmute")
    assert await _settings(chat) == ChatSettings()
    await chat.send("/mute savings 1d")
    await chat.send("/mute savings 1d")
    found = await chat.stores.subscriptions.subscription(ANNA, subscription.id)
    assert found is not None
    assert found.filter.muted_until == chat.clock.now() + timedelta(days=1)
    await chat.send("/unmute savings")
    found = await chat.stores.subscriptions.subscription(ANNA, subscription.id)
    assert found == subscription
    for words in ("nobody", "0m", "99999d", "2 hours"):
        await chat.send(f"/mute {words}")
        assert "Please say a time" in chat.last


async def test_snoozing(chat: Chat) -> None:
    await chat.send("/snooze")
    await chat.send("2h")
    assert "I hold everything until 1 Nov 2026, 14:00:00 UTC" in chat.last
    assert (await _settings(chat)).snoozed_until == chat.clock.now() + timedelta(hours=2)
    await chat.press("1:aj:3600")
    assert (await _settings(chat)).snoozed_until == chat.clock.now() + timedelta(hours=1)
    for words in ("long", "8d", "0m"):
        await chat.send(f"/snooze {words}")
        assert "between a minute and 7 days" in chat.last
    await chat.press("1:au:0")
    assert await _settings(chat) == ChatSettings()


@pytest.mark.parametrize("command", ["filters min 5 usd", "quiet 22-7", "digest hourly", "mute 2h", "unmute", "snooze 2h"])  # fmt: skip # noqa: E501
async def test_in_a_group_administrators_decide(chat: Chat, command: str) -> None:
    await chat.send(f"/{command}", chat=GROUP)
    assert "only its administrators" in chat.last
    assert await _settings(chat, GROUP) == ChatSettings()
    chat.request.admins.add(ANNA)
    await chat.send(f"/{command}", chat=GROUP)
    assert "only its administrators" not in chat.last


async def test_a_filter_names_no_end_of_tokens(chat: Chat) -> None:
    await chat.send("/start")
    known = await chat.stores.subscriptions.chat(ANNA)
    assert known is not None
    full = Filter(
        blocked=tuple(f"m{number}" for number in range(50)), senders=tuple(f"s{n}" for n in range(50))
    )
    await chat.stores.subscriptions.change_settings(ANNA, ChatSettings(filter=full))
    for data in (f"am:{MINT}", f"ab:{MINT}"):
        await chat.press(f"1:{data}")
        assert "as many as one filter can name" in chat.last
    await chat.send(f"/filters block {MINT}")
    assert "as many as one filter can name" in chat.last


async def test_no_least_leaves_everything_else_as_it_is(chat: Chat) -> None:
    await chat.send("/filters min 5 usd")
    await chat.press("1:ag:0 spam 0")
    await chat.send("/filters min 0")
    settings = await _settings(chat)
    assert (settings.filter, settings.spam) == (Filter(), False)
    await chat.send("/filters min 10 XNT")
    await chat.send("/filters min 2 USDC.x")
    await chat.send("/filters min 0 XNT")
    assert (await _settings(chat)).filter.min_amounts == {OTHER: 2_000_000}


async def test_a_wallet_may_have_no_least_where_the_chat_has_one(chat: Chat) -> None:
    await _subscription(chat)
    await chat.send("/filters min 5 usd")
    await chat.send("/filters min 10 XNT")
    await chat.send("/filters savings min none")
    assert "Least worth: none" in chat.last
    assert "Least amount" not in chat.last
    (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
    own = effective(subscription)
    assert (own.min_usd, own.min_amounts) == (Decimal(0), {"native": 0})
    assert unwanted(activity("x", 1, WALLET), own) is None
    await chat.send("/filters savings min 7 XNT")
    await chat.send("/filters savings min 0 XNT")
    assert "Least amount" not in chat.last
    await chat.send("/filters savings reset")
    assert "Least worth: $5.00" in chat.last
    assert "Least amount: 10 XNT" in chat.last


@pytest.mark.parametrize("words", ["min 5", "min lots", "min lots XNT", "min -1 XNT"])
async def test_a_least_without_a_unit_is_asked_for_one(chat: Chat, words: str) -> None:
    await chat.send(f"/filters {words}")
    assert "how much of what" in chat.last


async def test_a_word_without_more_is_a_question(chat: Chat) -> None:
    await _subscription(chat)
    await chat.send("/filters savings min")
    assert "What is the least" in chat.last
    await chat.send("5 usd")
    (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
    assert subscription.filter.min_usd == Decimal(5)
    await chat.send("/filters block")
    await chat.send("USDC.x")
    assert (await _settings(chat)).filter.blocked == (OTHER,)


async def test_all_that_is_listed_can_be_taken_off(chat: Chat) -> None:
    names = [name for name in (address(f"token {number}") for number in range(40)) if is_address(name)][:25]
    for name in names:
        await chat.press(f"1:am:{name}")
    assert chat.buttons == [f"1:ae:0 b {names[-1]}"]
    await chat.send("/filters")
    assert not any(data.startswith("1:ae:") for data in chat.buttons)
    await chat.press("1:af:0.0")
    assert chat.buttons[:20] == [f"1:ae:0 b {name}" for name in names[:20]]
    await chat.press("1:af:0.1")
    assert chat.buttons == [*(f"1:ae:0 b {name}" for name in names[20:]), "1:af:0.0", "1:af:0"]
    for _ in range(2):
        await chat.press(f"1:ae:0 b {names[24]}")
    assert (await _settings(chat)).filter.blocked == tuple(names[:24])
    await chat.press("1:af:0.x")
    assert "outdated" in chat.last


async def test_whom_one_blocked_is_unblocked_by_the_button_below(chat: Chat) -> None:
    await chat.press(f"1:ab:{OTHER}")
    await chat.press(*chat.buttons)
    assert (await _settings(chat)).filter == Filter()


async def test_what_is_silent_already_is_said_and_can_be_ended(chat: Chat) -> None:
    for command in ("/mute", "/snooze"):
        await chat.send(command)
        assert "1:au:0" not in chat.buttons
    await chat.send("/mute 2h")
    await chat.send("/snooze 3h")
    for command in ("/mute", "/snooze"):
        await chat.send(command)
        assert "nothing until 1 Nov 2026, 14:00:00 UTC" in chat.last
        assert "everything until 1 Nov 2026, 15:00:00 UTC" in chat.last
        assert "1:au:0" in chat.buttons
    await chat.send("/snooze off")
    settings = await _settings(chat)
    assert (settings.snoozed_until, settings.is_muted(chat.clock.now())) == (None, True)
    await chat.send("/mute off")
    assert not (await _settings(chat)).is_muted(chat.clock.now())
    await chat.send("/mute forever")
    assert (await _settings(chat)).muted


async def test_unmute_finds_the_wallets_that_are_muted(chat: Chat) -> None:
    subscription = await _subscription(chat)
    await chat.send("/mute savings")
    await chat.send("/mute 2h")
    await chat.send("/unmute")
    assert "I tell you again" in chat.last
    await chat.send("/unmute")
    assert "These wallets are muted" in chat.last
    assert chat.buttons == [f"1:au:{subscription.id}"]
    await chat.press(*chat.buttons)
    assert "again" in chat.last
    (subscription,) = await chat.stores.subscriptions.subscriptions(ANNA)
    assert subscription.filter.muted_until is None
    await chat.send("/unmute")
    assert "I tell you again" in chat.last


@pytest.mark.parametrize(
    ("words", "quiet"),
    [
        ("10pm-7am", QuietHours(22 * 60, 7 * 60)),
        ("10:30 PM - 12 am", QuietHours(22 * 60 + 30, 0)),
        ("12pm-1pm sat", QuietHours(12 * 60, 13 * 60, (5,))),
        ("22.30-7", QuietHours(22 * 60 + 30, 7 * 60)),
    ],
)
async def test_hours_are_said_as_people_say_them(chat: Chat, words: str, quiet: QuietHours) -> None:
    await chat.send(f"/quiet {words}")
    assert (await _settings(chat)).quiet == quiet
    await chat.send("/quiet 22:00-07:00")
    assert "✅ 22:00-07:00" in str(chat.request.calls[-1])
    for wrong in ("13pm-7am", "0am-7am", "22-7x", "22:60-7"):
        await chat.send(f"/quiet {wrong}")
        assert "from when to when" in chat.last
