"""Names, tags, notes and pauses of wallets."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.things import activity, candidates_of, record
from tests.contract.things import entry as ledger_entry
from tests.unit.bot.conftest import ANNA, BORIS, OTHER, WALLET, Chat
from tests.unit.bot.test_wallets import address, data, watched
from walletwatch.bot.keyboards import Action
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.rules import Suppression
from walletwatch.domain.wallet_book import MAX_TAGS, tag_key


async def book(chat: Chat, user: int = ANNA) -> list[tuple[str | None, tuple[str, ...], str | None]]:
    return [(each.subscription.label, each.tags, each.note) for each in await chat.stores.book.entries(user)]


class TestLabel:
    async def test_in_one_line(self, chat: Chat) -> None:
        await watched(chat, "old name", "old")
        await chat.send("/label old name The  new one")
        assert "called <b>The new one</b>" in chat.last
        await chat.send(f"/label {address(1)} second")
        assert [label for label, _, _ in await book(chat)] == ["The new one", "second"]
        await chat.send("/label second -")
        assert "no name any more" in chat.last
        assert [label for label, _, _ in await book(chat)] == ["The new one", None]

    async def test_step_by_step(self, chat: Chat) -> None:
        (number,) = await watched(chat, "old")
        await chat.send("/label")
        assert chat.buttons == [data(Action.LABEL, number), data(Action.RUN, "cancel")]
        await chat.press(chat.buttons[0])
        assert "How shall I call" in chat.last
        await chat.send("x" * 49)
        assert "at most 48" in chat.last
        await chat.send("new name")
        assert (await book(chat))[0][0] == "new name"
        assert chat.sessions.stored == {}

    async def test_by_the_button_below_the_question(self, chat: Chat) -> None:
        (number,) = await watched(chat, "old")
        await chat.send("/label old")
        assert data(Action.CLEAR, f"l.{number}") in chat.buttons
        await chat.press(data(Action.CLEAR, f"l.{number}"))
        assert (await book(chat))[0][0] is None
        await chat.press(data(Action.CLEAR, f"l.{number}"))
        assert chat.request.calls[-1][0] == "answerCallbackQuery"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("/label nobody x", "no wallet called “nobody”"),
            (f"/label {OTHER} x", "does not watch"),
            (f"/label {WALLET[:-1]}0 x", "base58"),
            (f"/tag {OTHER} x", "does not watch"),
            ("/note nobody x", "no wallet called"),
            ("/pause nobody", "no wallet called"),
            ("/resume nobody", "no wallet called"),
        ],
    )
    async def test_no_such_wallet(self, chat: Chat, text: str, expected: str) -> None:
        await watched(chat, "one")
        await chat.send(text)
        assert expected in chat.last

    @pytest.mark.parametrize("command", ["label", "tag", "note", "pause", "unwatch"])
    async def test_without_wallets(self, chat: Chat, command: str) -> None:
        await chat.send(f"/{command}")
        assert "no wallet" in chat.last


class TestTags:
    async def test_they_are_added_and_taken_away(self, chat: Chat) -> None:
        await watched(chat, "main")
        await chat.send("/tag main DeFi #Whale, кит")
        assert "#defi #whale #кит" in chat.last
        await chat.send("/tag main -whale new")
        assert (await book(chat))[0][1] == ("defi", "new", "кит")
        await chat.send("/tag main -defi -new -кит")
        assert "No tags yet" in chat.last

    @pytest.mark.parametrize(
        ("words", "expected"),
        [("a.b", "letters and digits"), ("x" * 25, "at most 24"), ("<b>", "letters"), ("--x", "letters")],
    )
    async def test_what_is_no_tag(self, chat: Chat, words: str, expected: str) -> None:
        await watched(chat, "main")
        await chat.send(f"/tag main good {words}")
        assert expected in chat.last
        assert (await book(chat))[0][1] == ()

    async def test_there_are_ten_at_most(self, chat: Chat) -> None:
        await watched(chat, "main")
        await chat.send("/tag main " + " ".join(f"t{number}" for number in range(MAX_TAGS + 1)))
        assert "at most 10" in chat.last
        assert (await book(chat))[0][1] == ()

    async def test_by_buttons_and_by_the_answer(self, chat: Chat) -> None:
        first, second = await watched(chat, "one", "two")
        await chat.stores.book.retag(ANNA, first, add=["defi"])
        await chat.send("/tag two")
        add, remove = (data(Action.TAG_TOGGLE, f"{second}.{tag_key('defi')}.{wish}") for wish in (1, 0))
        assert add in chat.buttons
        for _ in range(2):
            await chat.press(add)
            assert [tags for _, tags, _ in await book(chat)] == [("defi",), ("defi",)]
        assert remove in chat.buttons
        await chat.press(remove)
        assert [tags for _, tags, _ in await book(chat)] == [("defi",), ()]
        await chat.send("whale -defi")
        assert (await book(chat))[1][1] == ("whale",)
        assert chat.sessions.stored == {}

    async def test_a_button_of_a_tag_that_is_gone_and_of_anothers_wallet(self, chat: Chat) -> None:
        (mine,) = await watched(chat, "one")
        await chat.send(f"/watch {WALLET} theirs", user=BORIS)
        await chat.send("/tag theirs secret", user=BORIS)
        (theirs,) = [each.id for each in await chat.stores.subscriptions.subscriptions(BORIS)]
        for argument in (
            f"{mine}.{tag_key('secret')}.1",
            f"{theirs}.{tag_key('secret')}.1",
            f"{mine}.{tag_key('secret')}",
            "x.y",
            "",
            f"{mine}",
        ):
            await chat.press(data(Action.TAG_TOGGLE, argument))
            assert "outdated" in chat.last
        assert await book(chat) == [("one", (), None)]

    async def test_no_tags(self, chat: Chat) -> None:
        await watched(chat, "one")
        await chat.send("/tags")
        assert "No wallet has a tag" in chat.last


class TestNote:
    async def test_with_its_lines(self, chat: Chat) -> None:
        (number,) = await watched(chat, "main")
        await chat.send("/note main first  line\n\nthird")
        assert (await book(chat))[0][2] == "first line\n\nthird"
        await chat.send("/note main")
        assert "first line" in chat.last
        await chat.send("another\none")
        assert (await book(chat))[0][2] == "another\none"
        await chat.press(data(Action.CLEAR, f"n.{number}"))
        assert "no note" in chat.last
        await chat.send("/note main x")
        await chat.send("/note main -")
        assert (await book(chat))[0][2] is None

    async def test_it_is_bounded(self, chat: Chat) -> None:
        await watched(chat, "main")
        await chat.send("/note main " + "x" * 501)
        assert "at most 500" in chat.last
        await chat.send("/note main " + "x" * 500)
        assert len((await book(chat))[0][2] or "") == 500

    @pytest.mark.parametrize("argument", ["", "l", "q.1", "n.x", "n.999"])
    async def test_a_button_that_means_nothing(self, chat: Chat, argument: str) -> None:
        await watched(chat, "main")
        await chat.press(data(Action.CLEAR, argument))
        assert "outdated" in chat.last


class TestPausing:
    async def _missed(self, chat: Chat, number: int, *signatures: str) -> None:
        found = await chat.stores.subscriptions.subscription(ANNA, number)
        assert found is not None
        done = [activity(name, 5, wallet=found.address) for name in signatures]
        await record(
            chat.stores.ledger,
            found.wallet_id,
            done,
            candidates_of(done, found),
            lambda candidates: [
                ledger_entry(each, DeliveryStatus.SUPPRESSED, reason=Suppression.PAUSED)
                for each in candidates
            ],
        )

    async def test_one_and_what_was_missed(self, chat: Chat) -> None:
        first, second = await watched(chat, "one", "two")
        await chat.send("/pause one")
        assert "tell nothing of <b>one</b>" in chat.last
        assert [each.paused for each in await chat.stores.subscriptions.subscriptions(ANNA)] == [True, False]
        await self._missed(chat, first, "a", "b")
        chat.clock.advance(3600)
        await chat.press(data(Action.CARD, first))
        assert "Paused 1 hour ago" in chat.last
        assert "2 activities were not told" in chat.last
        assert data(Action.RESUME, first) in chat.buttons
        await chat.press(data(Action.RESUME, first))
        assert "2 activities were not told meanwhile" in chat.last
        await chat.press(data(Action.RESUME, first))
        assert "Nothing is paused" in chat.last
        await chat.press(data(Action.PAUSE, second))
        await chat.press(data(Action.PAUSE, second))
        assert chat.request.of("answerCallbackQuery")[-1].get("text") is None
        await chat.send("/resume two")
        assert "Nothing happened meanwhile" in chat.last

    async def test_all_after_asking(self, chat: Chat) -> None:
        first, *_ = await watched(chat, "one", "two", "three")
        await chat.send("/pause one")
        await chat.send("/pause")
        assert "your 2 wallets" in chat.last
        assert not all(each.paused for each in await chat.stores.subscriptions.subscriptions(ANNA))
        await chat.press(chat.buttons[0])
        assert "2 wallets are paused" in chat.last
        assert all(each.paused for each in await chat.stores.subscriptions.subscriptions(ANNA))
        await chat.press(data(Action.PAUSE_ALL_CONFIRMED))
        assert "paused already" in chat.last
        await chat.send("/pause")
        assert "paused already" in chat.last
        await self._missed(chat, first, "a")
        await chat.send("/resume")
        assert "tell of 3 wallets again" in chat.last
        assert "one</b> · <code>" in chat.last
        assert "One activity was not told" in chat.last
        await chat.send("/resume")
        assert "Nothing is paused" in chat.last

    async def test_all_by_word(self, chat: Chat) -> None:
        await watched(chat, "one", "two")
        await chat.send("/pause ALL")
        assert "your 2 wallets" in chat.last
        await chat.press(data(Action.PAUSE_ALL_CONFIRMED))
        await chat.send("/resume all")
        assert "tell of 2 wallets again" in chat.last

    async def test_a_wallet_called_all_is_that_one(self, chat: Chat) -> None:
        await watched(chat, "All", "two")
        await chat.send("/pause all")
        assert [each.paused for each in await chat.stores.subscriptions.subscriptions(ANNA)] == [True, False]
        await chat.send("/resume all")
        assert "tell of <b>All</b>" in chat.last

    async def test_where_nothing_is_watched(self, chat: Chat) -> None:
        await chat.send("/pause all")
        assert "no wallet for this chat" in chat.last
        await chat.send("/pause")
        assert "no wallet" in chat.last
        await chat.send("/resume")
        assert "Nothing is paused" in chat.last


hostile = st.text(max_size=80) | st.sampled_from(
    [
        "</code>",
        "<a href='tg://user?id=1'>x</a>",
        "{0}{name}",
        "%s",
        "&amp;",
        "\u202e\u200b",
        "😀" * 30,
        "\x00",
    ]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    label=hostile,
    tag=hostile,
    note=hostile,
    command=st.sampled_from(["label", "tag", "note", "wallet", "pause"]),
)
async def test_whatever_is_written_every_answer_is_valid(
    chat: Chat, label: str, tag: str, note: str, command: str
) -> None:
    chat.metrics.counts.clear()
    texts: list[Any] = [
        f"/watch {WALLET} {label}",
        f"/label {WALLET} {label}",
        f"/tag {WALLET} {tag}",
        f"/note {WALLET} {note}",
        f"/{command} {label}",
        f"/wallet {WALLET}",
        "/list",
        "/tags",
        f"/unwatch {WALLET}",
    ]
    for text in texts:
        await chat.send(text)
    assert chat.metrics.counts["HandlerErrors"] == 0
    assert chat.metrics.counts["AnswersRefused"] == 0
