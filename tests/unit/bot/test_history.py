"""/history through the bot: update in, Bot API call out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import activity, address
from tests.unit.bot.conftest import ANNA, BORIS, GROUP, OTHER, WALLET, Chat
from walletwatch.bot.filter_codes import FilterCode
from walletwatch.bot.keyboards import MAX_DATA_BYTES, Action, CallbackData, StaleData
from walletwatch.domain.activities import ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.browsing import Direction, HistoryFilter, KindGroup, Place
from walletwatch.domain.periods import EARLIEST, Period

PEER, MINT = address("peer"), address("mint")
HOSTILE = AssetNote("<b>&\u202e", "</code>", 6, listed=False)


async def _watch(chat: Chat, *words: str, user: int = ANNA) -> int:
    await chat.send(f"/watch {' '.join(words)}", user=user)
    return next(
        row.wallet_id
        for row in chat.stores.tables.subscriptions.values()
        if row.chat_id == user and chat.stores.tables.wallets[row.wallet_id].address == words[0]
    )


async def _lives(chat: Chat) -> None:
    savings = await _watch(chat, WALLET, "Savings")
    other = await _watch(chat, OTHER, "Pocket", "money")
    now = int(chat.clock.now().timestamp())
    await chat.stores.ledger.keep(
        savings,
        [
            activity("5" * 88, 10, WALLET, block_time=now - 40 * 86_400),
            activity("b", 20, WALLET, legs=(Leg("native", -(10**9), 9, PEER),), block_time=now - 86_400 * 2,
                     kind=ActivityKind.TRANSFER_OUT),
            activity("c", 30, WALLET, legs=(Leg("native", -5, 9), Leg(MINT, 7_000_000, 6)),
                     block_time=now - 60, kind=ActivityKind.SWAP, annotation=Annotation({MINT: HOSTILE})),
        ],
    )  # fmt: skip
    moved = (Leg("native", 10**9, 9, WALLET),)
    await chat.stores.ledger.keep(other, [activity("e", 25, OTHER, legs=moved, block_time=now - 90)])


def _titles(text: str) -> list[str]:
    return re.findall(r"^\d\. (?:\d\d:\d\d )?(.+)$", text, re.MULTILINE)


async def test_nothing_is_watched_yet(chat: Chat) -> None:
    await chat.send("/history")
    assert "no wallet" in chat.last


async def test_all_wallets_are_told_together_by_day(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/history")
    assert "your 2 wallets" in chat.last
    assert [title.split(" ")[1] for title in _titles(chat.last)] == [
        "Swapped",
        "Received",
        "Sent",
        "Received",
    ]
    assert "← 👛 Savings" in chat.last
    assert f'<a href="https://explorer.mainnet.x1.xyz/tx/{"5" * 88}">' in chat.last
    assert "<b>&amp;" not in chat.last.replace("&lt;b&gt;&amp;", "")


@pytest.mark.parametrize(
    ("words", "count", "told"),
    [
        ("savings", 3, "Savings"),
        ("pocket MONEY", 1, "Pocket money"),
        (WALLET, 3, "Savings"),
        ("savings swaps last week", 1, "🔄 Swaps · last 7 days"),
        ("sent", 2, "sent"),
        ("sent 24h", 1, "last 24 hours"),
        ("xnt received", 2, "received · XNT"),
        (f"with {PEER}", 1, "with"),
        (f"to {PEER} savings", 1, "sent · with"),
        (PEER, 1, f"with <code>{PEER[:4]}…{PEER[-4:]}</code>"),
        ("with Savings", 1, "with 👛 Savings"),
        ("from savings transfers", 1, "📥 Transfers · received · with 👛 Savings"),
        ("to savings", 0, "sent · with 👛 Savings"),
        ("pocket money from savings", 1, "received · with 👛 Savings"),
        (f"savings to {PEER} xnt", 1, "sent · XNT · with"),
        (f"with {PEER} 2020-02", 0, f"with {PEER[:8]}… · 1 Feb 2020"),
        (MINT, 1, f"{MINT[:4]}…"),
        ("2020-01-01..2020-02-01", 0, "1 Jan 2020 to 1 Feb 2020"),
        ("2020-02", 0, "1 Feb 2020 to 29 Feb 2020"),
        ("2026 savings", 3, "1 Jan 2026 to 31 Dec 2026"),
        ("2025", 0, "1 Jan 2025 to 31 Dec 2025"),
        ("USDC.x", 0, "USDC.x"),
        ("3 days", 3, "last 3 days"),
        ("yesterday", 0, ""),
    ],
)
async def test_one_line_says_it_all(chat: Chat, words: str, count: int, told: str) -> None:
    await _lives(chat)
    await chat.send(f"/history {words}")
    assert told in chat.last
    assert len(_titles(chat.last)) == count


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("nonsense", "no wallet of yours called “nonsense”"),
        ("gift to mom", "no wallet of yours called “gift to mom”"),
        ("<b>x", "“&lt;b&gt;x”"),
        ("2026-13", "that time"),
        ("2026-02-31", "that time"),
        ("2026-11-15..2026-11-01", "that time"),
        ("1999-01-01", "that time"),
        ("9999d", "that time"),
        ("2019", "that time"),
        ("with nobody", "no wallet called “nobody”"),
        (f"with {PEER[:-4]}", "not an address"),
        (address("a stranger"), "no wallet of yours"),
    ],
)
async def test_what_is_not_understood_is_said(chat: Chat, words: str, complaint: str) -> None:
    await _lives(chat)
    await chat.send(f"/history {words}")
    assert complaint in chat.last


async def test_pages_details_and_the_way_back(chat: Chat) -> None:
    wallet = await _watch(chat, WALLET)
    await chat.stores.ledger.keep(
        wallet, [activity(f"s{n}", n, WALLET, block_time=n * 60) for n in range(1, 21)]
    )
    await chat.send("/history")
    first = chat.last
    (older,) = [data for data in chat.buttons if "<" in data]
    await chat.press(older)
    second = chat.last
    assert second != first
    details = [data for data in chat.buttons if data.startswith("1:hd:")]
    assert len(details) == 8
    await chat.press(details[2])
    assert "Received" in chat.last
    assert "From <code>" in chat.last
    back = chat.buttons[-1]
    await chat.press(back)
    assert chat.last == second
    (newer,) = [data for data in chat.buttons if ">" in data]
    await chat.press(newer)
    assert chat.last == first


async def test_filters_by_buttons(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/history savings")
    kinds, tokens, periods, wallets = [
        data for data in chat.buttons if data[:4] in {"1:hk", "1:ht", "1:hp", "1:hw"}
    ]
    await chat.press(kinds)
    assert len(chat.buttons) == len(KindGroup) + 2
    await chat.press(next(data for data in chat.buttons if ".s-." in data))
    assert len(_titles(chat.last)) == 1
    await chat.press(tokens)
    await chat.press(next(data for data in chat.buttons if data.endswith(f".{MINT[:8]}..")))
    assert len(_titles(chat.last)) == 1
    assert f"<i>Only: &lt;b&gt;&amp; ({MINT[:4]}…)</i>" in chat.last
    await chat.press(periods)
    await chat.press(next(data for data in chat.buttons if ".r7." in data))
    assert len(_titles(chat.last)) == 2
    await chat.press(wallets)
    await chat.press(chat.buttons[1])
    assert "Pocket money" in chat.last
    await chat.press(chat.buttons[0])
    (only,) = [data for data in chat.buttons if WALLET[:8] in data]
    await chat.press(only)
    assert "with 👛 Savings" in chat.last


async def test_nobody_reads_anothers_history(chat: Chat) -> None:
    await _lives(chat)
    await chat.send("/history savings")
    mine = list(chat.buttons)
    await _watch(chat, PEER, user=BORIS)
    for data in mine:
        await chat.press(data, user=BORIS)
        assert "Savings" not in chat.last
        assert not _titles(chat.last)
    await chat.send("/history savings", user=BORIS)
    assert "no wallet of yours" in chat.last


@pytest.mark.parametrize(
    "argument", ["", "x", "......", ".....<", "!.....", ".zz....", "..d00....", ".....<1,.1", "..r0..."]
)
@pytest.mark.parametrize("action", ["ha", "hd", "hk", "ht", "hp", "hw"])
async def test_a_button_that_is_none_of_ours_is_outdated(chat: Chat, action: str, argument: str) -> None:
    await _watch(chat, WALLET)
    await chat.press(f"1:{action}:{argument}")
    assert "outdated" in chat.last


async def test_anybody_in_a_group_may_look(chat: Chat) -> None:
    chat.request.admins.add(ANNA)
    await chat.send(f"/watch {WALLET}", chat=GROUP)
    await chat.send("/history", chat=GROUP, user=BORIS)
    assert "Nothing here" in chat.last


ADDRESSES = st.sampled_from([PEER, MINT, WALLET])
BIG = st.integers(0, 62**6 - 1)
DAYS = st.dates(EARLIEST, EARLIEST.replace(year=2099))
PERIODS = st.one_of(
    st.just(Period()),
    st.builds(lambda days: Period(days=days), st.integers(1, 3650)),
    st.builds(lambda days: Period(first=min(days), last=max(days)), st.tuples(DAYS, DAYS)),
    st.builds(lambda day: Period(last=day), DAYS),
)
FILTERS = st.builds(
    HistoryFilter,
    st.none() | st.sampled_from(KindGroup),
    st.none() | st.sampled_from(Direction),
    st.none() | st.just("native") | ADDRESSES,
    st.none() | ADDRESSES,
    PERIODS,
)
CODES = st.builds(
    FilterCode,
    st.none() | BIG,
    FILTERS,
    st.none() | st.builds(Place, BIG, BIG, st.booleans()),
    st.none() | BIG,
)


@given(CODES)
def test_every_filter_fits_into_a_button_and_comes_back(code: FilterCode) -> None:
    data = CallbackData(Action.HISTORY_DETAILS, code.encode()).encode()
    assert len(data.encode()) <= MAX_DATA_BYTES
    back = FilterCode.decode(CallbackData.decode(data).argument)
    assert back.encode() == code.encode()
    assert (back.subscription_id, back.place, back.activity_id) == (
        code.subscription_id, code.place, code.activity_id
    )  # fmt: skip
    assert (back.wanted.kinds, back.wanted.direction, back.wanted.period) == (
        code.wanted.kinds, code.wanted.direction, code.wanted.period
    )  # fmt: skip


@given(
    st.text(max_size=60)
    | st.from_regex(r"[0-9a-z]*\.[a-z-]{0,2}\.[dr0-9]*\.\w*\.\w*\.[<>0-9,]*", fullmatch=True)
)
def test_whatever_comes_back_is_read_or_stale(text: str) -> None:
    try:
        FilterCode.decode(text).encode()
    except StaleData:
        return
