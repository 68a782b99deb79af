"""How the bot is used, as administrators see it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.bot.conftest import ADMIN, ANNA, WALLET, Chat
from walletwatch.bot.views.analytics import BARS, SECTIONS, bars
from walletwatch.domain.analytics import Series
from walletwatch.domain.people import Person
from walletwatch.domain.pictures import PictureKind, Theme
from walletwatch.domain.telemetry import Instance, Tally
from walletwatch.services.analysing_use import UsageKeeping


async def admin(chat: Chat, text: str) -> str:
    await chat.send(text, user=ADMIN)
    return chat.last


@pytest.fixture
async def used(chat: Chat) -> Chat:
    """Some weeks of use."""
    now = chat.clock.now()
    for number in range(30):
        came = now - timedelta(days=number)
        chat.people.add(Person(1000 + number, None, "en", came, now))
        for later in range(0, number, 3):
            chat.usage.here.add((1000 + number, (came + timedelta(days=later)).date()))
    tally = Tally({"webhook:command.watch": 40, "webhook:command.list": 5, "webhook:button.card": 9})
    tally.count("webhook", "UpdatesHandled", 99)
    for seconds in (1, 2, 3, 100):
        tally.duration("notification", "DeliveryLatency", seconds * 1000)
    await chat.system.board.post(Instance("a", "webhook", now, now, 1, 1, None), tally)
    keeping = UsageKeeping(chat.system.board, chat.usage, chat.clock)
    assert await keeping.run()
    assert await keeping.run()
    return chat


async def test_growth(used: Chat) -> None:
    text = await admin(used, "/analytics")
    assert "People: <b>31</b>" in text or "People: <b>30</b>" in text
    assert "New: <b>3" in text
    assert set(text) & set(BARS)


async def test_retention(used: Chat) -> None:
    text = await admin(used, "/analytics retention")
    assert "7 came" in text
    assert "100 %" in text
    assert "this week" in text


async def test_commands_and_buttons(used: Chat) -> None:
    text = await admin(used, "/analytics commands")
    assert "<code>█</code> /watch 40" in text
    assert "/list 5" in text
    assert "card 9" in text
    assert "UpdatesHandled" not in text


async def test_delivery(used: Chat) -> None:
    text = await admin(used, "/analytics delivery")
    assert "half within <b>2.0 s</b>" in text
    assert "Sent: <b>0</b>" in text


async def test_wallets_in_which_something_happened(used: Chat) -> None:
    assert "today <b>0</b>" in await admin(used, "/analytics wallets")


async def test_nothing_yet(chat: Chat) -> None:
    await chat.send("/menu", user=ADMIN)
    chat.people.known.clear()
    for section in SECTIONS:
        await chat.press(f"1:xt:{section}", user=ADMIN)
        assert "{" not in chat.last
    assert "not known yet" in chat.last
    assert "I can show these: growth" in await admin(chat, "/analytics nothing")
    await chat.press("1:xt:nothing", user=ADMIN)
    assert "outdated" in chat.last


async def test_without_redis_nothing_is_carried_over(chat: Chat) -> None:
    keeping = UsageKeeping(chat.system.board, chat.usage, chat.clock)
    chat.system.board.outage.down = True
    assert not await keeping.run()
    assert chat.usage.seen == {}


async def test_what_people_use_is_counted_and_what_administrators_use_is_not(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET}", user=ANNA)
    await chat.press("1:l:0", user=ANNA)
    await chat.send("/queues", user=ADMIN)
    await chat.press("1:ad:panel", user=ADMIN)
    await chat.press("nonsense", user=ANNA)
    assert chat.metrics.usage == {"command.watch": 1, "button.list": 1}


@given(st.lists(st.integers(0, 10**12), max_size=40))
def test_bars_tell_nothing_from_little(values: list[int]) -> None:
    drawn = bars(values)
    assert len(drawn) == len(values)
    for value, bar in zip(values, drawn, strict=True):
        assert (bar == BARS[0]) == (value == 0)
        assert bar == BARS[-1] or value < max(values) or not value


@given(st.dictionaries(st.dates(date(2030, 1, 1), date(2030, 2, 28)), st.integers(1, 9)))
def test_a_series_has_each_day_once(found: dict[date, int]) -> None:
    series = Series.of(found, date(2030, 1, 1), date(2030, 2, 28))
    assert len(series.values) == 59
    assert series.total == sum(found.values())


async def test_a_picture_of_it(used: Chat) -> None:
    await admin(used, "/analytics chart")
    await used.press("1:xt:chart", user=ADMIN)
    await used.press("1:xt:dark", user=ADMIN)
    beside, another, instead = used.queues.drawings
    assert {each.kind for each in used.queues.drawings} == {PictureKind.USE}
    assert (beside.theme, instead.theme) == (Theme.LIGHT, Theme.DARK)
    assert len({each.request_id for each in used.queues.drawings}) == 3
    assert (beside.subscription_id, another.subscription_id) == (None, None)


@pytest.mark.parametrize("data", ["1:xt:chart", "1:xt:dark", "1:gp:uwl", "1:gc:uwl1"])
async def test_nobody_else_gets_one(used: Chat, data: str) -> None:
    await used.send(f"/watch {WALLET}")
    await used.press(data, user=ANNA)
    await used.send("/analytics chart", user=ANNA)
    assert used.queues.drawings == []
