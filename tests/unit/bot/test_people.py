"""What administrators see of people, and do about them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.bot.conftest import ADMIN, ALERT_GROUP, ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.keyboards import MAX_DATA_BYTES, Action, CallbackData, StaleData
from walletwatch.bot.people_marks import read_query, write_query
from walletwatch.domain.chats import ChatKind, Contact
from walletwatch.domain.delivery import DeliveryKind, DeliveryStatus, NewDelivery
from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.people import PageMark, PeopleOrder, PeopleQuery, Person

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", max_size=32)
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
MARKS = st.builds(PageMark, MOMENTS, st.integers(0, 2**52))


async def admin(chat: Chat, text: str) -> str:
    await chat.send(text, user=ADMIN)
    return chat.last


async def press(chat: Chat, data: str) -> str:
    await chat.press(data, user=ADMIN)
    return chat.last


def actions(chat: Chat) -> list[tuple[int, str]]:
    return [(entry.user_id, entry.action) for entry in chat.administration.audited]


def crowd(chat: Chat, count: int) -> None:
    now = chat.clock.now()
    for number in range(count):
        came, seen = now - timedelta(days=number), now - timedelta(minutes=number)
        chat.people.add(Person(1000 + number, f"person_{number}", "en", came, seen))


class TestList:
    async def test_it_is_paged_both_ways(self, chat: Chat) -> None:
        crowd(chat, 25)
        first = await admin(chat, "/users")
        assert "the newest first" in first
        assert "@person_0" in first
        assert "@person_10<" not in first
        (data,) = [each for each in chat.buttons if each.startswith("1:xu:nf.") and not each.endswith("...")]
        second = await press(chat, data)
        assert "@person_10<" in second
        previous, _following = [
            each for each in chat.buttons if each.startswith("1:xu:n") and not each.endswith("...")
        ]
        assert await press(chat, previous) == first

    async def test_most_active_first_and_found_by_name(self, chat: Chat) -> None:
        crowd(chat, 3)
        await chat.send("/menu", user=ADMIN)
        assert "who was here last" in await admin(chat, "/users active")
        found = await admin(chat, "/users @PERSON_1")
        assert "begins with person_1" in found
        assert "@person_1<" in found
        assert "@person_2" not in found
        assert "Nobody" in await admin(chat, "/users zzz")

    async def test_by_number_it_is_the_card(self, chat: Chat) -> None:
        crowd(chat, 1)
        assert "👤 <b>@person_0</b>" in await admin(chat, "/users 1000")

    @pytest.mark.parametrize("text", ["a%b", "@", "ä", "x" * 33, "<b>"])
    async def test_no_name_is_complained_of(self, chat: Chat, text: str) -> None:
        assert "the beginning of their user name" in await admin(chat, f"/users {text}")

    @pytest.mark.parametrize(
        "data", ["", "n", "nf.1", "xf...", "nx...", "nb...", "nf.-1.1.", "nf.zzzzzzzzzzzz.1."]
    )
    async def test_garbage_is_outdated(self, chat: Chat, data: str) -> None:
        assert "outdated" in await press(chat, f"1:xu:{data}")

    @given(st.builds(PeopleQuery, st.sampled_from(PeopleOrder), NAMES, MARKS, st.booleans()))
    def test_a_button_leads_to_what_it_was_made_for(self, query: PeopleQuery) -> None:
        data = CallbackData(Action.PEOPLE, write_query(query)).encode()
        assert len(data.encode()) <= MAX_DATA_BYTES
        assert read_query(CallbackData.decode(data).argument) == query

    @given(st.text(max_size=60))
    def test_anything_else_is_stale_or_a_query(self, text: str) -> None:
        try:
            query = read_query(text)
        except StaleData:
            return
        assert read_query(write_query(query)) == query


class TestCard:
    async def test_it_shows_no_labels(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} My secret", user=ANNA)
        await chat.send(f"/watch {OTHER}", user=BORIS)
        text = await admin(chat, f"/user {ANNA}")
        assert "Watches one wallet" in text
        assert "Plan: free" in text
        assert "Private chat: open" in text
        wallets = await press(chat, f"1:xw:{ANNA}")
        assert WALLET in wallets
        assert OTHER not in wallets
        assert "secret" not in text + wallets

    async def test_wallets_are_paged(self, chat: Chat) -> None:
        crowd(chat, 1)
        for number in range(12):
            address = f"{'123456789ABC'[number]}{WALLET[1:]}"
            await chat.stores.subscriptions.remember(Contact(1000, ChatKind.PRIVATE, 1000, None, "en"))
            await chat.stores.subscriptions.subscribe(1000, address, None, slot=1, limit=99)
        first = await press(chat, "1:xw:1000")
        (more,) = [each for each in chat.buttons if each.startswith("1:xw:")]
        second = await press(chat, more)
        assert first.count("•") == 10
        assert second.count("•") == 2

    @pytest.mark.parametrize(
        "command", ["user 77", "ban 77", "unban 77", "limits 77", "limits 77 wallets 5", "reply 77 x"]
    )
    async def test_nobody_of_this_number(self, chat: Chat, command: str) -> None:
        assert "nobody with the id 77" in await admin(chat, f"/{command}")
        assert actions(chat) == []

    @pytest.mark.parametrize("command", ["user", "ban", "unban", "limits", "reply"])
    @pytest.mark.parametrize("number", ["x", "-1", "1" * 30, "²"])
    async def test_no_number_at_all(self, chat: Chat, command: str, number: str) -> None:
        assert "no person's id" in await admin(chat, f"/{command} {number} x")

    @pytest.mark.parametrize("command", ["user", "ban", "unban", "reply"])
    async def test_a_missing_number_is_asked_for(self, chat: Chat, command: str) -> None:
        await chat.send("/menu", user=ANNA)
        assert "id" in await admin(chat, f"/{command}")
        assert chat.buttons == [CallbackData(Action.RUN, "cancel").encode()]
        text = await admin(chat, f"{ANNA} a word" if command == "reply" else str(ANNA))
        assert f"{ANNA}" in text
        await chat.send(f"/{command}", user=ADMIN, chat=ALERT_GROUP)
        assert "For example" in chat.last

    @pytest.mark.parametrize(
        "data", ["xw:x", "xw:1.x", "xp:x", "xb:", "xq:1.nothing", "xq:x.wallets", "xf:x"]
    )
    async def test_garbage_is_outdated(self, chat: Chat, data: str) -> None:
        assert "outdated" in await press(chat, f"1:{data}")


class TestBan:
    async def test_a_banned_person_hears_it_once_a_day_and_nothing_else(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET}", user=ANNA)
        await chat.stores.ledger.add(NewDelivery("a" * 32, DeliveryKind.SCAN, ANNA, None, None))
        assert "is banned" in await admin(chat, f"/ban {ANNA} spam & more")
        assert await chat.stores.ledger.statuses(["a" * 32]) == {"a" * 32: DeliveryStatus.SUPPRESSED}
        before = len(chat.request.of("sendMessage"))
        await chat.send("/list", user=ANNA)
        assert "cannot use this bot any more" in chat.last
        await chat.send("/list", user=ANNA)
        await chat.send(WALLET, user=ANNA)
        await chat.press("1:l:0", user=ANNA)
        assert len(chat.request.of("sendMessage")) == before + 1
        assert chat.request.calls[-1][0] == "answerCallbackQuery"
        assert chat.metrics.counts["BannedIgnored"] == 4
        chat.clock.advance(86_401)
        await chat.send("/list", user=ANNA)
        assert len(chat.request.of("sendMessage")) == before + 2
        assert "Banned</b> since" in await admin(chat, f"/user {ANNA}")
        assert "spam &amp; more" in chat.last
        assert "not banned any more" in await admin(chat, f"/unban {ANNA}")
        await chat.send("/list", user=ANNA)
        assert WALLET[:4] in chat.last
        assert actions(chat) == [(ADMIN, "ban"), (ADMIN, "unban")]

    async def test_in_anybodys_group_they_get_no_answer_and_others_do(self, chat: Chat) -> None:
        for person in (ANNA, BORIS):
            await chat.send("/menu", user=person)
        await admin(chat, f"/ban {ANNA}")
        await chat.send("/list", user=ANNA, chat=GROUP)
        assert "cannot use this bot any more" in chat.last
        calls = len(chat.request.calls)
        await chat.send("/list", user=ANNA, chat=GROUP)
        assert len(chat.request.calls) == calls
        await chat.send("/list", user=BORIS, chat=GROUP)
        assert "cannot use" not in chat.last

    async def test_by_the_buttons_it_asks_first(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        await press(chat, f"1:xp:{ANNA}")
        assert f"1:xb:{ANNA}" in chat.buttons
        assert "Keep <code>1</code> out?" in await press(chat, f"1:xb:{ANNA}")
        assert actions(chat) == []
        await press(chat, f"1:xc:{ANNA}")
        assert f"1:xn:{ANNA}" in chat.buttons
        await press(chat, f"1:xn:{ANNA}")
        assert actions(chat) == [(ADMIN, "ban"), (ADMIN, "unban")]

    async def test_administrators_stay(self, chat: Chat) -> None:
        await chat.send("/menu", user=ADMIN)
        assert "cannot be banned" in await admin(chat, f"/ban {ADMIN}")
        assert "cannot be banned" in await press(chat, f"1:xc:{ADMIN}")
        await press(chat, f"1:xp:{ADMIN}")
        assert "Runs this bot" in chat.last
        assert f"1:xb:{ADMIN}" not in chat.buttons
        assert actions(chat) == []


class TestLimits:
    async def test_they_are_set_and_left_to_the_plan(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        assert "Wallets: 25, as the plan says" in await admin(chat, f"/limits {ANNA}")
        assert "Wallets: 1,000, their own" in await admin(chat, f"/limits {ANNA} wallets 1000")
        assert chat.stores.tables.chats[ANNA].chat.owner.quotas == {"wallets": 1000}
        assert "Wallets: 25, as the plan says" in await admin(chat, f"/limits {ANNA} wallets plan")
        assert actions(chat) == [(ADMIN, "limits")] * 2

    async def test_the_plans_are_shown(self, chat: Chat) -> None:
        text = await admin(chat, "/limits")
        assert "Wallets: 25 · ⭐ 250" in text
        assert "/limits 12345" in text

    async def test_premium_can_be_ended(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        await press(chat, f"1:xp:{ANNA}")
        assert f"1:xe:{ANNA}" not in chat.buttons
        await press(chat, f"1:xg:{ANNA}")
        assert "Wallets: 250, as the plan says" in await admin(chat, f"/limits {ANNA}")
        await press(chat, f"1:xp:{ANNA}")
        assert f"1:xe:{ANNA}" in chat.buttons
        assert "not given back by this" in await press(chat, f"1:xe:{ANNA}")
        await press(chat, f"1:xE:{ANNA}")
        assert "Plan: free" in await admin(chat, f"/user {ANNA}")
        assert actions(chat) == [(ADMIN, "grant"), (ADMIN, "revoke")]

    async def test_by_a_button_the_number_is_asked_for(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        await press(chat, f"1:xl:{ANNA}")
        assert "how many?" in await press(chat, f"1:xq:{ANNA}.alerts")
        assert "whole number" in await admin(chat, "many")
        assert "Alerts: 7, their own" in await admin(chat, "7")

    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            ("nothing 5", "only: wallets, alerts, scans, exports, digest_seconds"),
            ("wallets 1000001", "from 0 to 100000"),
            ("digest_seconds 0", "from 1 to 900"),
            ("digest_seconds 901", "from 1 to 900"),
            ("wallets -1", "whole"),
        ],
    )
    async def test_what_is_no_limit(self, chat: Chat, words: str, answer: str) -> None:
        await chat.send("/menu", user=ANNA)
        assert answer in await admin(chat, f"/limits {ANNA} {words}")
        assert actions(chat) == []

    async def test_premium_is_granted_once_where_only_the_answer_was_lost(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        message = chat.message("a menu", user=ADMIN)["message"]
        query = {"id": "901", "from": message["from"], "message": message, "chat_instance": "1"}
        chat.request.failures.append((502, "Bad Gateway", {}))
        with pytest.raises(Exception, match="not reached"):
            await chat.bot.handle({"update_id": 1, "callback_query": query | {"data": f"1:xg:{ANNA}"}})
        chat.clock.advance(60)
        await chat.bot.handle({"update_id": 1, "callback_query": query | {"data": f"1:xg:{ANNA}"}})
        assert "premium until 1 Dec 2026" in chat.last
        assert actions(chat) == [(ADMIN, "grant")]

    async def test_no_premium_is_granted_unseen(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        chat.administration.outage.down = True
        with pytest.raises(StoreUnavailable):
            await press(chat, f"1:xg:{ANNA}")
        assert chat.stores.tables.chats[ANNA].chat.owner.premium_until is None

    async def test_premium_is_granted_once_for_a_double_tap(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        await press(chat, f"1:xg:{ANNA}")
        await press(chat, f"1:xg:{ANNA}")
        until = chat.stores.tables.chats[ANNA].chat.owner.premium_until
        assert until == chat.clock.now() + timedelta(days=30)
        chat.clock.advance(6)
        await press(chat, f"1:xg:{ANNA}")
        assert "premium until" in await admin(chat, f"/user {ANNA}")
        assert actions(chat) == [(ADMIN, "grant")] * 2


class TestFeedback:
    async def test_it_is_read_answered_and_marked(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        assert "Nobody said anything" in await admin(chat, "/feedbacks")
        for number in range(12):
            chat.people.hear(ANNA, f"<b>{number}</b> " + "x" * 990, chat.clock.now())
        assert "🔵 #12" in await admin(chat, "/feedbacks")
        assert "&lt;b&gt;11&lt;/b&gt;" in chat.last
        (older,) = [each for each in chat.buttons if each.startswith("1:xf:")]
        assert "🔵 #1 " in await press(chat, older)
        assert f"1:xm:{ANNA}" in chat.buttons
        assert "What shall I write" in await press(chat, f"1:xm:{ANNA}")
        assert "Sent to" in await admin(chat, "Thank <you>\nvery  much")
        letter = next(
            each for each in reversed(chat.request.of("sendMessage")) if int(each["chat_id"]) == ANNA
        )
        assert "Thank &lt;you&gt;\nvery  much" in letter["text"]
        assert "✔️ #12" in await admin(chat, "/feedbacks")
        assert actions(chat) == [(ADMIN, "reply")]

    async def test_in_one_line(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        assert "Sent to" in await admin(chat, f"/reply {ANNA} {ANNA} is\nyour number")
        letter = next(
            each for each in reversed(chat.request.of("sendMessage")) if int(each["chat_id"]) == ANNA
        )
        assert f"</b>\n{ANNA} is\nyour number" in letter["text"]

    async def test_who_blocked_the_bot_is_not_the_administrator(self, chat: Chat) -> None:
        await chat.send("/menu", user=ANNA)
        await chat.send("/menu", user=ADMIN)
        chat.request.failures.append((403, "Forbidden: bot was blocked by the user", {}))
        assert "cannot write to 1" in await admin(chat, f"/reply {ANNA} hello")
        assert chat.stores.tables.chats[ADMIN].chat.active
        assert actions(chat) == []
        assert "too long" in await admin(chat, f"/reply {ANNA} {'x' * 3600}")
