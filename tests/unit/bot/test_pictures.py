"""/chart: what is asked, what is queued, and that nobody sees another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.keyboards import MAX_DATA_BYTES, Action, CallbackData, StaleData
from walletwatch.bot.texts import texts
from walletwatch.bot.views.pictures import KINDS, PictureChoice
from walletwatch.domain.lookback import Lookback
from walletwatch.domain.money import NATIVE
from walletwatch.domain.pictures import PICTURE_PERIODS, PictureKind, Theme
from walletwatch.domain.work import SubjectKind
from walletwatch.services.drawing import REQUESTS

SAY = texts("en")
DRAWING = SAY("chart.drawing")


async def watching(chat: Chat, *, user: int = ANNA) -> tuple[int, int]:
    await chat.send(f"/watch {WALLET} Savings", user=user)
    await chat.send(f"/watch {OTHER} Trading <b>", user=user)
    one, two = await chat.stores.subscriptions.subscriptions(user)
    return one.id, two.id


async def test_without_a_wallet_there_is_nothing_to_draw(chat: Chat) -> None:
    await chat.send("/chart")
    assert chat.last == SAY("list.empty")
    assert chat.queues.drawings == []


async def test_of_the_only_wallet_it_is_drawn_at_once(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET} Savings")
    await chat.send("/chart")
    assert chat.last == DRAWING
    (request,) = chat.queues.drawings
    assert (request.kind, request.period, request.theme) == (PictureKind.BALANCE, Lookback.MONTH, Theme.LIGHT)
    assert (request.chat_id, request.asset, request.timezone, request.language) == (ANNA, NATIVE, "UTC", "en")
    assert request.edits == len(chat.request.calls)


async def test_of_several_it_is_asked_which(chat: Chat) -> None:
    one, two = await watching(chat)
    await chat.send("/chart 90d flows dark")
    assert chat.last == SAY("chart.choose")
    assert chat.queues.drawings == []
    first, _, every = chat.buttons
    await chat.press(first)
    assert chat.last == DRAWING
    await chat.press(every)
    flows, portfolio = chat.queues.drawings
    assert (flows.kind, flows.period, flows.theme) == (PictureKind.FLOWS, Lookback.QUARTER, Theme.DARK)
    assert (flows.subscription_id, portfolio.subscription_id) == (one, None)
    assert portfolio.kind is PictureKind.ALLOCATION
    assert flows.subscription_id != two


async def test_of_several_of_one_name_it_is_asked_which(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET} Savings")
    await chat.send(f"/watch {OTHER} Savings")
    second = (await chat.stores.subscriptions.subscriptions(ANNA))[1]
    await chat.send(f"/chart flows savings {'1' * 32}")
    assert chat.last == SAY("chart.choose")
    assert chat.queues.drawings == []
    await chat.press(chat.buttons[1])
    (request,) = chat.queues.drawings
    assert (request.kind, request.subscription_id) == (PictureKind.FLOWS, second.id)
    assert request.asset == "1" * 32


@pytest.mark.parametrize(
    ("words", "kind", "period"),
    [
        ("savings", "balance", "30d"),
        ("Savings flows 7d", "flows", "7d"),
        ("1y PNL savings", "pnl", "1y"),
        (f"{WALLET} portfolio", "allocation", "30d"),
        ("365d balance savings", "balance", "1y"),
    ],
)
async def test_everything_in_one_line(chat: Chat, words: str, kind: str, period: str) -> None:
    one, _ = await watching(chat)
    await chat.send(f"/chart {words}")
    (request,) = chat.queues.drawings
    assert (request.subscription_id, request.kind.value, request.period.value) == (one, kind, period)


async def test_of_a_token(chat: Chat) -> None:
    one, _ = await watching(chat)
    await chat.send(f"/chart savings {OTHER}")
    (request,) = chat.queues.drawings
    assert (request.subscription_id, request.asset) == (one, OTHER)
    await chat.send(f"/chart {OTHER}")
    assert chat.queues.drawings[-1].asset == NATIVE


async def test_the_portfolio_needs_no_wallet(chat: Chat) -> None:
    await watching(chat)
    await chat.send("/chart portfolio")
    (request,) = chat.queues.drawings
    assert (request.kind, request.subscription_id) == (PictureKind.ALLOCATION, None)


@pytest.mark.parametrize("words", ["nobody", OTHER, f"nobody {WALLET}", "🙈", "flows 7d 30d dark nothing"])
async def test_what_is_not_watched_is_said(chat: Chat, words: str) -> None:
    await chat.send(f"/watch {WALLET} Savings")
    await chat.send(f"/watch {'1' * 32} Third")
    await chat.send(f"/chart {words}")
    assert chat.last == SAY("error.not_watched")
    assert chat.queues.drawings == []


async def test_a_button_below_a_picture_leaves_the_picture_until_the_new_one_is_there(chat: Chat) -> None:
    one, _ = await watching(chat)
    before = len(chat.request.of("editMessageText"))
    choice = PictureChoice(PictureKind.FLOWS, subscription_id=one)
    await chat.press(CallbackData(Action.PICTURE, choice.encode()).encode())
    assert len(chat.request.of("editMessageText")) == before
    assert chat.last == DRAWING
    assert chat.queues.drawings[-1].edits is not None


async def test_each_press_is_a_request_and_a_redelivery_is_none(chat: Chat) -> None:
    one, _ = await watching(chat)
    data = f"1:gp:{PictureChoice(PictureKind.FLOWS, subscription_id=one).encode()}"
    await chat.press(data)
    await chat.press(data)
    first, second = chat.queues.drawings
    assert first.request_id != second.request_id
    message = chat.message("/chart savings")
    await chat.bot.handle(message)
    await chat.bot.handle(message)
    third, fourth = chat.queues.drawings[2:]
    assert third.request_id == fourth.request_id


@pytest.mark.parametrize("action", ["gp", "gc"])
async def test_anothers_wallet_is_outdated(chat: Chat, action: str) -> None:
    one, _ = await watching(chat, user=BORIS)
    await chat.send(f"/watch {WALLET}")
    for kind in KINDS:
        await chat.press(f"1:{action}:{PictureChoice(kind, subscription_id=one).encode()}")
        assert chat.last == SAY("error.outdated")
    assert chat.queues.drawings == []


@pytest.mark.parametrize("action", ["gp", "gc", "gn"])
@pytest.mark.parametrize(
    "argument",
    [
        "",
        "b",
        "bml.",
        "xml1",
        "bxl1",
        "bmx1",
        "bml",
        "nml",
        "bml.x",
        "bml-1",
        "bml01",
        "bmlÄ",
        f"bml.{WALLET}",
    ],
)
async def test_data_of_nothing_are_stale(chat: Chat, action: str, argument: str) -> None:
    await chat.send(f"/watch {WALLET}")
    await chat.press(f"1:{action}:{argument}")
    assert chat.last == SAY("error.outdated")
    assert chat.queues.drawings == []


async def test_there_is_a_limit(chat: Chat) -> None:
    await chat.send(f"/watch {WALLET}")
    for _ in range(REQUESTS):
        await chat.send("/chart")
    await chat.send("/chart")
    assert chat.last == SAY("chart.limit")
    assert len(chat.queues.drawings) == REQUESTS


async def test_everybody_in_a_group_may_look(chat: Chat) -> None:
    chat.request.admins.add(ANNA)
    await chat.send(f"/watch {WALLET}", chat=GROUP)
    await chat.send("/chart", user=BORIS, chat=GROUP)
    (request,) = chat.queues.drawings
    assert request.chat_id == GROUP


async def test_the_network_of_a_scan(chat: Chat) -> None:
    await chat.scans.report(WALLET, SubjectKind.WALLET)
    await chat.send(f"/scan {WALLET}")
    assert f"1:gn:{WALLET}" in chat.buttons
    await chat.press(f"1:gn:{WALLET}")
    assert chat.last == DRAWING
    (request,) = chat.queues.drawings
    assert (request.kind, request.address, request.subscription_id) == (PictureKind.NETWORK, WALLET, None)


choices = st.builds(
    PictureChoice,
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(PICTURE_PERIODS),
    st.sampled_from(Theme),
    st.none() | st.integers(0, 10**10),
    st.none() | st.sampled_from([WALLET, OTHER, "1" * 32]),
)


@given(choices)
def test_a_choice_survives_its_button(choice: PictureChoice) -> None:
    data = CallbackData(Action.PICTURE, choice.encode()).encode()
    assert len(data.encode()) <= MAX_DATA_BYTES
    assert PictureChoice.decode(CallbackData.decode(data).argument) == choice


@given(st.text(max_size=60))
def test_any_text_is_a_choice_or_stale(text: str) -> None:
    try:
        choice = PictureChoice.decode(text)
    except StaleData:
        return
    assert choice.encode() == text
