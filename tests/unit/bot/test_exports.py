"""/export: its questions, what is queued, and that nobody gets another's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import address
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.keyboards import MAX_DATA_BYTES, Action, CallbackData, StaleData
from walletwatch.bot.texts import texts
from walletwatch.bot.views.exports import ALL, ExportChoice
from walletwatch.domain.chats import Owner
from walletwatch.domain.exports import EXPORT_PERIODS, ExportFormat
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.plans import LIMITS, Plan, Quota

SAY = texts("en")


async def watching(chat: Chat, *, user: int = ANNA) -> int:
    await chat.send(f"/watch {WALLET} Savings", user=user)
    await chat.send(f"/watch {OTHER} Trading", user=user)
    return (await chat.stores.subscriptions.subscriptions(user))[0].id


async def test_without_a_wallet_there_is_nothing_to_export(chat: Chat) -> None:
    await chat.send("/export")
    assert chat.last == SAY("list.empty")


async def test_it_is_asked_for_one_thing_after_the_other(chat: Chat) -> None:
    one = await watching(chat)
    await chat.send("/export")
    assert chat.last == SAY("history_export.choose_format")
    assert chat.buttons == [f"1:ge:{each}.." for each in ExportFormat]
    await chat.press(chat.buttons[2])
    assert chat.last == SAY("history_export.choose_wallet")
    assert chat.buttons[0] == "1:ge:xlsx.all."
    await chat.press(chat.buttons[1])
    assert chat.last == SAY("history_export.choose_period")
    assert chat.queues.exports == []
    await chat.press(chat.buttons[-1])
    assert chat.last == SAY("history_export.begun")
    (request,) = chat.queues.exports
    assert (request.format, request.subscription_id, request.period) == (ExportFormat.XLSX, one, Lookback.ALL)
    assert (request.chat_id, request.asked_at) == (ANNA, chat.clock.now())
    assert request.progress_id is not None


async def test_of_the_only_wallet_it_is_not_asked_which(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET}")
    await chat.send("/export csv")
    assert chat.last == SAY("history_export.choose_period")


@pytest.mark.parametrize(
    ("words", "format_", "wallet", "period"),
    [
        ("csv savings 30d", "csv", "one", "30d"),
        ("90d Koinly SAVINGS", "koinly", "one", "90d"),
        (f"json {WALLET} all", "json", "one", "all"),
        ("excel all 1y", "xlsx", None, "1y"),
        ("cointracking all all", "cointracking", None, "all"),
        ("csv 365d all", "csv", None, "1y"),
    ],
)
async def test_everything_in_one_line(
    chat: Chat, words: str, format_: str, wallet: str | None, period: str
) -> None:
    one = await watching(chat)
    await chat.send(f"/export {words}")
    assert chat.last == SAY("history_export.begun")
    (request,) = chat.queues.exports
    assert (request.format.value, request.period.value) == (format_, period)
    assert request.subscription_id == (one if wallet else None)


@pytest.mark.parametrize("words", ["nobody", "pdf", "csv nobody all", "=cmd|'/c calc'", "7d", "<b>" * 99])
async def test_what_is_neither_a_wallet_nor_a_format_is_said(chat: Chat, words: str) -> None:
    await watching(chat)
    await chat.send(f"/export {words}")
    assert "csv, json, xlsx, koinly, cointracking" in chat.last
    assert chat.queues.exports == []


@pytest.mark.parametrize("words", [f"csv {'1' * 32} 30d"])
async def test_what_is_not_watched_is_said(chat: Chat, words: str) -> None:
    await watching(chat)
    await chat.send(f"/export {words}")
    assert chat.last == SAY("error.not_watched")
    assert chat.queues.exports == []


async def test_anothers_wallet_is_outdated(chat: Chat) -> None:
    one = await watching(chat, user=BORIS)
    await chat.send(f"/watch {WALLET}")
    for data in (f"csv.{one}.all", f"csv.{one}.", "csv.999999999999999999999.all"):
        await chat.press(f"1:ge:{data}")
        assert chat.last == SAY("error.outdated")
    assert chat.queues.exports == []


@pytest.mark.parametrize(
    "argument",
    ["", "csv", "csv.all", "x.all.all", "csv.-1.all", "csv.all.7d", "csv.all.x", "csv.\u0661.all", "a.b.c.d"],
)
async def test_data_of_nothing_are_stale(chat: Chat, argument: str) -> None:
    await chat.send(f"/watch {WALLET}")
    await chat.press(f"1:ge:{argument}")
    assert chat.last == SAY("error.outdated")


async def test_each_press_is_a_request_and_a_redelivery_is_none(chat: Chat) -> None:
    await watching(chat)
    message = chat.message("/export csv all 30d")
    await chat.bot.handle(message)
    await chat.bot.handle(message)
    await chat.press("1:ge:csv.all.30d")
    first, second, third = (request.request_id for request in chat.queues.exports)
    assert first == second != third


async def test_a_second_tap_begins_nothing(chat: Chat) -> None:
    await watching(chat)
    message = chat.message("a menu")["message"]
    for number in (901, 902):
        query = {"id": str(number), "from": message["from"], "message": message, "chat_instance": "1"}
        await chat.bot.handle({"update_id": 1, "callback_query": query | {"data": "1:ge:csv.all.30d"}})
    assert len(chat.queues.exports) == 1
    await chat.send("/plan")
    assert "1 of 3" in chat.last


async def test_of_several_wallets_of_one_name_it_is_asked_which(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET} Savings")
    await chat.send(f"/watch {OTHER} savings")
    await chat.send("/export csv Savings 30d")
    assert chat.last == SAY("history_export.choose_wallet")
    shown = str(chat.request.calls[-1][1]["reply_markup"])
    assert "9Dpj…CoaU" in shown
    assert "B69c…m9Tq" in shown
    assert chat.queues.exports == []


async def test_of_many_wallets_the_rest_is_named(chat: Chat) -> None:
    await chat.send("/start")
    chat.plans.let(ANNA, wallets=40)
    for number in range(32):
        await chat.send(f"/watch {address(f'wallet {number}')} Number {number}")
    await chat.send("/export json")
    assert "/export json NAME" in chat.last
    await chat.send("/export json Number 31 all")
    assert len(chat.queues.exports) == 1


async def test_there_is_a_limit_a_day(chat: Chat) -> None:
    await watching(chat)
    limit = LIMITS[Quota.EXPORTS][Plan.FREE]
    for _ in range(limit + 1):
        await chat.send("/export csv all 30d")
    assert chat.last == SAY("quota.exports", limit=limit)
    assert len(chat.queues.exports) == limit


async def test_a_premium_owner_has_more_of_them(chat: Chat) -> None:
    await watching(chat)
    row = chat.stores.tables.chats[ANNA]
    row.chat = replace(row.chat, owner=Owner(ANNA, premium_until=chat.clock.now() + timedelta(days=1)))
    for _ in range(LIMITS[Quota.EXPORTS][Plan.FREE] + 1):
        await chat.send("/export csv all 30d")
    assert chat.last == SAY("history_export.begun")


async def test_the_files_come_to_the_topic_in_which_they_were_asked_for(chat: Chat) -> None:
    chat.request.admins.add(ANNA)
    await chat.send(f"/watch {WALLET}", chat=GROUP)
    await chat.send("/export csv all 30d", chat=GROUP, message_thread_id=77, is_topic_message=True)
    (request,) = chat.queues.exports
    assert (request.chat_id, request.topic) == (GROUP, 77)


@given(
    st.builds(
        ExportChoice,
        st.none() | st.sampled_from(ExportFormat),
        st.none() | st.just(ALL) | st.integers(1, 2**62).map(str),
        st.none() | st.sampled_from(EXPORT_PERIODS),
    )
)
def test_a_choice_survives_its_button(choice: ExportChoice) -> None:
    data = CallbackData(Action.EXPORT_HISTORY, choice.encode()).encode()
    assert len(data.encode()) <= MAX_DATA_BYTES
    assert ExportChoice.decode(CallbackData.decode(data).argument) == choice


@given(st.text(max_size=60))
def test_any_text_is_a_choice_or_stale(text: str) -> None:
    try:
        choice = ExportChoice.decode(text)
    except StaleData:
        return
    assert choice.encode() == text
