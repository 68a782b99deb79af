"""What the bot says of itself and of the person, and how it is spoken to."""

import json
from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from tests.unit.bot.conftest import ADMIN, ALERT_GROUP, ANNA, BORIS, GROUP, WALLET, Chat
from walletwatch.bot import timezones
from walletwatch.bot.cities import CITIES
from walletwatch.bot.keyboards import Action, CallbackData
from walletwatch.domain.currencies import Currency
from walletwatch.services.personal import COPIES_AN_HOUR, FEEDBACK_A_DAY, MAX_FEEDBACK

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def data(action: Action, argument: object = "") -> str:
    return CallbackData(action, str(argument)).encode()


async def settings_of(chat: Chat, chat_id: int = ANNA) -> object:
    known = await chat.stores.subscriptions.chat(chat_id)
    assert known is not None
    return known.settings


class TestHelp:
    async def test_a_word_finds_commands_by_name_and_description(self, chat: Chat) -> None:
        await chat.send("/help clock")
        assert "/timezone — " in chat.last
        assert "/watch — " not in chat.last
        await chat.send("/help /UNWATCH")
        assert "/unwatch — " in chat.last

    async def test_what_nothing_is_called(self, chat: Chat) -> None:
        await chat.send("/help <b>xyzzy")
        assert "“&lt;b&gt;xyzzy”" in chat.last
        assert data(Action.HELP, "wallets") in chat.buttons

    async def test_words_in_any_order_and_of_the_topic(self, chat: Chat) -> None:
        await chat.send("/help scam warn")
        assert "/report_scam — " in chat.last
        assert "/scan — " not in chat.last
        await chat.send("/help security approvals")
        assert "/approvals — " in chat.last
        assert "/risk — " not in chat.last

    async def test_where_nothing_has_all_words_the_nearest_is_told(self, chat: Chat) -> None:
        await chat.send("/help scam xyzzy")
        assert "/report_scam — " in chat.last
        assert "/balance — " not in chat.last

    async def test_what_is_called_so_comes_first(self, chat: Chat) -> None:
        await chat.send("/help balance")
        assert chat.last.index("/balance — ") < chat.last.index("/list — ")

    async def test_topics_without_a_command_for_groups_are_not_theirs(self, chat: Chat) -> None:
        await chat.send("/help", chat=GROUP)
        assert data(Action.HELP, "plan") not in chat.buttons
        assert "send me an address" not in chat.last
        await chat.press(data(Action.HELP, "plan"), chat=GROUP)
        assert "outdated" in chat.last

    async def test_private_commands_are_not_told_in_groups(self, chat: Chat) -> None:
        await chat.send("/help forget", chat=GROUP)
        assert "/deleteme" not in chat.last

    async def test_administrators_commands_are_found_by_nobody(self, chat: Chat) -> None:
        await chat.send("/help retryfailed", user=ADMIN)
        assert "/retryfailed —" not in chat.last
        await chat.press(data(Action.HELP, "admin"))
        assert "outdated" in chat.last


class TestHowItIsSpokenTo:
    async def test_a_language_that_is_chosen_stays_whatever_telegram_says(self, chat: Chat) -> None:
        await chat.send("/language")
        await chat.press(data(Action.LANGUAGE, "en"))
        assert "✅ English" in json.dumps(chat.request.calls[-2:], ensure_ascii=False)
        known = await chat.stores.subscriptions.chat(ANNA)
        assert known is not None
        assert known.settings.language == "en"
        await chat.press(data(Action.LANGUAGE, "auto"))
        assert (await settings_of(chat)).language is None  # type: ignore[attr-defined]

    async def test_a_language_nobody_speaks_here(self, chat: Chat) -> None:
        await chat.send("/language tlh")
        assert "I know: English, Español" in chat.last
        assert data(Action.LANGUAGE) in chat.buttons

    @pytest.mark.parametrize("city", ["Madrid", "europe/MADRID", "  madrid "])
    async def test_a_city_is_enough(self, chat: Chat, city: str) -> None:
        await chat.send(f"/timezone {city}")
        assert (await settings_of(chat)).timezone == "Europe/Madrid"  # type: ignore[attr-defined]
        assert "CET" in chat.last

    async def test_the_answer_to_the_question_is_a_city_too(self, chat: Chat) -> None:
        await chat.send("/timezone")
        await chat.send("kolkata")
        assert (await settings_of(chat)).timezone == "Asia/Kolkata"  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("text", "code"),
        [("Español", "es"), ("espanol", "es"), ("es-MX", "es"), ("简体中文", "zh"), ("EN", "en")],
    )
    async def test_a_language_by_its_name_or_code(self, chat: Chat, text: str, code: str) -> None:
        await chat.send(f"/language {text}")
        assert (await settings_of(chat)).language == code  # type: ignore[attr-defined]

    async def test_several_places_are_offered(self, chat: Chat) -> None:
        await chat.send("/timezone +5:30")
        assert data(Action.TIMEZONE, "Asia/Kolkata") in chat.buttons
        await chat.press(data(Action.TIMEZONE, "Asia/Colombo"))
        assert "Asia/Colombo" in chat.last

    @pytest.mark.parametrize("text", ["Nowhere", "+99", "../../etc/passwd", "x" * 500, "Etc/GMT+5"])
    async def test_no_such_place(self, chat: Chat, text: str) -> None:
        await chat.send(f"/timezone {text}")
        assert "no such place" in chat.last
        await chat.press(data(Action.TIMEZONE, "Mars/Base"))
        assert "outdated" in chat.last

    async def test_currency(self, chat: Chat) -> None:
        await chat.send("/currency xnt")
        assert (await settings_of(chat)).currency is Currency.NATIVE  # type: ignore[attr-defined]
        await chat.press(data(Action.CURRENCY, "usd"))
        assert (await settings_of(chat)).currency is Currency.USD  # type: ignore[attr-defined]
        await chat.send("/currency doubloons")
        assert "I know: USD, XNT." in chat.last

    async def test_in_a_group_only_administrators_choose(self, chat: Chat) -> None:
        await chat.send("/timezone Madrid", chat=GROUP)
        assert "administrators" in chat.last
        chat.request.admins.add(ANNA)
        await chat.send("/timezone Madrid", chat=GROUP)
        assert "Europe/Madrid" in chat.last

    def test_offsets_of_both_signs_and_forms(self) -> None:
        assert "Asia/Kolkata" in timezones.find_zones("UTC+5:30", NOW)
        assert "America/New_York" in timezones.find_zones("-5", NOW)
        assert timezones.find_zones("GMT+0530", NOW) == timezones.find_zones("+5:30", NOW)

    def test_every_zone_is_found_by_its_name(self) -> None:
        assert set(CITIES.values()) <= available_timezones()
        for name in {*timezones.POPULAR, *CITIES.values(), "America/Port-au-Prince", "Asia/Calcutta"}:
            assert timezones.find_zones(name, NOW) == (name,)

    @pytest.mark.parametrize(
        ("text", "zone"),
        [
            ("San Francisco", "America/Los_Angeles"),
            ("st petersburg", "Europe/Moscow"),
            ("Москва", "Europe/Moscow"),
            ("北京", "Asia/Shanghai"),
            ("मुंबई", "Asia/Kolkata"),
            ("japan", "Asia/Tokyo"),
            ("India", "Asia/Kolkata"),
            ("San Jose", "America/Costa_Rica"),
            ("Port au Prince", "America/Port-au-Prince"),
            ("buenos aires", "America/Argentina/Buenos_Aires"),
        ],
    )
    def test_cities_and_countries_that_no_zone_is_named_after(self, text: str, zone: str) -> None:
        assert timezones.find_zones(text, NOW) == (zone,)

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("EST", "America/New_York"),
            ("edt", "America/New_York"),
            ("MSK", "Europe/Moscow"),
            ("IST", "Asia/Kolkata"),
        ],
    )
    def test_what_clocks_call_it_and_not_a_part_of_another_name(self, text: str, first: str) -> None:
        found = timezones.find_zones(text, NOW)
        assert found[0] == first
        assert not {"Europe/Budapest", "Europe/Bucharest", "America/Creston"} & set(found)

    def test_of_a_large_country_the_zones_of_most_people_come_first(self) -> None:
        found = timezones.find_zones("usa", NOW)
        assert set(found[:2]) == {"America/New_York", "America/Los_Angeles"}
        assert {"America/Chicago", "America/Denver", "America/Phoenix"} <= set(found)

    def test_a_number_is_no_offset_without_its_sign(self) -> None:
        assert timezones.find_zones("25", NOW) == ()
        assert timezones.find_zones("x5", NOW) == ()
        assert timezones.find_zones("5:30", NOW) == timezones.find_zones("+5:30", NOW)

    def test_no_zone_is_offered_by_a_former_name_too(self) -> None:
        assert "Asia/Calcutta" not in timezones.find_zones("+5:30", NOW)


class TestOnesOwnData:
    async def test_a_copy_has_what_is_ones_own_and_nothing_else(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} Mine", user=ANNA)
        await chat.send(f"/watch {WALLET} Secret", user=BORIS)
        await chat.send("/mydata", user=ANNA)
        (sent,) = chat.request.of("sendDocument")
        copy = await chat.personal.collect(ANNA, limit=10)
        assert sent["chat_id"] == ANNA
        assert copy["subscriptions"] == [{"address": WALLET, "label": "Mine"}]
        assert "Secret" not in json.dumps(copy)

    async def test_copies_are_limited(self, chat: Chat) -> None:
        for _ in range(COPIES_AN_HOUR + 1):
            await chat.send("/mydata")
        assert "ask again later" in chat.last
        assert len(chat.request.of("sendDocument")) == COPIES_AN_HOUR

    async def test_a_group_is_no_place_for_it(self, chat: Chat) -> None:
        for command in ("/mydata", "/deleteme", "/feedback hello"):
            await chat.send(command, chat=GROUP)
            assert "private chat" in chat.last
        await chat.press(data(Action.FORGET_CONFIRMED), chat=GROUP)
        assert "private chat" in chat.last

    async def test_to_be_forgotten_one_has_to_mean_it(self, chat: Chat) -> None:
        await chat.send(f"/watch {WALLET} Mine", user=ANNA)
        await chat.send(f"/watch {WALLET} Mine", user=BORIS)
        await chat.send("/deleteme")
        assert await chat.stores.subscriptions.subscriptions(ANNA) != []
        await chat.press(data(Action.FORGET_CONFIRMED))
        assert "forgotten" in chat.last
        assert await chat.stores.subscriptions.subscriptions(ANNA) == []
        assert await chat.stores.subscriptions.subscriptions(BORIS) != []
        await chat.press(data(Action.FORGET_CONFIRMED))
        assert "forgotten" in chat.last


class TestFeedback:
    async def test_those_who_run_the_bot_are_told(self, chat: Chat) -> None:
        await chat.send("/feedback")
        await chat.send("I <3 it,\n  really")
        told = [each for each in chat.request.of("sendMessage") if each["chat_id"] == ALERT_GROUP]
        assert "I &lt;3 it,\n  really" in told[0]["text"]
        assert "Thank you" in chat.last or "Feedback" in chat.last
        assert chat.personal.heard[0][:2] == (ANNA, "I <3 it,\n  really")

    async def test_it_is_kept_even_if_they_cannot_be_told(self, chat: Chat) -> None:
        chat.request.failures.extend([None, (403, "Forbidden: bot was kicked", {})])
        await chat.send("/feedback hello")
        assert len(chat.personal.heard) == 1
        assert chat.metrics.counts["FeedbackUntold"] == 1

    async def test_limits(self, chat: Chat) -> None:
        await chat.send(f"/feedback {'x' * (MAX_FEEDBACK + 1)}")
        assert f"{MAX_FEEDBACK:,} characters" in chat.last
        for _ in range(FEEDBACK_A_DAY + 1):
            await chat.send("/feedback hello")
        assert "come back tomorrow" in chat.last


async def test_status_says_what_was_not_told_and_why(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET}")
    await chat.send("/status")
    assert "Last 24 hours: nothing to tell" in chat.last
    assert "waiting for its first look" in chat.last


@pytest.mark.parametrize("command", ["/about", "/privacy", "/menu", "/start nonsense", "/start w_"])
async def test_the_rest_answers(chat: Chat, command: str) -> None:
    await chat.send(command)
    assert chat.last
    assert chat.metrics.counts.get("HandlerErrors", 0) == 0


class TestInGroups:
    async def test_who_begins_there_is_told_what_is_done_there(self, chat: Chat) -> None:
        await chat.send("/start", chat=GROUP)
        assert "tell this group about wallets" in chat.last
        assert data(Action.GROUP_SETTINGS) in chat.buttons

    async def test_how_it_is_served_is_on_the_ways(self, chat: Chat) -> None:
        for command in ("/menu", "/settings"):
            await chat.send(command, chat=GROUP)
            assert data(Action.GROUP_SETTINGS) in chat.buttons
            await chat.send(command)
            assert data(Action.GROUP_SETTINGS) not in chat.buttons

    async def test_a_city_stands_behind_the_command_since_nothing_is_asked(self, chat: Chat) -> None:
        await chat.send("/timezone", chat=GROUP)
        assert "/timezone +5:30" in chat.last
        await chat.send("/timezone")
        assert "send me the name of a city" in chat.last


@pytest.mark.parametrize("command", ["/mydata", "/link", "/plan"])
async def test_what_is_asked_in_private_is_a_tap_away(chat: Chat, command: str) -> None:
    await chat.send(command, chat=GROUP)
    markup = chat.request.of("sendMessage")[-1]["reply_markup"]
    assert "https://t.me/testbot" in json.dumps(markup)


class TestMistypedCommands:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [("/stauts", "status"), ("/wallets", "wallet"), ("/PORT", "portfolio"), ("/wach x", "watch")],
    )
    async def test_what_is_called_nearly_so_is_offered(self, chat: Chat, text: str, meant: str) -> None:
        await chat.send(text)
        assert "Did you mean one of these?" in chat.last
        assert data(Action.RUN, meant) in chat.buttons
        await chat.press(data(Action.RUN, meant))
        assert chat.metrics.counts["HandlerErrors"] == 0

    @pytest.mark.parametrize("text", ["/xyzzy", "/x", "/", "/" + "watch" * 50])
    async def test_of_others_help_is_told(self, chat: Chat, text: str) -> None:
        await chat.send(text)
        assert "/help" in chat.last
        assert data(Action.MENU) in chat.buttons


async def test_privacy_leads_to_ones_data_in_private(chat: Chat) -> None:
    await chat.send("/privacy")
    assert data(Action.RUN, "mydata") in chat.buttons
    assert data(Action.RUN, "deleteme") in chat.buttons
    await chat.send("/privacy", chat=GROUP)
    assert data(Action.RUN, "mydata") not in chat.buttons


async def test_the_chain_has_its_name(chat: Chat) -> None:
    await chat.send("/about")
    assert "X1 Mainnet" in chat.last
